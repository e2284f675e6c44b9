//! Which service posted, by the shape of the body.

use lenient::{at, given, list, text};
use mail::Own;
use pointsman_plugin::{Delivery, Fact, Note, Refusal, Timestamp};
use serde_json::Value;

use crate::{brevo, form, mailersend, mailgun, mailjet, mandrill, postal, postmark, resend, sendgrid, ses, sparkpost, unisender};

/// What is needed to read a body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    /// Who we are.
    pub(crate) own: &'a Own,
    /// The time of receipt.
    pub(crate) now: Timestamp,
}

impl Reader<'_> {
    /// What a delivery tells.
    ///
    /// # Errors
    /// When the body is neither JSON nor a form.
    pub(crate) fn facts(&self, delivery: &Delivery) -> Result<Vec<Fact>, Refusal> {
        let document = match form::fields(delivery) {
            Some(fields) => fields,
            None => lenient::document(&delivery.body)?,
        };
        Ok(self.document(&document))
    }

    /// What a document tells; services that batch send lists.
    pub(crate) fn document(&self, document: &Value) -> Vec<Fact> {
        match document {
            Value::Array(items) => items.iter().take(ITEMS_MAX).flat_map(|item| self.object(item)).take(ITEMS_MAX).collect(),
            other => self.object(other).into_iter().take(ITEMS_MAX).collect(),
        }
    }

    fn object(&self, object: &Value) -> Vec<Fact> {
        let has = |name: &str| given(object, name);
        let is = |name: &str| at(object, name).is_some();
        if is("mandrill_events") || (is("_id") && (is("msg") || is("ts"))) || (is("msg") && is("event")) {
            mandrill::facts(self, object)
        } else if is("TopicArn") || is("notificationType") || (is("eventType") && is("mail")) {
            ses::facts(self, object)
        } else if is("event-data") || is("message-headers") || is("body-plain") || is("body-mime") || (has("event") && is("signature")) {
            mailgun::facts(self, object)
        } else if is("RecordType") || is("FromFull") || is("TextBody") || is("HtmlBody") || (is("MessageID") && is("TypeCode")) {
            postmark::facts(self, object)
        } else if is("RawTextBody")
            || is("RawHtmlBody")
            || is("ExtractedMarkdownMessage")
            || is("message-id")
            || !list(object, "items").is_empty()
        {
            brevo::facts(self, object)
        } else if is("Parts") || is("Text-part") || is("Html-part") || is("Message_GUID") || is("mj_campaign_id") || is("MessageID") {
            mailjet::facts(self, object)
        } else if is("msys") {
            sparkpost::facts(self, object)
        } else if is("events_by_user") {
            unisender::facts(object)
        } else if is("rcpt_to") || is("/payload/message") || is("/payload/original_message") || is("/payload/server") {
            postal::facts(self, object)
        } else if is("data") && text(object, "type").is_some_and(|name| name.starts_with("activity.") || name.starts_with("inbound")) {
            mailersend::facts(self, object)
        } else if is("data") && is("type") {
            resend::facts(self, object)
        } else if is("sg_event_id") || is("sg_message_id") || is("envelope") || is("headers") || (is("event") && is("timestamp")) {
            sendgrid::facts(self, object)
        } else if has("event") && (is("ts") || is("date") || is("ts_epoch") || is("ts_event")) {
            brevo::facts(self, object)
        } else if has("event") && has("email") {
            mailjet::facts(self, object)
        } else {
            vec![unsupported(object)]
        }
    }
}

/// Something that no service that is known here sends, kept under its own digest.
pub(crate) fn unsupported(object: &Value) -> Fact {
    let written = object.to_string();
    let name = ["event", "type", "RecordType", "eventType", "notificationType"].iter().find_map(|name| text(object, name));
    let name: String = name.unwrap_or("document").chars().take(64).collect();
    Fact::unsupported(Note::new(name)).dedup_key(format!("unsupported:{}", lenient::fingerprint(written.as_bytes())))
}

/// The contract's limit for one delivery.
const ITEMS_MAX: usize = 1_000;
