/// A name and an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// As people read it.
    pub name: Option<String>,
    /// As programs read it.
    pub address: String,
}

impl Person {
    /// `help@shop.example`, `<help@shop.example>` or `Shop Help <help@shop.example>`.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (name, address) = match text.trim().strip_suffix('>') {
            Some(rest) => rest.rsplit_once('<')?,
            None => ("", text.trim()),
        };
        let name = clean(name.trim().trim_matches('"'));
        is_address(address).then(|| Self { name: (!name.is_empty()).then_some(name), address: address.to_owned() })
    }

    /// What stands behind the `@`.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.address.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

/// An address that a mail can be sent to as it stands: one, in ASCII, with nothing that a header or a command would read as its own.
pub(crate) fn is_address(address: &str) -> bool {
    let special = |byte: u8| matches!(byte, b'<' | b'>' | b'(' | b')' | b',' | b';' | b':' | b'"' | b'\\' | b'@');
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_graphic() && !special(byte));
    address.len() <= ADDRESS_BYTES_MAX && address.rsplit_once('@').is_some_and(|(local, domain)| plain(local) && plain(domain))
}

/// One line.
pub(crate) fn clean(text: &str) -> String {
    let line: String = text.chars().map(|character| if character.is_control() { ' ' } else { character }).take(LINE_CHARS_MAX).collect();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// RFC 5321 §4.5.3.1.3, without the brackets.
const ADDRESS_BYTES_MAX: usize = 254;
const LINE_CHARS_MAX: usize = 500;
