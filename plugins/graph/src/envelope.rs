//! `{"object": …, "entry": [{"id", "time", "changes" | "messaging" | "standby"}]}`, with up to a thousand entries.

use lenient::{id, list, text, time};
use pointsman_plugin::{Fact, Refusal, Timestamp};
use serde_json::{Value, json};

use crate::note;

/// What is told about one account at one time.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// The account: a page, an Instagram account, a WhatsApp business account.
    pub id: Option<String>,
    /// When Meta sent it.
    pub time: Option<Timestamp>,
    /// The whole entry.
    pub value: &'a Value,
}

impl<'a> Entry<'a> {
    /// Field and value of each change; newer subscriptions put them into the entry itself.
    pub fn changes(&self) -> impl Iterator<Item = &'a Value> + use<'a> {
        let itself = if self.value.get("field").is_some() { std::slice::from_ref(self.value) } else { &[] };
        list(self.value, "changes").iter().chain(itself)
    }

    /// Whether this is the account's own id.
    #[must_use]
    pub fn is(&self, id: Option<&str>) -> bool {
        id.is_some() && self.id.as_deref() == id
    }
}

/// The entries of a delivery, in order; several envelopes may come in a list.
pub fn entries(document: &Value) -> impl Iterator<Item = Entry<'_>> {
    let envelopes = document.as_array().map_or(std::slice::from_ref(document), Vec::as_slice).iter();
    let entries = envelopes.flat_map(|envelope| list(envelope, "entry")).filter(|entry| entry.is_object());
    entries.map(|entry| Entry { id: id(entry, "id"), time: time(entry, "time"), value: entry })
}

/// Whether the value of a change is an event of the Messenger Platform: the App Dashboard's tests and newer subscriptions bring them so.
#[must_use]
pub fn is_messaging(value: &Value) -> bool {
    value.get("recipient").is_some_and(Value::is_object) && (value.get("sender").is_some() || value.get("timestamp").is_some())
}

/// The facts of a delivery; an entry that tells nothing is kept as unsupported.
///
/// # Errors
/// `Malformed` when it is no JSON, `Unsupported` when there are more facts than the contract takes: nothing is dropped silently.
pub fn read(body: &[u8], facts_of: impl Fn(&Entry<'_>) -> Vec<Fact>) -> Result<Vec<Fact>, Refusal> {
    let document = lenient::document(body)?;
    let name = text(&document, "object").unwrap_or("delivery");
    let mut facts = Vec::new();
    for entry in entries(&document) {
        match facts_of(&entry) {
            told if told.is_empty() => facts.push(entry.unsupported(note(name, entry.time), entry.value)),
            told => facts.extend(told),
        }
    }
    if facts.is_empty() {
        let nothing = json!({});
        facts.push(Entry { id: None, time: None, value: &nothing }.unsupported(note(name, None), &document));
    }
    bounded(facts)
}

/// As many facts as the contract takes.
///
/// # Errors
/// `Unsupported` when there are more.
pub fn bounded(facts: Vec<Fact>) -> Result<Vec<Fact>, Refusal> {
    const FACTS_MAX: usize = 1_000;
    if facts.len() > FACTS_MAX {
        return Err(Refusal::Unsupported(format!("{} facts in one delivery, {FACTS_MAX} is the most", facts.len())));
    }
    Ok(facts)
}
