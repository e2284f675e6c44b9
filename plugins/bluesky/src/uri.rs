//! Addresses of records: `at://did/collection/key`.

/// The address of a record.
pub(crate) fn of(did: &str, collection: &str, key: &str) -> String {
    format!("at://{did}/{collection}/{key}")
}

/// An address in its parts: account, collection, key.
pub(crate) fn parts(uri: &str) -> Option<(&str, &str, &str)> {
    let (did, rest) = uri.strip_prefix("at://")?.split_once('/')?;
    let (collection, key) = rest.split_once('/')?;
    (!did.is_empty() && !collection.is_empty() && !key.is_empty()).then_some((did, collection, key))
}
