//! What the host holds, takes away and fetches for a plugin, as its manifest declares it and its settings and grants allow.

use model::{Handover, Media, PluginManifest, PluginSpec, Resolve, Transport};
use thiserror::Error;

use super::egress_grant;
use super::endpoint::{Endpoint, Scheme};
use super::place::Places;

/// Why what a manifest declares cannot be used: the second half of a sentence that begins with the plugin.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TransportError {
    /// A place in its URL leads nowhere.
    #[error("needs the setting `{0}` to know where to connect")]
    Setting(String),
    /// Its URL is none, or outside the granted hosts.
    #[error("was not granted `{0}`, where it wants to connect")]
    NotGranted(String),
}

/// The declared transport with its places filled. The grants of `spec` are its effective ones. A mailbox that the settings do not name is
/// left out: then mails come from listeners only.
///
/// # Errors
/// See [`TransportError`].
pub fn transport(spec: &PluginSpec, manifest: &PluginManifest) -> Result<Option<Transport>, TransportError> {
    let own = Own { spec, manifest, places: Places::new(spec, manifest) };
    let Some(declared) = manifest.transport.clone() else { return Ok(None) };
    Ok(Some(match declared {
        Transport::Sse { url, credential } => Transport::Sse { url: own.granted(&url, &[Scheme::Https, Scheme::Http])?, credential },
        Transport::WebSocket { url, credential, fill, resolve } => {
            let resolve = resolve.map(|resolve| own.resolve(resolve)).transpose()?;
            // Where the address is asked for first, its host is known, and checked, when it is opened.
            let url = if resolve.is_some() { own.filled(&url)? } else { own.granted(&url, &[Scheme::Wss, Scheme::Ws])? };
            Transport::WebSocket { url, credential, fill, resolve }
        }
        Transport::Mail { imap, credential } => {
            let imap = match imap.map(|imap| own.granted(&imap, &[Scheme::Imaps, Scheme::Imap])).transpose() {
                Err(TransportError::Setting(_)) => None,
                imap => imap?,
            };
            Transport::Mail { imap, credential }
        }
    }))
}

/// The declared way out with its places filled.
///
/// # Errors
/// See [`TransportError`].
pub fn handover(spec: &PluginSpec, manifest: &PluginManifest) -> Result<Option<Handover>, TransportError> {
    let own = Own { spec, manifest, places: Places::new(spec, manifest) };
    let Some(Handover::Smtp { url, credential }) = manifest.handover.clone() else { return Ok(None) };
    Ok(Some(Handover::Smtp { url: own.granted(&url, &[Scheme::Smtps, Scheme::Smtp])?, credential }))
}

/// How files are fetched, places filled. Whether what they lead to is granted is judged when it is fetched.
///
/// # Errors
/// A place that leads nowhere.
pub fn media(spec: &PluginSpec, manifest: &PluginManifest) -> Result<Media, TransportError> {
    let own = Own { spec, manifest, places: Places::new(spec, manifest) };
    let declared = manifest.media.clone().unwrap_or_default();
    Ok(Media { resolve: declared.resolve.map(|resolve| own.resolve(resolve)).transpose()?, ..declared })
}

/// A plugin and what fills its places.
struct Own<'a> {
    spec: &'a PluginSpec,
    manifest: &'a PluginManifest,
    places: Places<'a>,
}

impl Own<'_> {
    fn filled(&self, template: &str) -> Result<String, TransportError> {
        self.places.filled(template).map_err(TransportError::Setting)
    }

    fn granted(&self, template: &str, schemes: &[Scheme]) -> Result<String, TransportError> {
        let url = self.filled(template)?;
        let endpoint = Endpoint::parse(&url).filter(|endpoint| schemes.contains(&endpoint.scheme));
        let endpoint = endpoint.ok_or_else(|| TransportError::NotGranted(url.clone()))?;
        match egress_grant(self.spec, self.manifest).refusal_to_connect(&endpoint) {
            None => Ok(url),
            Some(_) => Err(TransportError::NotGranted(endpoint.to_string())),
        }
    }

    fn resolve(&self, resolve: Resolve) -> Result<Resolve, TransportError> {
        Ok(Resolve { url: self.filled(&resolve.url)?, address: self.filled(&resolve.address)?, ..resolve })
    }
}
