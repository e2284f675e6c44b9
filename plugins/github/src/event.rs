//! What a delivery tells. Source: GitHub's "Webhook events and payloads".

use lenient::{fingerprint, id, object, text, time};
use pointsman_plugin::{Fact, Note, Removal, Visibility};
use serde_json::Value;

use crate::Settings;
use crate::item::{author, item};

/// What a delivery tells; nothing for GitHub's look at the address. `name` and `delivery` are from the headers.
pub(crate) fn fact(body: &Value, name: Option<&str>, delivery: Option<&str>, settings: &Settings) -> Option<Fact> {
    let name = name.unwrap_or_else(|| shape(body));
    if name == "ping" {
        return None;
    }
    let told = spoken(body, name, settings).and_then(|(subject, root)| match text(body, "action")? {
        "created" | "opened" | "submitted" => item(body, subject, root, settings).map(Fact::said),
        "edited" => item(body, subject, root, settings).map(|item| {
            let at = time(subject, "updated_at").or(item.occurred_at);
            let key = format!("edited:{}:{}", item.source_id, text(subject, "updated_at").unwrap_or_default());
            Fact::edited(pointsman_plugin::Item { occurred_at: at, ..item }).dedup_key(key)
        }),
        "deleted" => removed(body, subject),
        _ => None,
    });
    let fact = told.unwrap_or_else(|| happened(body, name, delivery));
    Some(Fact { account: text(body, "/repository/full_name").or_else(|| text(body, "/organization/login")).map(str::to_owned), ..fact })
}

/// What was said, and below what.
fn spoken<'a>(body: &'a Value, name: &str, settings: &Settings) -> Option<(&'a Value, Option<&'a Value>)> {
    let (subject, root) = match name {
        "discussion" => ("discussion", None),
        "discussion_comment" => ("comment", Some("discussion")),
        "issues" => ("issue", None),
        "issue_comment" if settings.pull_requests || object(body, "/issue/pull_request").is_none() => ("comment", Some("issue")),
        "commit_comment" => ("comment", None),
        "pull_request" if settings.pull_requests => ("pull_request", None),
        "pull_request_review" if settings.pull_requests && text(body, "/review/body").is_some() => ("review", Some("pull_request")),
        "pull_request_review_comment" if settings.pull_requests => ("comment", Some("pull_request")),
        _ => return None,
    };
    Some((object(body, subject)?, root.and_then(|root| object(body, root))))
}

/// The event's name by what the body holds.
fn shape(body: &Value) -> &'static str {
    let has = |name: &str| object(body, name).is_some();
    match () {
        () if text(body, "zen").is_some() => "ping",
        () if has("discussion") && has("comment") => "discussion_comment",
        () if has("discussion") => "discussion",
        () if has("issue") && has("comment") => "issue_comment",
        () if has("issue") => "issues",
        () if has("pull_request") && has("review") => "pull_request_review",
        () if has("pull_request") && has("comment") => "pull_request_review_comment",
        () if has("pull_request") => "pull_request",
        () if text(body, "/comment/commit_id").is_some() => "commit_comment",
        () => "",
    }
}

fn removed(body: &Value, subject: &Value) -> Option<Fact> {
    let source_id = id(subject, "node_id").or_else(|| id(subject, "id"))?;
    let key = format!("removed:{source_id}");
    let actor = object(body, "sender").and_then(author);
    // Not told when: `updated_at` is when it was last changed.
    Some(Fact::removed(Removal { source_id, actor, occurred_at: None }).dedup_key(key))
}

/// Everything else: labels, locks, moves, stars, pushes.
fn happened(body: &Value, name: &str, delivery: Option<&str>) -> Fact {
    let subject = ["issue", "discussion", "pull_request"].iter().find_map(|place| object(body, place));
    let action = text(body, "action").unwrap_or_default();
    let full = [name, action].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(".");
    let private = lenient::flag(body, "/repository/private");
    let note = Note {
        text: ["/label/name", "/discussion/category/name", "/milestone/title"]
            .iter()
            .find_map(|place| text(body, place))
            .map(str::to_owned),
        actor: object(body, "sender").and_then(author),
        conversation: subject.and_then(|subject| id(subject, "node_id")),
        visibility: Some(if private { Visibility::Restricted } else { Visibility::Public }),
        occurred_at: subject.and_then(|subject| time(subject, "updated_at")),
        ..Note::new(if full.is_empty() { "document".to_owned() } else { full.chars().take(64).collect() })
    };
    let known = !name.is_empty() || (object(body, "repository").is_some() && object(body, "sender").is_some());
    let fact = if known { Fact::system(note) } else { Fact::unsupported(note) };
    // Delivered again by hand, it has the same id.
    let key = delivery.map(str::to_owned).unwrap_or_else(|| fingerprint(body.to_string().as_bytes()));
    fact.dedup_key(format!("delivery:{key}"))
}
