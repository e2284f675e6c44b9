//! Interactions as operators and tests write them: the JSON of `pointsman plugin call`, where every field may be missing.

use pointsman_plugin::{
    Attribute, Author, Customer, Engagement, Factor, Interaction, Kind, Priority, Reason, Signal, Situation, Trigger, Value, Visibility,
};
use serde_json::Value as Json;

use crate::{Fields, Findings};

/// Names of kinds, in the contract's order.
pub const KINDS: [(&str, Kind); 8] = [
    ("message", Kind::Message),
    ("comment", Kind::Comment),
    ("post", Kind::Post),
    ("mention", Kind::Mention),
    ("review", Kind::Review),
    ("lead", Kind::Lead),
    ("call", Kind::Call),
    ("other", Kind::Other),
];

/// Names of visibilities, in the contract's order.
pub const VISIBILITIES: [(&str, Visibility); 4] = [
    ("public", Visibility::Public),
    ("restricted", Visibility::Restricted),
    ("private", Visibility::Private),
    ("internal", Visibility::Internal),
];

/// The value of a name, or a mistake that lists the names.
pub fn named<T: Copy>(table: &[(&str, T)], what: &str, name: &str, path: &str, findings: &mut Findings) -> Option<T> {
    let found = table.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
    if found.is_none() {
        let known: Vec<&str> = table.iter().map(|(known, _)| *known).collect();
        findings.unknown(path, what, name, &known);
    }
    found
}

/// Reads an interaction.
pub fn interaction(value: &Json, path: &str, findings: &mut Findings) -> Interaction {
    let Some(fields) = Fields::of(value, path, findings) else { return Interaction::default() };
    let text = |name, findings: &mut Findings| plain(&fields, name, findings);
    let read = Interaction {
        id: text("id", findings).unwrap_or_default(),
        connector: text("connector", findings).unwrap_or_default(),
        channel: text("channel", findings).unwrap_or_default(),
        account: text("account", findings),
        conversation: text("conversation", findings).unwrap_or_default(),
        in_reply_to: text("in_reply_to", findings),
        kind: enumerated(&fields, "kind", &KINDS, findings),
        visibility: enumerated(&fields, "visibility", &VISIBILITIES, findings),
        author: fields.fields("author", findings).map(|fields| author(&fields, findings)),
        customer: fields.fields("customer", findings).map(|fields| customer(&fields, findings)),
        subject: text("subject", findings),
        text: text("text", findings).unwrap_or_default(),
        language: text("language", findings),
        attachments: Vec::new(),
        engagement: fields.fields("engagement", findings).map(|fields| engagement(&fields, findings)),
        rating: fields.number("rating", 0.0..=1.0, findings).map(single),
        occurred_at: whole(&fields, "occurred_at", findings).unwrap_or_default(),
        received_at: whole(&fields, "received_at", findings).unwrap_or_default(),
        signals: fields.list("signals", findings).iter().filter_map(|(path, value)| signal(value, path, findings)).collect(),
        attributes: attributes(&fields, findings),
        withheld: fields.texts("withheld", findings).unwrap_or_default().into_iter().map(|(_, text)| text.to_owned()).collect(),
    };
    fields.finish(findings);
    read
}

/// Reads a situation.
pub fn situation(value: &Json, path: &str, findings: &mut Findings) -> Situation {
    let Some(fields) = Fields::of(value, path, findings) else { return Situation::default() };
    let count = |name, findings: &mut Findings| {
        fields.whole(name, 0..=u32::MAX.into(), findings).and_then(|number| u32::try_from(number).ok()).unwrap_or_default()
    };
    let read = Situation {
        trigger: fields.value("trigger").map(|value| trigger(value, &fields.path("trigger"), findings)).unwrap_or_default(),
        now: whole(&fields, "now", findings).unwrap_or_default(),
        case_open: fields.flag("case_open", findings).unwrap_or_default(),
        queue: plain(&fields, "queue", findings),
        agent: plain(&fields, "agent", findings),
        previous_agent: plain(&fields, "previous_agent", findings),
        inbound_count: count("inbound_count", findings),
        unanswered_count: count("unanswered_count", findings),
        opened_at: whole(&fields, "opened_at", findings),
        last_reply_at: whole(&fields, "last_reply_at", findings),
        first_response_due_at: whole(&fields, "first_response_due_at", findings),
        resolution_due_at: whole(&fields, "resolution_due_at", findings),
        attributes: attributes(&fields, findings),
    };
    fields.finish(findings);
    read
}

