//! Records that we write.

use pointsman_plugin::{Attachment, Timestamp, Undelivered};
use sending::{Unit, files, fits, rfc3339, words};
use serde_json::{Value, json};

use crate::facet;

/// What a post and a message hold, in graphemes and in bytes.
pub(crate) const POST: (u32, u32) = (300, 3_000);
pub(crate) const MESSAGE: (u32, u32) = (1_000, 10_000);

/// The text, when it fits.
pub(crate) fn fitting(said: &str, (graphemes, bytes): (u32, u32)) -> Result<&str, Undelivered> {
    let said = words(said)?;
    fits(said, Unit::Graphemes, graphemes)?;
    fits(said, Unit::Bytes, bytes).map_err(|_| Undelivered::TooLong(graphemes))?;
    Ok(said)
}

/// A post. The first attachment is shown as a card below it, because files would have to be uploaded.
pub(crate) fn post(said: &str, attachments: &[Attachment], languages: &[String], now: Timestamp) -> Result<Value, Undelivered> {
    let files = files(attachments)?;
    let mut lines = vec![said.trim()];
    lines.extend(files.iter().skip(1).map(|(_, url)| *url));
    let whole = lines.join("\n");
    let said = if files.is_empty() { fitting(&whole, POST)? } else { fitting_or_empty(&whole)? };
    let mut record = json!({"$type": "app.bsky.feed.post", "text": said, "createdAt": rfc3339(now)});
    let facets = facet::write(said);
    if !facets.is_empty() {
        insert(&mut record, "facets", json!(facets));
    }
    if !languages.is_empty() {
        insert(&mut record, "langs", json!(languages));
    }
    if let Some((file, url)) = files.first() {
        let title = file.name.as_deref().or(file.description.as_deref()).unwrap_or(url);
        let description = file.description.as_deref().unwrap_or_default();
        let card = json!({"uri": url, "title": title, "description": description});
        insert(&mut record, "embed", json!({"$type": "app.bsky.embed.external", "external": card}));
    }
    Ok(record)
}

fn fitting_or_empty(said: &str) -> Result<&str, Undelivered> {
    if said.trim().is_empty() { Ok("") } else { fitting(said, POST) }
}

/// Sets a field of an object.
pub(crate) fn insert(object: &mut Value, name: &str, value: Value) {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}

/// The key of a record that is always the same for a delivery's key, so that nothing is written twice. Keys are times in microseconds with
/// ten bits behind them; this one lies somewhere in 2024 or 2025.
pub(crate) fn record_key(key: &str) -> String {
    const START_US: u64 = 1_704_067_200_000_000;
    const SPAN_US: u64 = 2 * 365 * 86_400_000_000;
    const DIGITS: &[u8; 32] = b"234567abcdefghijklmnopqrstuvwxyz";
    let number = |text: &str| u64::from_str_radix(&lenient::fingerprint(text.as_bytes()), 16).unwrap_or_default();
    let value = ((START_US + number(key) % SPAN_US) << 10) | (number(&format!("{key}/")) % 1_024);
    let digit = |place: u32| DIGITS.get(usize::try_from((value >> (5 * place)) & 31).unwrap_or_default()).copied().unwrap_or(b'2');
    (0..13).rev().map(|place| char::from(digit(place))).collect()
}
