//! Message-IDs: of the mail itself, of what it answers, of its thread.

use pointsman_plugin::Attribute;
use sha2::{Digest as _, Sha256};

use crate::headers::Headers;

/// The mail's place in its thread.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Ids {
    /// The mail's own id, or `sha256:…` over what does not change on the way.
    pub(crate) own: String,
    /// What it answers.
    pub(crate) in_reply_to: Option<String>,
    /// The thread's first mail, as far as the mail knows; the mail itself when it answers nothing.
    pub(crate) thread: String,
    /// The mails before it, the thread's first and the latest: what an answer has to name (RFC 5322 §3.6.4).
    pub(crate) references: Vec<String>,
}

impl Ids {
    /// Reads the ids of a mail.
    pub(crate) fn read(headers: &Headers, body: &[u8]) -> Self {
        let own = headers.all("message-id").find_map(first).unwrap_or_else(|| digest(headers, body));
        let references: Vec<String> = headers.all("references").flat_map(every).collect();
        let answered = headers.all("in-reply-to").find_map(|value| bracketed(value).next());
        let in_reply_to = answered.or_else(|| references.last().cloned()).filter(|id| *id != own);
        let thread = references.first().cloned().or_else(|| in_reply_to.clone()).unwrap_or_else(|| own.clone());
        let references = if references.is_empty() { in_reply_to.iter().cloned().collect() } else { shortened(references) };
        Self { own, in_reply_to, thread, references }
    }
}

/// The first and the latest of a long chain, as RFC 5322 recommends for lines that would become too long.
fn shortened(references: Vec<String>) -> Vec<String> {
    let mut room = Attribute::VALUE_BYTES_MAX.saturating_sub(references.first().map_or(0, String::len));
    let fits = |id: &&String| room.checked_sub(id.len()).map(|left| room = left).is_some();
    let latest = references.iter().skip(1).rev().take(REFERENCES_MAX - 1).take_while(fits).count();
    let skipped = references.len().saturating_sub(latest);
    references.into_iter().enumerate().filter(|(index, _)| *index == 0 || *index >= skipped).map(|(_, id)| id).collect()
}

/// The first id of a field: in angle brackets, or else its only word.
pub(crate) fn first(value: &str) -> Option<String> {
    bracketed(value).next().or_else(|| {
        let word = value.trim().trim_matches(['<', '>', '"']);
        (word.contains('@') && !word.contains(char::is_whitespace)).then(|| word.to_owned()).and_then(sound)
    })
}

/// All ids of a field.
fn every(value: &str) -> Vec<String> {
    let found: Vec<String> = bracketed(value).collect();
    if found.is_empty() { value.split([' ', ',', '\t']).filter_map(first).collect() } else { found }
}

/// What stands in angle brackets, without white space (mail programs fold inside of ids) and comments.
fn bracketed(value: &str) -> impl Iterator<Item = String> {
    value.split('<').skip(1).filter_map(|part| {
        let inner = part.split_once('>')?.0;
        sound(inner.chars().filter(|character| !character.is_whitespace()).collect())
    })
}

fn sound(id: String) -> Option<String> {
    let right = !id.is_empty() && id.len() <= ID_BYTES_MAX && !id.contains(char::is_control);
    right.then_some(id)
}

/// A name for a mail without one. `Received` and the like grow on the way, so only what the sender wrote counts: the same mail delivered
/// twice has the same name.
fn digest(headers: &Headers, body: &[u8]) -> String {
    let mut hash = Sha256::new();
    for name in ["from", "to", "date", "subject"] {
        hash.update(headers.get(name).unwrap_or_default());
        hash.update([0]);
    }
    hash.update(body);
    format!("sha256:{}", hex(&hash.finalize()))
}

/// A short digest that tells apart two mails with the same Message-ID: some programs give all of theirs the same.
pub(crate) fn fingerprint(headers: &Headers) -> String {
    let mut hash = Sha256::new();
    for name in ["from", "date"] {
        hash.update(headers.get(name).unwrap_or_default());
        hash.update([0]);
    }
    hex(hash.finalize().get(..6).unwrap_or_default())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

const REFERENCES_MAX: usize = 20;
const ID_BYTES_MAX: usize = 400;
