//! Levels from zero to one, and how several make one.

/// A level with the reason for it.
#[derive(Clone, Debug)]
pub struct Level {
    /// Zero to one.
    pub level: f32,
    /// Why.
    pub reason: pointsman_plugin::Reason,
}

/// Several signs of one thing: each takes its share of what is still missing to one. Never above one, never less for one sign more.
#[must_use]
pub fn together(signs: impl IntoIterator<Item = f32>) -> f32 {
    1.0 - signs.into_iter().map(|sign| 1.0 - unit(sign)).product::<f32>()
}

/// Cut to zero and one; what is no number is zero.
#[must_use]
pub fn unit(number: f32) -> f32 {
    if number.is_nan() { 0.0 } else { number.clamp(0.0, 1.0) }
}

/// How far a count has come on the way to `full`, by orders of magnitude: 0 is 0, `full` and more is 1.
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "orders of magnitude have few digits")]
pub fn magnitude(count: u64, full: u64) -> f32 {
    let part = (count as f64 + 1.0).log10() / (full.max(1) as f64 + 1.0).log10();
    unit(part as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_add_up_below_one() {
        assert_eq!(together([]), 0.0);
        assert_eq!(together([0.5, 0.5]), 0.75);
        assert_eq!(together([1.0, 0.5]), 1.0);
        assert_eq!(together([f32::NAN, 2.0, -1.0]), 1.0);
    }

    #[test]
    fn magnitudes() {
        assert_eq!(magnitude(0, 1000), 0.0);
        assert!((magnitude(999, 999_999) - 0.5).abs() < 1e-6);
        assert_eq!(magnitude(u64::MAX, 10), 1.0);
    }
}
