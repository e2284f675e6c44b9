//! Small whole numbers as few bits: an adaptive binary range coder (Martin 1979; carry handling as in LZMA), each bit with a probability of its
//! own for what stood before it.

/// Probabilities have so many bits, and move by a part of `2^-RATE`.
const ONE: u32 = 1 << 12;
const RATE: u32 = 5;
/// Below this the range is widened.
const NARROW: u32 = 1 << 24;
/// Neighbours are told apart up to this sum.
const NEARBY_MAX: usize = 12;

/// The probabilities, for each neighbourhood and each magnitude: is it greater?
#[derive(Clone, Debug)]
pub(crate) struct Context {
    greater: Vec<[u16; 8]>,
    nearby: [usize; 2],
}

impl Default for Context {
    fn default() -> Self {
        Self { greater: vec![[1 << 11; 8]; NEARBY_MAX + 1], nearby: [0; 2] }
    }
}

impl Context {
    fn slot(&mut self, magnitude: usize) -> Option<&mut u16> {
        let sum: usize = self.nearby.iter().sum();
        self.greater.get_mut(sum.min(NEARBY_MAX))?.get_mut(magnitude)
    }

    fn seen(&mut self, magnitude: usize) {
        self.nearby = [magnitude, self.nearby[0]];
    }
}

fn learn(probability: &mut u16, bit: bool) {
    let now = u32::from(*probability);
    let next = if bit { now - (now >> RATE) } else { now + ((ONE - now) >> RATE) };
    *probability = u16::try_from(next.clamp(32, ONE - 32)).unwrap_or(1 << 11);
}

/// Reads what an encoder wrote; what is not there reads as zeros.
#[derive(Debug)]
pub(crate) struct Decoder<'a> {
    bytes: std::slice::Iter<'a, u8>,
    range: u32,
    code: u32,
    context: Context,
}

impl<'a> Decoder<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        let mut decoder = Self { bytes: bytes.iter(), range: u32::MAX, code: 0, context: Context::default() };
        (0..5).for_each(|_| decoder.shift());
        decoder
    }

    /// The next number, from -7 to 7.
    pub(crate) fn next(&mut self) -> i8 {
        let mut magnitude = 0_u8;
        while magnitude < 7 && self.greater(usize::from(magnitude)) {
            magnitude += 1;
        }
        self.context.seen(usize::from(magnitude));
        let value = i8::try_from(magnitude).unwrap_or_default();
        if magnitude > 0 && self.even() { -value } else { value }
    }

    fn greater(&mut self, magnitude: usize) -> bool {
        let Some(probability) = self.context.slot(magnitude) else { return false };
        let bound = (self.range >> 12) * u32::from(*probability);
        let bit = self.code >= bound;
        learn(probability, bit);
        self.narrow(bound, bit);
        bit
    }

    fn even(&mut self) -> bool {
        let bound = self.range >> 1;
        let bit = self.code >= bound;
        self.narrow(bound, bit);
        bit
    }

    fn narrow(&mut self, bound: u32, bit: bool) {
        if bit {
            self.code -= bound;
            self.range -= bound;
        } else {
            self.range = bound;
        }
        while self.range < NARROW {
            self.range <<= 8;
            self.shift();
        }
    }

    fn shift(&mut self) {
        self.code = (self.code << 8) | u32::from(self.bytes.next().copied().unwrap_or_default());
    }
}

/// Writes numbers from -7 to 7.
#[cfg(feature = "write")]
#[derive(Debug)]
pub(crate) struct Encoder {
    bytes: Vec<u8>,
    low: u64,
    range: u32,
    held: u8,
    waiting: u64,
    context: Context,
}

#[cfg(feature = "write")]
impl Encoder {
    pub(crate) fn new() -> Self {
        Self { bytes: Vec::new(), low: 0, range: u32::MAX, held: 0, waiting: 1, context: Context::default() }
    }

    pub(crate) fn push(&mut self, value: i8) {
        let magnitude = usize::from(value.unsigned_abs()).min(7);
        for at in 0..7 {
            let greater = magnitude > at;
            if let Some(probability) = self.context.slot(at) {
                let bound = (self.range >> 12) * u32::from(*probability);
                learn(probability, greater);
                self.narrow(bound, greater);
            }
            if !greater {
                break;
            }
        }
        self.context.seen(magnitude);
        if magnitude > 0 {
            self.narrow(self.range >> 1, value < 0);
        }
    }

    pub(crate) fn finish(mut self) -> Vec<u8> {
        (0..5).for_each(|_| self.shift());
        self.bytes
    }

    fn narrow(&mut self, bound: u32, bit: bool) {
        if bit {
            self.low += u64::from(bound);
            self.range -= bound;
        } else {
            self.range = bound;
        }
        while self.range < NARROW {
            self.range <<= 8;
            self.shift();
        }
    }

    fn shift(&mut self) {
        let [_, _, _, carry, top, ..] = self.low.to_be_bytes();
        if carry > 0 || self.low < 0xff00_0000 {
            let mut byte = self.held;
            for _ in 0..self.waiting {
                self.bytes.push(byte.wrapping_add(carry));
                byte = 0xff;
            }
            self.waiting = 0;
            self.held = top;
        }
        self.waiting += 1;
        self.low = (self.low & 0x00ff_ffff) << 8;
    }
}
