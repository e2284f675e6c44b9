//! Figures on labelled public messages, which are outside the repository: `POINTSMAN_SHARED` names their folder.

use std::path::PathBuf;
use std::process::Command;

use super::*;

const LABELS: [&str; 3] = ["negative", "neutral", "positive"];

/// Rows of a gzipped table with a header line, each as its columns.
fn rows(file: &str) -> Option<Vec<Vec<String>>> {
    let path = PathBuf::from(std::env::var_os("POINTSMAN_SHARED")?).join("classify/train").join(file);
    let unpacked = Command::new("gzip").arg("-dc").arg(&path).output().unwrap();
    assert!(unpacked.status.success(), "{}", path.display());
    let text = String::from_utf8(unpacked.stdout).unwrap();
    Some(text.lines().skip(1).map(|line| line.split('\t').map(str::to_owned).collect()).collect())
}

#[derive(Default)]
struct Score {
    /// Right, given, there; by label.
    counts: [(u32, u32, u32); 3],
}

impl Score {
    fn add(&mut self, gold: &str, said: &str) {
        for (label, count) in LABELS.iter().zip(&mut self.counts) {
            count.0 += u32::from(gold == *label && said == *label);
            count.1 += u32::from(said == *label);
            count.2 += u32::from(gold == *label);
        }
    }

    fn recall(&self) -> [f64; 3] {
        self.counts.map(|(right, _, there)| 100.0 * f64::from(right) / f64::from(there.max(1)))
    }

    fn macro_recall(&self) -> f64 {
        self.recall().iter().sum::<f64>() / 3.0
    }

    fn macro_f1(&self) -> f64 {
        self.counts.map(|(right, said, there)| 200.0 * f64::from(right) / f64::from((said + there).max(1))).iter().sum::<f64>() / 3.0
    }
}

fn measure(name: &str, language: Option<&str>, rows: &[(String, String)]) -> Score {
    let plugin = plugin();
    let mut score = Score::default();
    for (gold, text) in rows {
        score.add(gold, classify(&plugin, text, language)[0].value.as_text().unwrap());
    }
    eprintln!("{name}: macro-recall {:.1}, macro-F1 {:.1}, recall {:.0?}", score.macro_recall(), score.macro_f1(), score.recall());
    score
}

#[test]
fn english_reaches_its_floor() {
    let Some(rows) = rows("semeval_sentiment_val.tsv.gz") else { return eprintln!("POINTSMAN_SHARED is not set: skipped") };
    let rows: Vec<_> = rows.into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    assert!(measure("English validation", Some("en"), &rows).macro_recall() > 55.0);
}

#[test]
fn french_reaches_its_floor() {
    let Some(rows) = rows("umsab_val.tsv.gz") else { return eprintln!("POINTSMAN_SHARED is not set: skipped") };
    let rows: Vec<_> = rows.into_iter().filter(|row| row[0] == "fr").map(|row| (row[1].clone(), row[2].clone())).collect();
    assert!(measure("French validation", Some("fr"), &rows).macro_recall() > 47.0);
}

/// The training parts, for whoever changes weights: `cargo test -p sentiment -- --ignored --nocapture training`.
#[test]
#[ignore = "for whoever changes weights"]
fn training_figures() {
    let Some(english) = rows("semeval_sentiment_train.tsv.gz") else { return };
    let english: Vec<_> = english.into_iter().map(|row| (row[0].clone(), row[2].clone())).collect();
    measure("English training", Some("en"), &english);
    let french = rows("umsab_train.tsv.gz").unwrap();
    let french: Vec<_> = french.into_iter().filter(|row| row[0] == "fr").map(|row| (row[1].clone(), row[2].clone())).collect();
    measure("French training", Some("fr"), &french);
    spread("en", &english);
    spread("fr", &french);
}

/// How the labels lie along the score: what thresholds and confidences are set by.
fn spread(language: &str, rows: &[(String, String)]) {
    let plugin = plugin();
    let mut bins = [[0_u32; 3]; 21];
    for (gold, text) in rows {
        let score = classify(&plugin, text, Some(language))[1].value.as_number().unwrap();
        let bin = (0..21).rev().find(|bin| score >= -1.0 + f64::from(*bin) * 0.1 - 0.05).unwrap_or(0);
        bins[bin as usize][LABELS.iter().position(|label| label == gold).unwrap()] += 1;
    }
    for (at, bin) in bins.iter().enumerate() {
        eprintln!("{language} {:+.1}: {bin:?}", -1.0 + 0.1 * at as f64);
    }
}
