//! `pointsman check`: everything that `serve` would find wrong, found without serving.

use std::sync::Arc;

use dispatch::port::Nothing;
use serde_json::json;

use crate::args::{Cli, ConfigArgs};
use crate::assemble::{self, Outside};
use crate::command::serve::check_keys;
use crate::exit::Done;
use crate::secrets::ConfiguredSecrets;
use crate::swap::{Tested, staged};
use crate::{configuration, output};

/// Validates the file, then stages every plugin with its settings and runs its examples.
pub(crate) fn run(cli: &Cli, args: &ConfigArgs) -> Done {
    let manifest = configuration::load(&args.config, cli.json)?;
    let nothing = Arc::new(Nothing);
    let outside = Outside { egress: nothing.clone(), state: nothing.clone(), secrets: nothing };
    let threads = tokio::runtime::Runtime::new()?;
    let generation = threads.block_on(async {
        let runtime = Arc::new(assemble::runtime(&manifest, outside)?);
        staged(&manifest, &runtime, &[], &Tested::default()).await
    })?;
    check_keys(&manifest, &generation, &ConfiguredSecrets::new(manifest.secrets.clone()))?;
    let configuration = generation.configuration();
    if cli.json {
        output::json(&json!({"generation": generation.id(), "warnings": manifest.warnings}));
        return Ok(());
    }
    let short = generation.id().0.get(..12).unwrap_or_default();
    output::line(&format!(
        "{}: good. {} plugins, {} connectors, {} chains, {} queues; generation {short}",
        args.config.display(),
        configuration.plugins.len(),
        configuration.connectors.len(),
        configuration.chains.len(),
        configuration.queues.len(),
    ));
    Ok(())
}
