//! Who takes part: numbers (`wa_id`), business-scoped ids (`user_id`), groups; and the number of ours that it is about.

use graph::{Entry, about, person};
use lenient::{id, list, object, text};
use pointsman_plugin::{Author, Event, Fact, Note, Timestamp, Visibility};
use serde_json::Value;

/// Where a change happened: our number, and the contacts that came with it.
pub(crate) struct Place<'a> {
    /// The whole value of the change.
    pub(crate) value: &'a Value,
    /// The entry with our number as its account, when the change tells it; else the business account.
    pub(crate) entry: Entry<'a>,
}

impl<'a> Place<'a> {
    pub(crate) fn of(value: &'a Value, entry: &Entry<'a>) -> Self {
        let number = id(value, "/metadata/phone_number_id").or_else(|| entry.id.clone());
        Self { value, entry: Entry { id: number, ..entry.clone() } }
    }

    /// A fact about our number.
    pub(crate) fn fact(&self, key: String, event: Event) -> Fact {
        graph::key(self.entry.id.as_deref(), key, event)
    }

    /// Who spoke: by number, else by business-scoped id, else the only contact. The name is theirs only if the contact has that id.
    pub(crate) fn author(&self, message: &Value) -> Option<Author> {
        let contacts = list(self.value, "contacts");
        let (number, user) = (id(message, "from"), id(message, "from_user_id"));
        let has = |contact: &&Value, field: &str, wanted: &Option<String>| wanted.is_some() && id(contact, field) == *wanted;
        let named = contacts.iter().find(|contact| has(contact, "wa_id", &number) || has(contact, "user_id", &user));
        let only = || if let [only] = contacts { Some(only) } else { None };
        let contact = named.or_else(|| only().filter(|_| number.is_none() && user.is_none()));
        let known_by = number.clone().or(user.clone());
        let known_by = known_by.or_else(|| contact.and_then(|contact| id(contact, "wa_id").or_else(|| id(contact, "user_id"))))?;
        let mut attributes = Vec::new();
        about(&mut attributes, "phone", number.or_else(|| contact.and_then(|contact| id(contact, "wa_id"))));
        about(&mut attributes, "user-id", user.or_else(|| contact.and_then(|contact| id(contact, "user_id"))));
        about(&mut attributes, "parent-user-id", contact.and_then(|contact| id(contact, "parent_user_id")));
        let profile = contact.and_then(|contact| object(contact, "profile"));
        Some(Author {
            handle: profile.and_then(|profile| text(profile, "username")).map(str::to_owned),
            display_name: profile.and_then(|profile| text(profile, "name")).map(str::to_owned),
            attributes,
            ..person(known_by)
        })
    }

    /// A private note of this name.
    pub(crate) fn note(&self, name: &str, at: Option<Timestamp>) -> Note {
        Note { visibility: Some(Visibility::Private), ..graph::note(&name.to_lowercase(), at.or(self.entry.time)) }
    }
}
