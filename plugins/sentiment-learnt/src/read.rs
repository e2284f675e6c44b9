//! A text as it is judged: in which language, in which pieces, and what the settings say of them.

use languages::{Guesser, LANGUAGES};
use pointsman_plugin::Interaction;
use words::{Token, tokens};

use crate::care::Care;
use crate::learnt::Tongue;
use crate::learnt::lexicon::Lexicon;
use crate::learnt::piece::{PIECES_MAX, Piece, pieces};
use crate::options::Options;

/// Bytes of a text that are looked at: enough for all pieces that are.
const TEXT_BYTES_MAX: usize = 16 * 1024;
/// Bytes of a subject that are looked at.
const SUBJECT_BYTES_MAX: usize = 1024;
/// An own phrase that stands in the text and decides alone.
#[derive(Clone, Copy, Debug)]
pub struct Decided<'a> {
    /// As the settings write it.
    pub entry: &'a str,
    /// The label.
    pub class: usize,
    /// First byte in the text, and first byte after it.
    pub place: (usize, usize),
}

/// What there is to judge.
#[derive(Clone, Debug)]
pub struct Text<'a> {
    /// The pieces of the subject, whose places are empty, then those of the text.
    pub pieces: Vec<Piece>,
    /// How each judged word is written in the lexicon or the settings; none for words that nobody judged.
    pub names: Vec<Option<&'a str>>,
    /// The language.
    pub tongue: Tongue,
    /// The first phrase that decides alone.
    pub decided: Option<Decided<'a>>,
}

/// The language of an interaction: what an earlier step found, else what the channel says, else a guess; `und` for none.
#[must_use]
pub fn language(interaction: &Interaction, guesser: &Guesser) -> &'static str {
    let found = interaction.signals.iter().rev().find(|signal| signal.name == "language").and_then(|signal| signal.value.as_text());
    let told = [found, interaction.language.as_deref()].into_iter().flatten().find_map(known);
    told.unwrap_or_else(|| {
        let guess = guesser.guess(cut(&interaction.text, TEXT_BYTES_MAX));
        let guess = guess.or_else(|| guesser.guess(cut(interaction.subject.as_deref().unwrap_or_default(), SUBJECT_BYTES_MAX)));
        // What has no words is read as English: faces and emoji are the same everywhere.
        guess.map_or("en", |guess| guess.best().0)
    })
}

/// The language of a tag, when it is one that is told apart.
fn known(tag: &str) -> Option<&'static str> {
    let primary = tag.split(['-', '_']).next().unwrap_or_default();
    LANGUAGES.into_iter().find(|language| *language != "und" && primary.eq_ignore_ascii_case(language))
}

impl<'a> Text<'a> {
    /// Reads subject and text.
    #[must_use]
    pub fn read(interaction: &'a Interaction, language: &str, (lexicon, care): (&Lexicon, &'a Care), options: &'a Options) -> Self {
        let subject = interaction.subject.as_deref().unwrap_or_default();
        let mut all: Vec<Token> = tokens(cut(subject, SUBJECT_BYTES_MAX));
        all.truncate(PIECES_MAX / 4);
        for token in &mut all {
            (token.start, token.end) = (0, 0);
        }
        all.extend(tokens(cut(&interaction.text, TEXT_BYTES_MAX)));
        all.truncate(PIECES_MAX);
        let mut read = Self { pieces: pieces(&all, lexicon), names: vec![None; all.len()], tongue: Tongue::of(language), decided: None };
        for (at, entry) in care.mark(&all, &mut read.pieces, read.tongue) {
            if let Some(name) = read.names.get_mut(at) {
                *name = Some(entry);
            }
        }
        read.weigh(&all, language, options);
        read.decided = (0..all.len()).find_map(|at| {
            let (length, decision) = options.overrides.longest(&all, at)?;
            let (start, end) = (all.get(at)?.start, all.get(at + length - 1)?.end);
            Some(Decided { entry: &decision.entry, class: decision.class, place: (start, end) })
        });
        read
    }

    /// Puts the settings' own weights in the place of what was learnt of these words.
    fn weigh(&mut self, tokens: &[Token], language: &str, options: &'a Options) {
        let own = options.own(language);
        let mut at = 0;
        while at < tokens.len() {
            let Some((length, weighed)) = own.longest(tokens, at) else {
                at += 1;
                continue;
            };
            for (piece, name) in self.pieces.iter_mut().zip(&mut self.names).skip(at).take(length) {
                piece.text.clear();
                piece.weights.fill(0.0);
                (piece.own, piece.phrase) = (Some(0.0), None);
                piece.place.1 = piece.place.0;
                *name = Some(&weighed.entry);
            }
            if let Some(first) = self.pieces.get_mut(at) {
                first.own = Some(weighed.points);
            }
            let end = tokens.get(at + length - 1).map(|token| token.end);
            if let (Some(first), Some(end)) = (self.pieces.get_mut(at), end) {
                first.place.1 = end;
            }
            at += length.max(1);
        }
    }
}

/// The beginning of a text, at most so many bytes of it.
fn cut(text: &str, bytes_max: usize) -> &str {
    let end = (0..=bytes_max.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    text.get(..end).unwrap_or_default()
}
