//! What a call hands in: the lists that its records borrow, and how many bytes it all is.

use std::cell::Cell;

use bumpalo::Bump;
use wasmtime::component::ComponentType;

/// Memory for the lists of one call, freed as a whole. It counts what passes through it.
#[derive(Debug, Default)]
pub(crate) struct Arena {
    lists: Bump,
    bytes: Cell<u64>,
}

impl Arena {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Bytes of the texts and lists so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.get()
    }

    /// A list of records.
    pub(crate) fn list<T: ComponentType>(&self, entries: impl ExactSizeIterator<Item = T>) -> &[T] {
        self.count(entries.len().saturating_mul(T::SIZE32));
        self.lists.alloc_slice_fill_iter(entries)
    }

    /// A text.
    pub(crate) fn text<'a>(&self, text: &'a str) -> &'a str {
        self.count(text.len());
        text
    }

    /// A text or none.
    pub(crate) fn optional<'a>(&self, text: Option<&'a String>) -> Option<&'a str> {
        text.map(|text| self.text(text))
    }

    /// Bytes.
    pub(crate) fn raw<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        self.count(bytes.len());
        bytes
    }

    fn count(&self, bytes: usize) {
        self.bytes.set(self.bytes.get().saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX)));
    }
}
