//! The sample of `examples/01-first-chain`, played as its channels would.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::host::Host;
use crate::http;
use crate::lmtp::LmtpClient;
use crate::mastodon::StandIn;
use crate::sign::Signer;

/// Secrets of the sample: made up, and known to both sides.
const SHOP_SECRET: &str = "lumen-shop-secret";
const REVIEWS_SECRET: &str = "whsec_bHVtZW4tcmV2aWV3cy1zZWNyZXQ=";
const MASTODON_TOKEN: &str = "lumen-mastodon-token";

/// How many decisions its payloads make before anything is said on the stream: 38 interactions, one of them decided again after an edit.
const DECISIONS_BEFORE_STREAM: u64 = 39;
/// How many there are when all has arrived: one more was said, one edited.
const DECISIONS: u64 = 41;
/// Longest wait for decisions.
const DECIDED_S_MAX: u64 = 120;

/// The sample's folder.
pub struct Sample {
    dir: PathBuf,
}

/// What was delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Played {
    /// Signed webhooks.
    pub webhooks: usize,
    /// Mails.
    pub mails: usize,
}

impl Sample {
    /// The sample in this folder.
    #[must_use]
    pub fn new(dir: &Path) -> Self {
        Self { dir: dir.to_path_buf() }
    }

    /// Its configuration.
    #[must_use]
    pub fn config(&self) -> PathBuf {
        self.dir.join("pointsman.toml")
    }

    /// The secrets, for the host's environment.
    #[must_use]
    pub fn env() -> Vec<(String, String)> {
        let known = [("SHOP_WEBHOOK_SECRET", SHOP_SECRET), ("REVIEWS_WEBHOOK_SECRET", REVIEWS_SECRET), ("MASTODON_TOKEN", MASTODON_TOKEN)];
        known.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// Gives the instance its documents.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn prepare(&self, instance: &StandIn) -> Result<()> {
        let notifications = self.text("mastodon/notifications.json")?;
        instance.serve("/api/v1/notifications", serde_json::from_str(&notifications)?);
        Ok(())
    }

    /// Delivers everything and waits for the last decision. What people change their minds about comes after what they said was decided.
    ///
    /// # Errors
    /// When something is not taken, or not decided in time.
    pub fn play(&self, host: &Host, instance: &StandIn) -> Result<Played> {
        let hub = Signer::Hub { secret: SHOP_SECRET.to_owned() };
        let standard = Signer::StandardWebhooks { secret: REVIEWS_SECRET.to_owned() };
        let webhooks = self.post(host, "shop", &hub)? + self.post(host, "reviews", &standard)?;
        let mails = self.mails(&host.lmtp("mail"))?;
        decided(host, DECISIONS_BEFORE_STREAM)?;
        instance.stream(&self.text("mastodon/stream.sse")?);
        decided(host, DECISIONS)?;
        Ok(Played { webhooks, mails })
    }

    fn post(&self, host: &Host, connector: &str, signer: &Signer) -> Result<usize> {
        let files = self.files(connector)?;
        let url = host.url();
        for file in &files {
            if file.to_string_lossy().contains("edited") {
                decided(host, 0)?;
            }
            let body = std::fs::read(file)?;
            let id = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let mut headers = signer.headers(&id, &body);
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
            let answer = http::request("POST", &format!("{url}/hooks/{connector}"), &headers, &body)?;
            if !(200..300).contains(&answer.status) {
                bail!("{} was answered {}: {}", file.display(), answer.status, answer.body);
            }
        }
        Ok(files.len())
    }

    fn mails(&self, lmtp: &str) -> Result<usize> {
        let files = self.files("mail")?;
        let mut client = LmtpClient::connect(lmtp)?;
        for file in &files {
            let answer = client.mail("bounces@mx.example", "hello@atelier-lumen.example", &std::fs::read(file)?)?;
            if !answer.starts_with("250") {
                bail!("{} was answered {answer}", file.display());
            }
        }
        Ok(files.len())
    }

    fn files(&self, folder: &str) -> Result<Vec<PathBuf>> {
        let dir = self.dir.join("payloads").join(folder);
        let entries = std::fs::read_dir(&dir).with_context(|| format!("reading {}", dir.display()))?;
        let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        files.sort();
        Ok(files)
    }

    fn text(&self, file: &str) -> Result<String> {
        let path = self.dir.join("payloads").join(file);
        std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))
    }
}

/// Waits until there are so many decisions and nothing waits.
fn decided(host: &Host, decisions: u64) -> Result<()> {
    let count = |totals: &Value, name: &str| totals.get(name).and_then(Value::as_u64).unwrap_or_default();
    let done = |totals: &Value| count(totals, "decisions") >= decisions && count(totals, "pending") == 0;
    host.wait_for_totals(Duration::from_secs(DECIDED_S_MAX), done).map(drop)
}
