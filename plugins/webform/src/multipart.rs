//! `multipart/form-data` (RFC 7578), as browsers write it.

use memchr::memmem;
use pointsman_plugin::Refusal;

/// One field or file.
#[derive(Debug)]
pub(crate) struct Part<'a> {
    pub(crate) name: String,
    /// The file's name, when it is one.
    pub(crate) file: Option<String>,
    pub(crate) media_type: Option<String>,
    pub(crate) value: &'a [u8],
    /// Where the value begins in the body, in bytes.
    pub(crate) start: u64,
    /// Its length in bytes.
    pub(crate) length: u64,
}

const BOUNDARY_BYTES_MAX: usize = 70;
const PARTS_MAX: usize = 256;

/// The boundary that a media type names.
pub(crate) fn boundary(media_type: &str) -> Option<String> {
    let parameter = media_type.split(';').skip(1).find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("boundary").then_some(value.trim())
    })?;
    let boundary = parameter.trim_matches('"');
    (1..=BOUNDARY_BYTES_MAX).contains(&boundary.len()).then(|| boundary.to_owned())
}

/// The parts of a body.
///
/// # Errors
/// When the boundary stands nowhere, or the last part is cut off.
pub(crate) fn parts<'a>(boundary: &str, body: &'a [u8]) -> Result<Vec<Part<'a>>, Refusal> {
    let mark = format!("--{boundary}");
    let finder = memmem::Finder::new(mark.as_bytes());
    let mut places: Vec<usize> = finder.find_iter(body).filter(|at| *at == 0 || body.get(at - 1) == Some(&b'\n')).take(PARTS_MAX).collect();
    let last = places.pop().ok_or_else(|| Refusal::Malformed("the boundary stands nowhere".to_owned()))?;
    let closed = body.get(last + mark.len()..).is_some_and(|rest| rest.starts_with(b"--"));
    if !closed {
        return Err(Refusal::Malformed("the body is cut off".to_owned()));
    }
    let ends = places.iter().skip(1).copied().chain([last]);
    Ok(places.iter().zip(ends).filter_map(|(start, end)| part(body, start + mark.len(), end)).collect())
}

fn part(body: &[u8], start: usize, end: usize) -> Option<Part<'_>> {
    let whole = body.get(start..end)?;
    let (blank, gap) = memmem::find(whole, b"\r\n\r\n").map(|at| (at, 4)).or_else(|| memmem::find(whole, b"\n\n").map(|at| (at, 2)))?;
    let head = String::from_utf8_lossy(whole.get(..blank)?);
    let value = whole.get(blank + gap..)?;
    let value = value.strip_suffix(b"\r\n").or_else(|| value.strip_suffix(b"\n")).unwrap_or(value);
    let header = |name: &str| {
        head.lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(field, _)| field.trim().eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim().to_owned())
    };
    let disposition = header("content-disposition")?;
    Some(Part {
        name: parameter(&disposition, "name")?,
        file: parameter(&disposition, "filename"),
        media_type: header("content-type"),
        value,
        start: u64::try_from(start + blank + gap).ok()?,
        length: u64::try_from(value.len()).ok()?,
    })
}

/// A parameter in quotation marks, which browsers always write; a quotation mark inside is `%22`.
fn parameter(disposition: &str, name: &str) -> Option<String> {
    let value = disposition.split(';').skip(1).find_map(|part| part.trim().strip_prefix(name)?.trim_start().strip_prefix('='))?;
    Some(value.trim().trim_matches('"').replace("%22", "\"").replace("%0D%0A", "\n"))
}