/// Reads a priority: its score, and factors that may be left out.
pub fn priority(value: &Json, path: &str, findings: &mut Findings) -> Priority {
    let Some(fields) = Fields::of(value, path, findings) else { return Priority::default() };
    let score = fields.number("score", 0.0..=100.0, findings).map(single).unwrap_or_default();
    let factors = fields.list("factors", findings);
    let factors = factors.iter().filter_map(|(path, value)| factor(value, path, findings)).collect();
    fields.finish(findings);
    Priority { score, factors }
}

/// Reads the trigger of a situation: a name, or `{"timer": "name"}`, `{"breached": "name"}`, `{"other": "name"}`.
fn trigger(value: &Json, path: &str, findings: &mut Findings) -> Trigger {
    const PLAIN: [&str; 4] = ["arrived", "edited", "agent_replied", "reopened"];
    let named = value.as_object().and_then(|map| map.iter().next()).and_then(|(kind, name)| Some((kind.as_str(), name.as_str()?)));
    match (value.as_str(), named) {
        (Some("arrived"), _) => Trigger::Arrived,
        (Some("edited"), _) => Trigger::Edited,
        (Some("agent_replied"), _) => Trigger::AgentReplied,
        (Some("reopened"), _) => Trigger::Reopened,
        (_, Some(("timer", name))) => Trigger::Timer(name.to_owned()),
        (_, Some(("breached", name))) => Trigger::Breached(name.to_owned()),
        (_, Some(("other", name))) => Trigger::Other(name.to_owned()),
        (text, _) => {
            findings.unknown(path, "trigger", text.unwrap_or_default(), &PLAIN);
            Trigger::Arrived
        }
    }
}

fn author(fields: &Fields<'_>, findings: &mut Findings) -> Author {
    let read = Author {
        id: plain(fields, "id", findings).unwrap_or_default(),
        handle: plain(fields, "handle", findings),
        display_name: plain(fields, "display_name", findings),
        profile_url: plain(fields, "profile_url", findings),
        followers: whole(fields, "followers", findings),
        verified: fields.flag("verified", findings).unwrap_or_default(),
        bot: fields.flag("bot", findings).unwrap_or_default(),
        attributes: attributes(fields, findings),
    };
    fields.finish(findings);
    read
}

fn customer(fields: &Fields<'_>, findings: &mut Findings) -> Customer {
    let read = Customer {
        id: plain(fields, "id", findings).unwrap_or_default(),
        lifecycle: plain(fields, "lifecycle", findings),
        worth: fields.number("worth", 0.0..=1.0, findings).map(single),
        attributes: attributes(fields, findings),
    };
    fields.finish(findings);
    read
}

fn engagement(fields: &Fields<'_>, findings: &mut Findings) -> Engagement {
    let read = Engagement {
        likes: whole(fields, "likes", findings).unwrap_or_default(),
        replies: whole(fields, "replies", findings).unwrap_or_default(),
        shares: whole(fields, "shares", findings).unwrap_or_default(),
        views: whole(fields, "views", findings),
    };
    fields.finish(findings);
    read
}

fn signal(json: &Json, path: &str, findings: &mut Findings) -> Option<Signal> {
    let fields = Fields::of(json, path, findings)?;
    let name = fields.required_text("name", findings)?;
    let value = value(fields.value("value").unwrap_or(&Json::Null), &fields.path("value"), findings)?;
    let confidence = fields.number("confidence", 0.0..=1.0, findings).map(single);
    // What the host and other plugins add is of no use here, and allowed, so that a recorded signal can be pasted.
    for name in ["evidence", "reasons", "source"] {
        let _ = fields.value(name);
    }
    fields.finish(findings);
    Some(Signal { confidence, ..Signal::new(name, value) })
}

