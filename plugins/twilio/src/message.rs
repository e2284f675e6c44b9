//! Messages that came, and status callbacks of those that were sent.
//!
//! Source: Twilio's "Webhooks (HTTP callbacks): Messaging" and "Track the message status of outbound messages".

use lenient::{Form, attribute};
use pointsman_plugin::{
    Attachment, Attribute, Author, Content, Direction, Fact, Item, Kind, Note, Progress, Receipt, Timestamp, Visibility,
};

use crate::settings::Settings;

/// Twilio's id of a message.
pub(crate) fn sid(form: &Form) -> Option<&str> {
    ["SmsSid", "MessageSid", "SmsMessageSid"].iter().find_map(|name| form.get(name))
}

/// A message, or how far one has come.
pub(crate) fn fact(form: &Form, at: Option<Timestamp>, settings: &Settings) -> Fact {
    let status = form.get("MessageStatus").or_else(|| form.get("SmsStatus")).unwrap_or("received").to_lowercase();
    let progress = match status.as_str() {
        "received" | "receiving" => return received(form, at, settings),
        "sent" => Progress::Sent,
        "delivered" | "partially_delivered" => Progress::Delivered,
        "read" => Progress::Read,
        "failed" | "undelivered" | "canceled" => Progress::Failed,
        // Queued, accepted, scheduled, sending: still in Twilio's hands.
        _ => return underway(form, at, &status),
    };
    let target = sid(form).map(str::to_owned);
    let key = format!("receipt:{}:{status}", target.as_deref().unwrap_or_default());
    let receipt = Receipt {
        target,
        progress,
        detail: detail(form),
        conversation: form.get("To").map(str::to_owned),
        occurred_at: at,
        ..Receipt::default()
    };
    Fact { account: form.get("From").map(str::to_owned), ..Fact::receipt(receipt).dedup_key(key) }
}

fn underway(form: &Form, at: Option<Timestamp>, status: &str) -> Fact {
    let id = sid(form).map(str::to_owned);
    let key = format!("system:{}:{status}", id.as_deref().unwrap_or_default());
    let note = Note {
        source_id: id,
        conversation: form.get("To").map(str::to_owned),
        visibility: Some(Visibility::Private),
        occurred_at: at,
        ..Note::new(format!("message-{}", status.chars().take(32).collect::<String>()))
    };
    Fact { account: form.get("From").map(str::to_owned), ..Fact::system(note).dedup_key(key) }
}

/// `30008: Unknown error`.
fn detail(form: &Form) -> Option<String> {
    let words = form.get("ErrorMessage").or_else(|| form.get("ChannelStatusMessage"));
    match (form.get("ErrorCode").filter(|code| *code != "0"), words) {
        (Some(code), Some(words)) => Some(format!("{code}: {words}")),
        (code, words) => code.or(words).map(str::to_owned),
    }
}

fn received(form: &Form, at: Option<Timestamp>, settings: &Settings) -> Fact {
    let account = form.get("To").map(str::to_owned);
    // Twilio itself has answered STOP and START, and keeps to them.
    if let Some(choice @ ("STOP" | "START")) = form.get("OptOutType") {
        let note = Note {
            source_id: sid(form).map(str::to_owned),
            text: form.get("Body").map(str::to_owned),
            actor: author(form),
            conversation: form.get("From").map(str::to_owned),
            visibility: Some(Visibility::Private),
            occurred_at: at,
            ..Note::new(if choice == "STOP" { "opt-out" } else { "opt-in" })
        };
        return Fact { account, ..Fact::system(note) };
    }
    let from = form.get("From").unwrap_or_default();
    let item = Item {
        kind: Kind::Message,
        visibility: Visibility::Private,
        direction: if settings.owns(from) { Direction::Echo } else { Direction::Inbound },
        conversation: form.get("From").map(str::to_owned),
        in_reply_to: form.get("OriginalRepliedMessageSid").map(str::to_owned),
        author: author(form),
        attachments: attachments(form),
        occurred_at: at,
        attributes: attributes(form),
        ..Item::new(sid(form).unwrap_or_default(), text(form))
    };
    Fact { account, ..Fact::said(item.bounded()) }
}

/// The words; of a button its label, of a place its name and address.
fn text(form: &Form) -> String {
    let body = ["Body", "ButtonText", "ListTitle"].iter().find_map(|name| form.get(name));
    let place = || ["Label", "Address"].iter().filter_map(|name| form.get(name)).collect::<Vec<_>>().join("\n");
    body.map_or_else(place, |body| body.trim().to_owned())
}

/// Who wrote or called.
pub(crate) fn author(form: &Form) -> Option<Author> {
    let id = form.get("From").or_else(|| form.get("Caller"))?;
    let number = id.rsplit(':').next().unwrap_or(id);
    let phone = number.starts_with('+').then(|| attribute("phone", number));
    let more = [("whatsapp-id", "WaId"), ("country", "FromCountry"), ("city", "FromCity")];
    let more = more.iter().filter_map(|(name, field)| Some(attribute(name, form.get(field)?)));
    Some(Author {
        id: id.to_owned(),
        display_name: form.get("ProfileName").or_else(|| form.get("CallerName")).map(str::to_owned),
        attributes: phone.into_iter().chain(more).collect(),
        ..Author::default()
    })
}

fn attachments(form: &Form) -> Vec<Attachment> {
    let one = |index: usize| {
        let url = form.get(&format!("MediaUrl{index}"))?;
        Some(Attachment {
            media_type: form.get(&format!("MediaContentType{index}")).unwrap_or("application/octet-stream").to_owned(),
            content: Content::Url(url.to_owned()),
            name: None,
            size_bytes: None,
            description: None,
        })
    };
    (0..MEDIA_MAX).map_while(one).collect()
}

fn attributes(form: &Form) -> Vec<Attribute> {
    const FIELDS: [(&str, &str); 15] = [
        ("messaging-service-sid", "MessagingServiceSid"),
        ("account-sid", "AccountSid"),
        ("segments", "NumSegments"),
        ("opt-out-type", "OptOutType"),
        ("button-payload", "ButtonPayload"),
        ("list-id", "ListId"),
        ("latitude", "Latitude"),
        ("longitude", "Longitude"),
        ("forwarded", "Forwarded"),
        ("message-type", "MessageType"),
        ("interactive-data", "InteractiveData"),
        ("referral-headline", "ReferralHeadline"),
        ("referral-source-id", "ReferralSourceId"),
        ("referral-source-type", "ReferralSourceType"),
        ("referral-source-url", "ReferralSourceUrl"),
    ];
    FIELDS.iter().filter_map(|(name, field)| Some(attribute(name, form.get(field)?))).collect()
}

/// Twilio's own limit.
const MEDIA_MAX: usize = 10;
