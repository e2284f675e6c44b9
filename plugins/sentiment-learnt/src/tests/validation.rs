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

fn rows_of(file: &str, [label, text]: [usize; 2], fits: impl Fn(&[String]) -> bool) -> Option<Vec<(String, String)>> {
    let rows = rows(file)?;
    Some(rows.into_iter().filter(|row| fits(row)).map(|row| (row[label].clone(), row[text].clone())).collect())
}

/// Without being told the language, as a stranger's text comes.
#[test]
fn english_reaches_its_floor() {
    let Some(rows) = rows_of("semeval_sentiment_val.tsv.gz", [0, 1], |_| true) else {
        return eprintln!("POINTSMAN_SHARED is not set: skipped");
    };
    let told = measure("English validation, told", Some("en"), &rows).macro_recall();
    let guessed = measure("English validation", None, &rows).macro_recall();
    assert!(told > 69.0 && guessed > 68.5, "{told} {guessed}");
}

#[test]
fn french_reaches_its_floor() {
    let Some(rows) = rows_of("umsab_val.tsv.gz", [1, 2], |row| row[0] == "fr") else {
        return eprintln!("POINTSMAN_SHARED is not set: skipped");
    };
    let told = measure("French validation, told", Some("fr"), &rows).macro_f1();
    let guessed = measure("French validation", None, &rows).macro_f1();
    assert!(told > 61.0 && guessed > 61.0, "{told} {guessed}");
}

#[test]
fn other_languages_reach_their_floor() {
    for (language, floor) in [("es", 50.0), ("de", 58.0), ("it", 50.0), ("pt", 52.0)] {
        let Some(rows) = rows_of("umsab_val.tsv.gz", [1, 2], |row| row[0] == language) else {
            return eprintln!("POINTSMAN_SHARED is not set: skipped");
        };
        assert!(measure(&format!("{language} validation"), None, &rows).macro_f1() > floor);
    }
}
