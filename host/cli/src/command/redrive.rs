//! `pointsman quarantine redrive`: again, after a mend.
//!
//! Deliveries are read again here and now. Interactions are only made to wait for a decision: the host decides about them when it serves.

use std::collections::BTreeSet;

use dispatch::ingest::{IngestError, Redriven};
use dispatch::port::{Store as _, StoreError};
use manifest::Manifest;
use model::{DeliveryId, InteractionId};
use serde_json::json;

use crate::args::{Cli, Redrive};
use crate::command::quarantine::{deliveries, interactions};
use crate::command::serve::Host;
use crate::exit::{Code, Done, Failure};
use crate::{configuration, output};

/// Runs them again with the configuration as it is now. Needs the store for itself: beside a running host, ask that one
/// (`POST /api/v1/quarantine/{id}/redrive` and `/api/v1/quarantine/interactions/{id}/redrive`).
pub(crate) fn run(cli: &Cli, args: &Redrive) -> Done {
    let manifest = configuration::load(&args.config.config, cli.json)?;
    tokio::runtime::Runtime::new()?.block_on(async {
        let host = Host::build(&manifest).await?;
        let done = Again { cli, host: &host }.run(&manifest, args).await;
        host.store.close().await;
        done
    })
}

struct Again<'a> {
    cli: &'a Cli,
    host: &'a Host,
}

impl Again<'_> {
    async fn run(&self, manifest: &Manifest, args: &Redrive) -> Done {
        if args.ids.is_empty() {
            return self.all(manifest, args.plugin.as_deref()).await;
        }
        for id in &args.ids {
            self.one(id).await?;
        }
        Ok(())
    }

    async fn all(&self, manifest: &Manifest, plugin: Option<&str>) -> Done {
        for row in deliveries(&self.host.store, manifest, plugin).await? {
            self.delivery(&row.id).await?;
        }
        let mut seen = BTreeSet::new();
        for row in interactions(&self.host.store, plugin, false).await? {
            if seen.insert(row.interaction.clone()) {
                self.host.store.redecide(&row.interaction).await?;
                self.waits(&row.interaction);
            }
        }
        Ok(())
    }

    /// An id of either kind.
    async fn one(&self, id: &str) -> Done {
        let store = &self.host.store;
        match store.quarantined_raw(&DeliveryId(id.to_owned())).await {
            Ok(_) => return self.delivery(&DeliveryId(id.to_owned())).await,
            Err(StoreError::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        let interaction = InteractionId(id.to_owned());
        match store.redecide(&interaction).await {
            Ok(()) => {
                self.waits(&interaction);
                Ok(())
            }
            Err(StoreError::NotFound { .. }) => {
                let text = format!("`{id}` is neither a delivery in quarantine nor an interaction about which a plugin failed");
                Err(Failure::new(Code::NotFound, text))
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn delivery(&self, id: &DeliveryId) -> Done {
        let redriven = self.host.ingest.redrive(id).await.map_err(|error| match error {
            IngestError::Store(error) => error.into(),
            error => Failure::unavailable(format!("{id}: {error}")),
        })?;
        match redriven {
            Redriven::Released(accepted) if self.cli.json => output::json(&json!({"id": id, "released": true, "facts": accepted.facts})),
            Redriven::Released(accepted) => {
                output::line(&format!("{id}  released: {} facts, {} interactions", accepted.facts, accepted.interactions.len()))
            }
            Redriven::Retained { cause, detail } if self.cli.json => {
                output::json(&json!({"id": id, "released": false, "cause": cause, "detail": detail}))
            }
            Redriven::Retained { cause, detail } => output::line(&format!("{id}  stays: {cause}: {detail}")),
        }
        Ok(())
    }

    fn waits(&self, id: &InteractionId) {
        if self.cli.json {
            output::json(&json!({"id": id, "waits": true}));
        } else {
            let waits = self.cli.language().choose("waits for its decision", "attend sa décision");
            output::line(&format!("{id}  {waits}"));
        }
    }
}
