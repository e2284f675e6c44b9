//! Files of this repository that make good seeds.

use std::fs;
use std::path::{Path, PathBuf};

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).map(Path::to_path_buf).unwrap_or_default()
}

/// The files under a folder, at most three levels down, whose names end so; sorted, so that seeds have their numbers for good.
pub(crate) fn files(folder: &str, ending: &str) -> Vec<Vec<u8>> {
    let mut paths = Vec::new();
    walk(&root().join(folder), 3, &mut paths);
    paths.retain(|path| path.to_string_lossy().ends_with(ending));
    paths.sort();
    paths.iter().filter_map(|path| fs::read(path).ok()).collect()
}

fn walk(folder: &Path, levels: u32, paths: &mut Vec<PathBuf>) {
    for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if !path.is_dir() {
            paths.push(path);
        } else if levels > 0 && !path.ends_with("target") {
            walk(&path, levels - 1, paths);
        }
    }
}
