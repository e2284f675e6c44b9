//! Twilio: SMS, MMS, WhatsApp and RCS messages, calls, Conversations, and how far what was sent has come.
//!
//! Twilio pushes forms; Event Streams and nothing else pushes JSON, whose events are read as the forms that they stand for. Which kind a
//! form is, is told by its fields, so that one address serves for messages, status callbacks and calls. Twilio sends nothing twice by
//! itself and gives up after 15 seconds, so the answer is TwiML that says nothing more, except to a call, which would end without
//! instructions.

mod call;
mod conversation;
mod message;
mod outcome;
mod segment;
mod send;
mod settings;
mod stream;

use lenient::Form;
use pointsman_plugin::{
    Delivered, Delivery, Fact, Note, Outbound, Plugin, Problem, Reception, Refusal, Response, Sender, Timestamp, Undelivered, Webhook,
    plugin,
};

pub use settings::Settings;

/// The connector, configured.
#[derive(Debug)]
pub struct Twilio {
    settings: Settings,
}

impl Plugin for Twilio {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Vec<Problem>> {
        settings.checked().map(|settings| Self { settings })
    }
}

impl Webhook for Twilio {
    fn receive(&self, delivery: &Delivery, _now: Timestamp) -> Result<Reception, Refusal> {
        if matches!(delivery.body.trim_ascii_start().first(), Some(b'{' | b'[')) {
            return stream::facts(&delivery.body, &self.settings).map(Reception::of);
        }
        let form = form(delivery);
        let fact = fact(&form, None, &self.settings).ok_or_else(|| Refusal::Malformed("the body is no form of Twilio's".to_owned()))?;
        Ok(Reception { answer: self.answer(&form), ..Reception::of(vec![fact]) })
    }
}

impl Sender for Twilio {
    fn deliver(&self, _key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
        send::deliver(&self.settings, outbound, now)
    }

    fn find(&self, _key: &str, outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
        send::find(&self.settings, outbound, now)
    }
}

impl Twilio {
    fn answer(&self, form: &Form) -> Response {
        let waits = form.get("CallSid").is_some() && form.get("RecordingSid").is_none() && !call::is_over(form);
        let twiml = self.settings.call_twiml.as_deref().filter(|_| waits).unwrap_or("<Response/>");
        Response::new(200).body("text/xml", twiml)
    }
}

/// A form, wherever the settings at Twilio put it.
fn form(delivery: &Delivery) -> Form {
    let query = delivery.url.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let body = if delivery.method == "GET" { query.as_bytes() } else { delivery.body.as_slice() };
    Form::read(body)
}

/// What a form tells; none when it has no field that Twilio's have.
fn fact(form: &Form, at: Option<Timestamp>, settings: &Settings) -> Option<Fact> {
    let has = |name: &str| form.get(name).is_some();
    let event = form.get("EventType").unwrap_or_default();
    let odd = form.iter().any(|(name, value)| name.ends_with("Sid") && value.len() > SID_BYTES_MAX);
    let mut fact = if odd {
        unknown(form)
    } else if event.starts_with("on") || has("ConversationSid") {
        conversation::fact(event, form)
    } else if has("CallSid") {
        call::fact(form, at, settings)
    } else if message::sid(form).is_some() {
        message::fact(form, at, settings)
    } else if has("AccountSid") || has("From") {
        unknown(form)
    } else {
        return None;
    };
    fact.account = fact.account.or_else(|| ["MessagingServiceSid", "AccountSid"].iter().find_map(|name| form.get(name)).map(str::to_owned));
    Some(fact)
}

/// A form that nobody here knows, under the digest of its fields.
fn unknown(form: &Form) -> Fact {
    let fields = form.iter().map(|(name, value)| format!("{name}={value}\n")).collect::<String>();
    let name = form.get("EventType").unwrap_or("form").chars().take(64).collect::<String>();
    Fact::unsupported(Note::new(name)).dedup_key(format!("unsupported:{}", lenient::fingerprint(fields.as_bytes())))
}

/// Longer ids are not Twilio's: they have 34 characters.
const SID_BYTES_MAX: usize = 128;

plugin!(Twilio: webhook, sender);
