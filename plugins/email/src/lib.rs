//! E-mail: one RFC 5322 message a frame (or a delivery of `message/rfc822`), as one fact.
//!
//! What mails become is told by the crate `mail`, which other plugins that are given mails use as well.
//!
//! Answers are made ready here and handed over to the host, which gives them to the mail server.

mod sender;
mod settings;
#[cfg(test)]
mod tests;

use pointsman_plugin::{
    Attribute, Connection, Delivered, Delivery, Outbound, Plugin, Problem, Reception, Refusal, Response, Sender, Step, Timestamp,
    Undelivered, Webhook, plugin,
};

pub use settings::Settings;

/// The connector, configured.
#[derive(Debug)]
pub struct Email {
    mails: mail::Sender,
}

impl Plugin for Email {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Vec<Problem>> {
        let problems = settings.problems();
        if problems.is_empty() { Ok(Self { mails: settings.sender() }) } else { Err(problems) }
    }
}

impl Connection for Email {
    fn received(&self, frame: &[u8], envelope: &[Attribute], _cursor: Option<&[u8]>, now: Timestamp) -> Result<Step, Refusal> {
        let fact = mail::fact(frame, envelope, &self.mails.own, now)?;
        Ok(Step { facts: vec![fact], ..Step::default() })
    }
}

impl Webhook for Email {
    fn receive(&self, delivery: &Delivery, now: Timestamp) -> Result<Reception, Refusal> {
        let fact = mail::fact(&delivery.body, &[], &self.mails.own, now)?;
        Ok(Reception { facts: vec![fact], pointers: Vec::new(), answer: Response { status: 204, ..Response::default() } })
    }
}

impl Sender for Email {
    fn deliver(&self, key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
        sender::deliver(&self.mails, key, outbound, now)
    }

    fn find(&self, _key: &str, _outbound: &Outbound, _now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
        Err(Undelivered::Never("a mail server does not tell what it has taken: a person has to look whether it arrived".to_owned()))
    }
}

plugin!(Email: connection, webhook, sender);
