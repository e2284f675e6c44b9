//! The text of a feed, whatever charset it is in.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// Decodes a body: by its byte order mark, by what the answer's `content-type` says, by what the document says of itself; otherwise as
/// UTF-8 when it is that, else as Windows-1252.
pub(crate) fn decode(bytes: &[u8], content_type: Option<&str>) -> String {
    let marked = Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    let told = || content_type.and_then(|said| parameter(said, "charset"));
    let said = || declared(bytes).or_else(|| (std::str::from_utf8(bytes).is_err()).then_some(WINDOWS_1252));
    let encoding = marked.or_else(told).or_else(said).unwrap_or(UTF_8);
    // A document that says it is UTF-8 and is not was most likely written by a program that does not know.
    let encoding = if encoding == UTF_8 && marked.is_none() && std::str::from_utf8(bytes).is_err() { WINDOWS_1252 } else { encoding };
    encoding.decode(bytes).0.into_owned()
}

/// The charset that a media type names.
fn parameter(said: &str, name: &str) -> Option<&'static Encoding> {
    let mut parameters = said.split(';').skip(1).filter_map(|pair| pair.split_once('='));
    let (_, value) = parameters.find(|(known, _)| known.trim().eq_ignore_ascii_case(name))?;
    Encoding::for_label(value.trim().trim_matches(['"', '\'']).as_bytes())
}

/// The charset that the XML declaration names, which itself is ASCII.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = bytes.get(..bytes.len().min(DECLARATION_BYTES_MAX)).unwrap_or_default();
    let start = String::from_utf8_lossy(start);
    let declaration = start.trim_start().strip_prefix("<?xml")?.split("?>").next()?;
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    Encoding::for_label(value.split(quote).nth(1)?.trim().as_bytes())
}

const DECLARATION_BYTES_MAX: usize = 200;
