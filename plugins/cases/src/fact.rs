//! What connectors read, in the JSON of `pointsman plugin call`.

use pointsman_plugin::{Attachment, Author, Content, Delivery, Event, Fact, Header, Item, Note, Reception, Refusal, Response};
use serde_json::{Value as Json, json};

use crate::json::attributes;

/// A delivery from its JSON: `method` (`POST` when absent), `url`, `headers`, and `body`, which may be a text or any other value.
#[must_use]
pub fn delivery(json: &Json) -> Delivery {
    let text = |value: &Json, name: &str| value.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
    let headers = json.get("headers").and_then(Json::as_array).into_iter().flatten();
    let body = match json.get("body") {
        None => String::new(),
        Some(Json::String(body)) => body.clone(),
        Some(body) => body.to_string(),
    };
    Delivery {
        method: json.get("method").and_then(Json::as_str).unwrap_or("POST").to_owned(),
        url: text(json, "url"),
        headers: headers.map(|header| Header { name: text(header, "name"), value: text(header, "value").into_bytes() }).collect(),
        body: body.into_bytes(),
        attributes: Vec::new(),
    }
}

/// What a webhook gives back: the reception, or `{"refusal": …}`.
#[must_use]
pub fn received(outcome: &Result<Reception, Refusal>) -> Json {
    match outcome {
        Ok(reception) => self::reception(reception),
        Err(refusal) => json!({"refusal": self::refusal(refusal)}),
    }
}

/// A reception.
#[must_use]
pub fn reception(reception: &Reception) -> Json {
    json!({
        "answer": response(&reception.answer), "facts": reception.facts.iter().map(fact).collect::<Vec<_>>(),
        "pointers": reception.pointers.iter().map(pointer).collect::<Vec<_>>(),
    })
}

/// A pointer.
fn pointer(pointer: &pointsman_plugin::Pointer) -> Json {
    json!({"id": pointer.id, "attributes": attributes(&pointer.attributes)})
}

/// A refusal.
#[must_use]
pub fn refusal(refusal: &Refusal) -> Json {
    match refusal {
        Refusal::Malformed(why) => json!({"malformed": why}),
        Refusal::Unsupported(why) => json!({"unsupported": why}),
    }
}

/// An answer of HTTP; its body as text.
#[must_use]
pub fn response(response: &Response) -> Json {
    let headers = response.headers.iter().map(|header| json!({"name": header.name, "value": String::from_utf8_lossy(&header.value)}));
    json!({"status": response.status, "headers": headers.collect::<Vec<_>>(), "body": String::from_utf8_lossy(&response.body)})
}

/// A fact.
#[must_use]
pub fn fact(fact: &Fact) -> Json {
    json!({"account": fact.account, "dedup_key": fact.dedup_key, "event": event(&fact.event)})
}

fn event(event: &Event) -> Json {
    match event {
        Event::Said(said) => json!({"said": item(said)}),
        Event::Edited(edited) => json!({"edited": item(edited)}),
        Event::Removed(removal) => json!({"removed": {
            "source_id": removal.source_id, "actor": actor(removal.actor.as_ref()), "occurred_at": removal.occurred_at,
        }}),
        Event::Reacted(reaction) => json!({"reacted": {
            "source_id": reaction.source_id, "target": reaction.target, "name": reaction.name, "added": reaction.added,
            "actor": actor(reaction.actor.as_ref()), "occurred_at": reaction.occurred_at,
        }}),
        Event::Receipt(receipt) => json!({"receipt": {
            "source_id": receipt.source_id, "target": receipt.target, "progress": word(receipt.progress), "detail": receipt.detail,
            "actor": actor(receipt.actor.as_ref()), "conversation": receipt.conversation, "occurred_at": receipt.occurred_at,
        }}),
        Event::System(system) => json!({"system": note(system)}),
        Event::Unsupported(unsupported) => json!({"unsupported": note(unsupported)}),
    }
}

fn item(item: &Item) -> Json {
    let engagement = item.engagement.as_ref().map(|engagement| {
        json!({"likes": engagement.likes, "replies": engagement.replies, "shares": engagement.shares, "views": engagement.views})
    });
    json!({
        "source_id": item.source_id, "kind": word(item.kind), "visibility": word(item.visibility), "direction": word(item.direction),
        "conversation": item.conversation, "in_reply_to": item.in_reply_to, "order_key": item.order_key,
        "author": actor(item.author.as_ref()), "subject": item.subject, "text": item.text, "markup": item.markup,
        "language": item.language, "attachments": item.attachments.iter().map(attachment).collect::<Vec<_>>(),
        "engagement": engagement, "rating": item.rating, "occurred_at": item.occurred_at, "attributes": attributes(&item.attributes),
    })
}

fn note(note: &Note) -> Json {
    json!({
        "source_id": note.source_id, "name": note.name, "text": note.text, "actor": actor(note.actor.as_ref()),
        "conversation": note.conversation, "visibility": note.visibility.map(word), "occurred_at": note.occurred_at,
        "attributes": attributes(&note.attributes),
    })
}

fn actor(author: Option<&Author>) -> Json {
    let Some(author) = author else { return Json::Null };
    json!({
        "id": author.id, "handle": author.handle, "display_name": author.display_name, "profile_url": author.profile_url,
        "followers": author.followers, "verified": author.verified, "bot": author.bot, "attributes": attributes(&author.attributes),
    })
}

fn attachment(attachment: &Attachment) -> Json {
    let content = match &attachment.content {
        Content::RawRange((start, length)) => json!({"raw_range": [start, length]}),
        Content::Url(url) => json!({"url": url}),
        Content::Reference(id) => json!({"reference": id}),
    };
    json!({
        "media_type": attachment.media_type, "content": content, "name": attachment.name, "size_bytes": attachment.size_bytes,
        "description": attachment.description,
    })
}

/// The name of a case without data: generated types show it as `Kind::Message`.
fn word(case: impl std::fmt::Debug) -> String {
    let shown = format!("{case:?}");
    shown.rsplit("::").next().unwrap_or(&shown).to_lowercase()
}
