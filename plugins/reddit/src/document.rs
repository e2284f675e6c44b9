//! Any document of the API, told apart by its shape.

use lenient::{at, list, text};
use pointsman_plugin::{Fact, Note};
use serde_json::Value;

use crate::settings::Settings;
use crate::{modmail, thing};

/// What a document tells, in its own order: a listing, several of them (a post and its comments), things, modmail.
pub(crate) fn facts(document: &Value, settings: &Settings) -> Vec<Fact> {
    let mut found = Vec::new();
    read(document, settings, 0, &mut found);
    found.truncate(FACTS_MAX);
    found
}

fn read(document: &Value, settings: &Settings, depth: usize, found: &mut Vec<Fact>) {
    // Trees of comments are some ten deep; documents that are deeper are made to hurt.
    if depth > DEPTH_MAX || found.len() >= FACTS_MAX {
        return;
    }
    if let Value::Array(parts) = document {
        return parts.iter().for_each(|part| read(part, settings, depth + 1, found));
    }
    if at(document, "conversations").or(at(document, "conversation")).is_some() && at(document, "messages").is_some() {
        return found.extend(modmail::facts(document, settings));
    }
    let data = at(document, "data").unwrap_or(&Value::Null);
    match text(document, "kind") {
        Some("Listing") => list(data, "children").iter().for_each(|child| read(child, settings, depth + 1, found)),
        Some(kind @ ("t1" | "t3" | "t4")) => {
            found.extend(thing::fact(kind, data, settings));
            if let Some(replies) = at(data, "replies").filter(|replies| replies.is_object()) {
                read(replies, settings, depth + 1, found);
            }
        }
        // Where a tree goes on; accounts, subreddits, awards; lists of people; pages.
        Some("more" | "t2" | "t5" | "t6" | "UserList" | "wikipage" | "LabeledMulti" | "KarmaList" | "TrophyList") => {}
        Some(kind) => found.push(unknown(kind, document)),
        // What our own calls are answered.
        None => list(document, "/json/data/things").iter().for_each(|thing| read(thing, settings, depth + 1, found)),
    }
}

fn unknown(kind: &str, document: &Value) -> Fact {
    let digest = lenient::fingerprint(document.to_string().as_bytes());
    Fact::unsupported(Note::new(kind.chars().take(64).collect::<String>())).dedup_key(format!("unsupported:{digest}"))
}

const DEPTH_MAX: usize = 200;
const FACTS_MAX: usize = 1_000;
