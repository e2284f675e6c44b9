//! The signal: one number, the words that made it, and why.

use pointsman_plugin::{Reason, Signal};

use crate::cues::Kind;
use crate::options::Options;
use crate::read::{Sign, Text};
use crate::turn::Turn;

/// The contract's limits.
const EVIDENCE_MAX: usize = 16;
const REASONS_MAX: usize = 8;
/// Words named in a reason.
const NAMED_MAX: usize = 4;
/// What further signs of one kind count beside the strongest.
const FURTHER: f32 = 0.3;
/// What is left of a sign that is only supposed.
const SUPPOSED: f32 = 0.4;

/// Every code that a reason may have.
pub const CODES: [&str; 17] = [
    "safety",
    "fraud",
    "haste",
    "deadline",
    "outage",
    "legal",
    "repetition",
    "waiting",
    "own-words",
    "emphasis",
    "calm",
    "settled",
    "negated",
    "supposed",
    "no-cue",
    "no-words",
    "another-language",
];

/// The signal of a text.
pub(crate) fn signal(text: &Text, options: &Options) -> Signal {
    let turned = |turn: Option<Turn>| text.signs.iter().filter(move |sign| sign.turn == turn);
    let mut levels: Vec<(Kind, f32)> = Vec::new();
    for (_, kind) in Kind::URGENT {
        let level = together(text.signs.iter().filter(|sign| sign.kind == kind)) * options.weight(kind);
        if level > 0.0 {
            levels.push((kind, level));
        }
    }
    let calmed = turned(None).any(|sign| sign.kind == Kind::Calm) || turned(Some(Turn::Negated)).any(|sign| sign.kind == Kind::Haste);
    let settled = turned(None).any(|sign| sign.kind == Kind::Settled);
    let left = levels.iter().fold(1.0_f32, |left, (kind, level)| {
        let harm = matches!(kind, Kind::Safety | Kind::Fraud);
        let calm = if calmed && !harm { 0.4 } else { 1.0 };
        let over = if settled { 0.4 } else { 1.0 };
        left * (1.0 - level * calm * over)
    });
    let value = (1.0 - left).clamp(0.0, 1.0);
    levels.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let mut signal = Signal::new("urgency", rounded(value)).confidence(confidence(text, &levels, calmed || settled));
    for (start, end) in evidence(text) {
        signal = signal.evidence(start..end);
    }
    for reason in reasons(text, &levels) {
        signal = signal.because(reason);
    }
    signal
}

/// The strongest sign in full, the others for a part.
fn together<'a>(signs: impl Iterator<Item = &'a Sign>) -> f32 {
    let mut strengths: Vec<f32> = signs.map(counted).filter(|strength| *strength > 0.0).collect();
    strengths.sort_by(|one, other| other.total_cmp(one));
    let left =
        strengths.iter().enumerate().fold(1.0, |left, (at, strength)| left * (1.0 - if at == 0 { *strength } else { strength * FURTHER }));
    1.0 - left
}

/// What a sign counts, turned or not.
fn counted(sign: &Sign) -> f32 {
    match sign.turn {
        None => sign.strength,
        Some(Turn::Supposed) => sign.strength * SUPPOSED,
        Some(Turn::Negated) => 0.0,
    }
}

/// How sure it is: no measured share, but lower where less speaks for it.
fn confidence(text: &Text, levels: &[(Kind, f32)], turned: bool) -> f32 {
    if !text.has_words {
        return 0.0;
    }
    let clear = levels.iter().any(|(_, level)| *level >= 0.7);
    let sure = match levels.len() {
        0 => 0.6_f32,
        1 if clear => 0.7,
        1 => 0.55,
        _ if clear => 0.8,
        _ => 0.65,
    };
    let supposed = text.signs.iter().any(|sign| sign.turn.is_some());
    let sure = if turned || supposed { sure - 0.15 } else { sure };
    match text.known {
        Some(true) => sure,
        None => sure.min(0.5),
        Some(false) => sure.min(0.25),
    }
}

/// The strongest signs' places in the text, in its order, without overlaps.
fn evidence(text: &Text) -> Vec<(usize, usize)> {
    let mut signs: Vec<&Sign> = text.signs.iter().filter(|sign| sign.place.1 > sign.place.0).collect();
    signs.sort_by(|one, other| other.strength.total_cmp(&one.strength));
    signs.truncate(EVIDENCE_MAX);
    let mut places: Vec<(usize, usize)> = signs.into_iter().map(|sign| sign.place).collect();
    places.sort_unstable();
    places.dedup();
    places
}

fn reasons(text: &Text, levels: &[(Kind, f32)]) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let said = |turn: Option<Turn>, kind: Option<Kind>| {
        let fits = |sign: &&Sign| sign.turn == turn && kind.is_none_or(|kind| sign.kind == kind);
        named(text.signs.iter().filter(fits))
    };
    if !text.has_words {
        reasons.push(Reason::new("no-words", "There is nothing to read."));
        return reasons;
    }
    // What takes urgency away comes first, so that it is never left out.
    for (code, start, words) in [
        ("negated", "It is said not to be so", said(Some(Turn::Negated), None)),
        ("supposed", "It is only supposed", said(Some(Turn::Supposed), None)),
        ("calm", "It can wait", said(None, Some(Kind::Calm))),
        ("settled", "It is over", said(None, Some(Kind::Settled))),
    ] {
        if !words.is_empty() {
            reasons.push(Reason::new(code, format!("{start}: {words}.")).with("words", words));
        }
    }
    for (kind, level) in levels {
        let words = said(None, Some(*kind));
        if !words.is_empty() {
            let (code, start) = sentence(*kind);
            reasons.push(Reason::new(code, format!("{start}: {words}.")).with("words", words).with("level", rounded(*level)));
        }
    }
    if levels.is_empty() && reasons.is_empty() {
        reasons.push(Reason::new("no-cue", "Nothing makes haste."));
    }
    if text.known == Some(false) {
        reasons.truncate(REASONS_MAX - 1);
        reasons.push(Reason::new("another-language", "It knows English and French only."));
    }
    reasons.truncate(REASONS_MAX);
    reasons
}

fn named<'a>(signs: impl Iterator<Item = &'a Sign>) -> String {
    let mut words: Vec<&str> = Vec::new();
    for sign in signs {
        if words.len() < NAMED_MAX && !words.contains(&sign.words.as_str()) {
            words.push(&sign.words);
        }
    }
    words.join(", ")
}

fn sentence(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Safety => ("safety", "People or homes may come to harm"),
        Kind::Fraud => ("fraud", "A card is lost, or money or an identity is being stolen"),
        Kind::Haste => ("haste", "It is said to be urgent"),
        Kind::Deadline => ("deadline", "It has to be done by a time"),
        Kind::Outage => ("outage", "Something has stopped"),
        Kind::Legal => ("legal", "It speaks of lawyers, authorities or the press"),
        Kind::Repetition => ("repetition", "It was said before"),
        Kind::Waiting => ("waiting", "Somebody has been waiting"),
        Kind::Emphasis => ("emphasis", "It is said with emphasis"),
        _ => ("own-words", "The settings call it urgent"),
    }
}

/// Two digits: more would pretend a precision that is not there.
fn rounded(level: f32) -> f64 {
    (f64::from(level) * 100.0).round() / 100.0
}
