//! Replies, files by their addresses, and approved templates.

use graph::{Api, place, with};
use pointsman_plugin::{Outbound, Reply, Template, Timestamp, Undelivered};
use sending::Unit;
use serde_json::{Value, json};

use crate::settings::Settings;

/// Sends it; the ids of what was sent, which the receipts name.
///
/// # Errors
/// As [`graph::undelivered`] and [`graph::in_parts`].
pub(crate) fn deliver(api: &Api, settings: &Settings, key: &str, outbound: &Outbound, now: Timestamp) -> Result<Vec<String>, Undelivered> {
    let never = |why: &str| Err(Undelivered::Never(why.to_owned()));
    match outbound {
        Outbound::Reply(reply) => {
            let to = to(reply.recipient.as_deref(), &reply.conversation);
            if to.get("recipient_type").is_none_or(|sort| sort != "group") {
                sending::window(reply, HOURS, now)?;
            }
            let number = sending::attribute(&reply.attributes, "account").or(settings.phone_number_id.as_deref());
            send(api, number, key, &to, &parts(reply)?, now)
        }
        Outbound::Template(template) => {
            send(api, settings.phone_number_id.as_deref(), key, &to(Some(&template.recipient), ""), &[self::template(template)], now)
        }
        Outbound::Post(_) => never("WhatsApp has no public posts"),
        Outbound::Edit(_) => never("a message that was sent by WhatsApp cannot be changed"),
        Outbound::Hide(_) => never("a message on WhatsApp cannot be hidden"),
    }
}

fn send(api: &Api, number: Option<&str>, key: &str, to: &Value, parts: &[Value], now: Timestamp) -> Result<Vec<String>, Undelivered> {
    let number = number.ok_or_else(|| Undelivered::Never("no number to send from: set `phone_number_id`".to_owned()))?;
    let path = format!("/{}/messages", place(number)?);
    graph::in_parts(parts, |part| {
        let common = json!({"messaging_product": "whatsapp", "biz_opaque_callback_data": key});
        let fields = [to, part].into_iter().filter_map(|object| object.as_object()).flatten();
        let body = fields.fold(common, |body, (name, value)| with(body, name, Some(value.clone())));
        api.created(&path, &body, now)
    })
}

/// A number, a business-scoped id (`US.1349…`), or a group.
fn to(recipient: Option<&str>, conversation: &str) -> Value {
    if conversation.ends_with("@g.us") {
        return json!({"recipient_type": "group", "to": conversation});
    }
    let to = recipient.unwrap_or(conversation);
    let number = to.strip_prefix('+').unwrap_or(to);
    match number.bytes().all(|byte| byte.is_ascii_digit()) {
        true => json!({"recipient_type": "individual", "to": number}),
        false => json!({"recipient_type": "individual", "recipient": to}),
    }
}

/// A text, or files with a caption where one file can carry the text; the first part quotes what is answered.
fn parts(reply: &Reply) -> Result<Vec<Value>, Undelivered> {
    let files = sending::files(&reply.attachments)?;
    if files.len() > FILES_MAX {
        return Err(Undelivered::Never(format!("more than {FILES_MAX} files")));
    }
    let text = reply.text.trim();
    let sort = |media_type: &str| match media_type.split('/').next() {
        Some("image") if media_type == "image/webp" => "sticker",
        Some("image") => "image",
        Some("video") => "video",
        Some("audio") => "audio",
        _ => "document",
    };
    let captioned = |sort: &str| matches!(sort, "image" | "video" | "document");
    let single = files.len() == 1 && files.iter().all(|(file, _)| captioned(sort(&file.media_type)));
    let caption = single && !text.is_empty() && sending::fits(text, Unit::Chars, CAPTION_CHARS_MAX).is_ok();
    let mut parts = Vec::new();
    if !caption && (files.is_empty() || !text.is_empty()) {
        let text = sending::words(text)?;
        sending::fits(text, Unit::Chars, TEXT_CHARS_MAX)?;
        parts.push(json!({"type": "text", "text": {"body": text, "preview_url": false}}));
    }
    for (file, url) in files {
        let sort = sort(&file.media_type);
        let media = with(json!({"link": url}), "caption", caption.then_some(text));
        let media = with(media, "filename", file.name.as_deref().filter(|_| sort == "document"));
        parts.push(json!({"type": sort, sort: media}));
    }
    if let Some(first) = parts.first_mut() {
        let quoted = reply.in_reply_to.as_deref().filter(|id| id.starts_with("wamid."));
        *first = with(first.take(), "context", quoted.map(|id| json!({"message_id": id})));
    }
    Ok(parts)
}

/// Languages are written `en_US` here.
fn template(template: &Template) -> Value {
    let params: Vec<Value> = template.params.iter().map(|text| json!({"type": "text", "text": text})).collect();
    let body = json!({"name": template.name, "language": {"code": template.language.replace('-', "_")}});
    let components = (!params.is_empty()).then(|| json!([{"type": "body", "parameters": params}]));
    let body = with(body, "components", components);
    json!({"type": "template", "template": body})
}

const HOURS: u64 = 24;
const TEXT_CHARS_MAX: u32 = 4_096;
const CAPTION_CHARS_MAX: u32 = 1_024;
const FILES_MAX: usize = 10;
