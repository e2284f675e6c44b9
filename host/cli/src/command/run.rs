//! `pointsman run`: payloads in, decisions out, nothing served and nothing kept.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dispatch::breaker::Breakers;
use dispatch::chain::{Decider, decision_id};
use dispatch::counters::Counters;
use dispatch::generation::{Connector, Generation};
use dispatch::grant::Pseudonyms;
use dispatch::hop::Hop;
use dispatch::port::{Clock as _, Nothing, Secrets, Store as _, SystemClock, only};
use manifest::{Manifest, Proof};
use model::{Arm, Attributes, DecisionSummary, Delivery, Fact, Refusal, Role, Secret, Timestamp};
use serde_json::json;
use store::SqliteStore;

use crate::args::{Cli, Run};
use crate::assemble::{self, Outside};
use crate::command::call::headers;
use crate::exit::{Code, Done, Failure};
use crate::secrets::ConfiguredSecrets;
use crate::sentences::Sentences;
use crate::{configuration, output, proof, table};

/// Most interactions of one run.
const DECISIONS_MAX: u32 = 500;

/// Decides about the payloads in the order given. Signatures are not asked for: who can run this can read the payloads.
pub(crate) fn run(cli: &Cli, args: &Run) -> Done {
    let manifest = configuration::load(&args.config.config, cli.json)?;
    let rows = tokio::runtime::Runtime::new()?.block_on(decide(&manifest, args))?;
    if args.prove {
        prove(&manifest, &rows)?;
    }
    if cli.json || !output::is_terminal() {
        rows.iter().for_each(output::json);
        return Ok(());
    }
    let sentences = Sentences::of(&manifest, cli.language());
    output::line(&table::decisions(&rows, cli.language(), &|reason| sentences.any(reason)));
    Ok(())
}

/// Keeps the outcome as a dry run: the whole of each chain, with all its effects, on the payloads given. It passes when something was decided
/// and nothing faulted.
fn prove(manifest: &Manifest, rows: &[DecisionSummary]) -> Done {
    let generation = manifest.configuration.generation().map_err(|error| Failure::wrong(error.to_string()))?;
    let mut chains: BTreeMap<&str, u64> = manifest.configuration.chains.iter().map(|chain| (chain.name.as_str(), 0)).collect();
    let mut effects = 0;
    for row in rows {
        *chains.entry(&row.decision.chain).or_default() += 1;
        effects += row.decision.routing.effects.len();
    }
    let faulted = rows.iter().filter(|row| row.faulted).count();
    let proof = Proof {
        kind: Arm::DryRun,
        generation,
        at: SystemClock.now(),
        passed: !rows.is_empty() && faulted == 0,
        summary: json!({"decisions": rows.len(), "faulted": faulted, "effects": effects, "chains": chains}),
    };
    let passed = proof.passed;
    let path = proof::write(&manifest.store.path, proof)?;
    let outcome = if passed { "passed" } else { "did not pass" };
    output::diagnostic(&format!("the dry run {outcome}: {}", path.display()));
    Ok(())
}

async fn decide(manifest: &Manifest, args: &Run) -> Done<Vec<DecisionSummary>> {
    let scratch = Scratch::new()?;
    let store = SqliteStore::open(scratch.path().join("run.db"), store::StoreSettings::default()).await;
    let store = Arc::new(store.map_err(|error| Failure::unavailable(error.to_string()))?);
    let secrets: Arc<dyn Secrets> = Arc::new(ConfiguredSecrets::new(manifest.secrets.clone()));
    let outside = Outside { egress: Arc::new(Nothing), state: store.clone(), secrets };
    let runtime = assemble::runtime(manifest, outside)?;
    let generation = Arc::new(assemble::generation(manifest, &runtime).await?);
    let connector = generation.connector(&args.connector).cloned().ok_or_else(|| {
        let known = generation.connectors().keys().cloned().collect::<Vec<_>>().join(", ");
        Failure::new(Code::NotFound, format!("there is no connector `{}`; there are: {known}", args.connector))
    })?;
    let once = Once { store, generation, connector, now: SystemClock.now() };
    for payload in payloads(&args.files)? {
        once.take(args, payload).await?;
    }
    once.decide_all().await
}

