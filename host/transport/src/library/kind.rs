use infer::MatcherType;

/// Bytes of a text that are looked at.
const TEXT_BYTES_MAX: usize = 4_096;

/// What a file is, by its bytes.
///
/// # Errors
/// When such files are not kept: programs, and what is empty.
pub(super) fn of(bytes: &[u8]) -> Result<String, String> {
    if bytes.is_empty() {
        return Err("it is empty".to_owned());
    }
    match infer::get(bytes) {
        Some(kind) if kind.matcher_type() == MatcherType::App => Err(format!("it is a program ({})", kind.mime_type())),
        Some(kind) => Ok(kind.mime_type().to_owned()),
        None if is_text(bytes) => Ok("text/plain".to_owned()),
        None => Ok("application/octet-stream".to_owned()),
    }
}

fn is_text(bytes: &[u8]) -> bool {
    let start = bytes.get(..TEXT_BYTES_MAX).unwrap_or(bytes);
    // A letter may be cut at the end.
    let valid = match std::str::from_utf8(start) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none() && bytes.len() > TEXT_BYTES_MAX,
    };
    valid && !start.iter().any(|byte| byte.is_ascii_control() && !b"\t\r\n\x0c".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn files_are_what_their_bytes_say() {
        let check = |bytes: &[u8], expected: Result<&str, &str>| {
            assert_eq!(of(bytes), expected.map(str::to_owned).map_err(str::to_owned));
        };
        check(b"\x89PNG\r\n\x1a\n....", Ok("image/png"));
        check(b"%PDF-1.7 ...", Ok("application/pdf"));
        check("Grüße".as_bytes(), Ok("text/plain"));
        check("é".repeat(5_000).as_bytes(), Ok("text/plain"));
        check(b"<!DOCTYPE html><script>alert(1)</script>", Ok("text/html"));
        check(b"\x00\x01\x02", Ok("application/octet-stream"));
        check(b"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00\x3e\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", Err("it is a program (application/x-executable)"));
        check(b"", Err("it is empty"));
    }
}
