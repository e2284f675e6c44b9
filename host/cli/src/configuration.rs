//! Reading `pointsman.toml` with everything that the manifest has to be told.

use std::path::Path;

use dispatch::condition::Condition;
use manifest::{Checks, Findings, Inspected, Manifest};
use serde_json::json;

use crate::exit::{Code, Done, Failure};
use crate::output;

/// The configuration, its warnings shown on stderr.
pub(crate) fn load(path: &Path, json: bool) -> Done<Manifest> {
    let manifest = read(path, true).map_err(|findings| refused(&findings))?;
    if !manifest.warnings.is_empty() && !json {
        output::diagnostic(&format!("{}\n", manifest.warnings));
    }
    Ok(manifest)
}

/// The configuration, or everything that is wrong with it. With `secrets` their places are looked for, never their values.
pub(crate) fn read(path: &Path, secrets: bool) -> Result<Manifest, Findings> {
    let condition = |text: &str| Condition::compile(text).map(drop).map_err(|error| error.to_string());
    let variable = |name: &str| std::env::var(name).is_ok_and(|value| !value.is_empty());
    let checks = Checks { condition: &condition, inspect: &inspect, variable: if secrets { Some(&variable) } else { None } };
    manifest::load(path, &checks)
}

/// A configuration that is refused, as a failure.
pub(crate) fn refused(findings: &Findings) -> Failure {
    Failure::new(Code::Wrong, format!("the configuration is refused\n\n{findings}")).with(json!(findings))
}

fn inspect(component: &[u8]) -> Result<Inspected, String> {
    let inspection = runtime::inspect(component).map_err(|error| error.to_string())?;
    let contract = inspection.contract();
    match (inspection.refused, inspection.manifest) {
        (Some(why), _) => Err(why),
        (None, Some(manifest)) => Ok(Inspected { contract, roles: inspection.roles, manifest }),
        (None, None) => Err("the component carries no manifest".to_owned()),
    }
}
