//! Amazon SES, through SNS or without its envelope: notifications (`notificationType`), published events (`eventType`), mails that came in.

use lenient::{at, id, list, text, time};
use pointsman_plugin::{Fact, Note, log};
use serde_json::Value;

use crate::inbound::{self, Pieces, decoded};
use crate::news::{News, bare};
use crate::shape::{Reader, unsupported};

pub(crate) fn facts(reader: &Reader<'_>, document: &Value) -> Vec<Fact> {
    match text(document, "Type") {
        Some("Notification") => inside(reader, document),
        // Somebody has to visit an address; the host does, for the topics that the settings name.
        Some("SubscriptionConfirmation" | "UnsubscribeConfirmation") => {
            log::info(&format!("SNS asks to confirm a subscription of {}", text(document, "TopicArn").unwrap_or_default()));
            Vec::new()
        }
        _ => notification(reader, document),
    }
}

/// SNS wraps the notification as a text.
fn inside(reader: &Reader<'_>, envelope: &Value) -> Vec<Fact> {
    let message: Option<Value> = text(envelope, "Message").and_then(|message| serde_json::from_str(message).ok());
    match message {
        Some(message) if message.is_object() => notification(reader, &message),
        // Words such as those by which SES tells that the topic works.
        _ => {
            let note =
                Note { source_id: id(envelope, "MessageId"), text: text(envelope, "Message").map(str::to_owned), ..Note::new("notice") };
            vec![Fact::system(Note { occurred_at: time(envelope, "Timestamp"), ..note })]
        }
    }
}

fn notification(reader: &Reader<'_>, document: &Value) -> Vec<Fact> {
    let Some(name) = text(document, "notificationType").or_else(|| text(document, "eventType")) else {
        return vec![unsupported(document)];
    };
    if name == "Received" {
        return mail(reader, document).into_iter().collect();
    }
    // What belongs to the event stands under its name: `bounce`, `deliveryDelay`, `failure`.
    let part = match name {
        "Rendering Failure" => "failure".to_owned(),
        name => name.chars().take(1).flat_map(char::to_lowercase).chain(name.chars().skip(1)).collect(),
    };
    let part = at(document, &part).unwrap_or(&Value::Null);
    let detail = ["bounceType", "complaintFeedbackType", "smtpResponse", "reason", "errorMessage", "delayType", "link"];
    let detail = detail.iter().find_map(|place| text(part, place));
    let people = ["bouncedRecipients", "complainedRecipients", "delayedRecipients", "recipients"].iter();
    let people = people.map(|place| list(part, place)).find(|people| !people.is_empty()).unwrap_or_default();
    let when = time(part, "timestamp").or_else(|| time(document, "/mail/timestamp"));
    let written = list(document, "/mail/headers")
        .iter()
        .find(|field| text(field, "name").is_some_and(|name| name.eq_ignore_ascii_case("message-id")));
    let target = written.and_then(|field| text(field, "value")).and_then(bare).or_else(|| id(document, "/mail/messageId"));
    let one = |person: &Value| {
        let address = person.as_str().or_else(|| text(person, "emailAddress"));
        let words = [detail, text(person, "status"), text(person, "diagnosticCode")].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let feedback = id(part, "feedbackId").map(|id| format!("{id}/{}", address.unwrap_or_default())).filter(|id| id.len() <= 400);
        let news =
            News { name, id: feedback, target: target.clone(), at: when, detail: (!words.is_empty()).then_some(words), recipient: address };
        news.fact()
    };
    // One for each mailbox: some of a mail's recipients may have got it.
    if people.is_empty() { vec![one(&Value::Null)] } else { people.iter().map(one).collect() }
}

fn mail(reader: &Reader<'_>, document: &Value) -> Option<Fact> {
    let sender = text(document, "/mail/source");
    let recipient = list(document, "/receipt/recipients").first().or_else(|| list(document, "/mail/destination").first());
    let recipient = recipient.and_then(Value::as_str);
    if let Some(content) = text(document, "content") {
        let encoded = text(document, "/receipt/action/encoding").is_some_and(|encoding| encoding.eq_ignore_ascii_case("base64"));
        let bytes = if encoded { decoded(content) } else { content.as_bytes().to_vec() };
        return inbound::whole(reader, &bytes, sender, recipient);
    }
    // The mail itself lies in a bucket: only its header is told.
    let mut mail = Pieces {
        fields: inbound::fields(at(document, "/mail/headers").unwrap_or(&Value::Null), "name", "value"),
        id: id(document, "/mail/messageId"),
        at: time(document, "/mail/timestamp"),
        sender,
        recipient,
        ..Pieces::default()
    };
    for (field, place) in [("From", "/mail/commonHeaders/from/0"), ("Subject", "/mail/commonHeaders/subject"), ("From", "/mail/source")] {
        mail.field(field, text(document, place));
    }
    let stored = [("bucket", "/receipt/action/bucketName"), ("object", "/receipt/action/objectKey")];
    mail.attributes =
        stored.iter().filter_map(|(name, place)| text(document, place).map(|value| lenient::attribute(name, value))).collect();
    mail.fact(reader)
}
