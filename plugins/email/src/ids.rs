//! Message-IDs: of the mail itself, of what it answers, of its thread.

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
}

impl Ids {
    /// Reads the ids of a mail.
    pub(crate) fn read(headers: &Headers, body: &[u8]) -> Self {
        let own = headers.all("message-id").find_map(first).unwrap_or_else(|| digest(headers, body));
        let references: Vec<String> = headers.all("references").flat_map(every).collect();
        let answered = headers.all("in-reply-to").find_map(|value| bracketed(value).next());
        let in_reply_to = answered.or_else(|| references.last().cloned()).filter(|id| *id != own);
        let thread = references.first().cloned().or_else(|| in_reply_to.clone()).unwrap_or_else(|| own.clone());
        Self { own, in_reply_to, thread }
    }
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

const ID_BYTES_MAX: usize = 400;
