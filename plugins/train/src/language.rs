//! Training of `language`: from tweets whose language is known, and from word lists for the rest: short texts, and languages without tweets.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use compact::{Draft, Feature, Grid};
use languages::features::{of_word, words};
use languages::{Guesser, LANGUAGES};

use crate::Options;
use crate::corpus::rows;
use crate::learner::Learner;
use crate::measure::{accuracy, calibration_error};
use crate::random::Random;
use crate::wordfreq::{Words, list};

const RATE: f32 = 0.15;
/// Frequencies are raised to this, so that rare words are drawn too.
const TEMPER: f64 = 0.6;
/// Five levels: coarser than that costs accuracy, finer brings none.
const GRID: Grid = Grid { most: 2, deviations: 2.0 };
/// How many words of a list make a text.
const LENGTHS: [usize; 8] = [1, 1, 2, 2, 2, 3, 4, 6];
/// Languages that stand for all others.
const OTHERS: [&str; 16] = ["pl", "sv", "tr", "ro", "ca", "id", "da", "fi", "cs", "hu", "nb", "sh", "lt", "lv", "ms", "is"];
/// A word of another language does not count when it is that frequent, against it, in one that is told apart.
const SHARED: f64 = 0.02;

/// How large a model is, and how long it learns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    row_bits: u8,
    steps: u32,
}

impl Plan {
    const ALONE: Self = Self { row_bits: 15, steps: 3_000_000 };
    /// For classifiers that only need to know which of their models to ask.
    pub(crate) const INSIDE: Self = Self { row_bits: 13, steps: 1_500_000 };
}

/// Trains, writes the model and prints what it reaches.
pub(crate) fn train(options: &Options) -> Result<()> {
    let mut draft = Draft::default();
    add(options, Plan::ALONE, &mut draft)?;
    let bytes = draft.finish();
    std::fs::write(&options.out, &bytes).with_context(|| format!("writing {}", options.out.display()))?;
    println!("{}: {} bytes", options.out.display(), bytes.len());
    Ok(())
}

