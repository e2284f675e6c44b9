//! `pointsman decisions`

use dispatch::port::{DecisionFilter, Store as _};
use store::SqliteStore;

use crate::args::{Cli, Decisions};
use crate::exit::{Done, Failure};
use crate::sentences::Sentences;
use crate::{configuration, output, table};

/// Lists what was decided, newest first for programs, oldest first in the table: a person reads downwards to the latest.
pub(crate) fn run(cli: &Cli, args: &Decisions) -> Done {
    let manifest = configuration::read(&args.config.config, false).map_err(|findings| configuration::refused(&findings))?;
    let filter = DecisionFilter { queue: args.queue.clone(), limit: args.limit, ..DecisionFilter::default() };
    let threads = tokio::runtime::Runtime::new()?;
    let mut rows = threads.block_on(async { Ok::<_, Failure>(open(&manifest).await?.decisions(filter).await?) })?;
    if cli.json {
        rows.iter().for_each(output::json);
        return Ok(());
    }
    rows.reverse();
    let sentences = Sentences::of(&manifest, cli.language());
    output::line(&table::decisions(&rows, cli.language(), &|reason| sentences.any(reason)));
    Ok(())
}

/// The store of a configuration, to read from beside a host that serves.
pub(crate) async fn open(manifest: &manifest::Manifest) -> Done<SqliteStore> {
    SqliteStore::open_reader(&manifest.store.path).await.map_err(|error| Failure::unavailable(error.to_string()))
}
