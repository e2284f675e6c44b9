//! Names that tell nothing: hashes that stand for what a channel calls its accounts, items and conversations.

use sha2::{Digest, Sha256};

/// What is named. Part of the hash, so that a conversation and its first item never share a name.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Realm {
    /// A fact, by its dedup key.
    Fact,
    /// An item, by its source id.
    Item,
    /// A conversation, by the channel's id of it.
    Conversation,
    /// What is processed in order, by the order key.
    Lane,
    /// What goes out at one pace: an account.
    Pace,
    /// What was sent, by the channel's id of it.
    Sent,
}

/// 128 bits of SHA-256 over realm, connector, account and id. History keeps these instead of the channel's ids, which may be telephone
/// numbers or addresses. Long enough that nobody finds a second id with a stranger's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Name([u8; 16]);

impl Name {
    pub(crate) fn of(realm: Realm, connector: &str, account: Option<&str>, id: &str) -> Self {
        let realm: &[u8] = match realm {
            Realm::Fact => b"fact",
            Realm::Item => b"item",
            Realm::Conversation => b"conversation",
            Realm::Lane => b"lane",
            Realm::Pace => b"pace",
            Realm::Sent => b"sent",
        };
        let mut hash = Sha256::new();
        for part in [realm, connector.as_bytes(), account.unwrap_or_default().as_bytes(), id.as_bytes()] {
            // The length first: ("ab", "c") and ("a", "bc") are two names.
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
        let mut name = [0; 16];
        for (to, from) in name.iter_mut().zip(hash.finalize()) {
            *to = from;
        }
        Self(name)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// As the port shows it.
    pub(crate) fn hex(&self) -> String {
        hex::encode(self.0)
    }

    /// A name that was kept.
    pub(crate) fn kept(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_together() {
        let names = [
            Name::of(Realm::Item, "ab", None, "c"),
            Name::of(Realm::Item, "a", None, "bc"),
            Name::of(Realm::Item, "a", Some("b"), "c"),
            Name::of(Realm::Fact, "ab", None, "c"),
            Name::of(Realm::Conversation, "ab", None, "c"),
        ];
        for (at, name) in names.iter().enumerate() {
            assert_eq!(names.iter().position(|other| other == name), Some(at));
        }
        assert_eq!(Name::of(Realm::Item, "a", None, "b"), Name::of(Realm::Item, "a", Some(""), "b"), "no account is the empty account");
    }
}
