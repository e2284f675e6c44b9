//! E-mail: one RFC 5322 message a frame (or a delivery of `message/rfc822`), as one fact.
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
mod mail;
mod part;
mod reading;
mod report;
mod settings;
#[cfg(test)]
mod tests;

use pointsman_plugin::{Attribute, Connection, Delivery, Plugin, Problem, Reception, Refusal, Response, Step, Timestamp, Webhook, plugin};

pub use settings::Settings;

/// The connector, configured.
#[derive(Debug)]
pub struct Email {
    settings: Settings,
}

impl Plugin for Email {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Vec<Problem>> {
        let problems = settings.problems();
        if problems.is_empty() { Ok(Self { settings: settings.normalised() }) } else { Err(problems) }
    }
}

impl Connection for Email {
    fn received(&self, frame: &[u8], envelope: &[Attribute], _cursor: Option<&[u8]>, now: Timestamp) -> Result<Step, Refusal> {
        let fact = reading::fact(frame, envelope, &self.settings, now)?;
        Ok(Step { facts: vec![fact], ..Step::default() })
    }
}

impl Webhook for Email {
    fn receive(&self, delivery: &Delivery, now: Timestamp) -> Result<Reception, Refusal> {
        let fact = reading::fact(&delivery.body, &[], &self.settings, now)?;
        Ok(Reception { facts: vec![fact], pointers: Vec::new(), answer: Response { status: 204, ..Response::default() } })
    }
}

plugin!(Email: connection, webhook);
