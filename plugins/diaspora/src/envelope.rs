//! Magic Envelopes (Salmon): the entity inside, in base64url.

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use pointsman_plugin::Refusal;

/// Pods write it with and without padding.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent).with_decode_allow_trailing_bits(true),
);
/// Elements of one delivery.
const NODES_MAX: u32 = 10_000;

/// The entity's XML, from its envelope when it is in one.
///
/// # Errors
/// When it is no XML, or the envelope holds none.
pub(crate) fn opened(body: &[u8]) -> Result<String, Refusal> {
    let xml = text(body)?;
    let document = parsed(&xml)?;
    let root = document.root_element();
    if root.tag_name().name() != "env" {
        return Ok(xml);
    }
    let data = root.descendants().find(|node| node.tag_name().name() == "data").and_then(|node| node.text()).unwrap_or_default();
    let data: String = data.split_ascii_whitespace().collect();
    let inner = BASE64URL.decode(data).map_err(|why| Refusal::Malformed(format!("the envelope's data is no base64url: {why}")))?;
    text(&inner)
}

fn text(bytes: &[u8]) -> Result<String, Refusal> {
    let text = std::str::from_utf8(bytes).map_err(|why| Refusal::Malformed(format!("the body is no UTF-8: {why}")))?;
    Ok(text.trim_start_matches('\u{feff}').trim().to_owned())
}

/// Reads XML; a document type, which could hide anything, is refused.
///
/// # Errors
/// When it is no XML.
pub(crate) fn parsed(xml: &str) -> Result<roxmltree::Document<'_>, Refusal> {
    let options = roxmltree::ParsingOptions { allow_dtd: false, nodes_limit: NODES_MAX, ..roxmltree::ParsingOptions::default() };
    roxmltree::Document::parse_with_options(xml, options).map_err(|why| Refusal::Malformed(format!("the body is no XML: {why}")))
}
