//! Webhooks of mail services: mails that came in, and what became of those that went out.
//!
//! Which service posted is read from the body's shape. A mail, however a service takes it apart, is put together again and read by the
//! crate `mail`, so that bounces and automatic replies are known here as they are there. What became of a mail is a receipt.

mod brevo;
mod form;
mod inbound;
mod mailersend;
mod mailgun;
mod mailjet;
mod mandrill;
mod news;
mod postal;
mod postmark;
mod resend;
mod sender;
mod sendgrid;
mod ses;
mod settings;
mod shape;
mod sparkpost;
#[cfg(test)]
mod tests;
mod unisender;

use pointsman_plugin::{
    Delivered, Delivery, Outbound, Plugin, Problem, Reception, Refusal, Sender, Timestamp, Undelivered, Webhook, plugin,
};

pub use settings::Settings;

/// The connector, configured.
#[derive(Debug)]
pub struct EmailProvider {
    settings: Settings,
    mails: mail::Sender,
}

impl Plugin for EmailProvider {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Vec<Problem>> {
        let problems = settings.problems();
        if problems.is_empty() { Ok(Self { mails: settings.mails(), settings }) } else { Err(problems) }
    }
}

impl Webhook for EmailProvider {
    fn receive(&self, delivery: &Delivery, now: Timestamp) -> Result<Reception, Refusal> {
        let reader = shape::Reader { own: &self.mails.own, now };
        Ok(Reception::of(reader.facts(delivery)?))
    }
}

impl Sender for EmailProvider {
    fn deliver(&self, key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
        sender::deliver(&self.settings, &self.mails, key, outbound, now)
    }

    fn find(&self, key: &str, outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
        sender::find(&self.settings, &self.mails, key, outbound, now)
    }
}

plugin!(EmailProvider: webhook, sender);
