//! Plain text from HTML: what people read, without markup.
//!
//! One pass over the bytes, whatever the input: a tag that never ends is text, an unknown tag is dropped, nothing recurses. Block
//! elements and `<br>` become line breaks, scripts, styles and comments vanish, white space folds as browsers fold it.

mod entity;
mod tag;
#[cfg(test)]
mod tests;

use tag::{Effect, Tag};

/// The text of an HTML fragment or document, trimmed.
#[must_use]
pub fn text(html: &str) -> String {
    let mut page = Page::with_capacity(html.len() / 2);
    let mut rest = html;
    while let Some(position) = rest.find(['<', '&']) {
        let (before, from) = rest.split_at(position);
        page.words(before);
        rest = if from.starts_with('&') { page.reference(from) } else { page.markup(from) };
    }
    page.words(rest);
    page.finish()
}

/// The text with its character references decoded, and everything else as it is: for fields that are escaped, but no markup.
#[must_use]
pub fn unescape(escaped: &str) -> String {
    let mut out = String::with_capacity(escaped.len());
    let mut rest = escaped;
    while let Some(position) = rest.find('&') {
        let (before, from) = rest.split_at(position);
        out.push_str(before);
        let (character, taken) = entity::read(from).unwrap_or(('&', 1));
        out.push(character);
        rest = from.get(taken..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// What was read so far.
struct Page {
    out: String,
    /// White space is due before the next word.
    space: bool,
    /// Line breaks that are due before the next word.
    breaks: usize,
    /// Depth of `<pre>`.
    verbatim: usize,
    /// A document has one head; others are damage, and looking for their ends would take quadratic time.
    head: bool,
}

impl Page {
    fn with_capacity(bytes: usize) -> Self {
        Self { out: String::with_capacity(bytes), space: false, breaks: 0, verbatim: 0, head: false }
    }

    fn words(&mut self, text: &str) {
        for character in text.chars() {
            self.character(character, character.is_ascii_whitespace());
        }
    }

    fn character(&mut self, character: char, white: bool) {
        if white && self.verbatim == 0 {
            self.space = true;
        } else if white && character == '\n' {
            self.breaks += 1;
        } else if !matches!(character, '\r' | '\0' | '\u{ad}' | '\u{feff}' | '\u{200b}') {
            self.settle();
            self.out.push(character);
        }
    }

    /// Writes the white space that is due.
    fn settle(&mut self) {
        if self.out.is_empty() {
            // Nothing before the first word.
        } else if self.breaks > 0 {
            (0..self.breaks.min(2)).for_each(|_| self.out.push('\n'));
        } else if self.space {
            self.out.push(' ');
        }
        self.space = false;
        self.breaks = 0;
    }

    /// Reads what starts with `&`, and gives what follows.
    fn reference<'a>(&mut self, from: &'a str) -> &'a str {
        let (character, taken) = entity::read(from).unwrap_or(('&', 1));
        // A no-break space is a space to readers, and never folded away.
        self.character(if character == '\u{a0}' { ' ' } else { character }, false);
        from.get(taken..).unwrap_or_default()
    }

    /// Reads what starts with `<`, and gives what follows.
    fn markup<'a>(&mut self, from: &'a str) -> &'a str {
        let Some((tag, after)) = Tag::read(from) else {
            self.character('<', false);
            return from.get(1..).unwrap_or_default();
        };
        match tag.effect() {
            Effect::None => {}
            Effect::Space => self.space = true,
            Effect::Break => self.breaks += 1,
            Effect::Line => self.breaks = self.breaks.max(1),
            Effect::Paragraph => self.breaks = self.breaks.max(2),
            Effect::Item => {
                self.breaks = self.breaks.max(1);
                self.character('-', false);
                self.space = true;
            }
            Effect::Verbatim(open) => {
                self.breaks = self.breaks.max(1);
                self.verbatim = if open { self.verbatim + 1 } else { self.verbatim.saturating_sub(1) };
            }
            Effect::Head if std::mem::replace(&mut self.head, true) => {}
            Effect::Head | Effect::Hidden => return tag.skip(after),
        }
        after
    }

    fn finish(mut self) -> String {
        self.out.truncate(self.out.trim_end().len());
        self.out
    }
}
