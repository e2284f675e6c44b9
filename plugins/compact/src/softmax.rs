/// Probabilities from scores. Finite for finite scores.
#[must_use]
pub fn softmax(scores: &[f32]) -> Vec<f32> {
    let most = scores.iter().copied().fold(f32::MIN, f32::max);
    let powers: Vec<f32> = scores.iter().map(|score| (score - most).exp()).collect();
    let sum: f32 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum.max(f32::MIN_POSITIVE)).collect()
}

/// Where the greatest value stands; the first of equals. 0 when there is none.
#[must_use]
pub fn best(values: &[f32]) -> usize {
    let better = |(at, most): (usize, f32), (index, value): (usize, &f32)| if *value > most { (index, *value) } else { (at, most) };
    values.iter().enumerate().fold((0, f32::MIN), better).0
}