fn factor(json: &Json, path: &str, findings: &mut Findings) -> Option<Factor> {
    let fields = Fields::of(json, path, findings)?;
    let name = fields.required_text("name", findings)?.to_owned();
    let level = fields.number("level", 0.0..=1.0, findings).map(single).unwrap_or_default();
    let weight = fields.number("weight", 0.0..=100.0, findings).map(single).unwrap_or_default();
    let _ = fields.value("reason");
    fields.finish(findings);
    Some(Factor { name, level, weight, reason: Reason::default() })
}

fn attributes(fields: &Fields<'_>, findings: &mut Findings) -> Vec<Attribute> {
    let Some(inside) = fields.fields("attributes", findings) else { return Vec::new() };
    inside.all().filter_map(|(name, json)| Some(Attribute::new(name, value(json, &inside.path(name), findings)?))).collect()
}

/// Reads the value of an attribute, mark or signal.
pub fn value(json: &Json, path: &str, findings: &mut Findings) -> Option<Value> {
    match json {
        Json::String(text) => Some(text.as_str().into()),
        Json::Bool(flag) => Some((*flag).into()),
        Json::Number(_) => json.as_f64().map(Into::into),
        Json::Array(_) => {
            let texts = crate::fields::texts(json, path, findings);
            Some(Value::Texts(texts.into_iter().map(|(_, text)| text.to_owned()).collect()))
        }
        _ => {
            findings.add(path, "A text, a number, `true` or `false`, or a list of texts is expected.", "");
            None
        }
    }
}

fn plain(fields: &Fields<'_>, name: &'static str, findings: &mut Findings) -> Option<String> {
    let json = fields.value(name)?;
    if json.as_str().is_none() {
        return fields.text(name, findings).map(str::to_owned);
    }
    json.as_str().map(str::to_owned)
}

fn whole(fields: &Fields<'_>, name: &'static str, findings: &mut Findings) -> Option<u64> {
    fields.whole(name, 0..=u64::MAX, findings)
}

fn enumerated<T: Copy + Default>(fields: &Fields<'_>, name: &'static str, table: &[(&str, T)], findings: &mut Findings) -> T {
    let path = fields.path(name);
    fields.text(name, findings).and_then(|text| named(table, name, text, &path, findings)).unwrap_or_default()
}

/// A setting's number in the contract's precision.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "settings have few digits, and the contract has no more")]
pub fn single(number: f64) -> f32 {
    number as f32
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_what_is_there() {
        let mut findings = Findings::default();
        let json = json!({
            "text": "hi", "kind": "mention", "author": {"id": "a", "followers": 7, "verified": true}, "rating": 0.5,
            "signals": [{"name": "type", "value": "question", "source": "x"}], "attributes": {"order": "1", "tags": ["a", "b"]},
        });
        let read = interaction(&json, "", &mut findings);
        assert!(findings.is_empty(), "{findings:?}");
        assert_eq!((read.text.as_str(), read.kind, read.rating), ("hi", Kind::Mention, Some(0.5)));
        assert_eq!(read.author.as_ref().and_then(|author| author.followers), Some(7));
        assert_eq!(read.signal("type").and_then(|signal| signal.value.as_text()), Some("question"));
        assert_eq!(read.attribute("order").and_then(Value::as_text), Some("1"));
    }

    #[test]
    fn mistakes_have_their_place() {
        let mut findings = Findings::default();
        interaction(&json!({"txet": "hi", "kind": "mentoin", "author": {"id": 7}}), "/x", &mut findings);
        situation(&json!({"trigger": {"timr": "a"}}), "/y", &mut findings);
        let places: Vec<String> = findings.or(()).unwrap_err().into_iter().map(|problem| problem.path).collect();
        assert_eq!(places, ["/x/kind", "/x/author/id", "/x/txet", "/y/trigger"]);
    }
}