/// One run over a store of its own.
struct Once {
    store: Arc<SqliteStore>,
    generation: Arc<Generation>,
    connector: Arc<Connector>,
    now: Timestamp,
}

impl Once {
    async fn take(&self, args: &Run, (name, body): (String, Vec<u8>)) -> Done {
        let delivery = Delivery {
            method: "POST".to_owned(),
            url: format!("https://localhost/hooks/{}", args.connector),
            headers: headers(&args.headers)?,
            body,
            attributes: Attributes::new(),
        };
        let facts = self.read(&delivery).map_err(|why| Failure::new(Code::Refused, format!("{name}: {why}")))?;
        let spec = &self.connector.spec;
        let intake = dispatch::port::Intake {
            connector: spec.name.clone(),
            channel: spec.channel.clone(),
            account: spec.account.clone(),
            received_at: self.now,
            read_by: self.generation.id().clone(),
            raw: delivery,
            facts,
            cursor: None,
        };
        self.store.accept(intake).await?;
        Ok(())
    }

    /// As a delivery when the connector takes them, otherwise as a frame.
    fn read(&self, delivery: &Delivery) -> Result<Vec<Fact>, String> {
        let plugin = &self.connector.plugin;
        let outcome = if self.connector.has(Role::Webhook) && self.connector.signature.is_some() {
            only(plugin.receive(&[delivery], self.now)).map(|read| read.map(|reception| reception.facts)).outcome
        } else {
            plugin.received(&delivery.body, &Attributes::new(), None, self.now).map(|read| read.map(|step| step.facts)).outcome
        };
        let refused = |refusal| match refusal {
            Refusal::Malformed(why) => format!("the connector takes it for malformed: {why}"),
            Refusal::Unsupported(why) => format!("the connector does not know this form: {why}"),
        };
        outcome.map_err(|fault| format!("the connector failed: it {fault}"))?.map_err(refused)
    }

    async fn decide_all(&self) -> Done<Vec<DecisionSummary>> {
        let key = Secret::new(crate::random::bytes::<32>()?);
        let breakers = Arc::new(Breakers::new(Arc::new(SystemClock)));
        let decider = Decider::new(Pseudonyms::new(key), Hop::for_cores(), Arc::new(Counters::default()), breakers);
        let mut rows = Vec::new();
        for pending in self.store.pending(0, DECISIONS_MAX).await? {
            let work = self.store.work(&pending).await?;
            let (decision, trace) = decider.decide(&self.generation, work, self.now, decision_id()).await;
            let new = dispatch::port::NewDecision { seq: pending.seq, decision, trace };
            if let dispatch::port::Commit::Stored { summary, .. } = self.store.decide(new).await? {
                rows.push(*summary);
            }
        }
        Ok(rows)
    }
}

/// Name and bytes of each payload; `-` or none is stdin.
fn payloads(files: &[PathBuf]) -> Done<Vec<(String, Vec<u8>)>> {
    let stdin = [PathBuf::from("-")];
    let files = if files.is_empty() { &stdin } else { files };
    let name = |file: &Path| if file.as_os_str() == "-" { "stdin".to_owned() } else { file.display().to_string() };
    files.iter().map(|file| Ok((name(file), read(file)?))).collect()
}

fn read(file: &Path) -> Done<Vec<u8>> {
    let mut bytes = Vec::new();
    if file.as_os_str() == "-" {
        std::io::stdin().read_to_end(&mut bytes)?;
        return Ok(bytes);
    }
    std::fs::read(file).map_err(|error| Failure::new(Code::NotFound, format!("{}: {error}", file.display())))
}

/// A folder that is gone when the run is over.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Done<Self> {
        let name = hex::encode(crate::random::bytes::<8>()?);
        let path = std::env::temp_dir().join(format!("pointsman-run-{name}"));
        std::fs::create_dir(&path)?;
        Ok(Self(path))
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
