//! Tags, comments and declarations: where they end, and what they do to the text.

/// One tag.
pub(crate) struct Tag<'a> {
    name: &'a str,
    closing: bool,
}

/// What a tag does to the text.
pub(crate) enum Effect {
    /// Nothing: an inline element.
    None,
    /// Words around it are apart.
    Space,
    /// One line break each time.
    Break,
    /// A new line.
    Line,
    /// An empty line.
    Paragraph,
    /// A new line with a dash.
    Item,
    /// White space is kept from here (true) or folded again (false).
    Verbatim(bool),
    /// What is inside is not for people.
    Hidden,
    /// Hidden too, but it may be left open.
    Head,
}

/// Longer names are no elements.
const NAME_BYTES_MAX: usize = 16;

impl<'a> Tag<'a> {
    /// Reads the tag, comment or declaration that `from` starts with (its first byte is `<`), and gives what follows it. None when it is
    /// just a less-than sign.
    pub(crate) fn read(from: &'a str) -> Option<(Self, &'a str)> {
        if let Some(comment) = from.strip_prefix("<!--") {
            let after = comment.find("-->").and_then(|end| comment.get(end + 3..)).unwrap_or_default();
            return Some((Self { name: "", closing: false }, after));
        }
        let inner = from.get(1..)?;
        let closing = inner.starts_with('/');
        let inner = inner.strip_prefix('/').unwrap_or(inner);
        let first = inner.bytes().next()?;
        if !(first.is_ascii_alphabetic() || matches!(first, b'!' | b'?')) {
            return None;
        }
        let length = inner.bytes().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(inner.len());
        let name = inner.get(..length.min(NAME_BYTES_MAX))?;
        Some((Self { name, closing }, inner.get(end_of_tag(inner)?..)?))
    }

    /// What it does to the text.
    pub(crate) fn effect(&self) -> Effect {
        let mut lower = [0_u8; NAME_BYTES_MAX];
        for (slot, byte) in lower.iter_mut().zip(self.name.bytes()) {
            *slot = byte.to_ascii_lowercase();
        }
        let name = lower.get(..self.name.len()).unwrap_or_default();
        match name {
            b"br" => Effect::Break,
            b"p" | b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" | b"blockquote" => Effect::Paragraph,
            b"div" | b"tr" | b"ul" | b"ol" | b"dl" | b"dt" | b"dd" | b"table" | b"section" | b"article" | b"header" | b"footer"
            | b"main" | b"nav" | b"aside" | b"form" | b"fieldset" | b"address" | b"hr" | b"center" | b"figure" | b"figcaption"
            | b"body" | b"option" | b"summary" | b"details" | b"caption" => Effect::Line,
            b"li" if !self.closing => Effect::Item,
            b"li" => Effect::Line,
            b"td" | b"th" | b"img" => Effect::Space,
            b"pre" | b"textarea" => Effect::Verbatim(!self.closing),
            b"head" if !self.closing => Effect::Head,
            b"script" | b"style" | b"title" | b"template" | b"noscript" | b"svg" | b"object" if !self.closing => Effect::Hidden,
            _ => Effect::None,
        }
    }

    /// What follows the element's end; all is hidden when it has none (but for `head`, which may be left open).
    pub(crate) fn skip(&self, after: &'a str) -> &'a str {
        let head = self.name.eq_ignore_ascii_case("head");
        let mut search = after;
        while let Some(position) = search.find('<') {
            let from = search.get(position..).unwrap_or_default();
            let body = head && starts_with(from, "<body");
            if body {
                return from;
            }
            if from.starts_with("</") && starts_with(from.get(2..).unwrap_or_default(), self.name) {
                return from.find('>').and_then(|end| from.get(end + 1..)).unwrap_or_default();
            }
            search = from.get(1..).unwrap_or_default();
        }
        if head { after } else { "" }
    }
}

fn starts_with(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// The first byte after `>`; quoted values may hold one.
fn end_of_tag(inner: &str) -> Option<usize> {
    let mut quote = None;
    let mut previous = b' ';
    for (position, byte) in inner.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            // Only a value is quoted: an apostrophe elsewhere is damage.
            (None, b'"' | b'\'') if previous == b'=' => quote = Some(byte),
            (None, b'>') => return Some(position + 1),
            (None, b'<') if position > 0 => return Some(position),
            _ => {}
        }
        if byte != b' ' {
            previous = byte;
        }
    }
    // A quote that is never closed must not swallow the rest.
    inner.find('>').map(|position| position + 1)
}
