//! Whether connectors can verify anything: one whose key is none would refuse every delivery, so no generation serves with it.

use dispatch::generation::Generation;
use dispatch::port::Secrets;
use dispatch::signature::{Forged, verify};
use manifest::{Findings, Manifest};
use model::{Delivery, Timestamp};

use crate::configuration;
use crate::exit::Done;

/// Refuses connectors whose secrets have no value that their scheme can use, such as `whsec_` with nothing behind it.
pub(crate) fn check(manifest: &Manifest, generation: &Generation, secrets: &dyn Secrets) -> Done {
    let mut findings = Vec::new();
    for (name, connector) in generation.connectors() {
        let Some((scheme, own)) = connector.signature.as_ref().and_then(|scheme| Some((scheme, scheme.secret()?))) else { continue };
        let values = connector.secrets(own, secrets);
        // Nobody signed this: the only question is what it fails for.
        if matches!(verify(scheme, &values, Delivery::default(), Timestamp(0)), Err(Forged::NoSecret)) {
            let section = manifest.section("connector", name).unwrap_or_default();
            let message = format!("the secret `{own}` of the connector `{name}` has no value that its signature scheme can use");
            findings.push(manifest.finding(&section, &message, Some("put the key that the channel gave you where `[secrets]` says")));
        }
    }
    if findings.is_empty() { Ok(()) } else { Err(configuration::refused(&Findings::new(findings))) }
}
