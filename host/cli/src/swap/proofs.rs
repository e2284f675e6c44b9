//! Where proofs lie: beside the store, one file for each generation.

use std::path::{Path, PathBuf};

use manifest::Proof;
use model::GenerationId;
use serde::Deserialize;

/// The largest file of proofs, in bytes.
const BYTES_MAX: u64 = 1 << 20;

/// `<store>.proofs/<generation>.json`
pub(crate) fn path(store: &Path, generation: &GenerationId) -> PathBuf {
    let mut folder = store.as_os_str().to_owned();
    folder.push(".proofs");
    PathBuf::from(folder).join(format!("{}.json", generation.0))
}

/// One proof, or several of one generation.
#[derive(Deserialize)]
#[serde(untagged)]
enum File {
    Several(Vec<Proof>),
    One(Box<Proof>),
}

/// What was proven of a generation. A file that cannot be read proves nothing.
pub(crate) fn read(store: &Path, generation: &GenerationId) -> Vec<Proof> {
    let path = path(store, generation);
    let fits = std::fs::metadata(&path).is_ok_and(|found| found.len() <= BYTES_MAX);
    let file = fits.then(|| std::fs::read_to_string(&path).ok()).flatten().and_then(|text| serde_json::from_str(&text).ok());
    let proofs = match file {
        Some(File::Several(proofs)) => proofs,
        Some(File::One(proof)) => vec![*proof],
        None => Vec::new(),
    };
    proofs.into_iter().filter(|proof| proof.generation == *generation).collect()
}
