//! Interactions: commands, buttons, forms. Source: Discord's "Receiving and responding to interactions".

use lenient::{attribute, fingerprint, id, list, object, text};
use pointsman_plugin::{Attribute, Fact, Item, Kind, Note, Reception, Response, Visibility};
use serde_json::{Value, json};

use crate::author::{actor, time_of};
use crate::message::about;
use crate::settings::Settings;

/// Whether the body is an interaction, which alone has a token to answer with.
pub(crate) fn is(body: &Value) -> bool {
    text(body, "token").is_some() && body.get("type").is_some_and(Value::is_u64) && object(body, "event").is_none()
}

/// What an interaction tells, and what Discord hears within its three seconds.
pub(crate) fn reception(body: &Value, settings: &Settings) -> Reception {
    let (facts, answer) = match lenient::count(body, "type") {
        PING => (Vec::new(), json!({"type": 1})),
        COMMAND => (vec![command(body)], promise(settings)),
        // A press changes nothing that is seen.
        COMPONENT => (vec![Fact::system(pressed(body))], json!({"type": 6})),
        AUTOCOMPLETE => (vec![Fact::system(note(body, "autocomplete"))], json!({"type": 8, "data": {"choices": []}})),
        FORM => (vec![form(body)], promise(settings)),
        other => (vec![Fact::unsupported(note(body, &format!("interaction-type-{other}")))], promise(settings)),
    };
    let facts = facts.into_iter().map(|fact| keyed(fact, body, settings)).collect();
    let answer = Response::new(200).body("application/json", answer.to_string());
    Reception { answer, ..Reception::of(facts) }
}

fn promise(settings: &Settings) -> Value {
    let data = if settings.public_answers { json!({}) } else { json!({"flags": EPHEMERAL}) };
    json!({"type": 5, "data": data})
}

fn keyed(fact: Fact, body: &Value, settings: &Settings) -> Fact {
    let id = id(body, "id").unwrap_or_else(|| fingerprint(body.to_string().as_bytes()));
    let fact = about(fact.dedup_key(format!("interaction:{id}")), settings);
    Fact { account: fact.account.or_else(|| lenient::id(body, "application_id")), ..fact }
}

/// `/order number:1001`, or what somebody chose from the menu of a message or a person.
fn command(body: &Value) -> Fact {
    let name = text(body, "/data/name").unwrap_or_default();
    match lenient::count(body, "/data/type") {
        MENU_OF_USER => Fact::system(Note { text: Some(name.to_owned()), ..note(body, "user-command") }),
        MENU_OF_MESSAGE => {
            let target = id(body, "/data/target_id");
            let messages = body.pointer("/data/resolved/messages").cloned().unwrap_or_default();
            let about = target.as_deref().and_then(|id| text(messages.get(id)?, "content").map(str::to_owned)).unwrap_or_default();
            said(body, Item { subject: Some(name.to_owned()), in_reply_to: target, ..Item::new("", about) })
        }
        _ => {
            let mut words = format!("/{name}");
            options(list(body, "/data/options"), &mut words, 0);
            said(body, Item::new("", words))
        }
    }
}

/// Options nest twice: a group, a command of it, its options.
fn options(options: &[Value], words: &mut String, depth: usize) {
    for option in options.iter().take(OPTIONS_MAX) {
        let name = text(option, "name").unwrap_or_default();
        let value = option.get("value").and_then(|value| value.as_str().map(str::to_owned).or_else(|| Some(value.to_string())));
        words.push_str(&value.map_or_else(|| format!(" {name}"), |value| format!(" {name}:{value}")));
        if depth < 2 {
            self::options(list(option, "options"), words, depth + 1);
        }
    }
}

/// A form: what was typed, line by line.
fn form(body: &Value) -> Fact {
    let mut lines = Vec::new();
    typed(list(body, "/data/components"), &mut lines, 0);
    let item = Item { subject: text(body, "/data/custom_id").map(str::to_owned), ..Item::new("", lines.join("\n")) };
    said(body, item)
}

fn typed(components: &[Value], lines: &mut Vec<String>, depth: usize) {
    for component in components.iter().take(OPTIONS_MAX) {
        lines.extend(text(component, "value").map(str::to_owned));
        if depth < 3 {
            typed(list(component, "components"), lines, depth + 1);
            typed(component.get("component").map(std::slice::from_ref).unwrap_or_default(), lines, depth + 1);
        }
    }
}

fn pressed(body: &Value) -> Note {
    let values = list(body, "/data/values").iter().filter_map(Value::as_str).take(OPTIONS_MAX).collect::<Vec<_>>().join(", ");
    let pressed = text(body, "/data/custom_id").unwrap_or_default();
    let words = if values.is_empty() { pressed.to_owned() } else { format!("{pressed}: {values}") };
    Note { text: Some(words), ..note(body, "component") }
}

fn said(body: &Value, item: Item) -> Fact {
    let Some(source_id) = id(body, "id") else { return Fact::unsupported(note(body, "interaction")) };
    let item = Item {
        kind: Kind::Message,
        visibility: Visibility::Private,
        conversation: id(body, "channel_id"),
        author: actor(body),
        language: text(body, "locale").map(str::to_owned),
        occurred_at: time_of(&source_id),
        attributes: attributes(body),
        source_id,
        ..item
    };
    Fact::said(item.bounded())
}

fn note(body: &Value, name: &str) -> Note {
    let source_id = id(body, "id");
    Note {
        actor: actor(body),
        conversation: id(body, "channel_id"),
        visibility: Some(Visibility::Private),
        occurred_at: source_id.as_deref().and_then(time_of),
        attributes: attributes(body),
        source_id,
        ..Note::new(name)
    }
}

/// What an answer needs.
fn attributes(body: &Value) -> Vec<Attribute> {
    const FIELDS: [(&str, &str); 5] = [
        ("interaction-token", "token"),
        ("application-id", "application_id"),
        ("guild-id", "guild_id"),
        ("target-id", "/data/target_id"),
        ("command", "/data/name"),
    ];
    FIELDS.iter().filter_map(|(name, place)| Some(attribute(name, id(body, place)?))).collect()
}

const PING: u64 = 1;
const COMMAND: u64 = 2;
const COMPONENT: u64 = 3;
const AUTOCOMPLETE: u64 = 4;
const FORM: u64 = 5;
const MENU_OF_USER: u64 = 2;
const MENU_OF_MESSAGE: u64 = 3;
const OPTIONS_MAX: usize = 25;
/// Only who asked sees it.
pub(crate) const EPHEMERAL: u64 = 1 << 6;
