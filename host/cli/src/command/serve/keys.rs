//! Whether connectors can verify anything: one whose key is none would refuse every delivery, so no generation serves with it.

use dispatch::generation::Generation;
use dispatch::port::Secrets;
use dispatch::signature::unusable;
use manifest::{Findings, Manifest};
use model::Handshake;

use crate::configuration;
use crate::exit::Done;

/// Refuses connectors whose secrets have no value that their scheme can use, such as `whsec_` with nothing behind it.
pub(crate) fn check(manifest: &Manifest, generation: &Generation, secrets: &dyn Secrets) -> Done {
    let finding = |(connector, message): (String, String)| {
        let section = manifest.section("connector", &connector).unwrap_or_default();
        manifest.finding(&section, &message, Some("put the key that the channel gave you where `[secrets]` says"))
    };
    let findings: Vec<_> = without_key(generation, secrets).into_iter().map(finding).collect();
    if findings.is_empty() { Ok(()) } else { Err(configuration::refused(&Findings::new(findings))) }
}

/// The connectors that can verify nothing, or answer no handshake, each with a sentence that says so.
pub(crate) fn without_key(generation: &Generation, secrets: &dyn Secrets) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (name, connector) in generation.connectors() {
        if let Some((scheme, own)) = connector.signature.as_ref().and_then(|scheme| Some((scheme, scheme.secret()?))) {
            let values = connector.secrets(own, secrets);
            let reasons: Vec<_> = values.iter().map(|value| unusable(scheme, value)).collect();
            if !reasons.contains(&None) {
                let why = reasons.into_iter().flatten().next().map(|why| format!(": {why}")).unwrap_or_default();
                let message = format!("the secret `{own}` of the connector `{name}` has no value that its signature scheme can use{why}");
                found.push((name.clone(), message));
            }
        }
        if let Some(own) = connector.handshake.as_ref().and_then(Handshake::secret)
            && connector.secrets(own, secrets).is_empty()
        {
            found.push((
                name.clone(),
                format!("the secret `{own}` of the connector `{name}` has no value to answer the channel's handshake with"),
            ));
        }
    }
    found
}
