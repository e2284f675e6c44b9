//! Over HTTP, each in a process of its own: Pointsman with the sample's shop and with the peers' policy, each with fresh
//! instances and in batches, a server that only stores bodies,
//! and Node-RED with the policy in a function.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use harness::{Host, HostOptions, Signer};
use serde_json::Value;

use crate::post;
use crate::process;
use crate::rivals::{NodeRed, StoreOnly};
use crate::rounds::{Rounds, each_us, float};
use crate::sample::Sample;

/// Longest wait for the last decision of a round.
const DECIDED_S_MAX: u64 = 120;
const SECRET: &str = "bench-shop-secret";

/// Everything that serves.
pub(crate) struct Serving {
    hosts: Vec<Pointsman>,
    policies: Vec<Pointsman>,
    store_only: Option<StoreOnly>,
    node_red: Option<NodeRed>,
    inputs: Vec<Value>,
}

/// A running host.
pub(crate) struct Pointsman {
    name: &'static str,
    host: Host,
    address: String,
}

impl Serving {
    /// Starts all of them. `policy` is the configuration of a host with the peers' policy.
    pub(crate) fn start(sample: &Sample, policy: Option<[&Path; 2]>, rivals: (Option<StoreOnly>, Option<NodeRed>)) -> Result<Self> {
        let inputs = policy::inputs(256).iter().map(serde_json::to_value).collect::<Result<_, _>>()?;
        Ok(Self {
            hosts: vec![Pointsman::start("http/sample", &sample.config)?, Pointsman::start("http/sample-batch", &sample.config_batch)?],
            policies: match policy {
                Some([fresh, batch]) => vec![Pointsman::start("http/policy", fresh)?, Pointsman::start("http/policy-batch", batch)?],
                None => vec![],
            },
            store_only: rivals.0,
            node_red: rivals.1,
            inputs,
        })
    }

    /// One round: the same posts to each in turn.
    pub(crate) async fn round(&self, sample: &Sample, count: usize, connections: usize, rounds: &mut Rounds) -> Result<()> {
        let run = nonce();
        let bodies: Vec<String> = post::bodies(sample, &run, count).collect();
        let inputs: Vec<String> =
            self.inputs.iter().cycle().take(count).enumerate().map(|(at, input)| post::with_id(input.clone(), &run, at)).collect();
        for host in &self.hosts {
            host.measure(&bodies, connections, rounds).await?;
        }
        if let Some(store_only) = &self.store_only {
            measure("http/store-only", &store_only.address, store_only.pid(), signed(&store_only.address, &bodies), connections, rounds)
                .await?;
        }
        for host in &self.policies {
            host.measure(&inputs, connections, rounds).await?;
        }
        if let Some(node_red) = &self.node_red {
            measure("http/node-red", &node_red.address, node_red.pid(), signed(&node_red.address, &inputs), connections, rounds).await?;
        }
        Ok(())
    }

    /// Ends the hosts well, the others anyhow.
    pub(crate) fn stop(self) -> Result<()> {
        self.hosts.into_iter().chain(self.policies).try_for_each(|pointsman| pointsman.host.stop())
    }
}

impl Pointsman {
    fn start(name: &'static str, config: &Path) -> Result<Self> {
        let folder = config.parent().context("no folder")?.display().to_string();
        let env = vec![("SHOP_WEBHOOK_SECRET".to_owned(), SECRET.to_owned()), ("TMPDIR".to_owned(), folder)];
        let host = Host::start(config, &HostOptions { env, loud: false })?;
        let address = host.url().trim_start_matches("http://").to_owned();
        Ok(Self { name, host, address })
    }

    /// Everything posted and answered, then everything decided: the rate and the CPU time count until the last decision is durable.
    async fn measure(&self, bodies: &[String], connections: usize, rounds: &mut Rounds) -> Result<()> {
        let expected = self.decisions()? + u64::try_from(bodies.len())?;
        let requests = signed(&self.address, bodies);
        let cpu = process::cpu(self.host.pid())?;
        let started = Instant::now();
        let waited = post::send(&self.address, requests, connections).await?;
        note_waits(&format!("{}-accepted", self.name), started.elapsed(), &waited, rounds);
        self.host.wait_for_totals(Duration::from_secs(DECIDED_S_MAX), |totals| decisions(totals) >= expected)?;
        note_waits(self.name, started.elapsed(), &waited, rounds);
        let cpu = process::cpu(self.host.pid())?.saturating_sub(cpu);
        rounds.note(self.name, "cpu_us", each_us(cpu, bodies.len()));
        Ok(())
    }

    fn decisions(&self) -> Result<u64> {
        Ok(decisions(&self.host.api("/totals")?.json()?))
    }
}

/// One round of a server whose answer is the end of its work.
async fn measure(name: &str, address: &str, pid: u32, requests: Vec<Vec<u8>>, connections: usize, rounds: &mut Rounds) -> Result<()> {
    let count = requests.len();
    let cpu = process::cpu(pid)?;
    let started = Instant::now();
    let waited = post::send(address, requests, connections).await?;
    note_waits(name, started.elapsed(), &waited, rounds);
    let cpu = process::cpu(pid)?.saturating_sub(cpu);
    rounds.note(name, "cpu_us", each_us(cpu, count));
    Ok(())
}

fn note_waits(name: &str, took: Duration, waited: &[Duration], rounds: &mut Rounds) {
    let mut sorted = waited.to_vec();
    sorted.sort();
    let at = |percent: usize| sorted.get((sorted.len() * percent / 100).min(sorted.len().saturating_sub(1))).copied().unwrap_or_default();
    rounds.note(name, "per_s", float(waited.len()) / took.as_secs_f64());
    rounds.note(name, "p50_ms", at(50).as_secs_f64() * 1e3);
    rounds.note(name, "p99_ms", at(99).as_secs_f64() * 1e3);
}

/// All are sent the same bytes; only Pointsman looks at the signature.
fn signed(address: &str, bodies: &[String]) -> Vec<Vec<u8>> {
    let signer = Signer::Hub { secret: SECRET.to_owned() };
    bodies.iter().map(|body| post::request(address, &signer, body)).collect()
}

/// What makes ids of this round unlike those of any other.
fn nonce() -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    format!("posted-{}", since.as_micros())
}

fn decisions(totals: &Value) -> u64 {
    totals.get("decisions").and_then(Value::as_u64).unwrap_or_default()
}
