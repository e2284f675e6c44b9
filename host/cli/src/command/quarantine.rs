//! `pointsman quarantine`: deliveries that could not be read.

use dispatch::ingest::{IngestError, Redriven};
use dispatch::port::Store as _;
use model::{DeliveryId, Quarantined};
use serde_json::json;

use crate::args::{Cli, QuarantineList, Redrive};
use crate::command::decisions::open;
use crate::command::serve::Host;
use crate::exit::{Done, Failure};
use crate::{configuration, output, table};

/// Deliveries of one page.
const PAGE: u32 = 500;

/// Shows what is in it, oldest first.
pub(crate) fn list(cli: &Cli, args: &QuarantineList) -> Done {
    let manifest = configuration::read(&args.config.config, false).map_err(|findings| configuration::refused(&findings))?;
    let rows = tokio::runtime::Runtime::new()?.block_on(async { all(&open(&manifest).await?).await })?;
    for row in &rows {
        if cli.json {
            output::json(row);
        } else {
            let detail = table::shorten(&row.detail, 100);
            let at = table::clock_time(row.received_at);
            output::line(&format!(
                "{}  {at}  {}  {} bytes, tried {}×  {}: {detail}",
                row.id, row.connector, row.body_bytes, row.tries, row.cause
            ));
        }
    }
    if rows.is_empty() && !cli.json {
        output::diagnostic(cli.language().choose("nothing is in quarantine", "rien n'est en quarantaine"));
    }
    Ok(())
}

/// Runs them again with the configuration as it is now. Needs the store for itself: beside a running host, ask that one
/// (`POST /api/v1/quarantine/{id}/redrive`).
pub(crate) fn redrive(cli: &Cli, args: &Redrive) -> Done {
    let manifest = configuration::load(&args.config.config, cli.json)?;
    tokio::runtime::Runtime::new()?.block_on(async {
        let host = Host::build(&manifest).await?;
        let ids = if args.ids.is_empty() {
            all(&host.store).await?.into_iter().map(|row| row.id).collect()
        } else {
            args.ids.iter().cloned().map(DeliveryId).collect::<Vec<_>>()
        };
        for id in ids {
            let redriven = host.ingest.redrive(&id).await.map_err(|error| match error {
                IngestError::Store(error) => error.into(),
                error => Failure::unavailable(format!("{id}: {error}")),
            })?;
            said(cli, &id, &redriven);
        }
        host.store.close().await;
        Ok(())
    })
}

fn said(cli: &Cli, id: &DeliveryId, redriven: &Redriven) {
    match redriven {
        Redriven::Released(accepted) if cli.json => output::json(&json!({"id": id, "released": true, "facts": accepted.facts})),
        Redriven::Released(accepted) => {
            output::line(&format!("{id}  released: {} facts, {} interactions", accepted.facts, accepted.interactions.len()))
        }
        Redriven::Retained { cause, detail } if cli.json => {
            output::json(&json!({"id": id, "released": false, "cause": cause, "detail": detail}))
        }
        Redriven::Retained { cause, detail } => output::line(&format!("{id}  stays: {cause}: {detail}")),
    }
}

async fn all(store: &store::SqliteStore) -> Done<Vec<Quarantined>> {
    let mut rows: Vec<Quarantined> = Vec::new();
    loop {
        let page = store.quarantined(rows.last().map(|row| &row.id), PAGE).await?;
        if page.is_empty() {
            return Ok(rows);
        }
        rows.extend(page);
    }
}
