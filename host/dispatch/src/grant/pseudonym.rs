use std::fmt;

use model::{Algorithm, Secret};

use crate::arithmetic::hmac;

/// Bytes of the code that a pseudonym shows: 128 bits, so that no two are the same by chance.
const SHOWN_BYTES: usize = 16;

/// Pseudonyms for identifying fields: the same text is always the same pseudonym for one plugin, and another one for every other plugin, so
/// that plugins cannot join what they saw. Without the key nobody can tell which text stands behind one.
#[derive(Clone)]
pub struct Pseudonyms {
    key: Secret,
}

impl Pseudonyms {
    /// Takes the host's key. It must stay the same for as long as pseudonyms are to be stable.
    #[must_use]
    pub fn new(key: Secret) -> Self {
        Self { key }
    }

    /// The pseudonym of an author's id on a channel, as this plugin sees it.
    #[must_use]
    pub fn author(&self, plugin: &str, channel: &str, id: &str) -> String {
        self.of(plugin, channel, "author", id)
    }

    /// The pseudonym of a conversation's or an item's id: one space, because a conversation often is named after its first item.
    #[must_use]
    pub fn item(&self, plugin: &str, channel: &str, id: &str) -> String {
        self.of(plugin, channel, "item", id)
    }

    fn of(&self, plugin: &str, channel: &str, kind: &str, text: &str) -> String {
        // Lengths first, so that no two rows of texts give the same bytes.
        let lengths = format!("{}:{}:{}:", plugin.len(), channel.len(), kind.len());
        let parts = [lengths.as_bytes(), plugin.as_bytes(), channel.as_bytes(), kind.as_bytes(), text.as_bytes()];
        let code = hmac(Algorithm::Sha256, self.key.expose(), &parts);
        format!("p{}", hex::encode(code.get(..SHOWN_BYTES).unwrap_or_default()))
    }
}

impl fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pseudonyms(…)")
    }
}
