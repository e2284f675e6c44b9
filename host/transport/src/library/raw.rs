use mail_parser::{MessageParser, PartType};

/// A part of a delivery: of a mail the decoded body of the part that begins there, of anything else its bytes.
pub(super) fn part(raw: &[u8], first: u64, count: u64) -> Option<Vec<u8>> {
    let (first, count) = (usize::try_from(first).ok()?, usize::try_from(count).ok()?);
    let bytes = raw.get(first..first.checked_add(count)?)?;
    Some(decoded(raw, first).unwrap_or_else(|| bytes.to_vec()))
}

/// The body of the mail's part that begins at this byte, its transfer encoding undone.
fn decoded(raw: &[u8], first: usize) -> Option<Vec<u8>> {
    let mail = MessageParser::default().parse(raw)?;
    let part = mail.parts.iter().find(|part| usize::try_from(part.offset_body).is_ok_and(|at| at == first))?;
    match &part.body {
        // A mail inside a mail, and a part of parts, are their own bytes.
        PartType::Multipart(_) | PartType::Message(_) => None,
        _ => Some(part.contents().to_vec()),
    }
}

#[cfg(test)]
mod tests {
    use super::part;

    #[test]
    fn a_part_of_a_mail_is_decoded_and_anything_else_is_cut_out() {
        let mail = "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nHi\r\n--x\r\n\
                    Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n--x--\r\n";
        let first = u64::try_from(mail.find("aGVs").unwrap()).unwrap();
        assert_eq!(part(mail.as_bytes(), first, 8), Some(b"hello".to_vec()));
        assert_eq!(part(mail.as_bytes(), 0, 4), Some(b"From".to_vec()));
        assert_eq!(part(b"abc", 1, 2), Some(b"bc".to_vec()));
        assert_eq!(part(b"abc", 1, 3), None);
        assert_eq!(part(b"abc", u64::MAX, u64::MAX), None);
    }
}
