//! One part of a mail: what it is, and its bytes decoded, however its transfer encoding is spelt.

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{HeaderName, MessagePart, MimeHeaders as _, PartType};

use crate::charset;

/// A part, and the bytes that its places refer to.
#[derive(Clone, Copy)]
pub(crate) struct Part<'a, 'x> {
    part: &'a MessagePart<'x>,
    bytes: &'a [u8],
}

/// A transfer encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Plain,
    QuotedPrintable,
    Base64,
    Uuencode,
}

impl<'a, 'x> Part<'a, 'x> {
    pub(crate) fn new(part: &'a MessagePart<'x>, bytes: &'a [u8]) -> Self {
        Self { part, bytes }
    }

    /// Its type in lower case, such as `text/plain`; what says nothing is plain text.
    pub(crate) fn media_type(&self) -> String {
        match self.part.content_type() {
            Some(said) => match said.subtype() {
                Some(subtype) => format!("{}/{subtype}", said.ctype()).to_ascii_lowercase(),
                None if said.ctype().eq_ignore_ascii_case("text") || said.ctype().is_empty() => "text/plain".to_owned(),
                None => said.ctype().to_ascii_lowercase(),
            },
            None => "text/plain".to_owned(),
        }
    }

    /// A parameter of its type.
    pub(crate) fn parameter(&self, name: &str) -> Option<&'a str> {
        self.part.content_type()?.attribute(name)
    }

    /// It holds other parts.
    pub(crate) fn is_container(&self) -> bool {
        matches!(self.part.body, PartType::Multipart(_))
    }

    /// It says that it is an attachment.
    pub(crate) fn is_attachment(&self) -> bool {
        self.part.content_disposition().is_some_and(|said| said.ctype().eq_ignore_ascii_case("attachment"))
    }

    /// The file's name.
    pub(crate) fn name(&self) -> Option<String> {
        let name = self.part.content_disposition().and_then(|said| said.attribute("filename")).or_else(|| self.parameter("name"))?;
        let name: String = name.chars().filter(|character| !character.is_control()).take(NAME_CHARS_MAX).collect();
        (!name.trim().is_empty()).then(|| name.trim().to_owned())
    }

    /// First byte and number of bytes of its body.
    pub(crate) fn range(&self) -> (usize, usize) {
        let start = usize::try_from(self.part.offset_body).unwrap_or_default().min(self.bytes.len());
        let end = usize::try_from(self.part.offset_end).unwrap_or_default().clamp(start, self.bytes.len());
        (start, end - start)
    }

    /// Its body as it stands in the mail.
    pub(crate) fn raw(&self) -> &'a [u8] {
        let (start, length) = self.range();
        self.bytes.get(start..start + length).unwrap_or_default()
    }

    /// Its body, decoded.
    pub(crate) fn content(&self) -> Vec<u8> {
        let raw = self.raw();
        match self.encoding() {
            Encoding::Plain => raw.to_vec(),
            Encoding::QuotedPrintable => quoted_printable_decode(raw).unwrap_or_else(|| raw.to_vec()),
            Encoding::Base64 => base64_decode(raw).unwrap_or_else(|| lenient_base64(raw)),
            Encoding::Uuencode => uudecode(raw),
        }
    }

    /// Its size when decoded: exact for plain bodies, near enough for encoded ones.
    pub(crate) fn size(&self) -> u64 {
        let raw = self.raw();
        let size = match self.encoding() {
            Encoding::Plain => raw.len(),
            Encoding::Base64 => {
                let count = |wanted: fn(&u8) -> bool| raw.iter().filter(|byte| wanted(byte)).count();
                count(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')) * 3 / 4
            }
            Encoding::QuotedPrintable | Encoding::Uuencode => self.content().len(),
        };
        u64::try_from(size).unwrap_or(u64::MAX)
    }

    /// Its text in UTF-8, without what no text holds.
    pub(crate) fn text(&self) -> String {
        let content = self.content();
        let said = self.parameter("charset");
        let text = charset::decode(content.get(..TEXT_BYTES_READ_MAX.min(content.len())).unwrap_or_default(), said);
        let text = if text.contains('\0') { text.replace('\0', "") } else { text };
        if self.parameter("format").is_some_and(|format| format.eq_ignore_ascii_case("flowed")) { unflowed(&text) } else { text }
    }

    /// The mail inside, for parts that hold one.
    pub(crate) fn is_message(&self) -> bool {
        matches!(self.part.body, PartType::Message(_))
    }

    fn encoding(&self) -> Encoding {
        let said = self.part.headers.iter().rev().find(|header| header.name == HeaderName::ContentTransferEncoding);
        let said =
            said.and_then(|header| self.bytes.get(usize::try_from(header.offset_start).ok()?..usize::try_from(header.offset_end).ok()?));
        let said = String::from_utf8_lossy(said.unwrap_or_default()).to_ascii_lowercase();
        if said.contains("base64") {
            Encoding::Base64
        } else if said.contains("quoted") && said.contains("printable") {
            Encoding::QuotedPrintable
        } else if said.contains("uue") || said.contains("uuencode") {
            Encoding::Uuencode
        } else {
            Encoding::Plain
        }
    }
}

/// Base64 with rubbish in it: as far as it goes.
fn lenient_base64(raw: &[u8]) -> Vec<u8> {
    let mut digits: Vec<u8> = raw.iter().copied().filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')).collect();
    digits.truncate(digits.len() / 4 * 4);
    base64_decode(&digits).unwrap_or_default()
}

/// `begin 644 name` … `end`, as programs of the time before MIME wrote files. What is no line of it stays as it is.
fn uudecode(raw: &[u8]) -> Vec<u8> {
    let lines: Vec<&[u8]> = raw.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line)).collect();
    let Some(begin) = lines.iter().position(|line| line.starts_with(b"begin ")) else {
        return raw.to_vec();
    };
    let mut out = Vec::with_capacity(raw.len());
    for line in lines.iter().skip(begin + 1).take_while(|line| **line != b"end") {
        let Some((length, digits)) = line.split_first() else { continue };
        let start = out.len();
        for group in digits.chunks(4) {
            let bits =
                (0..4).fold(0_u32, |bits, index| (bits << 6) | u32::from(group.get(index).map_or(0, |digit| digit.wrapping_sub(32) & 63)));
            out.extend(bits.to_be_bytes().iter().skip(1));
        }
        out.truncate(start + usize::from(length.wrapping_sub(32) & 63).min(out.len() - start));
    }
    out
}

/// Soft line breaks joined (RFC 3676).
fn unflowed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        out.push_str(line.strip_prefix(' ').unwrap_or(line));
        if !line.ends_with(' ') || line == "-- " {
            out.push('\n');
        }
    }
    out
}

const NAME_CHARS_MAX: usize = 255;
const TEXT_BYTES_READ_MAX: usize = 1 << 20;
