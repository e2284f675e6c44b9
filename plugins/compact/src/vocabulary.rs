//! Known words, each by its hash: where a word stands in it is its row in a table.

use crate::hash::Feature;

/// Bits of a word's hash that are kept: one unknown word in some hundred is taken for a known one when there are 2^17 of them.
pub(crate) const WORD_BITS: u32 = 24;
/// Bits of a distance that are written as they are; the rest is counted in ones (Rice 1979).
const RICE_BITS: u32 = 9;

/// Known words. 4 bytes for each when unpacked, some 11 bits in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vocabulary(Vec<u32>);

impl Vocabulary {
    /// The words of these features, sorted; what is twice is there once.
    #[must_use]
    pub fn new(words: impl IntoIterator<Item = Feature>) -> Self {
        let mut hashes: Vec<u32> = words.into_iter().map(kept).collect();
        hashes.sort_unstable();
        hashes.dedup();
        Self(hashes)
    }

    /// The row of a word, when it is known.
    #[must_use]
    pub fn row(&self, word: Feature) -> Option<usize> {
        self.0.binary_search(&kept(word)).ok()
    }

    /// How many words there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn unpacked(count: usize, bytes: &[u8]) -> Option<Self> {
        let mut bits = Bits { bytes, at: 0 };
        let mut hashes = Vec::with_capacity(count.min(1 << WORD_BITS));
        let mut last = 0_u32;
        for _ in 0..count.min(1 << WORD_BITS) {
            last = last.checked_add(bits.distance()?)?;
            hashes.push(last);
        }
        Some(Self(hashes))
    }

    #[cfg(feature = "write")]
    pub(crate) fn packed(&self) -> Vec<u8> {
        let (mut bits, mut last) = (Vec::new(), 0);
        for hash in &self.0 {
            let distance = hash - last;
            bits.extend((0..distance >> RICE_BITS).map(|_| true));
            bits.push(false);
            bits.extend((0..RICE_BITS).rev().map(|at| distance >> at & 1 == 1));
            last = *hash;
        }
        bits.chunks(8).map(|eight| (0..8).fold(0, |byte, at| byte << 1 | u8::from(eight.get(at) == Some(&true)))).collect()
    }
}

fn kept(word: Feature) -> u32 {
    u32::try_from(word & ((1 << WORD_BITS) - 1)).unwrap_or_default()
}

struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn next(&mut self) -> Option<u32> {
        let byte = self.bytes.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(u32::from(bit))
    }

    fn distance(&mut self) -> Option<u32> {
        let mut whole = 0_u32;
        while self.next()? == 1 {
            whole += 1;
        }
        (0..RICE_BITS).try_fold(whole, |number, _| Some(number << 1 | self.next()?))
    }
}
