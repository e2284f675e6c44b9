//! What a rule does beside its disposition.

use pointsman_plugin::{Answer, Attribute, Effect, Notice, Value};
use serde_json::Value as Json;
use settings::{Fields, Findings, value};

use crate::tongue::Tongue;

/// The contract's limit.
const EFFECTS_MAX: usize = 16;
const MINUTE_MS: u64 = 60_000;
/// A year.
const MINUTES_MAX: u64 = 366 * 24 * 60;

/// An effect as configured.
#[derive(Clone, Debug)]
pub(crate) enum Prepared {
    /// In the customer's language.
    Answer(Tongue, bool),
    Notify(String, String),
    Timer(String, u64),
    Mark(String, Value),
}

impl Prepared {
    /// For an interaction in this language.
    pub(crate) fn effect(&self, language: Option<&str>) -> Effect {
        match self {
            Self::Answer(text, private) => {
                Effect::Answer(Answer { text: text.for_language(language).to_owned(), private: *private, attributes: Vec::new() })
            }
            Self::Notify(recipient, text) => Effect::Notify(Notice { recipient: recipient.clone(), text: text.clone() }),
            Self::Timer(name, after_ms) => Effect::Timer((name.clone(), *after_ms)),
            Self::Mark(name, value) => Effect::Mark(Attribute::new(name.clone(), value.clone())),
        }
    }
}

/// The effects of a rule's `then`.
pub(crate) fn effects(then: &Fields<'_>, findings: &mut Findings) -> Vec<Prepared> {
    let items = then.list("effects", findings);
    if items.len() > EFFECTS_MAX {
        findings.add(&then.path("effects"), format!("{} effects are too many.", items.len()), format!("At most {EFFECTS_MAX}."));
    }
    items.iter().filter_map(|(path, item)| effect(item, path, findings)).collect()
}

fn effect(item: &Json, path: &str, findings: &mut Findings) -> Option<Prepared> {
    let fields = Fields::of(item, path, findings)?;
    let mut all: Vec<Prepared> = Vec::new();
    if let Some(answer) = fields.fields("answer", findings) {
        let text = Tongue::read(&answer, "text", findings);
        if !answer.has("text") {
            findings.add(&answer.path("text"), "`text` is missing.", "Add `text`.");
        }
        let private = answer.flag("private", findings).unwrap_or(false);
        answer.finish(findings);
        all.extend(text.map(|text| Prepared::Answer(text, private)));
    }
    if let Some(notify) = fields.fields("notify", findings) {
        let (recipient, text) = (notify.required_text("recipient", findings), notify.required_text("text", findings));
        notify.finish(findings);
        all.extend(recipient.zip(text).map(|(recipient, text)| Prepared::Notify(recipient.to_owned(), text.to_owned())));
    }
    if let Some(timer) = fields.fields("timer", findings) {
        let (name, after) = (timer.required_text("name", findings), timer.whole("after_minutes", 1..=MINUTES_MAX, findings));
        if !timer.has("after_minutes") {
            findings.add(&timer.path("after_minutes"), "`after_minutes` is missing.", "Add `after_minutes`.");
        }
        timer.finish(findings);
        all.extend(name.zip(after).map(|(name, minutes)| Prepared::Timer(name.to_owned(), minutes * MINUTE_MS)));
    }
    if let Some(mark) = fields.fields("mark", findings) {
        let name = mark.required_text("name", findings);
        let given = match mark.value("value") {
            Some(json) => value(json, &mark.path("value"), findings),
            None => Some(Value::Flag(true)),
        };
        mark.finish(findings);
        all.extend(name.zip(given).map(|(name, value)| Prepared::Mark(name.to_owned(), value)));
    }
    fields.finish(findings);
    if fields.all().count() != 1 {
        findings.add(path, "An effect is one of `answer`, `notify`, `timer` and `mark`.", "Write each effect as its own table.");
    }
    all.into_iter().next()
}
