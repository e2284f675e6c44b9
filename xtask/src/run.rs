//! `cargo xtask run`: everything built, the sample served on an embedded store, its payloads delivered, the decisions shown.

use anyhow::{Context as _, Result};
use harness::{Host, HostOptions, Sample, StandIn};

use crate::plugins::Plugins;
use crate::shell;

/// Where the sample's configuration expects its Mastodon instance.
const MASTODON_PORT: u16 = 8781;

/// How to run the sample.
#[derive(clap::Args, Debug)]
pub(crate) struct Run {
    /// End after the last decision instead of serving on.
    #[arg(long)]
    once: bool,
    /// Language of the reasons: `en` or `fr`; by default that of the environment.
    #[arg(long)]
    lang: Option<String>,
}

impl Run {
    /// Runs it.
    pub(crate) fn run(&self) -> Result<()> {
        Plugins::default().run()?;
        shell::say("building pointsman");
        shell::run(shell::cargo().args(["build", "-p", "pointsman"]))?;
        let binary = shell::built("pointsman");
        let sample = Sample::new(&shell::root().join("examples/01-first-chain"));
        fresh_store()?;
        let host = deliver(&sample)?;
        self.show(&sample, &binary)?;
        if self.once {
            return host.stop();
        }
        shell::say(&format!("serving on {0}: {0}/api/v1/decisions, {0}/api/v1/live, {0}/metrics; Ctrl-C ends it", host.url()));
        host.wait()
    }

    fn show(&self, sample: &Sample, binary: &std::path::Path) -> Result<()> {
        let mut list = std::process::Command::new(binary);
        list.args(["decisions", "--limit", "100", "--config"]).arg(sample.config());
        if let Some(lang) = &self.lang {
            list.args(["--lang", lang]);
        }
        shell::run(&mut list)
    }
}

/// The host with everything delivered and decided.
fn deliver(sample: &Sample) -> Result<Host> {
    let instance = StandIn::start(MASTODON_PORT).context("the sample's Mastodon stand-in")?;
    sample.prepare(&instance)?;
    shell::say("starting pointsman on examples/01-first-chain");
    let host = Host::start(&sample.config(), &HostOptions { env: Sample::env(), loud: true })?;
    let played = sample.play(&host, &instance)?;
    shell::say(&format!("delivered {} signed webhooks and {} mails; Mastodon was polled and streamed", played.webhooks, played.mails));
    Ok(host)
}

/// The sample starts from nothing each time; the cache of compiled plugins stays.
fn fresh_store() -> Result<()> {
    let dir = shell::root().join("var/first-chain");
    std::fs::create_dir_all(&dir)?;
    for entry in std::fs::read_dir(&dir)?.flatten() {
        if entry.file_name().to_string_lossy().starts_with("pointsman.db") {
            std::fs::remove_file(entry.path()).with_context(|| format!("removing {}", entry.path().display()))?;
        }
    }
    Ok(())
}
