use crate::hash::Feature;

/// A table of small weights: rows that features lead to by their low bits, or that are numbered, and one column for each class or dimension.
#[derive(Clone, Debug)]
pub struct Table {
    columns: usize,
    scale: f32,
    cells: Vec<i8>,
    /// The low bits of a feature that name its row: as many rows as there are, up to the last power of two.
    mask: u64,
}

impl Table {
    /// A table; none when there is no row, or part of one.
    #[must_use]
    pub fn new(columns: usize, scale: f32, cells: Vec<i8>) -> Option<Self> {
        let rows = cells.len().checked_div(columns)?;
        let whole = rows > 0 && rows * columns == cells.len() && scale.is_finite();
        let mask = u64::try_from(rows).ok()?.checked_ilog2().map(|bits| (1_u64 << bits) - 1)?;
        whole.then_some(Self { columns, scale, cells, mask })
    }

    /// How many classes or dimensions there are.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// What a weight of one is worth.
    #[must_use]
    pub fn scale(&self) -> f32 {
        self.scale
    }

    /// The weights of a row; empty beyond the last.
    #[must_use]
    pub fn at(&self, row: usize) -> &[i8] {
        let start = row.saturating_mul(self.columns);
        self.cells.get(start..start.saturating_add(self.columns)).unwrap_or_default()
    }

    /// The weights of a feature.
    #[must_use]
    pub fn row(&self, feature: Feature) -> &[i8] {
        self.at(usize::try_from(feature & self.mask).unwrap_or_default())
    }

    /// Adds the weights of a feature to the sums, one for each column.
    pub fn add(&self, feature: Feature, sums: &mut [i32]) {
        for (sum, weight) in sums.iter_mut().zip(self.row(feature)) {
            *sum += i32::from(*weight);
        }
    }
}
