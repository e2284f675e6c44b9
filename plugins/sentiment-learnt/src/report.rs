//! What was found, as signals with evidence and reasons.

use pointsman_plugin::{Reason, Signal};

use crate::learnt::piece::Piece;
use crate::learnt::{CLASSES, Learnt, Opinion, Tongue};
use crate::options::{LABELS, Options};
use crate::read::{Decided, Text};

/// The contract's limit.
const EVIDENCE_MAX: usize = 16;
/// Words named in a reason.
const NAMED_MAX: usize = 6;
/// A word that moves less than this part of what the strongest does is no evidence.
const PART_MIN: f32 = 0.3;
/// A word that moves less than this is none either.
const MOVE_MIN: f32 = 0.12;
const NEUTRAL: usize = 1;

/// Every code that a reason may have.
pub const CODES: [&str; 9] =
    ["pleasing-words", "displeasing-words", "negated", "own-words", "decided", "no-cue", "not-sure", "no-words", "another-language"];

/// A label with what there is to say for it.
struct Verdict<'a> {
    class: usize,
    confidence: f32,
    score: f32,
    moves: Vec<(usize, f32)>,
    reasons: Vec<Reason>,
    text: &'a Text<'a>,
}

/// The two signals.
pub(crate) fn signals(text: &Text<'_>, learnt: &Learnt, options: &Options) -> Vec<Signal> {
    let opinion = learnt.opinion(&text.pieces, text.tongue);
    let moves = strongest(text, &learnt.moves(&text.pieces, text.tongue));
    let mut verdict = Verdict { class: NEUTRAL, confidence: 0.0, score: opinion.score, moves, reasons: Vec::new(), text };
    verdict.judge(&opinion, options);
    verdict.explain();
    verdict.signals()
}

impl Verdict<'_> {
    fn judge(&mut self, opinion: &Opinion, options: &Options) {
        if let Some(decided) = self.text.decided {
            (self.class, self.confidence) = (decided.class, 1.0);
            self.score = match decided.class {
                NEUTRAL => 0.0,
                0 => self.score.min(-0.5),
                _ => self.score.max(0.5),
            };
            return;
        }
        if self.text.pieces.is_empty() {
            (self.confidence, self.score) = (1.0, 0.0);
            return;
        }
        self.class = label(opinion, options);
        self.confidence = opinion.probabilities.get(self.class).copied().unwrap_or_default();
        if self.class != NEUTRAL && self.confidence < options.confidence_min {
            self.class = NEUTRAL;
            self.confidence = opinion.probabilities.get(NEUTRAL).copied().unwrap_or_default();
            self.reasons.push(Reason::new("not-sure", "It is not sure enough to be anything but neutral."));
        }
    }

    fn explain(&mut self) {
        if let Some(Decided { entry, .. }) = self.text.decided {
            self.reasons.push(Reason::new("decided", format!("The settings decide it by: {entry}.")).with("words", entry));
            return;
        }
        if self.text.pieces.is_empty() {
            self.reasons.push(Reason::new("no-words", "There is nothing to read."));
            return;
        }
        let before = self.reasons.len();
        let own = |piece: &Piece| piece.own.is_some_and(|own| own != 0.0);
        let judged = |piece: &Piece| !own(piece) && (piece.phrase.is_some() || piece.weights.iter().any(|weight| *weight != 0.0));
        let turned = |piece: &Piece| piece.negated && piece.phrase.is_none();
        self.name("pleasing-words", "What pleases", &|piece, moved| judged(piece) && !turned(piece) && moved > 0.0);
        self.name("displeasing-words", "What displeases", &|piece, moved| judged(piece) && !turned(piece) && moved < 0.0);
        self.name("negated", "Beside a negation", &|piece, _| judged(piece) && turned(piece));
        self.name("own-words", "What the settings weigh", &|piece, _| own(piece));
        if self.moves.is_empty() && self.reasons.len() == before {
            self.reasons.push(Reason::new("no-cue", "No word stands out; the text as a whole sounds like it."));
        }
        if self.text.tongue == Tongue::Other {
            self.reasons.push(Reason::new("another-language", "It learnt less of this language than of English and French."));
        }
    }

    /// Names words that people have judged: a lexicon's, or the settings', never one that only this customer wrote.
    fn name(&mut self, code: &str, start: &str, fits: &dyn Fn(&Piece, f32) -> bool) {
        let mut named: Vec<&str> = Vec::new();
        for (at, moved) in &self.moves {
            let Some(piece) = self.text.pieces.get(*at).filter(|piece| fits(piece, *moved)) else { continue };
            let name = self.text.names.get(*at).copied().flatten().unwrap_or(&piece.text);
            if named.len() < NAMED_MAX && !named.contains(&name) {
                named.push(name);
            }
        }
        if !named.is_empty() {
            let words = named.join(", ");
            self.reasons.push(Reason::new(code, format!("{start}: {words}.")).with("words", words));
        }
    }

    fn signals(self) -> Vec<Signal> {
        let label = LABELS.get(self.class).copied().unwrap_or("neutral");
        let mut signal = Signal::new("sentiment", label).confidence(self.confidence.clamp(0.0, 1.0));
        let moved = self.moves.iter().filter_map(|(at, _)| self.text.pieces.get(*at)).map(|piece| piece.place);
        let places: Vec<(usize, usize)> = self.text.decided.map_or_else(|| moved.collect(), |decided| vec![decided.place]);
        for (start, end) in places.into_iter().filter(|(start, end)| end > start) {
            signal = signal.evidence(start..end);
        }
        for reason in self.reasons {
            signal = signal.because(reason);
        }
        let number =
            Signal { name: "sentiment-score".to_owned(), value: rounded(self.score).into(), reasons: Vec::new(), ..signal.clone() };
        vec![signal, number]
    }
}

fn label(opinion: &Opinion, options: &Options) -> usize {
    if let Some((negative, positive)) = options.thresholds {
        return match opinion.score {
            score if score >= positive => 2,
            score if score <= negative => 0,
            _ => NEUTRAL,
        };
    }
    let biased: [f32; CLASSES] =
        std::array::from_fn(|at| opinion.logs.get(at).copied().unwrap_or_default() + options.bias.get(at).copied().unwrap_or_default());
    compact::best(&biased)
}

/// The pieces that move most, in the text's order.
fn strongest(text: &Text<'_>, moves: &[f32]) -> Vec<(usize, f32)> {
    let own = |at: usize| text.pieces.get(at).is_some_and(|piece| piece.own.is_some_and(|own| own != 0.0));
    let most = moves.iter().fold(0.0_f32, |most, moved| most.max(moved.abs()));
    let least = (most * PART_MIN).max(MOVE_MIN);
    let taken_out = |at: usize| text.pieces.get(at).is_some_and(|piece| piece.own.or(piece.phrase) == Some(0.0));
    let enough = |(at, moved): &(usize, f32)| own(*at) || moved.abs() >= least && !taken_out(*at);
    let mut found: Vec<(usize, f32)> = moves.iter().copied().enumerate().filter(enough).collect();
    // At most some dozen go, so that no sorting is needed.
    while found.len() > EVIDENCE_MAX {
        let weakest = found.iter().enumerate().min_by(|(_, (_, one)), (_, (_, other))| one.abs().total_cmp(&other.abs()));
        let Some((at, _)) = weakest else { break };
        found.remove(at);
    }
    found
}

/// Three digits: more would pretend a precision that is not there.
fn rounded(score: f32) -> f64 {
    (f64::from(score) * 1000.0).round() / 1000.0
}
