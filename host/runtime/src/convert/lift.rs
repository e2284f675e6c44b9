//! What every conversion out of a plugin shares: the output cap and the contract's rules for texts, numbers and lists.

use model::{FaultKind, Limits};

/// Longest name of an attribute, signal, factor or reason.
const NAME_BYTES_MAX: usize = 64;

/// Measures what a call returned and refuses what breaks the contract.
pub(crate) struct Lift {
    bytes_left: u64,
    output_bytes_max: u64,
    list_items_max: u64,
    /// Size of the delivery or frame that attachments' raw ranges point into, when there is one.
    pub(crate) raw_bytes: Option<u64>,
}

impl Lift {
    pub(crate) fn new(limits: &Limits, raw_bytes: Option<usize>) -> Self {
        let raw_bytes = raw_bytes.map(|bytes| u64::try_from(bytes).unwrap_or(u64::MAX));
        let output_bytes_max = limits.output_bytes_max;
        Self { bytes_left: output_bytes_max, output_bytes_max, list_items_max: limits.list_items_max, raw_bytes }
    }

    /// Bytes of the output so far.
    pub(crate) fn counted(&self) -> u64 {
        self.output_bytes_max.saturating_sub(self.bytes_left)
    }

    /// Counts bytes of the output.
    pub(crate) fn count(&mut self, bytes: usize) -> Result<(), FaultKind> {
        let left = u64::try_from(bytes).ok().and_then(|bytes| self.bytes_left.checked_sub(bytes));
        self.bytes_left = left.ok_or(FaultKind::Output { output_bytes_max: self.output_bytes_max })?;
        Ok(())
    }

    /// Any text.
    pub(crate) fn text(&mut self, text: String) -> Result<String, FaultKind> {
        self.count(text.len())?;
        Ok(text)
    }

    /// A text or none.
    pub(crate) fn optional(&mut self, text: Option<String>) -> Result<Option<String>, FaultKind> {
        text.map(|text| self.text(text)).transpose()
    }

    /// A text of 1 to `bytes_max` bytes.
    pub(crate) fn id(&mut self, what: &str, text: String, bytes_max: usize) -> Result<String, FaultKind> {
        if text.is_empty() {
            return broken(format!("{what} is empty"));
        }
        if text.len() > bytes_max {
            return broken(format!("{what} has {} bytes, at most {bytes_max} are allowed", text.len()));
        }
        self.text(text)
    }

    /// A text of 1 to `bytes_max` bytes, or none.
    pub(crate) fn optional_id(&mut self, what: &str, text: Option<String>, bytes_max: usize) -> Result<Option<String>, FaultKind> {
        text.map(|text| self.id(what, text, bytes_max)).transpose()
    }

    /// A kebab-case name.
    pub(crate) fn name(&mut self, what: &str, name: String) -> Result<String, FaultKind> {
        if !is_kebab(&name) {
            return broken(format!("{what} `{}` is not a kebab-case name of at most {NAME_BYTES_MAX} bytes", excerpt(&name)));
        }
        self.text(name)
    }

    /// Bytes, at most `bytes_max`.
    pub(crate) fn bytes(&mut self, what: &str, bytes: Vec<u8>, bytes_max: usize) -> Result<Vec<u8>, FaultKind> {
        if bytes.len() > bytes_max {
            return broken(format!("{what} has {} bytes, at most {bytes_max} are allowed", bytes.len()));
        }
        self.count(bytes.len())?;
        Ok(bytes)
    }

    /// A list of `len_max` entries at most, each of `size` bytes and what hangs on it. The operator's own limit on lists is the first to be
    /// looked at; bytes are no entries.
    pub(crate) fn list<T, U>(
        &mut self,
        what: &str,
        list: Vec<T>,
        len_max: usize,
        size: usize,
        mut each: impl FnMut(&mut Self, T) -> Result<U, FaultKind>,
    ) -> Result<Vec<U>, FaultKind> {
        self.items(list.len())?;
        if list.len() > len_max {
            return broken(format!("{what}: {} entries, at most {len_max} are allowed", list.len()));
        }
        self.count(list.len().saturating_mul(size))?;
        list.into_iter().map(|entry| each(self, entry)).collect()
    }

    /// The operator's limit on the entries of a list.
    pub(crate) fn items(&self, len: usize) -> Result<(), FaultKind> {
        match u64::try_from(len) {
            Ok(len) if len <= self.list_items_max => Ok(()),
            _ => Err(FaultKind::List { list_items_max: self.list_items_max }),
        }
    }
}

/// The fault of a value that the contract forbids.
pub(crate) fn broken<T>(why: String) -> Result<T, FaultKind> {
    Err(FaultKind::Contract(why))
}

/// A number between zero and one.
pub(crate) fn unit(what: &str, number: f32) -> Result<f32, FaultKind> {
    if (0.0..=1.0).contains(&number) { Ok(number) } else { broken(format!("{what} is {number}, not between 0 and 1")) }
}

/// A number that is neither NaN nor infinite.
pub(crate) fn finite(what: &str, number: f64) -> Result<f64, FaultKind> {
    if number.is_finite() { Ok(number) } else { broken(format!("{what} is {number}, not a finite number")) }
}

/// Lower-case letters, digits and single hyphens between them, 1 to 64 bytes.
pub(crate) fn is_kebab(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    name.len() <= NAME_BYTES_MAX && name.split('-').all(|word| !word.is_empty() && word.bytes().all(allowed))
}

fn excerpt(text: &str) -> String {
    text.chars().take(80).flat_map(char::escape_debug).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kebab_case() {
        for (name, expected) in [
            ("language", true),
            ("entity-order-2", true),
            ("2xx", true),
            ("", false),
            ("-a", false),
            ("a-", false),
            ("a--b", false),
            ("snake_case", false),
            ("Upper", false),
            ("é", false),
        ] {
            assert_eq!(is_kebab(name), expected, "{name}");
        }
        assert!(is_kebab(&"a".repeat(64)) && !is_kebab(&"a".repeat(65)));
    }

    #[test]
    fn shares_lie_between_zero_and_one() {
        for (number, expected) in
            [(0.0, true), (1.0, true), (-0.0, true), (1.01, false), (-0.1, false), (f32::NAN, false), (f32::INFINITY, false)]
        {
            assert_eq!(unit("x", number).is_ok(), expected, "{number}");
        }
    }

    #[test]
    fn output_is_counted_to_the_byte() {
        let mut lift = Lift::new(&Limits { output_bytes_max: 10, ..Limits::PURE }, None);
        assert_eq!(lift.text("12345".to_owned()).as_deref(), Ok("12345"));
        assert!(lift.list("x", vec![(), ()], 2, 2, |_, ()| Ok(())).is_ok());
        assert_eq!(lift.counted(), 9);
        assert_eq!(lift.text("12".to_owned()), Err(FaultKind::Output { output_bytes_max: 10 }));
    }

    #[test]
    fn lists_have_the_contracts_bound_and_the_operators() {
        let mut lift = Lift::new(&Limits { list_items_max: 3, ..Limits::PURE }, None);
        let mut list = |len, len_max| lift.list("x", vec![(); len], len_max, 1, |_, ()| Ok(())).map(|list| list.len());
        assert_eq!(list(3, 3), Ok(3));
        assert_eq!(list(3, 2), broken("x: 3 entries, at most 2 are allowed".to_owned()));
        assert_eq!(list(4, 9), Err(FaultKind::List { list_items_max: 3 }));
        assert_eq!(list(4, 2), Err(FaultKind::List { list_items_max: 3 }));
    }
}
