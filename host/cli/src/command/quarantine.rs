//! `pointsman quarantine list`: deliveries that could not be read, and interactions about which a plugin failed.

use dispatch::port::{FaultedFilter, Store as _};
use manifest::Manifest;
use model::{FaultedInteraction, Quarantined};
use serde::Serialize;
use store::SqliteStore;

use crate::args::{Cli, QuarantineList};
use crate::command::decisions::open;
use crate::exit::{Done, Failure};
use crate::language::Language;
use crate::{configuration, fault, output, table};

/// Rows that are read at a time.
const PAGE: u32 = 500;

/// A row for programs: what it is, and its fields.
#[derive(Serialize)]
struct Row<'a, T> {
    kind: &'a str,
    #[serde(flatten)]
    row: &'a T,
}

/// Shows what is in it, oldest first, deliveries before interactions.
pub(crate) fn list(cli: &Cli, args: &QuarantineList) -> Done {
    let manifest = configuration::read(&args.config.config, false).map_err(|findings| configuration::refused(&findings))?;
    let plugin = args.plugin.as_deref();
    let (deliveries, interactions) = tokio::runtime::Runtime::new()?.block_on(async {
        let store = open(&manifest).await?;
        Ok::<_, Failure>((deliveries(&store, &manifest, plugin).await?, interactions(&store, plugin, args.all).await?))
    })?;
    if cli.json {
        deliveries.iter().for_each(|row| output::json(&Row { kind: "delivery", row }));
        interactions.iter().for_each(|row| output::json(&Row { kind: "interaction", row }));
        return Ok(());
    }
    let language = cli.language();
    deliveries.iter().for_each(|row| output::line(&delivery(row, language)));
    interactions.iter().for_each(|row| output::line(&interaction(row, language)));
    if deliveries.is_empty() && interactions.is_empty() {
        output::diagnostic(language.choose("nothing is in quarantine", "rien n'est en quarantaine"));
    }
    Ok(())
}

fn delivery(row: &Quarantined, language: Language) -> String {
    let detail = table::shorten(&row.detail, 100);
    let (at, bytes) = (table::clock_time(row.received_at), language.choose("bytes, tried", "octets, essais :"));
    format!("{}  {at}  {}  {} {bytes} {}×  {}: {detail}", row.id, row.connector, row.body_bytes, row.tries, row.cause)
}

fn interaction(row: &FaultedInteraction, language: Language) -> String {
    let at = table::clock_time(row.decided_at);
    let held = if row.held { language.choose("held", "retenu") } else { language.choose("not held", "non retenu") };
    let fault = table::shorten(&fault::told(&row.fault, language), 160);
    format!("{}  {at}  {} {}  {held}  {fault}", row.interaction, row.fault.plugin, row.digest.short())
}

/// Deliveries in quarantine, of one plugin's connectors when it is named.
pub(crate) async fn deliveries(store: &SqliteStore, manifest: &Manifest, plugin: Option<&str>) -> Done<Vec<Quarantined>> {
    let mut rows: Vec<Quarantined> = Vec::new();
    loop {
        let page = store.quarantined(rows.last().map(|row| &row.id), PAGE).await?;
        if page.is_empty() {
            break;
        }
        rows.extend(page);
    }
    let reads = |row: &Quarantined, plugin: &str| {
        let connectors = &manifest.configuration.connectors;
        connectors.iter().any(|connector| connector.name == row.connector && connector.plugin == plugin)
    };
    rows.retain(|row| plugin.is_none_or(|plugin| reads(row, plugin)));
    Ok(rows)
}

/// Interactions about which a plugin failed, of one plugin when it is named; with `all` also those that are not held.
pub(crate) async fn interactions(store: &SqliteStore, plugin: Option<&str>, all: bool) -> Done<Vec<FaultedInteraction>> {
    let mut rows: Vec<FaultedInteraction> = Vec::new();
    loop {
        let after = rows.last().map_or(0, |row| row.seq);
        let page = store.faulted(FaultedFilter { after, plugin: plugin.map(str::to_owned), all, limit: PAGE }).await?;
        if page.is_empty() {
            return Ok(rows);
        }
        rows.extend(page);
    }
}
