//! A text looked through once: every sign of urgency, with its place and what turns it.

use detector::{Calendar, Options as DetectorOptions, entities, number_of_day};
use pointsman_plugin::Interaction;
use words::{Kind as Piece, Token, guess, tokens};

use crate::cues::Kind;
use crate::options::Options;
use crate::time;
use crate::turn::{Turn, turn};

/// Bytes of a text that are looked at.
const TEXT_BYTES_MAX: usize = 16 * 1024;
/// Bytes of a subject that are looked at.
const SUBJECT_BYTES_MAX: usize = 1024;
/// Words of subject and text that are looked at.
const TOKENS_MAX: usize = 4096;
/// Longest quotation of the customer's words, in bytes.
const QUOTED_BYTES_MAX: usize = 48;
const DAY_MS: u64 = 86_400_000;

/// One sign of urgency, or of the contrary.
#[derive(Clone, Debug, PartialEq)]
pub struct Sign {
    /// What it says.
    pub kind: Kind,
    /// How strongly, from 0 to 1.
    pub strength: f32,
    /// Our entry, or the words of a time.
    pub words: String,
    /// First byte in the text, and first byte after it; the same for the subject.
    pub place: (usize, usize),
    /// What turns it.
    pub turn: Option<Turn>,
}

/// What there is to judge.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// All signs, in the text's order.
    pub signs: Vec<Sign>,
    /// There is a word, a number or an emoji.
    pub has_words: bool,
    /// It is in English or French, by an earlier step, the channel, or its small words; none when nothing tells.
    pub known: Option<bool>,
}

impl Text {
    /// Reads subject and text.
    #[must_use]
    pub fn read(interaction: &Interaction, options: &Options) -> Self {
        let subject = cut(interaction.subject.as_deref().unwrap_or_default(), SUBJECT_BYTES_MAX);
        let text = cut(&interaction.text, TEXT_BYTES_MAX);
        let mut all = tokens(subject);
        // A phrase does not run from the subject into the text.
        all.extend(tokens("\n"));
        for token in &mut all {
            (token.start, token.end) = (0, 0);
        }
        all.extend(tokens(text));
        all.truncate(TOKENS_MAX);
        let mut signs = spoken(&all, options);
        signs.extend(dated(interaction, text, &all));
        signs.extend(emphasis(&all));
        signs.sort_by_key(|sign| sign.place);
        let has_words = all.iter().any(|token| matches!(token.kind, Piece::Word | Piece::Number | Piece::Emoji));
        Self { signs, has_words, known: is_known(interaction, &all) }
    }
}

/// English or French.
fn is_known(interaction: &Interaction, tokens: &[Token]) -> Option<bool> {
    let found = interaction.signal("language").and_then(|signal| signal.value.as_text()).filter(|language| *language != "und");
    let told = found.or(interaction.language.as_deref()).map(|tag| tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase());
    told.map(|language| matches!(language.as_str(), "en" | "fr")).or_else(|| guess(tokens).map(|_| true))
}

/// Words and times; the longest at each place.
fn spoken(tokens: &[Token], options: &Options) -> Vec<Sign> {
    let mut signs = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let cue = options.words.longest(tokens, at);
        let time =
            time::at(tokens, at).filter(|(length, _, _)| cue.is_none_or(|(longest, cue)| *length > longest && cue.kind != Kind::Own));
        let (length, sign) = match (time, cue) {
            (Some((length, kind, strength)), _) => (length, Some((kind, strength, quoted(tokens, at, length)))),
            (None, Some((length, cue))) => (length, Some((cue.kind, cue.strength, cue.entry.to_string()))),
            (None, None) => (1, None),
        };
        if let Some((kind, strength, words)) = sign.filter(|(kind, _, _)| *kind != Kind::Nothing) {
            signs.push(Sign { kind, strength, words, place: place(tokens, at, length), turn: turn(tokens, at, kind) });
        }
        at += length.max(1);
    }
    signs
}

fn place(tokens: &[Token], at: usize, length: usize) -> (usize, usize) {
    let end = tokens.get(at + length.saturating_sub(1)).map_or(0, |token| token.end);
    tokens.get(at).map_or((0, 0), |token| (token.start, end.max(token.start)))
}

fn quoted(tokens: &[Token], at: usize, length: usize) -> String {
    let words: Vec<&str> = tokens.iter().skip(at).take(length).map(|token| token.folded.as_str()).collect();
    cut(&words.join(" "), QUOTED_BYTES_MAX).to_owned()
}

/// Dates by which something has to be done, when it is known when it was said.
fn dated(interaction: &Interaction, text: &str, tokens: &[Token]) -> Vec<Sign> {
    if interaction.occurred_at == 0 || !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return Vec::new();
    }
    let calendar = Calendar { month_first: false, said_at: Some(interaction.occurred_at) };
    let options = DetectorOptions { kinds: vec![detector::Kind::Date], ..DetectorOptions::default() };
    let today = i64::try_from(interaction.occurred_at / DAY_MS).unwrap_or_default();
    let mut signs = Vec::new();
    for date in entities(text, &options, calendar, interaction.language.as_deref().unwrap_or_default()) {
        let Some(days) = day_of(&date.normal).map(|day| day - today) else { continue };
        let before = tokens.partition_point(|token| token.start < date.start);
        if !(0..=366).contains(&days) || !is_due(tokens, before) {
            continue;
        }
        let hours = u32::try_from(days).unwrap_or_default().saturating_mul(24);
        let words = date.normal;
        signs.push(Sign { kind: Kind::Deadline, strength: time::strength_ahead(hours), words, place: (date.start, date.end), turn: None });
    }
    signs
}

/// Days since 1970 of `2026-03-12`.
fn day_of(date: &str) -> Option<i64> {
    let mut parts = date.split('-').map(|part| part.parse::<u32>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    Some(number_of_day(year, month, day))
}

/// A word before this token says that something is due then, or what happens then cannot wait.
fn is_due(tokens: &[Token], at: usize) -> bool {
    (1..=4).filter_map(|back| at.checked_sub(back)).any(|word| {
        let event = matches!(
            tokens.get(word).map_or("", |token| &token.folded),
            "flight"
                | "wedding"
                | "exam"
                | "interview"
                | "surgery"
                | "trip"
                | "leaving"
                | "vol"
                | "mariage"
                | "examen"
                | "entretien"
                | "depart"
                | "pars"
                | "partons"
                | "demenage"
                | "limite"
        );
        event || time::is_by(tokens, word)
    })
}

/// Three exclamation marks in a row, or more.
fn emphasis(tokens: &[Token]) -> Option<Sign> {
    let start = tokens.windows(3).position(|three| three.iter().all(|token| token.is_mark("!")))?;
    Some(Sign { kind: Kind::Emphasis, strength: 0.12, words: "!!!".to_owned(), place: place(tokens, start, 3), turn: None })
}

/// The beginning of a text, at most so many bytes of it.
fn cut(text: &str, bytes_max: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes_max)).unwrap_or_default()
}
