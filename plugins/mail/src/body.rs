//! What a mail says, and the files that came with it.

use pointsman_plugin::{Attachment, Content};

use crate::frame::Frame;
use crate::headers::Headers;
use crate::mail::Mail;
use crate::part::Part;

/// The text of a mail and what is left beside it.
#[derive(Debug, Default)]
pub(crate) struct Body {
    /// The first plain text that is no attachment, otherwise the text of the first HTML.
    pub(crate) text: String,
    /// The text was longer than the contract allows.
    pub(crate) cut: bool,
    /// The first HTML that is no attachment.
    pub(crate) markup: Option<String>,
    /// Everything else.
    pub(crate) attachments: Vec<Attachment>,
}

impl Body {
    /// Reads it. Quoted replies stay: what the customer answers to belongs to what they say.
    pub(crate) fn read(mail: &Mail<'_>) -> Self {
        let body = Self::of_parts(mail);
        if body.text.is_empty() && mail.is_undivided() { Self::recovered(mail).unwrap_or(body) } else { body }
    }

    /// The text of a mail whose boundary was lost or never stands in it: by the boundary that its lines look like, or else all of it.
    fn recovered(mail: &Mail<'_>) -> Option<Self> {
        let bytes = mail.frame.body();
        let lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
        let guess = lines.take(GUESS_LINES_MAX).find_map(|line| line.strip_prefix(b"--").filter(|rest| (4..=70).contains(&rest.len())));
        let Some(boundary) = guess.and_then(|guess| std::str::from_utf8(guess).ok()).filter(|guess| !guess.contains(['"', '\\'])) else {
            let (text, cut) = trimmed(&crate::charset::decode(bytes, None));
            return Some(Self { text, cut, ..Self::default() });
        };
        let mut whole = format!("Content-Type: multipart/mixed; boundary=\"{boundary}\"\n\n").into_bytes();
        whole.extend_from_slice(bytes);
        let frame = Frame::new(&whole)?;
        let headers = Headers::scan(&frame.bytes);
        let message = Mail::parse(&frame);
        let found = Self::of_parts(&Mail::new(&frame, &headers, &message));
        // Places in the mended bytes are none in the frame.
        Some(Self { attachments: Vec::new(), ..found })
    }

    fn of_parts(mail: &Mail<'_>) -> Self {
        let parts: Vec<Part<'_, '_>> = mail.parts().collect();
        let types: Vec<String> = parts.iter().map(Part::media_type).collect();
        let plain = pick(&parts, &types, |media_type| media_type == "text/plain");
        let html = pick(&parts, &types, |media_type| media_type == "text/html");
        let other = pick(&parts, &types, |media_type| !media_type.contains('/') || is_other_text(media_type));
        let other = other.filter(|index| parts.get(*index).is_some_and(|part| part.name().is_none()));
        let read = |index: Option<usize>| index.and_then(|index| parts.get(index)).map(Part::text);
        let source = read(html);
        let text = read(plain).filter(|text| !text.trim().is_empty());
        let text = text.or_else(|| source.as_deref().map(markup::text)).or_else(|| read(other)).unwrap_or_default();
        let (text, cut) = trimmed(&text);
        let shown = [plain, html, plain.or(html).xor(other)];
        let files = parts.iter().zip(&types).enumerate().filter(|(index, _)| !shown.contains(&Some(*index)));
        Self {
            text,
            cut,
            markup: source.filter(|source| (1..=TEXT_BYTES_MAX).contains(&source.len())),
            attachments: files.take(ATTACHMENTS_MAX).filter_map(|(_, (part, media_type))| attachment(mail, part, media_type)).collect(),
        }
    }
}

/// Texts of other types than plain and HTML, as far as people wrote them.
fn is_other_text(media_type: &str) -> bool {
    media_type.starts_with("text/")
        && !["calendar", "vcard", "directory", "rfc822-headers"].iter().any(|machine| media_type.contains(machine))
}

/// The first part of a type that is meant to be read: without a name rather than with one, and never an attachment.
fn pick(parts: &[Part<'_, '_>], types: &[String], wanted: impl Fn(&str) -> bool) -> Option<usize> {
    let readable = |index: &usize| match (parts.get(*index), types.get(*index)) {
        (Some(part), Some(media_type)) => wanted(media_type) && !part.is_attachment() && !part.is_message(),
        _ => false,
    };
    let unnamed = (0..parts.len()).filter(readable).find(|index| parts.get(*index).is_some_and(|part| part.name().is_none()));
    unnamed.or_else(|| (0..parts.len()).find(readable))
}

fn attachment(mail: &Mail<'_>, part: &Part<'_, '_>, media_type: &str) -> Option<Attachment> {
    let (start, length) = part.range();
    let name = part.name();
    // A second rendering of the text, such as an empty one, is no file.
    if length == 0 && name.is_none() {
        return None;
    }
    let place = (mail.frame.place(start)?, u64::try_from(length).ok()?);
    Some(Attachment {
        media_type: if media_type.contains('/') { media_type.to_owned() } else { "application/octet-stream".to_owned() },
        content: Content::RawRange(place),
        name,
        size_bytes: Some(part.size()),
        description: None,
    })
}

fn trimmed(text: &str) -> (String, bool) {
    let text = text.trim();
    if text.len() <= TEXT_BYTES_MAX {
        return (text.to_owned(), false);
    }
    let end = (0..=TEXT_BYTES_MAX).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    (text.get(..end).unwrap_or_default().to_owned(), true)
}

const TEXT_BYTES_MAX: usize = 256 << 10;
const GUESS_LINES_MAX: usize = 200;
const ATTACHMENTS_MAX: usize = 100;
