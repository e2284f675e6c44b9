use std::ops::Range;

/// Bytes with their escapes undone, and where each came from.
pub(super) struct View {
    pub(super) bytes: Vec<u8>,
    /// First byte in the source of each byte, and the source's end.
    starts: Vec<u32>,
}

/// What an escape stands for, and how long it is; none where there is no escape.
type Undo = fn(&[u8]) -> Option<(Undone, usize)>;

impl View {
    /// All views of these bytes that differ from them: URL, JSON and HTML.
    pub(super) fn all_of(bytes: &[u8]) -> Vec<Self> {
        let undos: [(&[u8], Undo); 3] = [(b"%+", percent), (b"\\", backslash), (b"&", entity)];
        let escaped = undos.into_iter().filter(|(signs, _)| bytes.iter().any(|byte| signs.contains(byte)));
        escaped.filter_map(|(_, undo)| Self::of(bytes, undo)).collect()
    }

    /// The part of the source that a part of the view stands for.
    pub(super) fn source(&self, part: Range<usize>) -> Range<usize> {
        let at = |index: usize| self.starts.get(index).and_then(|start| usize::try_from(*start).ok()).unwrap_or_default();
        at(part.start)..at(part.end)
    }

    fn of(source: &[u8], undo: Undo) -> Option<Self> {
        let mut view = Self { bytes: Vec::with_capacity(source.len()), starts: Vec::with_capacity(source.len() + 1) };
        let mut at = 0;
        while let Some((byte, rest)) = source.get(at..).and_then(<[u8]>::split_first) {
            let (undone, length) = undo(source.get(at..).unwrap_or_default()).unwrap_or((Undone::byte(*byte), 1));
            let start = u32::try_from(at).ok()?;
            view.bytes.extend_from_slice(undone.bytes());
            view.starts.resize(view.bytes.len(), start);
            at += length.clamp(1, rest.len() + 1);
        }
        view.starts.push(u32::try_from(source.len()).ok()?);
        Some(view)
    }
}

/// At most four bytes: one character.
struct Undone {
    bytes: [u8; 4],
    length: usize,
}

impl Undone {
    fn byte(byte: u8) -> Self {
        Self { bytes: [byte, 0, 0, 0], length: 1 }
    }

    fn letter(code: u32) -> Option<Self> {
        let mut bytes = [0; 4];
        let length = char::from_u32(code)?.encode_utf8(&mut bytes).len();
        Some(Self { bytes, length })
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

fn percent(rest: &[u8]) -> Option<(Undone, usize)> {
    match rest {
        [b'+', ..] => Some((Undone::byte(b' '), 1)),
        [b'%', high, low, ..] => {
            let value = number(&[*high, *low], 16)?;
            Some((Undone::byte(u8::try_from(value).ok()?), 3))
        }
        _ => None,
    }
}

fn backslash(rest: &[u8]) -> Option<(Undone, usize)> {
    match rest {
        [b'\\', b'u', ..] => unicode(rest),
        [b'\\', b'x', digits @ ..] => Some((Undone::byte(u8::try_from(number(digits.get(..2)?, 16)?).ok()?), 4)),
        [b'\\', letter, ..] => {
            let plain = match letter {
                b'n' => b'\n',
                b't' => b'\t',
                b'r' => b'\r',
                b'b' => 8,
                b'f' => 12,
                other => *other,
            };
            Some((Undone::byte(plain), 2))
        }
        _ => None,
    }
}

/// `\u00e9`, or two of them for a character beyond the first plane.
fn unicode(rest: &[u8]) -> Option<(Undone, usize)> {
    let unit = |at: usize| number(rest.get(at + 2..at + 6).filter(|_| rest.get(at..at + 2) == Some(b"\\u"))?, 16);
    let first = unit(0)?;
    if let (0xd800..0xdc00, Some(second @ 0xdc00..0xe000)) = (first, unit(6)) {
        return Some((Undone::letter(0x1_0000 + (((first - 0xd800) << 10) | (second - 0xdc00)))?, 12));
    }
    Some((Undone::letter(first)?, 6))
}

fn entity(rest: &[u8]) -> Option<(Undone, usize)> {
    let inner = rest.strip_prefix(b"&")?;
    let end = inner.iter().take(9).position(|byte| *byte == b';')?;
    let code = match inner.get(..end)? {
        b"amp" => u32::from(b'&'),
        b"lt" => u32::from(b'<'),
        b"gt" => u32::from(b'>'),
        b"quot" => u32::from(b'"'),
        b"apos" => u32::from(b'\''),
        [b'#', b'x' | b'X', digits @ ..] => number(digits, 16)?,
        [b'#', digits @ ..] => number(digits, 10)?,
        _ => return None,
    };
    Some((Undone::letter(code)?, end + 2))
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let text = std::str::from_utf8(digits).ok().filter(|text| !text.is_empty() && !text.starts_with('+'))?;
    u32::from_str_radix(text, radix).ok()
}
