//! The bytes of a mail, made fit for a parser: what stands before the header, 8-bit headers, and structures that are made to hurt.

use std::borrow::Cow;

use crate::charset;

/// A mail's bytes as they are parsed, and how their places relate to the frame's.
pub(crate) struct Frame<'x> {
    /// What is parsed.
    pub(crate) bytes: Cow<'x, [u8]>,
    /// Length of the header section in `bytes`, its empty line included.
    pub(crate) header_bytes: usize,
    /// Bytes that the frame has more (or, negative, less) than `bytes`, before the body.
    shift: i64,
    /// The end was not parsed.
    pub(crate) cut: bool,
}

impl<'x> Frame<'x> {
    /// Prepares a frame; none when nothing is in it.
    pub(crate) fn new(frame: &'x [u8]) -> Option<Self> {
        let start = start(frame);
        let mail = frame.get(start..)?;
        if mail.is_empty() {
            return None;
        }
        let (mail, cut) = bounded(mail);
        let header_bytes = header_bytes(mail);
        let header = mail.get(..header_bytes).unwrap_or(mail);
        let body = mail.get(header_bytes..).unwrap_or_default();
        let (bytes, header_bytes) = match std::str::from_utf8(header) {
            Ok(_) => (Cow::Borrowed(mail), header_bytes),
            Err(_) => {
                let mut whole = utf8_header(header);
                let length = whole.len();
                whole.extend_from_slice(body);
                (Cow::Owned(whole), length)
            }
        };
        let shift = i64::try_from(start + header.len()).unwrap_or_default() - i64::try_from(header_bytes).unwrap_or_default();
        Some(Self { bytes, header_bytes, shift, cut })
    }

    /// The place in the frame of a place in the body of `bytes`.
    pub(crate) fn place(&self, offset: usize) -> Option<u64> {
        u64::try_from(i64::try_from(offset).ok()?.checked_add(self.shift)?).ok()
    }

    /// The body's bytes.
    pub(crate) fn body(&self) -> &[u8] {
        self.bytes.get(self.header_bytes..).unwrap_or_default()
    }
}

/// Skips empty lines and the `From ` line of mailbox files.
fn start(frame: &[u8]) -> usize {
    let blank = frame.iter().take_while(|byte| matches!(byte, b'\r' | b'\n' | b'\0')).count();
    let rest = frame.get(blank..).unwrap_or_default();
    let bom = if rest.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let rest = rest.get(bom..).unwrap_or_default();
    if rest.starts_with(b"From ") || rest.starts_with(b">From ") {
        let line = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |end| end + 1);
        return blank + bom + line;
    }
    blank + bom
}

/// Up to and including the first empty line.
fn header_bytes(mail: &[u8]) -> usize {
    let mut line_start = 0;
    for (position, byte) in mail.iter().enumerate() {
        if *byte == b'\n' {
            let line = mail.get(line_start..position).unwrap_or_default();
            if line.is_empty() || line == b"\r" {
                return position + 1;
            }
            line_start = position + 1;
        }
    }
    mail.len()
}

/// Headers in 8 bits without a word about their charset: what the mail says of its text, or else Windows-1252.
fn utf8_header(header: &[u8]) -> Vec<u8> {
    let said = charset::declared(header);
    let mut out = Vec::with_capacity(header.len() + header.len() / 4);
    for line in header.split_inclusive(|byte| *byte == b'\n') {
        match std::str::from_utf8(line) {
            Ok(_) => out.extend_from_slice(line),
            Err(_) => out.extend_from_slice(charset::decode(line, said.as_deref()).as_bytes()),
        }
    }
    out
}

/// The part of a mail that may be parsed. Parts in parts in parts are how mails attack their readers: after the [`STRUCTURES_MAX`]th word
/// that can open one, the rest stays unread (and kept: the frame is stored whole).
fn bounded(mail: &[u8]) -> (&[u8], bool) {
    let mut found = 0_usize;
    for (position, byte) in mail.iter().enumerate() {
        let candidate = match byte {
            b'b' | b'B' => starts_with(mail, position, b"boundary"),
            b'm' | b'M' => starts_with(mail, position, b"message/"),
            _ => false,
        };
        if candidate {
            found += 1;
            if found > STRUCTURES_MAX {
                return (mail.get(..position).unwrap_or(mail), true);
            }
        }
    }
    (mail, false)
}

fn starts_with(mail: &[u8], position: usize, word: &[u8]) -> bool {
    mail.get(position..position + word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

const STRUCTURES_MAX: usize = 100;
