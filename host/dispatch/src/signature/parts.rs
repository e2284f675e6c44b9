//! Fields of a `multipart/form-data` body (RFC 7578), as far as a signature needs them.

use super::Forged;

/// Most parts that are looked at.
const PARTS_MAX: usize = 1_000;
/// Longest boundary (RFC 2046, §5.1.1).
const BOUNDARY_BYTES_MAX: usize = 70;

/// The boundary that a content type names.
pub(super) fn boundary(media_type: &str) -> Option<String> {
    let parameters = media_type.split(';').skip(1).filter_map(|parameter| parameter.trim().split_once('='));
    let boundary = parameters.filter(|(name, _)| name.eq_ignore_ascii_case("boundary")).map(|(_, value)| value.trim_matches('"')).next()?;
    (1..=BOUNDARY_BYTES_MAX).contains(&boundary.len()).then(|| boundary.to_owned())
}

/// The text of the only field of this name.
///
/// # Errors
/// When there is no boundary, too many parts, or the field twice.
pub(super) fn field(body: &[u8], boundary: &str, name: &str) -> Result<Option<String>, Forged> {
    let malformed = |why: &str| Forged::Malformed(why.to_owned());
    if boundary.is_empty() {
        return Err(malformed("the form in parts names no boundary"));
    }
    let delimiter = format!("--{boundary}");
    let mut found = None;
    for (number, part) in split(body, delimiter.as_bytes()).into_iter().skip(1).enumerate() {
        if number == PARTS_MAX {
            return Err(malformed("the form has too many parts"));
        }
        let Some((head, value)) = split_once(part, b"\r\n\r\n") else { continue };
        if !names(head, name) {
            continue;
        }
        let value = value.strip_suffix(b"\r\n").and_then(|value| String::from_utf8(value.to_vec()).ok());
        if found.replace(value.ok_or_else(|| malformed("a field of the form is not text"))?).is_some() {
            return Err(malformed("a field of the form is there more than once"));
        }
    }
    Ok(found)
}

fn names(head: &[u8], name: &str) -> bool {
    let head = String::from_utf8_lossy(head);
    let dispositions = head.split("\r\n").filter_map(|line| line.split_once(':'));
    let mut dispositions = dispositions.filter(|(header, _)| header.trim().eq_ignore_ascii_case("content-disposition"));
    let of_part = dispositions.next().map(|(_, value)| value.split(';').skip(1).filter_map(|parameter| parameter.trim().split_once('=')));
    of_part.into_iter().flatten().any(|(key, value)| key.eq_ignore_ascii_case("name") && value.trim_matches('"') == name)
}

fn split<'a>(body: &'a [u8], delimiter: &[u8]) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    let mut rest = body;
    while let Some((part, after)) = split_once(rest, delimiter) {
        parts.push(part);
        rest = after;
        if parts.len() > PARTS_MAX + 1 {
            break;
        }
    }
    parts.push(rest);
    parts
}

fn split_once<'a>(bytes: &'a [u8], at: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let start = bytes.windows(at.len()).position(|window| window == at)?;
    Some((bytes.get(..start)?, bytes.get(start + at.len()..)?))
}
