//! What plugins say, in the JSON of `pointsman plugin call`.

use pointsman_plugin::{Attribute, Disposition, Effect, Priority, Reason, Routing, Signal, Target, Value};
use serde_json::{Map, Value as Json, json};

/// Signals.
#[must_use]
pub fn signals(signals: &[Signal]) -> Json {
    signals
        .iter()
        .map(|signal| {
            let evidence: Vec<Json> = signal.evidence.iter().map(|span| json!({"start": span.start, "end": span.end})).collect();
            json!({
                "name": signal.name, "value": value(&signal.value), "confidence": signal.confidence, "evidence": evidence,
                "reasons": signal.reasons.iter().map(reason).collect::<Vec<_>>(),
            })
        })
        .collect()
}

/// A priority.
#[must_use]
pub fn priority(priority: &Priority) -> Json {
    let factors: Vec<Json> = priority
        .factors
        .iter()
        .map(|factor| json!({"name": factor.name, "level": factor.level, "weight": factor.weight, "reason": reason(&factor.reason)}))
        .collect();
    json!({"score": priority.score, "factors": factors})
}

/// A routing.
#[must_use]
pub fn routing(routing: &Routing) -> Json {
    let disposition = match &routing.disposition {
        Disposition::Assign(assignment) => json!({"assign": {
            "targets": assignment.targets.iter().map(target).collect::<Vec<_>>(),
            "service_level": {
                "first_response_ms": assignment.service_level.first_response_ms,
                "resolution_ms": assignment.service_level.resolution_ms,
            },
        }}),
        Disposition::Hold(queue) => json!({"hold": queue}),
        Disposition::File => json!("file"),
    };
    json!({
        "disposition": disposition,
        "effects": routing.effects.iter().map(effect).collect::<Vec<_>>(),
        "reasons": routing.reasons.iter().map(reason).collect::<Vec<_>>(),
    })
}

fn target(target: &Target) -> Json {
    let skills: Vec<Json> =
        target.skills.iter().map(|skill| json!({"name": skill.name, "level": skill.level, "drop_after_ms": skill.drop_after_ms})).collect();
    json!({"queue": target.queue, "skills": skills, "preferred_agent": target.preferred_agent, "timeout_ms": target.timeout_ms})
}

fn effect(effect: &Effect) -> Json {
    match effect {
        Effect::Answer(answer) => {
            json!({"answer": {"text": answer.text, "private": answer.private, "attributes": attributes(&answer.attributes)}})
        }
        Effect::Notify(notice) => json!({"notify": {"recipient": notice.recipient, "text": notice.text}}),
        Effect::Timer((name, after_ms)) => json!({"timer": {"name": name, "after_ms": after_ms}}),
        Effect::Mark(mark) => json!({"mark": {"name": mark.name, "value": value(&mark.value)}}),
    }
}

fn reason(reason: &Reason) -> Json {
    json!({"code": reason.code, "params": attributes(&reason.params), "text": reason.text})
}

pub(crate) fn attributes(attributes: &[Attribute]) -> Json {
    Json::Object(attributes.iter().map(|attribute| (attribute.name.clone(), value(&attribute.value))).collect::<Map<_, _>>())
}

fn value(value: &Value) -> Json {
    match value {
        Value::Text(text) => json!(text),
        Value::Number(number) => json!(number),
        Value::Flag(flag) => json!(flag),
        Value::Texts(texts) => json!(texts),
    }
}

/// Attributes from their JSON.
pub(crate) fn attributes_of(json: &Json) -> Vec<Attribute> {
    let named = |(name, value): (&String, &Json)| {
        let value = match value {
            Json::String(text) => Value::Text(text.clone()),
            Json::Bool(flag) => Value::Flag(*flag),
            Json::Array(texts) => Value::Texts(texts.iter().filter_map(Json::as_str).map(str::to_owned).collect()),
            other => Value::Number(other.as_f64()?),
        };
        Some(Attribute { name: name.clone(), value })
    };
    json.as_object().into_iter().flatten().filter_map(named).collect()
}
