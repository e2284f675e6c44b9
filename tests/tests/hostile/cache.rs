//! What lies on disk compiled is never trusted, neither when it was changed nor when it is offered as a plugin.

use std::path::PathBuf;

use harness::hostile::Peer;

use super::corpus;
use super::house::configuration;
use crate::program::call;
use crate::setup::Place;

/// Places of a cached file that are flipped: head, body and seal. The runtime's own tests flip every byte of a small one.
const FLIPS: usize = 24;

/// A checked configuration with a cache of its own.
struct Kept {
    place: Place,
    config: String,
}

impl Kept {
    fn new() -> Self {
        let (place, corpus) = (Place::new(), corpus());
        let entries = [corpus.get("remember").expect("the plugin")];
        let body = configuration(place.dir.path(), &entries, &Peer::start().expect("a peer"), true);
        let text = crate::desk::configuration(&place, &body);
        let own = format!("cache_dir = \"{}\"", place.path("cache").display());
        let text: Vec<&str> = text.lines().map(|line| if line.starts_with("cache_dir") { own.as_str() } else { line }).collect();
        let config = place.configure(&text.join("\n")).display().to_string();
        Self { place, config }
    }

    fn check(&self) {
        call(&["check", "--config", &self.config]).good();
    }

    /// The compiled plugins, smallest first.
    fn files(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.place.path("cache")).expect("the cache");
        let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some()).collect();
        files.sort_by_key(|path| std::fs::metadata(path).map(|about| about.len()).unwrap_or_default());
        files
    }
}

#[test]
fn a_flipped_file_is_compiled_anew() {
    let kept = Kept::new();
    kept.check();
    let file = kept.files().remove(0);
    let good = std::fs::read(&file).expect("a compiled plugin");
    for flip in 0..FLIPS {
        let mut bad = good.clone();
        let at = (bad.len() - 1) * flip / (FLIPS - 1);
        bad[at] ^= 1 << (flip % 8);
        std::fs::write(&file, &bad).expect("writing");
        kept.check();
        assert_ne!(std::fs::read(&file).expect("a compiled plugin"), bad, "flip {flip} at {at} was left as it was");
    }
}

#[test]
fn files_changed_places_are_compiled_anew() {
    let kept = Kept::new();
    kept.check();
    let files = kept.files();
    let (one, other) = (std::fs::read(&files[0]).expect("one"), std::fs::read(&files[1]).expect("another"));
    std::fs::write(&files[0], &other).expect("writing");
    std::fs::write(&files[1], &one).expect("writing");
    kept.check();
    assert_eq!(std::fs::read(&files[0]).expect("one").len(), one.len());
    assert_ne!(std::fs::read(&files[0]).expect("one"), other);
}

#[test]
fn compiled_code_is_no_plugin() {
    let kept = Kept::new();
    kept.check();
    let whole = std::fs::read(kept.files().remove(0)).expect("a compiled plugin");
    let elf = whole.windows(4).position(|bytes| bytes == b"\x7fELF").expect("machine code in it");
    for bytes in [&whole[..], &whole[elf..]] {
        let file = kept.place.path("cached.wasm");
        std::fs::write(&file, bytes).expect("writing");
        let told = call(&["plugin", "inspect", &file.display().to_string()]);
        assert_eq!(told.code, 3);
        assert!(told.err.contains("not a WebAssembly component"), "{}", told.err);
    }
}
