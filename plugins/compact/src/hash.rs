/// What a text has, as a number: tables are read at its low bits.
pub type Feature = u64;

/// A feature in the making: bytes are added one after the other. FNV-1a with a finisher; the same everywhere and for ever, because models are
/// trained on it.
#[derive(Clone, Copy, Debug)]
pub struct Hash(u64);

impl Hash {
    /// Of a family of its own for each `family`.
    #[must_use]
    pub const fn new(family: u64) -> Self {
        Self(0xcbf2_9ce4_8422_2325 ^ family.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    /// With these bytes too.
    #[must_use]
    pub fn with(mut self, bytes: &[u8]) -> Self {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
        self
    }

    /// With this character's UTF-8 too.
    #[must_use]
    pub fn with_char(self, c: char) -> Self {
        self.with(c.encode_utf8(&mut [0; 4]).as_bytes())
    }

    /// What it has become.
    #[must_use]
    pub fn feature(self) -> Feature {
        let mixed = (self.0 ^ (self.0 >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        mixed ^ (mixed >> 32)
    }
}
