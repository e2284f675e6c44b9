//! Lexicons that people made, as one table of judgements.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use compact::{Draft, Grid, Model, Vocabulary};
use sentiment_learnt::learnt::lexicon::{Lexicon, SOURCES, WORD};

use super::Sources;

/// Reads all of them, adds them to the draft and gives them as the plugin will read them.
pub(crate) fn build(sources: &Sources, draft: &mut Draft) -> Result<Lexicon> {
    let mut judged: BTreeMap<String, [f32; SOURCES]> = BTreeMap::new();
    let mut add = |source: usize, word: &str, weight: f32| {
        let word: String = words::fold(word).chars().filter(|c| !matches!(c, '\'' | '’')).collect();
        if let Some(place) = judged.entry(word).or_default().get_mut(source) {
            *place = weight.clamp(-1.0, 1.0);
        }
    };
    lines(&sources.vader, "\t", 4.0, |word, weight| add(0, word, weight))?;
    lines(&sources.afinn, "\t", 5.0, |word, weight| add(1, word, weight))?;
    lines(&sources.vader_fr, "->", 4.0, |word, weight| add(2, word, weight))?;
    for (sign, weight) in signs(&sources.vader)? {
        add(0, &sign, weight);
        add(2, &sign, weight);
    }
    for (word, weight) in french_polarity(&sources.textblob_fr)? {
        add(3, &word, weight);
    }
    // Phrases are no words: the tokeniser never gives them.
    judged.retain(|word, _| !word.contains(' ') && !word.is_empty());
    let feature = |word: &String| WORD.with(word.as_bytes()).feature();
    let vocabulary = Vocabulary::new(judged.keys().map(feature));
    let mut cells = vec![0.0; vocabulary.len() * SOURCES];
    for (word, weights) in &judged {
        let row = vocabulary.row(feature(word)).unwrap_or_default();
        cells.iter_mut().skip(row * SOURCES).zip(weights).for_each(|(cell, weight)| *cell = *weight);
    }
    let deviation =
        (cells.iter().map(|cell| cell * cell).sum::<f32>() / f32::from(u16::try_from(cells.len() / 64).unwrap_or(u16::MAX)) / 64.0).sqrt();
    let grid = Grid { most: 7, deviations: 1.0 / deviation.max(f32::MIN_POSITIVE) };
    let mut alone = Draft::default();
    for draft in [draft, &mut alone] {
        draft.vocabulary("judged", &vocabulary);
        draft.table("judgements", u16::try_from(SOURCES).unwrap_or_default(), &cells, grid);
    }
    let model = Model::read(&alone.finish())?;
    println!("{} judged words", vocabulary.len());
    Ok(Lexicon::new(vocabulary, model.table("judgements")?.clone()))
}

fn lines(path: &Path, between: &str, most: f32, mut each: impl FnMut(&str, f32)) -> Result<()> {
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    for line in text.lines() {
        let Some((word, rest)) = line.split_once(between) else { continue };
        if let Some(weight) = rest.split('\t').next().and_then(|weight| weight.trim().parse::<f32>().ok()) {
            each(word, weight / most);
        }
    }
    Ok(())
}

/// Emoji: our own judgement of the usual ones, and of the others the sum of the words that describe them, as the list beside the English lexicon
/// does.
fn signs(vader: &Path) -> Result<BTreeMap<String, f32>> {
    let mut words: BTreeMap<String, f32> = BTreeMap::new();
    lines(vader, "\t", 4.0, |word, weight| {
        words.insert(word.to_owned(), weight);
    })?;
    let described = vader.with_file_name("emoji_utf8_lexicon.txt");
    let text = std::fs::read_to_string(&described).with_context(|| format!("reading {}", described.display()))?;
    let mut found = BTreeMap::new();
    for (sign, words_of) in text.lines().filter_map(|line| line.split_once('\t')) {
        let sign = sign.trim_end_matches('\u{fe0f}');
        let weight: f32 = words_of.split_whitespace().filter_map(|word| words.get(word)).sum();
        if weight != 0.0 && sign.chars().count() == 1 {
            found.insert(sign.to_owned(), weight);
        }
    }
    for line in include_str!("signs.txt").lines().filter(|line| !line.starts_with('#')) {
        let mut entries = line.split_whitespace();
        let weight = entries.next().and_then(|weight| weight.parse::<f32>().ok()).unwrap_or_default() / 4.0;
        found.extend(entries.map(|sign| (sign.to_owned(), weight)));
    }
    Ok(found)
}

/// Of `<word form="…" polarity="…" …/>` the middle of each form's polarities.
fn french_polarity(path: &Path) -> Result<Vec<(String, f32)>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let mut found: BTreeMap<String, (f32, f32)> = BTreeMap::new();
    let attribute = |line: &str, name: &str| {
        let (_, rest) = line.split_once(&format!("{name}=\""))?;
        Some(rest.split_once('"')?.0.to_owned())
    };
    for line in text.lines().filter(|line| line.contains("<word ")) {
        if let (Some(form), Some(polarity)) =
            (attribute(line, "form"), attribute(line, "polarity").and_then(|text| text.parse::<f32>().ok()))
        {
            let (sum, count) = found.entry(form).or_default();
            *sum += polarity;
            *count += 1.0;
        }
    }
    Ok(found.into_iter().map(|(form, (sum, count))| (form, sum / count)).collect())
}
