//! Conditions read from the settings.

use std::ops::RangeInclusive;

use serde_json::Value as Json;
use settings::{Fields, Findings, KINDS, VISIBILITIES, named};

use crate::condition::{Condition, Phrase, Range, Wanted};
use crate::phrases::PhraseBook;

/// The kinds of triggers that conditions may name.
const TRIGGERS: [&str; 7] = ["arrived", "edited", "agent_replied", "reopened", "timer", "breached", "other"];
const SENTIMENTS: [&str; 3] = ["positive", "neutral", "negative"];

/// The conditions of a rule's `when`.
pub(crate) fn conditions(when: &Fields<'_>, book: &mut PhraseBook, findings: &mut Findings) -> Vec<Condition> {
    let mut all = Vec::new();
    all.extend(names(when, "channel", findings).map(Condition::Channel));
    all.extend(names(when, "connector", findings).map(Condition::Connector));
    all.extend(names(when, "account", findings).map(Condition::Account));
    all.extend(picks(when, "kind", &KINDS, findings).map(Condition::Kind));
    all.extend(picks(when, "visibility", &VISIBILITIES, findings).map(Condition::Visibility));
    all.extend(names(when, "language", findings).map(Condition::Language));
    all.extend(phrases(when, "text_any", book, findings).map(Condition::TextAny));
    all.extend(phrases(when, "text_all", book, findings).map(Condition::TextAll));
    all.extend(phrases(when, "text_none", book, findings).map(Condition::TextNone));
    all.extend(
        known(when, "sentiment", &SENTIMENTS, findings).map(|names| Condition::Signal("sentiment".to_owned(), Wanted::Texts(names))),
    );
    all.extend(wanted(when, "signals", findings).into_iter().map(|(name, wanted)| Condition::Signal(name, wanted)));
    all.extend(wanted(when, "attributes", findings).into_iter().map(|(name, wanted)| Condition::Attribute(name, wanted)));
    all.extend(range(when, "priority", 0.0..=100.0, findings).map(Condition::Priority));
    all.extend(when.number("rating_max", 0.0..=1.0, findings).map(Condition::RatingMax));
    customer(when, &mut all, findings);
    author(when, &mut all, findings);
    situation(when, &mut all, findings);
    when.finish(findings);
    all
}

fn customer(when: &Fields<'_>, all: &mut Vec<Condition>, findings: &mut Findings) {
    let Some(customer) = when.fields("customer", findings) else { return };
    all.extend(customer.flag("known", findings).map(Condition::Known));
    all.extend(names(&customer, "lifecycle", findings).map(Condition::Lifecycle));
    all.extend(range(&customer, "worth", 0.0..=1.0, findings).map(Condition::Worth));
    customer.finish(findings);
}

fn author(when: &Fields<'_>, all: &mut Vec<Condition>, findings: &mut Findings) {
    let Some(author) = when.fields("author", findings) else { return };
    all.extend(author.whole("followers_min", 1..=u64::MAX, findings).map(Condition::FollowersMin));
    all.extend(author.flag("bot", findings).map(Condition::Bot));
    all.extend(author.flag("verified", findings).map(Condition::Verified));
    author.finish(findings);
}

fn situation(when: &Fields<'_>, all: &mut Vec<Condition>, findings: &mut Findings) {
    let Some(situation) = when.fields("situation", findings) else { return };
    if let Some(texts) = situation.texts("trigger", findings) {
        for (path, text) in &texts {
            let kind = text.split(':').next().unwrap_or(text);
            if !TRIGGERS.contains(&kind) {
                findings.unknown(path, "trigger", text, &TRIGGERS);
            }
        }
        all.push(Condition::Trigger(texts.into_iter().map(|(_, text)| text.to_owned()).collect()));
    }
    let least = situation.whole("unanswered_min", 1..=u32::MAX.into(), findings);
    all.extend(least.and_then(|least| u32::try_from(least).ok()).map(Condition::UnansweredMin));
    all.extend(situation.flag("case_open", findings).map(Condition::CaseOpen));
    situation.finish(findings);
}

fn names(fields: &Fields<'_>, name: &'static str, findings: &mut Findings) -> Option<Vec<String>> {
    Some(fields.texts(name, findings)?.into_iter().map(|(_, text)| text.to_owned()).collect())
}

fn known(fields: &Fields<'_>, name: &'static str, all: &[&str], findings: &mut Findings) -> Option<Vec<String>> {
    let texts = fields.texts(name, findings)?;
    for (path, text) in texts.iter().filter(|(_, text)| !all.contains(text)) {
        findings.unknown(path, name, text, all);
    }
    Some(texts.into_iter().map(|(_, text)| text.to_owned()).collect())
}

fn picks<T: Copy>(
    fields: &Fields<'_>,
    name: &'static str,
    table: &'static [(&'static str, T)],
    findings: &mut Findings,
) -> Option<Vec<(&'static str, T)>> {
    let texts = fields.texts(name, findings)?;
    let pick = |(path, text): &(String, &str)| {
        named(table, name, text, path, findings)?;
        table.iter().find(|(known, _)| known == text).copied()
    };
    Some(texts.iter().filter_map(pick).collect())
}

fn phrases(fields: &Fields<'_>, name: &'static str, book: &mut PhraseBook, findings: &mut Findings) -> Option<Vec<Phrase>> {
    let mut all = Vec::new();
    for (path, text) in fields.texts(name, findings)? {
        match book.add(text) {
            Some(id) => all.push(Phrase { text: text.to_owned(), id }),
            None => {
                findings.add(&path, format!("`{text}` has no word in it."), "Write a word, a phrase, an emoji, or a beginning with `*`.")
            }
        }
    }
    Some(all)
}

fn wanted(fields: &Fields<'_>, name: &'static str, findings: &mut Findings) -> Vec<(String, Wanted)> {
    let Some(inside) = fields.fields(name, findings) else { return Vec::new() };
    let read = |(name, value): (&str, &Json)| {
        let path = inside.path(name);
        let wanted = match value {
            Json::Bool(flag) => Wanted::Flag(*flag),
            Json::Object(_) => {
                let fields = Fields::of(value, &path, findings)?;
                Wanted::Range(ends(&fields, &(f64::MIN..=f64::MAX), findings)?)
            }
            Json::String(_) | Json::Array(_) => {
                let texts = settings::texts(value, &path, findings);
                Wanted::Texts(texts.into_iter().map(|(_, text)| text.to_owned()).collect())
            }
            _ => {
                findings.add(&path, "A text, a list of texts, `true` or `false`, or a range is expected.", "A range is `{ min = 0.7 }`.");
                return None;
            }
        };
        Some((name.to_owned(), wanted))
    };
    inside.all().filter_map(read).collect()
}

fn range(fields: &Fields<'_>, name: &'static str, limits: RangeInclusive<f64>, findings: &mut Findings) -> Option<Range> {
    let inside = fields.fields(name, findings)?;
    ends(&inside, &limits, findings)
}

fn ends(fields: &Fields<'_>, limits: &RangeInclusive<f64>, findings: &mut Findings) -> Option<Range> {
    let range = Range { min: fields.number("min", limits.clone(), findings), max: fields.number("max", limits.clone(), findings) };
    let path = fields.place();
    match (range.min, range.max) {
        (Some(min), Some(max)) if min > max => findings.add(path, format!("Nothing is from {min} to {max}."), "Swap `min` and `max`."),
        (None, None) if !fields.has("min") && !fields.has("max") => findings.add(path, "The range has no end.", "Add `min` or `max`."),
        _ => {}
    }
    fields.finish(findings);
    Some(range)
}
