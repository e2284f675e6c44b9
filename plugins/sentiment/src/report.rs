//! What was found, as signals with evidence and reasons.

use std::cmp::Ordering;

use pointsman_plugin::{Reason, Signal};

use crate::judge::{Finding, Hit};
use crate::options::Options;

/// The contract's limit.
const EVIDENCE_MAX: usize = 16;
/// Entries named in a reason.
const NAMED_MAX: usize = 6;

/// Every code that a reason may have.
pub const CODES: [&str; 9] =
    ["pleasing-words", "displeasing-words", "negated", "contrast", "asked", "emphasis", "sarcasm", "no-cue", "language-without-lexicon"];

/// How often the labels were right on the English training messages, by how far the score is beyond its threshold; README.md says what
/// that is worth elsewhere. Negative ones are rarer there, so a mild negative is wrong more often than right.
const RIGHT_POSITIVE: [(f32, f32); 6] = [(0.0, 0.47), (0.1, 0.62), (0.3, 0.71), (0.4, 0.8), (0.5, 0.86), (0.6, 0.95)];
const RIGHT_NEGATIVE: [(f32, f32); 6] = [(0.0, 0.31), (0.25, 0.46), (0.45, 0.55), (0.55, 0.62), (0.65, 0.75), (0.75, 0.85)];
const RIGHT_NEUTRAL: f32 = 0.6;
const RIGHT_UNREAD: f32 = 0.3;

/// The two signals.
pub(crate) fn signals(finding: &Finding, language: Option<&'static str>, options: &Options) -> Vec<Signal> {
    let score = finding.score();
    let label = label(score, options);
    let mut text = Signal::new("sentiment", label).confidence(confidence(score, label, language, options));
    for hit in strongest(finding) {
        text = text.evidence(hit.start..hit.end);
    }
    for reason in reasons(finding, language) {
        text = text.because(reason);
    }
    let number = Signal { name: "sentiment-score".to_owned(), value: rounded(score).into(), reasons: Vec::new(), ..text.clone() };
    vec![text, number]
}

fn label(score: f32, options: &Options) -> &'static str {
    if score >= options.positive {
        "positive"
    } else if score <= options.negative {
        "negative"
    } else {
        "neutral"
    }
}

fn confidence(score: f32, label: &str, language: Option<&str>, options: &Options) -> f32 {
    let (beyond, right) = match label {
        "positive" => (score - options.positive, RIGHT_POSITIVE),
        "negative" => (options.negative - score, RIGHT_NEGATIVE),
        _ if language.is_none() => return RIGHT_UNREAD,
        _ => return RIGHT_NEUTRAL,
    };
    right.iter().rev().find(|(from, _)| beyond >= *from).map_or(RIGHT_UNREAD, |(_, right)| *right)
}

/// The places of the strongest cues, in the text's order.
fn strongest(finding: &Finding) -> Vec<&Hit> {
    let mut hits: Vec<&Hit> = finding.hits.iter().filter(|hit| hit.end > hit.start).collect();
    hits.sort_by(|a, b| b.points.abs().partial_cmp(&a.points.abs()).unwrap_or(Ordering::Equal));
    hits.truncate(EVIDENCE_MAX);
    hits.sort_by_key(|hit| hit.start);
    hits
}

fn reasons(finding: &Finding, language: Option<&'static str>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if language.is_none() {
        reasons.push(Reason::new("language-without-lexicon", "There are no words for this language: only emoji and faces were read."));
    }
    if finding.hits.is_empty() {
        reasons.push(Reason::new("no-cue", "No word shows a feeling."));
        return reasons;
    }
    let named = |code: &str, start: &str, choose: &dyn Fn(&Hit) -> bool| {
        let words = entries(finding, choose);
        (!words.is_empty()).then(|| Reason::new(code, format!("{start}: {words}.")).with("words", words))
    };
    reasons.extend(named("pleasing-words", "What pleases", &|hit| hit.points > 0.0 && !hit.negated));
    reasons.extend(named("displeasing-words", "What displeases", &|hit| hit.points < 0.0 && !hit.negated && &*hit.entry != "sarcasm"));
    reasons.extend(named("negated", "Turned round by a negation", &|hit| hit.negated));
    for (there, code, text) in [
        (finding.contrast, "contrast", "What follows a \"but\" counts more."),
        (finding.asked, "asked", "What is asked counts less than what is said."),
        (finding.emphasis, "emphasis", "Emphasis adds weight."),
        (finding.sarcasm, "sarcasm", "A phrase that is praise in words only."),
    ] {
        if there {
            reasons.push(Reason::new(code, text));
        }
    }
    reasons
}

/// The lexicon's entries that were found, each once.
fn entries(finding: &Finding, choose: &dyn Fn(&Hit) -> bool) -> String {
    let mut names: Vec<&str> = Vec::new();
    for hit in finding.hits.iter().filter(|hit| choose(hit)) {
        if names.len() < NAMED_MAX && !names.contains(&&*hit.entry) {
            names.push(&hit.entry);
        }
    }
    names.join(", ")
}

/// Three digits: more would pretend a precision that is not there.
fn rounded(score: f32) -> f64 {
    (f64::from(score) * 1000.0).round() / 1000.0
}
