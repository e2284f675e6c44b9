//! Bytes to text, whatever the mail says of them.

use mail_parser::decoders::charsets::map::charset_decoder;

/// The text of `bytes` in `charset`. An unknown or absent charset is UTF-8 when the bytes are, otherwise Windows-1252.
pub(crate) fn decode(bytes: &[u8], charset: Option<&str>) -> String {
    let name = charset.map(|name| name.trim_matches(['"', '\'', ' ']).to_ascii_lowercase());
    let plain = matches!(name.as_deref(), None | Some("" | "us-ascii" | "ascii" | "utf-8" | "utf8" | "unknown-8bit" | "x-unknown"));
    if plain || name.as_deref().is_some_and(|name| charset_decoder(name.as_bytes()).is_none()) {
        return match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) if matches!(name.as_deref(), Some("utf-8" | "utf8")) => String::from_utf8_lossy(bytes).into_owned(),
            Err(_) => {
                charset_decoder(b"windows-1252").map_or_else(|| String::from_utf8_lossy(bytes).into_owned(), |decoder| decoder(bytes))
            }
        };
    }
    let decoder = name.as_deref().and_then(|name| charset_decoder(name.as_bytes()));
    decoder.map_or_else(|| String::from_utf8_lossy(bytes).into_owned(), |decoder| decoder(bytes))
}

/// The charset that a header section names anywhere.
pub(crate) fn declared(header: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(header).to_ascii_lowercase();
    let after = text.split_once("charset=")?.1.trim_start_matches('"');
    let end = after.find(|character: char| !(character.is_ascii_alphanumeric() || matches!(character, '-' | '_'))).unwrap_or(after.len());
    after.get(..end).filter(|name| !name.is_empty()).map(str::to_owned)
}
