//! Small parts of facts.

use lenient::{fingerprint, id, text};
use pointsman_plugin::{Attribute, Author, Event, Fact, Note, Removal, Timestamp, Value as Attributed};
use serde_json::Value;

use crate::Entry;

/// An author with nothing but an id.
#[must_use]
pub fn person(id: impl Into<String>) -> Author {
    Author { id: id.into(), ..Author::default() }
}

/// The author that `{"id", "name", "username"}` describes; one who is known only by name has it for an id.
#[must_use]
pub fn author(value: &Value) -> Option<Author> {
    let handle = text(value, "username").map(str::to_owned);
    let id = id(value, "id").or_else(|| handle.clone())?;
    Some(Author { handle, display_name: text(value, "name").map(str::to_owned), ..person(id) })
}

/// Adds an attribute, when there is something to say.
pub fn about(attributes: &mut Vec<Attribute>, name: &str, value: Option<impl Into<Attributed>>) {
    attributes.extend(value.map(|value| lenient::attribute(name, value)));
}

/// A text that is put together from ids, as one: its digest when it is longer than the contract allows.
#[must_use]
pub fn ident(made: String) -> String {
    const ID_BYTES_MAX: usize = 512;
    if made.len() > ID_BYTES_MAX { fingerprint(made.as_bytes()) } else { made }
}

/// A fact of an account under a key of its own: polled and pushed, what is the same thing has the same key.
#[must_use]
pub fn key(account: Option<&str>, key: String, event: Event) -> Fact {
    Fact { account: account.map(str::to_owned), dedup_key: Some(ident(key)), event }
}

/// Something that happened, by the channel's name of it.
#[must_use]
pub fn note(name: &str, occurred_at: Option<Timestamp>) -> Note {
    const NAME_CHARS_MAX: usize = 64;
    Note { name: name.replace('_', "-").chars().take(NAME_CHARS_MAX).collect(), occurred_at, ..Note::default() }
}

impl Entry<'_> {
    /// Something happened. `raw` is what tells it, which makes it unique.
    #[must_use]
    pub fn system(&self, note: Note, raw: &Value) -> Fact {
        key(self.id.as_deref(), unique(&note, raw), Event::System(note))
    }

    /// Something that nobody here knows: kept under its own digest.
    #[must_use]
    pub fn unsupported(&self, note: Note, raw: &Value) -> Fact {
        key(self.id.as_deref(), unique(&note, raw), Event::Unsupported(note))
    }

    /// Something said is gone.
    #[must_use]
    pub fn removed(&self, source_id: String, actor: Option<Author>, occurred_at: Option<Timestamp>) -> Fact {
        let removed = format!("removed:{source_id}");
        key(self.id.as_deref(), removed, Event::Removed(Removal { source_id, actor, occurred_at }))
    }
}

fn unique(note: &Note, raw: &Value) -> String {
    let at = note.occurred_at.map(|at| at.to_string()).unwrap_or_default();
    format!("{}:{at}:{}", note.name, fingerprint(raw.to_string().as_bytes()))
}
