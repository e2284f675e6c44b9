//! What was handed over has an id too: a mail's `Message-ID`, by which bounces name it.

/// Of the head of a mail that is looked at.
const HEAD_BYTES_MAX: usize = 64 << 10;

/// The `Message-ID` without its angle brackets; none when there is none.
pub(super) fn message_id(mail: &[u8]) -> Option<String> {
    let head = mail.get(..mail.len().min(HEAD_BYTES_MAX)).unwrap_or_default();
    let head = String::from_utf8_lossy(head);
    let mut lines = head.lines().take_while(|line| !line.is_empty());
    let found = lines.find(|line| line.get(..11).is_some_and(|name| name.eq_ignore_ascii_case("message-id:")))?;
    let mut value = found.get(11..).unwrap_or_default().trim().to_owned();
    if value.is_empty() {
        // Folded: it stands on the next line.
        value = lines.next().filter(|line| line.starts_with([' ', '\t']))?.trim().to_owned();
    }
    let id = value.trim_start_matches('<').trim_end_matches('>').trim();
    (!id.is_empty()).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_ids() {
        let check = |mail: &str, expected: Option<&str>| assert_eq!(message_id(mail.as_bytes()).as_deref(), expected, "{mail:?}");
        check("From: a@b.example\r\nMessage-ID: <1@b.example>\r\n\r\nMessage-ID: <2@b.example>\r\n", Some("1@b.example"));
        check("message-id:<1@b.example>\n\n", Some("1@b.example"));
        check("Message-ID:\r\n <1@b.example>\r\n\r\n", Some("1@b.example"));
        check("Subject: x\r\n\r\nMessage-ID: <2@b.example>\r\n", None);
        check("Message-ID:\r\nSubject: x\r\n", None);
        check("é", None);
        check("", None);
    }
}
