//! Finds order numbers, e-mail addresses, phone numbers, bank accounts, cards, dates, amounts and products in a text.
//!
//! What is found is found by its form and by the words beside it, and where a form has check digits they have to be right. It is a library,
//! so that plugins can look for the same things in the same way: `entities` reports them, `urgency` reads its deadlines with it.

mod account;
mod amount;
mod card;
mod date;
mod email;
mod entity;
mod find;
mod glyphs;
mod options;
mod order;
mod pattern;
mod phone;
mod scan;

pub use date::{Calendar, number_of_day};
pub use entity::{Entity, Kind};
pub use find::entities;
pub use options::Options;
pub use pattern::Pattern;
pub use phone::Region;
