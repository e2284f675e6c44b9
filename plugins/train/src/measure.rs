//! Figures: how often a guess is right, and whether it knows how sure it may be.

/// Expected calibration error over ten equal bins of confidence, in percent (Naeini et al. 2015).
pub(crate) fn calibration_error(guesses: &[(f32, bool)]) -> f64 {
    let mut bins = [(0_u32, 0.0_f64, 0_u32); 10];
    for (confidence, right) in guesses {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 9")]
        let bin = (f64::from(*confidence) * 10.0).clamp(0.0, 9.0) as usize;
        if let Some((count, sum, rights)) = bins.get_mut(bin) {
            *count += 1;
            *sum += f64::from(*confidence);
            *rights += u32::from(*right);
        }
    }
    let total = f64::from(u32::try_from(guesses.len().max(1)).unwrap_or(u32::MAX));
    let gap = |(count, sum, rights): &(u32, f64, u32)| (sum - f64::from(*rights)).abs() * f64::from(u32::from(*count > 0)) / total;
    100.0 * bins.iter().map(gap).sum::<f64>()
}

/// How many of them are right, in percent.
pub(crate) fn accuracy(guesses: &[(f32, bool)]) -> f64 {
    let count = |all: usize| f64::from(u32::try_from(all).unwrap_or(u32::MAX));
    100.0 * count(guesses.iter().filter(|(_, right)| *right).count()) / count(guesses.len().max(1))
}

/// The middle over all classes, in percent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scores {
    pub(crate) recall: f64,
    pub(crate) f1: f64,
    pub(crate) accuracy: f64,
}

impl Scores {
    /// Of pairs of what is right and what was found.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    pub(crate) fn of(pairs: &[(usize, usize)], classes: usize) -> Self {
        let count = |fits: &dyn Fn(&(usize, usize)) -> bool| pairs.iter().filter(|pair| fits(pair)).count() as f64;
        let (mut recall, mut f1) = (0.0, 0.0);
        for class in 0..classes {
            let both = count(&|(right, found)| *right == class && *found == class);
            let (right, found) = (count(&|pair| pair.0 == class), count(&|pair| pair.1 == class));
            recall += both / right.max(1.0);
            f1 += 2.0 * both / (right + found).max(1.0);
        }
        let share = 100.0 / classes.max(1) as f64;
        let accuracy = 100.0 * count(&|(right, found)| right == found) / pairs.len().max(1) as f64;
        Self { recall: recall * share, f1: f1 * share, accuracy }
    }
}
