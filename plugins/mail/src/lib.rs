//! Mails (RFC 5322) as facts, however they were brought, and answers as letters, whatever takes them.
//!
//! Mail is what thirty years of programs have made of it, so nothing is refused that has a header or a text: what is damaged is read as
//! far as it goes. Machines' mail is told from people's (bounces, complaints, read receipts, automatic replies), because it must never
//! open a case; in doubt a mail is a person's.

mod author;
mod auto_reply;
mod body;
mod bounce;
mod charset;
mod date;
mod encoded_word;
mod frame;
mod headers;
mod ids;
mod letter;
mod mail;
mod own;
mod part;
mod person;
mod reading;
mod report;

pub use letter::{Letter, Sender};
pub use own::Own;
pub use person::Person;
pub use reading::fact;
