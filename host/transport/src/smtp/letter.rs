use std::borrow::Cow;

use mail_parser::{Address, HeaderName, Message, MessageParser};

use super::SmtpLimits;

/// A mail with its envelope, which is read from its headers.
#[derive(Debug)]
pub(super) struct Letter<'a> {
    /// From `Sender`, or else the first of `From`.
    pub(super) from: String,
    /// From `To`, `Cc` and `Bcc`, each once.
    pub(super) to: Vec<String>,
    /// Without `Bcc`, every line ended as mails end lines.
    pub(super) bytes: Cow<'a, [u8]>,
}

impl<'a> Letter<'a> {
    /// Reads a mail that a sender made.
    ///
    /// # Errors
    /// Why it cannot be sent.
    pub(super) fn read(bytes: &'a [u8], limits: SmtpLimits) -> Result<Self, String> {
        if bytes.len() > limits.mail_bytes_max {
            return Err(format!("the mail is larger than {} bytes", limits.mail_bytes_max));
        }
        let parsed = MessageParser::new().with_mime_headers().with_address_headers().parse_headers(bytes);
        let parsed = parsed.ok_or("the bytes are no mail")?;
        let from = parsed.sender().or_else(|| parsed.from()).and_then(|address| all(address).next());
        let from = from.ok_or("the mail names no sender")?;
        let mut to: Vec<String> = [parsed.to(), parsed.cc(), parsed.bcc()].into_iter().flatten().flat_map(all).collect();
        let mut seen = std::collections::BTreeSet::new();
        to.retain(|address| seen.insert(address.to_lowercase()));
        if to.is_empty() {
            return Err("the mail names nobody to go to".to_owned());
        }
        if to.len() > limits.recipients_max {
            return Err(format!("the mail has more than {} recipients", limits.recipients_max));
        }
        if !std::iter::once(&from).chain(&to).all(|address| is_sendable(address)) {
            return Err("the mail has an address of an odd form".to_owned());
        }
        Ok(Self { from, to, bytes: on_the_wire(bytes, &parsed) })
    }

    /// Whose mail it is, to say who the host is.
    pub(super) fn domain(&self) -> &str {
        self.from.rsplit_once('@').map_or("localhost", |(_, domain)| domain)
    }
}

fn all<'m>(address: &'m Address<'_>) -> impl Iterator<Item = String> + 'm {
    address.iter().filter_map(|one| one.address()).map(str::to_owned)
}

/// Whether an address can stand in a command: nothing in it ends the command or the address.
fn is_sendable(address: &str) -> bool {
    let (local, domain) = address.rsplit_once('@').unwrap_or_default();
    let plain =
        |part: &str| !part.is_empty() && !part.chars().any(|letter| letter.is_control() || letter.is_whitespace() || "<>".contains(letter));
    plain(local) && plain(domain) && address.len() <= 320
}

/// The bytes without their `Bcc` lines, with CRLF at every end of a line.
fn on_the_wire<'a>(bytes: &'a [u8], parsed: &Message<'_>) -> Cow<'a, [u8]> {
    let hidden = parsed.headers().iter().filter(|header| header.name == HeaderName::Bcc);
    let hidden: Vec<_> =
        hidden.filter_map(|header| Some(usize::try_from(header.offset_field).ok()?..usize::try_from(header.offset_end).ok()?)).collect();
    let bare = |(at, byte): (usize, &u8)| *byte == b'\n' && (at == 0 || bytes.get(at - 1) != Some(&b'\r'));
    if hidden.is_empty() && !bytes.iter().enumerate().any(bare) {
        return Cow::Borrowed(bytes);
    }
    let mut written = Vec::with_capacity(bytes.len() + 64);
    for (at, byte) in bytes.iter().enumerate() {
        if hidden.iter().any(|range| range.contains(&at)) {
            continue;
        }
        if bare((at, byte)) {
            written.push(b'\r');
        }
        written.push(*byte);
    }
    Cow::Owned(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(mail: &str) -> Result<(String, String, String), String> {
        let letter = Letter::read(mail.as_bytes(), SmtpLimits { recipients_max: 3, mail_bytes_max: 500, ..SmtpLimits::default() })?;
        Ok((letter.from, letter.to.join(" "), String::from_utf8(letter.bytes.into_owned()).unwrap()))
    }

    #[test]
    fn the_envelope_is_in_the_headers() {
        let (from, to, bytes) = read("From: Help <help@shop.example>\nTo: \"Ada, L\" <ada@customer.example>, ADA@customer.example\nBcc: <eve@customer.example>,\n <b@customer.example>\nSubject: x\n\nHi\n").unwrap();
        assert_eq!((from.as_str(), to.as_str()), ("help@shop.example", "ada@customer.example eve@customer.example b@customer.example"));
        assert_eq!(
            bytes,
            "From: Help <help@shop.example>\r\nTo: \"Ada, L\" <ada@customer.example>, ADA@customer.example\r\nSubject: x\r\n\r\nHi\r\n"
        );
        let (from, ..) = read("From: a@b.example, c@b.example\r\nSender: c@b.example\r\nTo: x@y.example\r\n\r\n").unwrap();
        assert_eq!(from, "c@b.example");
    }

    #[test]
    fn what_cannot_be_sent() {
        for (mail, why) in [
            ("To: x@y.example\r\n\r\n", "the mail names no sender"),
            ("From: a@b.example\r\n\r\n", "the mail names nobody to go to"),
            ("From: a@b.example\r\nTo: a@b.example, b@b.example, c@b.example, d@b.example\r\n\r\n", "the mail has more than 3 recipients"),
            ("From: a@b.example\r\nTo: \"a b\"@c.example\r\n\r\n", "the mail has an address of an odd form"),
        ] {
            assert_eq!(read(mail).unwrap_err(), why, "{mail}");
        }
        assert_eq!(read(&"x".repeat(600)).unwrap_err(), "the mail is larger than 500 bytes");
    }
}
