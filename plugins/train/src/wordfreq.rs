//! Word lists: how often each word stands in a language, from the package `wordfreq` (data: CC BY-SA 4.0, see MODEL.md).

use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use rmp_serde::from_slice;

use crate::random::Random;

/// The words of a language with their frequency, tempered so that rare ones are drawn too.
#[derive(Debug)]
pub(crate) struct Words {
    words: Vec<String>,
    sums: Vec<f64>,
}

impl Words {
    /// Words with their frequencies, each raised to `temper`.
    pub(crate) fn new(frequencies: impl IntoIterator<Item = (String, f64)>, temper: f64) -> Self {
        let (mut words, mut sums, mut sum) = (Vec::new(), Vec::new(), 0.0);
        for (word, frequency) in frequencies {
            sum += frequency.powf(temper);
            words.push(word);
            sums.push(sum);
        }
        Self { words, sums }
    }

    /// One of them, the more frequent the likelier.
    pub(crate) fn draw(&self, random: &mut Random) -> &str {
        let at = self.sums.last().copied().unwrap_or_default() * random.unit();
        let place = self.sums.partition_point(|sum| *sum < at).min(self.words.len().saturating_sub(1));
        self.words.get(place).map(String::as_str).unwrap_or_default()
    }
}

/// The words of one list of the wheel, such as `large_en`, with their frequencies; the most frequent first.
///
/// The list is messagepack: a header, then the words of each frequency class; class `i` has the frequency 10^(-i/100).
pub(crate) fn list(wheel: &Path, name: &str) -> Result<Vec<(String, f64)>> {
    let file = std::fs::File::open(wheel).with_context(|| format!("opening {}", wheel.display()))?;
    let mut archive = zip::ZipArchive::new(file)?;
    let path = format!("wordfreq/data/{name}.msgpack.gz");
    let packed = archive.by_name(&path).with_context(|| format!("{}: no {path}", wheel.display()))?;
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(packed).read_to_end(&mut bytes)?;
    let (_, classes): (Header, Vec<Vec<String>>) = split(&bytes)?;
    let mut words = Vec::new();
    for (class, named) in (0_i32..).zip(classes) {
        words.extend(named.into_iter().map(|word| (word, 10_f64.powf(-f64::from(class) / 100.0))));
    }
    Ok(words)
}

type Header = std::collections::BTreeMap<String, Mixed>;

#[derive(Debug, serde::Deserialize)]
#[serde(untagged)]
enum Mixed {
    Text(#[expect(dead_code, reason = "only its form is checked")] String),
    Number(#[expect(dead_code, reason = "only its form is checked")] i64),
}

#[derive(Debug, serde::Deserialize)]
#[serde(untagged)]
enum Entry {
    Header(Header),
    Words(Vec<String>),
}

fn split(bytes: &[u8]) -> Result<(Header, Vec<Vec<String>>)> {
    let mut entries = from_slice::<Vec<Entry>>(bytes).context("the word list has another form")?.into_iter();
    let Some(Entry::Header(header)) = entries.next() else { anyhow::bail!("the word list has no header") };
    let classes = entries.map(|entry| match entry {
        Entry::Words(words) => words,
        Entry::Header(_) => Vec::new(),
    });
    Ok((header, classes.collect()))
}
