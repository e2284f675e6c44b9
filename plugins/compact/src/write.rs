use crate::coding::Encoder;
use crate::model::MAGIC;
use crate::vocabulary::Vocabulary;

/// A model that is being made.
#[derive(Clone, Debug)]
pub struct Draft(Vec<u8>);

impl Default for Draft {
    fn default() -> Self {
        Self(MAGIC.to_vec())
    }
}

impl Draft {
    /// Adds a table with so many columns.
    pub fn table(&mut self, name: &str, columns: u16, weights: &[f32], grid: Grid) {
        let (scale, cells) = quantised(weights, grid);
        self.head(0, name);
        let rows = weights.len() / usize::from(columns.max(1));
        self.0.extend(u32::try_from(rows).unwrap_or_default().to_le_bytes());
        self.0.extend(columns.to_le_bytes());
        self.0.extend(scale.to_le_bytes());
        let mut encoder = Encoder::new();
        cells.into_iter().for_each(|cell| encoder.push(cell));
        self.sized(&encoder.finish());
    }

    /// Adds a list of numbers.
    pub fn numbers(&mut self, name: &str, numbers: &[f32]) {
        self.head(1, name);
        self.0.extend(u32::try_from(numbers.len()).unwrap_or_default().to_le_bytes());
        self.0.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    }

    /// Adds a list of numbers, each as one of 255 between the least and the greatest.
    pub fn rounded(&mut self, name: &str, numbers: &[f32]) {
        let most = numbers.iter().fold(f32::MIN_POSITIVE, |most, number| most.max(number.abs()));
        let scale = most / 127.0;
        self.head(3, name);
        self.0.extend(u32::try_from(numbers.len()).unwrap_or_default().to_le_bytes());
        self.0.extend(scale.to_le_bytes());
        #[expect(clippy::cast_possible_truncation, reason = "it is between -127 and 127")]
        self.0.extend(numbers.iter().flat_map(|number| ((number / scale).round() as i8).to_le_bytes()));
    }

    /// Adds a vocabulary.
    pub fn vocabulary(&mut self, name: &str, vocabulary: &Vocabulary) {
        self.head(2, name);
        self.0.extend(u32::try_from(vocabulary.len()).unwrap_or_default().to_le_bytes());
        self.sized(&vocabulary.packed());
    }

    /// The file.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.0
    }

    fn head(&mut self, kind: u8, name: &str) {
        self.0.extend([kind, u8::try_from(name.len()).unwrap_or_default()]);
        self.0.extend(name.as_bytes());
    }

    fn sized(&mut self, bytes: &[u8]) {
        self.0.extend(u32::try_from(bytes.len()).unwrap_or_default().to_le_bytes());
        self.0.extend(bytes);
    }
}

/// How finely weights are kept.
#[derive(Clone, Copy, Debug)]
pub struct Grid {
    /// Greatest whole number, either way: 1 to 7.
    pub most: u8,
    /// So many standard deviations are worth that much; what is beyond is cut.
    pub deviations: f32,
}

/// Weights as whole numbers, and what one is worth.
#[must_use]
pub fn quantised(weights: &[f32], grid: Grid) -> (f32, Vec<i8>) {
    let squares: f64 = weights.iter().map(|weight| f64::from(*weight) * f64::from(*weight)).sum();
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a deviation needs no more digits")]
    let deviation = (squares / weights.len().max(1) as f64).sqrt() as f32;
    let most = f32::from(grid.most.clamp(1, 7));
    let scale = (deviation * grid.deviations / most).max(f32::MIN_POSITIVE);
    #[expect(clippy::cast_possible_truncation, reason = "it is between -7 and 7")]
    let cell = |weight: &f32| (weight / scale).round().clamp(-most, most) as i8;
    (scale, weights.iter().map(cell).collect())
}
