use std::fmt;

use super::host_error::HostGrantError;

/// How often a path is decoded to see whether it stays below its prefix: servers behind proxies decode more than once.
const DECODINGS_MAX: usize = 8;

/// The segments that a path must begin with; none for any path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PathPrefix(Vec<String>);

impl PathPrefix {
    /// Reads an empty text or one that begins with a slash. A slash at the end says nothing more.
    pub(super) fn parse(path: &str) -> Result<Self, HostGrantError> {
        let inner = path.strip_prefix('/').unwrap_or(path);
        let inner = inner.strip_suffix('/').unwrap_or(inner);
        if inner.is_empty() && path.len() <= 1 {
            return Ok(Self(Vec::new()));
        }
        let segments: Vec<String> = inner.split('/').map(str::to_owned).collect();
        let plain = |segment: &String| !segment.is_empty() && segment != "." && segment != ".." && segment.bytes().all(is_plain);
        if segments.iter().all(plain) { Ok(Self(segments)) } else { Err(HostGrantError::Path(path.to_owned())) }
    }

    /// Whether the path is the prefix or below it, and stays there however often it is decoded.
    pub(super) fn covers(&self, path: &str) -> bool {
        let mut segments = path.strip_prefix('/').unwrap_or(path).split('/');
        self.0.is_empty() || self.0.iter().all(|wanted| segments.next() == Some(wanted)) && stays(path)
    }

    /// The longer of two when it is below the other.
    pub(super) fn narrower<'a>(&'a self, other: &'a Self) -> Option<&'a Self> {
        if self.0.starts_with(&other.0) {
            return Some(self);
        }
        other.0.starts_with(&self.0).then_some(other)
    }
}

impl fmt::Display for PathPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|segment| write!(f, "/{segment}"))
    }
}

/// What may stand in a segment unencoded (RFC 3986 §3.3), but no `;`, behind which some servers ignore the rest.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,=:@".contains(&byte)
}

/// Whether no reading of the path leads up: encoded slashes, backslashes and dots count as what they stand for, in every layer.
fn stays(path: &str) -> bool {
    let mut layer = path.as_bytes().to_vec();
    for decodings in 0..DECODINGS_MAX {
        if leads_up(&layer) || layer.iter().any(|byte| byte.is_ascii_control() || matches!(byte, 0xc0 | 0xc1)) {
            return false;
        }
        let (next, odd) = decoded(&layer);
        // What is no escape is read in several ways; a percent sign that was escaped before is one.
        if odd && decodings == 0 || layer.windows(2).any(|pair| matches!(pair, b"%u" | b"%U")) {
            return false;
        }
        if next.len() == layer.len() {
            return true;
        }
        layer = next;
    }
    false
}

fn leads_up(path: &[u8]) -> bool {
    path.split(|byte| matches!(byte, b'/' | b'\\')).any(|segment| {
        let name = segment.split(|byte| *byte == b';').next().unwrap_or_default();
        matches!(name, b"." | b"..")
    })
}

/// Once decoded, and whether a `%` stands before anything but two hex digits.
fn decoded(path: &[u8]) -> (Vec<u8>, bool) {
    let (mut out, mut odd) = (Vec::with_capacity(path.len()), false);
    let mut rest = path;
    while let Some((byte, after)) = rest.split_first() {
        let escape = after.get(..2).filter(|_| *byte == b'%').map(hex::decode);
        odd |= *byte == b'%' && !matches!(escape, Some(Ok(_)));
        rest = match escape {
            Some(Ok(value)) => {
                out.extend(value);
                after.get(2..).unwrap_or_default()
            }
            _ => {
                out.push(*byte);
                after
            }
        };
    }
    (out, odd)
}
