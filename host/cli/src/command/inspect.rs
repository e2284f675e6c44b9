//! `pointsman plugin inspect`

use model::{PluginManifest, Role};
use runtime::Inspection;

use crate::args::{Cli, Inspect};
use crate::exit::{Code, Done, Failure};
use crate::output;

/// Shows what a component says of itself, without running it.
pub(crate) fn run(cli: &Cli, inspect: &Inspect) -> Done {
    let bytes = read(&inspect.file)?;
    let inspection = runtime::inspect(&bytes).map_err(|error| Failure::wrong(format!("{}: {error}", inspect.file.display())))?;
    if cli.json {
        output::json(&inspection)
    } else {
        output::line(&shown(&inspection))
    }
    match inspection.refused {
        Some(why) => Err(Failure::wrong(format!("this host would not stage it: {why}"))),
        None => Ok(()),
    }
}

/// The component's bytes.
pub(crate) fn read(file: &std::path::Path) -> Done<Vec<u8>> {
    std::fs::read(file).map_err(|error| {
        let code = if error.kind() == std::io::ErrorKind::NotFound { Code::NotFound } else { Code::Unavailable };
        Failure::new(code, format!("{} cannot be read: {error}", file.display()))
    })
}

fn shown(inspection: &Inspection) -> String {
    let mut lines = Vec::new();
    let mut put = |name: &str, value: String| lines.push(format!("{name:<10}{value}"));
    if let Some(manifest) = &inspection.manifest {
        put("name", format!("{} {} by {}", manifest.name, manifest.version, manifest.publisher));
        put("what", manifest.description.clone());
        put("licence", manifest.licence.clone());
    }
    put("digest", inspection.digest.to_string());
    put("size", format!("{} bytes", inspection.bytes));
    let roles = inspection.roles.iter().map(|role| if role.is_pure() { role.to_string() } else { format!("{role} (edge)") });
    put("roles", roles.collect::<Vec<_>>().join(", "));
    put("isolation", isolation(inspection));
    put("imports", inspection.imports.join(", "));
    if let Some(manifest) = &inspection.manifest {
        asked(manifest, &mut lines);
    }
    lines.join("\n")
}

/// What `isolation` can do for it, as far as the component tells. The rest shows when it is staged.
fn isolation(inspection: &Inspection) -> String {
    let batches = |role: &Role| matches!(role, Role::Webhook | Role::Classifier | Role::Prioritizer | Role::Router);
    let batched: Vec<&str> = inspection.roles.iter().filter(|role| batches(role)).map(|role| role.name()).collect();
    let batched = if batched.is_empty() { "no batches".to_owned() } else { format!("batches as {}", batched.join(", ")) };
    format!("fresh for each interaction, or warm; {batched}; whether it starts from a snapshot is known when it is staged")
}

fn asked(manifest: &PluginManifest, lines: &mut Vec<String>) {
    let requests = &manifest.requests;
    lines.push("asks for".to_owned());
    let before = lines.len();
    lines.extend(requests.fields.iter().map(|field| format!("  field {:<14} {}", field.name, field.reason)));
    lines.extend(requests.hosts.iter().map(|host| format!("  host {:<15} {}", host.host, host.reason)));
    lines.extend(requests.secrets.iter().map(|secret| format!("  secret {:<13} {}", secret.name, secret.reason)));
    lines.extend(requests.state.iter().map(|state| format!("  state {:<14} {}", format!("{} bytes", state.bytes_max), state.reason)));
    if lines.len() == before {
        lines.push("  nothing".to_owned());
    }
}
