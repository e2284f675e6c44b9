//! `pointsman serve` in a process of its own, with the sample's shop.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use harness::{Host, HostOptions, Signer};
use serde_json::Value;
use tokio::task::JoinSet;

use crate::post;
use crate::rounds::Rounds;
use crate::sample::Sample;

/// Longest wait for the last decision of a round.
const DECIDED_S_MAX: u64 = 120;
const SECRET: &str = "bench-shop-secret";

/// A running host.
pub(crate) struct Serving {
    host: Host,
    address: String,
}

impl Serving {
    /// Starts it.
    pub(crate) fn start(sample: &Sample, folder: &Path) -> Result<Self> {
        let env = vec![("SHOP_WEBHOOK_SECRET".to_owned(), SECRET.to_owned()), ("TMPDIR".to_owned(), folder.display().to_string())];
        let host = Host::start(&sample.config, &HostOptions { env, loud: false })?;
        let address = host.url().trim_start_matches("http://").to_owned();
        Ok(Self { host, address })
    }

    /// One round: everything posted and answered, then everything decided.
    pub(crate) async fn measure(&self, sample: &Sample, count: usize, connections: usize, rounds: &mut Rounds) -> Result<()> {
        let before = self.decisions()?;
        let expected = before + u64::try_from(count)?;
        let signer = Signer::Hub { secret: SECRET.to_owned() };
        let prefix = format!("posted-{before}");
        let requests: Vec<Vec<u8>> =
            post::bodies(sample, &prefix, count).map(|body| post::request(&self.address, &signer, &body)).collect();

        let started = Instant::now();
        let mut senders = JoinSet::new();
        for part in requests.chunks(count.div_ceil(connections.max(1)).max(1)) {
            let (address, part) = (self.address.clone(), part.to_vec());
            senders.spawn(async move { post::send_all(&address, part).await });
        }
        while let Some(ended) = senders.join_next().await {
            ended??;
        }
        rounds.note("http accepts", started.elapsed(), count);
        self.host.wait_for_totals(Duration::from_secs(DECIDED_S_MAX), |totals| decisions(totals) >= expected)?;
        rounds.note("http decides", started.elapsed(), count);
        Ok(())
    }

    /// Ends it well.
    pub(crate) fn stop(self) -> Result<()> {
        self.host.stop()
    }

    fn decisions(&self) -> Result<u64> {
        Ok(decisions(&self.host.api("/totals")?.json()?))
    }
}

fn decisions(totals: &Value) -> u64 {
    totals.get("decisions").and_then(Value::as_u64).unwrap_or_default()
}
