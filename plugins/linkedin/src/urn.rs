//! URNs: who and what, in LinkedIn's words.

use pointsman_plugin::{Author, Fact};

/// What is an id by the contract's measure.
pub(crate) fn sound(urn: String) -> Option<String> {
    (1..=Fact::KEY_BYTES_MAX).contains(&urn.len()).then_some(urn)
}

/// A comment's URN in its long form: notifications write the object inside without `urn:li:`.
pub(crate) fn comment(urn: &str) -> String {
    match urn.strip_prefix("urn:li:comment:(") {
        Some(rest) if !rest.starts_with("urn:li:") => format!("urn:li:comment:(urn:li:{rest}"),
        _ => urn.to_owned(),
    }
}

/// The URN of a comment with this id on this object.
pub(crate) fn comment_on(object: &str, id: &str) -> String {
    if id.starts_with("urn:") { comment(id) } else { format!("urn:li:comment:({object},{id})") }
}

/// What a comment's URN says that it was written on.
pub(crate) fn object(urn: &str) -> Option<&str> {
    urn.strip_prefix("urn:li:comment:(")?.strip_suffix(')')?.rsplit_once(',').map(|(object, _)| object)
}

/// The person or page that a URN names. Names of people are another permission's business.
pub(crate) fn author(urn: &str) -> Option<Author> {
    (1..=256).contains(&urn.len()).then(|| Author { id: urn.to_owned(), ..Author::default() })
}
