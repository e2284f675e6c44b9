//! Twilio Conversations: one thread over SMS, WhatsApp and chat, with webhooks of its own.
//!
//! Source: Twilio's "Conversations webhooks" (post-action events).

use lenient::{Form, attribute};
use pointsman_plugin::{
    Attachment, Author, Content, Direction, Fact, Item, Kind, Note, Progress, Receipt, Removal, Timestamp, Visibility, time,
};

/// What an event of a conversation tells.
pub(crate) fn fact(event: &str, form: &Form) -> Fact {
    let text = |name: &str| form.get(name).map(str::to_owned);
    let id = form.get("MessageSid").unwrap_or_default();
    let account = form.get("ChatServiceSid").or_else(|| form.get("AccountSid")).map(str::to_owned);
    let at = |name: &str| form.get(name).and_then(time::parse);
    let told = match event {
        "onMessageAdded" if !id.is_empty() => Fact::said(item(form, at("DateCreated"))),
        "onMessageUpdated" if !id.is_empty() => Fact::edited(item(form, at("DateUpdated").or_else(|| at("DateCreated")))),
        "onMessageRemoved" if !id.is_empty() => {
            Fact::removed(Removal { source_id: id.to_owned(), actor: None, occurred_at: at("DateUpdated") })
        }
        "onDeliveryUpdated" => receipt(form, at("DateUpdated")),
        _ => {
            let note = Note {
                source_id: text("MessageSid"),
                conversation: text("ConversationSid"),
                actor: form.get("ParticipantSid").map(|id| Author { id: id.to_owned(), ..Author::default() }),
                visibility: Some(Visibility::Private),
                occurred_at: at("DateUpdated").or_else(|| at("DateCreated")),
                ..Note::new(if event.is_empty() { "conversation" } else { event })
            };
            let told = form.iter().map(|(name, value)| format!("{name}={value}\n")).collect::<String>();
            Fact::system(note).dedup_key(format!("system:{}", lenient::fingerprint(told.as_bytes())))
        }
    };
    Fact { account, ..told }
}

fn item(form: &Form, at: Option<Timestamp>) -> Item {
    let author = form.get("Author").map(|id| Author {
        id: id.to_owned(),
        attributes: if id.contains('+') { vec![attribute("phone", id.rsplit(':').next().unwrap_or(id))] } else { Vec::new() },
        ..Author::default()
    });
    // What the API wrote, we wrote; people write over their channel or a chat's SDK.
    let echo = form.get("Source").is_some_and(|source| source.eq_ignore_ascii_case("api"));
    let fields = [("participant-sid", "ParticipantSid"), ("source", "Source"), ("index", "Index")];
    Item {
        kind: Kind::Message,
        visibility: Visibility::Private,
        direction: if echo { Direction::Echo } else { Direction::Inbound },
        conversation: form.get("ConversationSid").map(str::to_owned),
        author,
        attachments: attachments(form),
        occurred_at: at,
        attributes: fields.iter().filter_map(|(name, field)| Some(attribute(name, form.get(field)?))).collect(),
        ..Item::new(form.get("MessageSid").unwrap_or_default(), form.get("Body").unwrap_or_default().trim())
    }
    .bounded()
}

/// Files are a JSON list in a field of the form.
fn attachments(form: &Form) -> Vec<Attachment> {
    let media: serde_json::Value = form.get("Media").and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let one = |file: &serde_json::Value| {
        Some(Attachment {
            media_type: lenient::text(file, "ContentType").unwrap_or("application/octet-stream").to_owned(),
            content: Content::Reference(lenient::id(file, "Sid")?),
            name: lenient::text(file, "Filename").map(str::to_owned),
            size_bytes: file.get("Size").and_then(serde_json::Value::as_u64),
            description: None,
        })
    };
    lenient::list(&media, "").iter().take(10).filter_map(one).collect()
}

fn receipt(form: &Form, at: Option<Timestamp>) -> Fact {
    let status = form.get("Status").unwrap_or_default().to_lowercase();
    let target = form.get("MessageSid").map(str::to_owned);
    let key = format!("receipt:{}:{status}", form.get("DeliveryReceiptSid").or(target.as_deref()).unwrap_or_default());
    Fact::receipt(Receipt {
        target,
        progress: match status.as_str() {
            "delivered" => Progress::Delivered,
            "read" => Progress::Read,
            "failed" | "undelivered" => Progress::Failed,
            _ => Progress::Sent,
        },
        detail: form.get("ErrorCode").filter(|code| *code != "0").map(str::to_owned),
        conversation: form.get("ConversationSid").map(str::to_owned),
        occurred_at: at,
        ..Receipt::default()
    })
    .dedup_key(key)
}
