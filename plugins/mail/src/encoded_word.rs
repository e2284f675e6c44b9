//! Encoded words (RFC 2047), as programs write them: without padding, inside quotes, with characters cut in two.

use mail_parser::decoders::base64::base64_decode;

use crate::charset;

/// A header text with its encoded words decoded; what is no whole encoded word stays as it is.
pub(crate) fn decode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut pending: Option<(String, Vec<u8>)> = None;
    let mut rest = text;
    while let Some(position) = rest.find("=?") {
        let (before, from) = rest.split_at(position);
        let Some(word) = Word::read(from) else {
            flush(&mut out, &mut pending);
            out.push_str(before);
            out.push_str("=?");
            rest = from.get(2..).unwrap_or_default();
            continue;
        };
        // Blanks between two words belong to neither; a character may be cut in two by their border.
        match &mut pending {
            Some((charset, bytes)) if before.trim().is_empty() && charset.eq_ignore_ascii_case(word.charset) => bytes.extend(word.bytes),
            _ => {
                let glued = before.trim().is_empty() && pending.is_some();
                flush(&mut out, &mut pending);
                out.push_str(if glued { "" } else { before });
                pending = Some((word.charset.to_owned(), word.bytes));
            }
        }
        rest = word.rest;
    }
    flush(&mut out, &mut pending);
    out.push_str(rest);
    out
}

fn flush(out: &mut String, pending: &mut Option<(String, Vec<u8>)>) {
    if let Some((charset, bytes)) = pending.take() {
        out.push_str(&charset::decode(&bytes, Some(&charset)));
    }
}

/// One encoded word.
struct Word<'a> {
    charset: &'a str,
    bytes: Vec<u8>,
    rest: &'a str,
}

impl<'a> Word<'a> {
    /// Reads the word that `from` starts with.
    fn read(from: &'a str) -> Option<Self> {
        let (charset, after) = from.strip_prefix("=?")?.split_once('?')?;
        let (encoding, after) = after.split_once('?')?;
        let (content, rest) = after.split_once("?=")?;
        if charset.is_empty() || charset.contains(char::is_whitespace) || content.len() > CONTENT_BYTES_MAX {
            return None;
        }
        // RFC 2231: a language may follow the charset.
        let charset = charset.split('*').next().unwrap_or(charset);
        let bytes = match encoding {
            "B" | "b" => base64(content),
            "Q" | "q" => quoted(content),
            _ => return None,
        };
        Some(Self { charset, bytes, rest })
    }
}

fn base64(content: &str) -> Vec<u8> {
    let mut digits: Vec<u8> = content.bytes().filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')).collect();
    let padding = digits.len().next_multiple_of(4) - digits.len();
    digits.extend(std::iter::repeat_n(b'=', padding));
    base64_decode(&digits).unwrap_or_default()
}

fn quoted(content: &str) -> Vec<u8> {
    let bytes = content.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut position = 0;
    while let Some(byte) = bytes.get(position) {
        let escape = content.get(position + 1..position + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (byte, escape) {
            (b'=', Some(decoded)) => {
                out.push(decoded);
                position += 2;
            }
            (b'_', _) => out.push(b' '),
            _ => out.push(*byte),
        }
        position += 1;
    }
    out
}

const CONTENT_BYTES_MAX: usize = 64 << 10;

#[cfg(test)]
mod tests {
    use super::decode;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(decode(text), expected, "{text}");
    }

    #[test]
    fn words_are_decoded() {
        check("=?UTF-8?B?w4lsw6huZQ==?= Durand", "Élène Durand");
        check("=?iso-8859-1?Q?R=E9clamation_n=B0_4711?=", "Réclamation n° 4711");
        check("Commande =?utf-8?q?re=C3=A7ue?=", "Commande reçue");
    }

    #[test]
    fn padding_borders_and_languages_do_not_matter() {
        check("=?utf-8?B?Ym9uam91cg?=", "bonjour");
        check("=?UTF-8?B?w4k=?= =?UTF-8?B?bMOobmU=?=", "Élène");
        check("=?UTF-8?B?4oI=?= =?UTF-8?B?rCA1?=", "€ 5");
        check("=?us-ascii*en?Q?late?=", "late");
    }

    #[test]
    fn damage_stays() {
        check("2 =? 3", "2 =? 3");
        check("=?utf-8?X?abc?=", "=?utf-8?X?abc?=");
        check("=?utf-8?B?abc", "=?utf-8?B?abc");
        check("=?NONE?B?b2s=?=", "ok");
    }
}
