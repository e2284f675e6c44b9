//! Labelled texts, in pieces.

use std::path::Path;

use anyhow::{Context as _, Result};
use languages::{Guesser, LANGUAGES};
use sentiment_learnt::learnt::piece::Piece;

use crate::corpus::{csv_rows, rows};

/// A labelled text.
#[derive(Debug)]
pub(crate) struct Example {
    pub(crate) pieces: Vec<Piece>,
    pub(crate) class: usize,
    /// The task whose classes these are: 0 is sentiment.
    pub(crate) task: usize,
    pub(crate) weight: f32,
}

/// Labelled texts to measure with.
#[derive(Debug)]
pub(crate) struct Set {
    pub(crate) name: String,
    pub(crate) english: bool,
    /// In a language that `language` does not tell apart: learnt from, and measured, but no more.
    pub(crate) strange: bool,
    pub(crate) examples: Vec<Example>,
}

/// Everything that is learnt from and measured with.
#[derive(Debug)]
pub(crate) struct Data {
    /// English tweets with their sentiment.
    pub(crate) english: Vec<Example>,
    /// Tweets in other languages with their sentiment.
    pub(crate) others: Vec<Example>,
    /// English texts with other labels: what words mean is learnt from them too.
    pub(crate) tasks: Vec<Example>,
    /// How many classes each task has.
    pub(crate) classes: Vec<usize>,
    pub(crate) checks: Vec<Set>,
}

const LABELS: [&str; 3] = ["negative", "neutral", "positive"];
/// French first: its rows count so much more.
const FRENCH_WEIGHT: f32 = 3.0;
/// So do the rows of an own file.
const OWN_WEIGHT: f32 = 3.0;
/// A quarter of the newest tweets is kept to validate with.
const KEPT: &str = "2016test";

pub(crate) fn read(folder: &Path, whole: bool, pieces: &dyn Fn(&str) -> Vec<Piece>) -> Result<Data> {
    let example = |text: &str, class: usize, weight: f32| Example { pieces: pieces(text), class, task: 0, weight };
    let class = |label: &str| LABELS.iter().position(|known| *known == label);
    let mut data = Data { english: Vec::new(), others: Vec::new(), tasks: Vec::new(), classes: vec![LABELS.len()], checks: Vec::new() };
    let mut kept = Vec::new();
    for (at, row) in rows(folder, "semeval_sentiment_train", &["label", "part", "text"])?.iter().enumerate() {
        let [label, part, text] = row.as_slice() else { continue };
        let Some(class) = class(label) else { continue };
        let place = if !whole && part == KEPT && at % 4 == 0 { &mut kept } else { &mut data.english };
        place.push(example(text, class, 1.0));
    }
    let validation = rows(folder, "semeval_sentiment_val", &["label", "text"])?;
    let validation = validation.iter().filter_map(|row| Some(example(row.get(1)?, class(row.first()?)?, 1.0))).collect();
    data.checks.push(Set { name: "English, SemEval validation".to_owned(), english: true, strange: false, examples: validation });
    data.checks.push(Set { name: "English, kept part of 2016".to_owned(), english: true, strange: false, examples: kept });
    others(folder, &mut data, &example, &class)?;
    tasks(folder, &mut data, pieces)?;
    Ok(data)
}

/// Adds the rows of an own file, each tenth of which is kept to validate with.
pub(crate) fn own(file: &Path, data: &mut Data, guesser: &Guesser, pieces: &dyn Fn(&str) -> Vec<Piece>) -> Result<()> {
    let mut kept = Set { name: format!("{}, kept part", file.display()), english: true, strange: false, examples: Vec::new() };
    for (at, row) in csv_rows(file, &["label", "text"])?.into_iter().enumerate() {
        let [label, text] = row.as_slice() else { continue };
        let class = LABELS.iter().position(|known| known == label);
        let class = class.with_context(|| format!("{}, row {}: `{label}` is none of {LABELS:?}", file.display(), at + 1))?;
        let example = Example { pieces: pieces(text), class, task: 0, weight: OWN_WEIGHT };
        let english = guesser.guess(text).is_none_or(|guess| guess.best().0 == "en");
        match (at % 10, english) {
            (9, true) => kept.examples.push(example),
            (_, true) => data.english.push(example),
            (_, false) => data.others.push(example),
        }
    }
    data.checks.push(kept);
    Ok(())
}

fn others(
    folder: &Path,
    data: &mut Data,
    example: &dyn Fn(&str, usize, f32) -> Example,
    class: &dyn Fn(&str) -> Option<usize>,
) -> Result<()> {
    for (name, learnt) in [("umsab_train", true), ("umsab_val", false)] {
        for row in rows(folder, name, &["lang", "label", "text"])? {
            let [language, label, text] = row.as_slice() else { continue };
            let Some(class) = class(label) else { continue };
            // Its English rows are in the other set's validation part.
            if language == "en" {
                continue;
            }
            let example = example(text, class, if language == "fr" { FRENCH_WEIGHT } else { 1.0 });
            if learnt {
                data.others.push(example);
                continue;
            }
            let name = format!("UMSAB validation, {language}");
            match data.checks.iter_mut().find(|set| set.name == name) {
                Some(set) => set.examples.push(example),
                None => data.checks.push(Set {
                    name,
                    english: false,
                    strange: !LANGUAGES.contains(&language.as_str()),
                    examples: vec![example],
                }),
            }
        }
    }
    Ok(())
}

fn tasks(folder: &Path, data: &mut Data, pieces: &dyn Fn(&str) -> Vec<Piece>) -> Result<()> {
    let sets = [
        ("tweeteval_emotion_train", "label", 0.5),
        ("tweeteval_offensive_train", "label", 0.5),
        ("tweeteval_irony_train", "label", 0.5),
        ("goemotions_train", "labels", 0.4),
    ];
    for (name, column, weight) in sets {
        let rows = rows(folder, name, &[column, "text"])?;
        let labelled: Vec<(&str, &str)> = rows.iter().filter_map(|row| Some((row.first()?.as_str(), row.get(1)?.as_str()))).collect();
        let single: Vec<_> = labelled.into_iter().filter(|(label, _)| !label.contains(',')).collect();
        let mut labels: Vec<&str> = single.iter().map(|(label, _)| *label).collect();
        labels.sort_unstable();
        labels.dedup();
        let task = data.classes.len();
        for (label, text) in single {
            let class = labels.binary_search(&label).unwrap_or_default();
            data.tasks.push(Example { pieces: pieces(text), class, task, weight });
        }
        data.classes.push(labels.len());
    }
    Ok(())
}
