//! How sure a model may be: one sharpness and one bias a class, by the likelihood of labels that it did not learn from (Alexandari et al. 2020).

use compact::softmax;
use sentiment_learnt::learnt::CLASSES;

const STEPS: u32 = 500;
const RATE: f32 = 0.5;

/// Sharpness, then what is added for each class.
pub(crate) fn fitted(rows: &[([f32; CLASSES], usize)]) -> [f32; 1 + CLASSES] {
    let mut found = [0.5, 0.0, 0.0, 0.0];
    for _ in 0..STEPS {
        let mut slopes = [0.0_f32; 1 + CLASSES];
        for (logs, class) in rows {
            let [sharpness, usual @ ..] = found;
            let scores: Vec<f32> = logs.iter().zip(usual).map(|(log, usual)| sharpness * log + usual).collect();
            let [whole, each @ ..] = &mut slopes;
            for ((at, part), (slope, log)) in softmax(&scores).into_iter().enumerate().zip(each.iter_mut().zip(logs)) {
                let wrong = part - if at == *class { 1.0 } else { 0.0 };
                *slope += wrong;
                *whole += wrong * log;
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^24")]
        let share = RATE / rows.len().max(1) as f32;
        found.iter_mut().zip(slopes).for_each(|(number, slope)| *number -= slope * share);
    }
    found
}