/// Learns, adds the guesser to a model and prints what it reaches.
pub(crate) fn add(options: &Options, plan: Plan, draft: &mut Draft) -> Result<()> {
    let wheel = options.words.as_deref().context("`--words` is needed: the wheel of `wordfreq`")?;
    let mut random = Random::new(options.seed);
    let lists = lists(wheel)?;
    let texts = texts(options)?;
    let mut learner = Learner::new(plan.row_bits, LANGUAGES.len(), RATE);
    for step in 0..plan.steps {
        // The others are half as likely as each language that is told apart.
        let class = random.below(2 * LANGUAGES.len() - 1) / 2;
        let text = example(class, &texts, &lists, &mut random);
        let features = features(&text);
        if !features.is_empty() {
            learner.learn(&features, class, slowing(step, plan.steps));
        }
    }
    let write = |sharpness: f32, draft: &mut Draft| {
        draft.table("languages", u16::try_from(LANGUAGES.len()).unwrap_or_default(), learner.weights(), GRID);
        draft.numbers("languages-sharpness", &[sharpness]);
    };
    let model = |sharpness: f32| {
        let mut draft = Draft::default();
        write(sharpness, &mut draft);
        draft.finish()
    };
    let validation = validation(options)?;
    let sharpness = calibrated(&model, &validation)?;
    report(&Guesser::read(&model(sharpness))?, &validation);
    write(sharpness, draft);
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a rate needs no more digits")]
fn slowing(step: u32, steps: u32) -> f32 {
    (1.0 - step as f32 / steps as f32).max(0.05)
}

fn features(text: &[String]) -> Vec<Feature> {
    let mut features = Vec::new();
    for word in text {
        of_word(word, |feature| features.push(feature));
    }
    features
}

/// A text of this class: a tweet, a piece of one, or some words of the list.
fn example(class: usize, texts: &[Vec<Vec<String>>], lists: &[Words], random: &mut Random) -> Vec<String> {
    let mine = texts.get(class).map(Vec::as_slice).unwrap_or_default();
    if mine.is_empty() || random.unit() >= 0.45 {
        let length = LENGTHS.get(random.below(LENGTHS.len())).copied().unwrap_or(1);
        return lists.get(class).map(|list| (0..length).map(|_| list.draw(random).to_owned()).collect()).unwrap_or_default();
    }
    let whole = mine.get(random.below(mine.len())).cloned().unwrap_or_default();
    if random.unit() < 0.5 {
        return whole;
    }
    let length = 1 + random.below(4);
    let start = random.below(whole.len());
    whole.into_iter().skip(start).take(length).collect()
}

/// One word list for each class.
fn lists(wheel: &std::path::Path) -> Result<Vec<Words>> {
    let mut known: BTreeMap<String, f64> = BTreeMap::new();
    let mut lists = Vec::new();
    for language in LANGUAGES.iter().filter(|language| **language != "und") {
        let frequencies = single_words(list(wheel, &format!("large_{language}"))?);
        for (word, frequency) in &frequencies {
            let most = known.entry(word.clone()).or_default();
            *most = most.max(*frequency);
        }
        lists.push(Words::new(frequencies, TEMPER));
    }
    let mut others: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    for language in OTHERS {
        for (word, frequency) in single_words(list(wheel, &format!("small_{language}"))?) {
            let (sum, count) = others.entry(word).or_default();
            *sum += frequency;
            *count += 1.0;
        }
    }
    let own = others.into_iter().map(|(word, (sum, count))| (word, sum / count));
    let own = own.filter(|(word, frequency)| known.get(word).is_none_or(|most| *most <= frequency * SHARED));
    lists.push(Words::new(own, TEMPER));
    Ok(lists)
}

/// What the plugin would read as one word.
fn single_words(list: Vec<(String, f64)>) -> Vec<(String, f64)> {
    let single = |(word, frequency): (String, f64)| {
        let mut read = words(&word);
        let first = read.next()?;
        read.next().is_none().then_some((first, frequency))
    };
    list.into_iter().filter_map(single).collect()
}

/// Tweets and other short texts by class, as words.
fn texts(options: &Options) -> Result<Vec<Vec<Vec<String>>>> {
    let mut texts = vec![Vec::new(); LANGUAGES.len()];
    let mut add = |language: &str, text: &str| {
        let class = LANGUAGES.iter().position(|known| *known == language).unwrap_or(LANGUAGES.len() - 1);
        let text: Vec<String> = words(text).collect();
        if let Some(mine) = texts.get_mut(class).filter(|_| !text.is_empty()) {
            mine.push(text);
        }
    };
    for row in rows(&options.data, "umsab_train", &["lang", "text"])? {
        if let [language, text] = row.as_slice() {
            add(language, text);
        }
    }
    for name in ["semeval_sentiment_train", "goemotions_train"] {
        // English has more than enough: every twentieth.
        for row in rows(&options.data, name, &["text"])?.iter().step_by(20) {
            row.iter().for_each(|text| add("en", text));
        }
    }
    Ok(texts)
}

/// Whole tweets, pairs of words and single words of languages that are told apart.
fn validation(options: &Options) -> Result<BTreeMap<&'static str, Vec<(String, usize)>>> {
    let mut sets: BTreeMap<&'static str, Vec<(String, usize)>> = BTreeMap::new();
    for row in rows(&options.data, "umsab_val", &["lang", "text"])? {
        let [language, text] = row.as_slice() else { continue };
        let Some(class) = LANGUAGES.iter().position(|known| known == language) else { continue };
        sets.entry("tweets").or_default().push((text.clone(), class));
        let long: Vec<String> = words(text).filter(|word| word.chars().count() >= 5).collect();
        for pair in long.chunks_exact(2).take(2) {
            sets.entry("pairs of words from tweets").or_default().push((pair.join(" "), class));
        }
        sets.entry("single words from tweets").or_default().extend(long.into_iter().take(2).map(|word| (word, class)));
    }
    Ok(sets)
}

/// The sharpness with the least calibration error over all sets.
fn calibrated(model: &impl Fn(f32) -> Vec<u8>, sets: &BTreeMap<&'static str, Vec<(String, usize)>>) -> Result<f32> {
    let mut best = (f64::MAX, 1.0);
    for tenths in 4_u8..=30 {
        let sharpness = f32::from(tenths) / 10.0;
        let guesser = Guesser::read(&model(sharpness))?;
        let error = sets.values().map(|set| calibration_error(&guesses(&guesser, set))).sum::<f64>();
        if error < best.0 {
            best = (error, sharpness);
        }
    }
    Ok(best.1)
}

fn guesses(guesser: &Guesser, set: &[(String, usize)]) -> Vec<(f32, bool)> {
    let one = |(text, class): &(String, usize)| {
        let (language, confidence) = guesser.guess(text).map_or(("und", 0.0), |guess| guess.best());
        (confidence, LANGUAGES.get(*class) == Some(&language))
    };
    set.iter().map(one).collect()
}

fn report(guesser: &Guesser, sets: &BTreeMap<&'static str, Vec<(String, usize)>>) {
    for (name, set) in sets {
        let guesses = guesses(guesser, set);
        println!(
            "{name}: {} texts, accuracy {:.2} %, calibration error {:.1} %",
            set.len(),
            accuracy(&guesses),
            calibration_error(&guesses)
        );
        for (class, language) in LANGUAGES.iter().enumerate() {
            let mine: Vec<(f32, bool)> =
                guesses.iter().zip(set).filter(|(_, (_, other))| *other == class).map(|(guess, _)| *guess).collect();
            if !mine.is_empty() {
                println!("  {language} {:.2} %", accuracy(&mine));
            }
        }
    }
}
