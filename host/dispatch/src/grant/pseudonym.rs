use std::fmt;
use std::fmt::Write as _;

use hmac::{Hmac, Mac as _};
use model::Secret;
use sha2::Sha256;

/// Bytes of the code that a pseudonym shows: 128 bits, so that no two are the same by chance.
const SHOWN_BYTES: usize = 16;

/// Pseudonyms for identifying fields: the same text is always the same pseudonym for one plugin, and another one for every other plugin, so
/// that plugins cannot join what they saw. Without the key nobody can tell which text stands behind one.
#[derive(Clone)]
pub struct Pseudonyms {
    /// The code with the key taken in, from which each pseudonym starts; none only if the key could not be used at all.
    keyed: Option<Hmac<Sha256>>,
}

impl Pseudonyms {
    /// Takes the host's key. It must stay the same for as long as pseudonyms are to be stable.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "the key is handed over: nothing else may keep it")]
    pub fn new(key: Secret) -> Self {
        Self { keyed: Hmac::new_from_slice(key.expose()).ok() }
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
        let mut pseudonym = String::with_capacity(1 + 2 * SHOWN_BYTES);
        // Lengths first, so that no two rows of texts give the same bytes.
        let _ = write!(pseudonym, "{}:{}:{}:", plugin.len(), channel.len(), kind.len());
        let code = self.keyed.clone().map(|mut code| {
            for part in [&pseudonym, plugin, channel, kind, text] {
                code.update(part.as_bytes());
            }
            code.finalize().into_bytes()
        });
        let mut shown = [0; 2 * SHOWN_BYTES];
        let bytes = code.as_ref().and_then(|code| code.get(..SHOWN_BYTES)).unwrap_or_default();
        let written = hex::encode_to_slice(bytes, &mut shown).is_ok();
        pseudonym.clear();
        pseudonym.push('p');
        pseudonym.push_str(std::str::from_utf8(&shown).ok().filter(|_| written).unwrap_or_default());
        pseudonym
    }
}

impl fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pseudonyms(…)")
    }
}
