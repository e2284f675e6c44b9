//! The run: everything is staged, checked to do the same work, and then measured round by round.

use anyhow::{Context as _, Result};

use crate::Bench;
use crate::chain::Chain;
use crate::machine::Machine;
use crate::peers::Peers;
use crate::policy_host::PolicyHost;
use crate::report::Report;
use crate::rivals::{NodeRed, StoreOnly};
use crate::rounds::Rounds;
use crate::sample::Sample;
use crate::serving::Serving;
use crate::stored;

/// Measures and reports.
pub(crate) async fn all(bench: &Bench) -> Result<()> {
    let machine = Machine::facts();
    let folder = tempfile::tempdir().context("a folder for stores")?;
    let folder = folder.path();
    let sample = Sample::read(folder)?;
    let mut chain = Chain::stage(&sample).await?;
    let policy = policy(bench, chain.runtime(), folder).await?;
    let mut peers = if bench.skip_peers {
        None
    } else {
        Some(Peers::start(&bench.peers, &bench.extism, &sample, folder, &chain.answers(&sample)).await?)
    };
    let (serving, versions) = serving(bench, &sample, policy.as_ref(), folder)?;
    let mut rounds = Rounds::default();
    // The first round warms caches, and is forgotten.
    for round in 0..=bench.rounds {
        rounds.forget_if(round == 1);
        eprintln!("round {round} of {}", bench.rounds);
        if bench.wants("chain") {
            chain.round(&sample, bench.calls, &mut rounds).await?;
            peers.iter_mut().try_for_each(|peers| peers.round_raw(bench.calls, &mut rounds))?;
        }
        if let (true, Some(policy), Some(peers)) = (bench.wants("policy"), &policy, &mut peers) {
            policy.round(bench.calls, &mut rounds).await?;
            peers.round_policy(bench.calls, &mut rounds)?;
        }
        if bench.wants("store") {
            stored::measure(&sample, chain.strict()?, bench.posts, bench.connections, folder, &mut rounds).await?;
        }
        if let Some(serving) = &serving {
            serving.round(&sample, bench.posts, bench.connections, &mut rounds).await?;
        }
    }
    serving.map_or(Ok(()), Serving::stop)?;
    let mut versions = versions;
    let abouts = peers.as_ref().map(|peers| peers.hello.contenders.clone()).unwrap_or_default();
    if let Some(peers) = &peers {
        versions.push(("wasmtime".to_owned(), peers.hello.wasmtime.clone()));
        versions.extend(abouts.iter().map(|about| (about.title.clone(), about.version.clone())));
        versions.push(("inputs all peers agree about".to_owned(), peers.hello.inputs.to_string()));
    }
    versions.dedup();
    Report::new(bench, (&machine, &chain.report, sample.forms.len()), (&abouts, versions), &rounds).write(&bench.out, bench.json)
}

async fn policy(bench: &Bench, runtime: &runtime::Runtime, folder: &std::path::Path) -> Result<Option<PolicyHost>> {
    if bench.skip_peers {
        return Ok(None);
    }
    let policy = PolicyHost::stage(&std::path::absolute(&bench.policy)?, runtime, folder).await?;
    policy.check().await?;
    Ok(Some(policy))
}

type Versions = Vec<(String, String)>;

fn serving(bench: &Bench, sample: &Sample, policy: Option<&PolicyHost>, folder: &std::path::Path) -> Result<(Option<Serving>, Versions)> {
    if !bench.wants("http") {
        return Ok((None, Vec::new()));
    }
    let (mut store_only, mut node_red) = (None, None);
    if !bench.skip_peers {
        store_only = Some(StoreOnly::start(&bench.peers, folder)?);
        node_red = NodeRed::start(&std::path::absolute(&bench.node_red)?, &bench.peers, folder)?;
        if node_red.is_none() {
            eprintln!("Node-RED is not installed in {}: left out", bench.node_red.display());
        }
    }
    let versions = node_red.iter().map(|node_red| ("Node-RED".to_owned(), node_red.version.clone())).collect();
    let serving =
        Serving::start(sample, policy.map(|policy| [policy.config.as_path(), policy.config_batch.as_path()]), (store_only, node_red))?;
    Ok((Some(serving), versions))
}
