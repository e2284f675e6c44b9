/// Intervals of an eighth of an octave: a percentile is right to within a tenth.
const BUCKETS: usize = 496;

/// How long decisions took, in bounded space.
#[derive(Clone, Debug)]
pub(super) struct Latency {
    counts: Vec<u32>,
    count: u64,
}

impl Latency {
    pub(super) fn new() -> Self {
        Self { counts: vec![0; BUCKETS], count: 0 }
    }

    pub(super) fn add(&mut self, took_ns: u64) {
        if let Some(count) = self.counts.get_mut(bucket(took_ns)) {
            *count = count.saturating_add(1);
            self.count += 1;
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// The time within which 99 of 100 were over, in nanoseconds; none of nothing.
    pub(super) fn p99_ns(&self) -> Option<u64> {
        let rank = (self.count.saturating_mul(99)).div_ceil(100);
        let mut below = 0;
        let reaches = |count: &u32| {
            below += u64::from(*count);
            below >= rank
        };
        (self.count > 0).then(|| self.counts.iter().position(reaches).map(least_ns))?
    }

    /// How many took longer than this.
    pub(super) fn over(&self, limit_ns: f64) -> u64 {
        self.counts.iter().enumerate().filter(|(at, _)| least_ns(*at) as f64 > limit_ns).map(|(_, count)| u64::from(*count)).sum()
    }

    /// Half of everything: what is old counts less and less.
    pub(super) fn fade(&mut self) {
        self.counts.iter_mut().for_each(|count| *count /= 2);
        self.count = self.counts.iter().map(|count| u64::from(*count)).sum();
    }
}

fn bucket(ns: u64) -> usize {
    if ns < 8 {
        return usize::try_from(ns).unwrap_or_default();
    }
    let octave = ns.ilog2();
    let part = usize::try_from((ns >> (octave - 3)) & 7).unwrap_or_default();
    (usize::try_from(octave).unwrap_or_default() - 2) * 8 + part
}

/// The shortest time that is counted in an interval.
fn least_ns(bucket: usize) -> u64 {
    let (octave, part) = (bucket / 8 + 2, u64::try_from(bucket % 8).unwrap_or_default());
    if bucket < 8 { part } else { (8 + part) << (octave - 3) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_percentile_is_right_to_within_a_tenth(mut times in prop::collection::vec(0_u64..10_000_000_000, 1..400)) {
            let mut latency = Latency::new();
            times.iter().for_each(|took| latency.add(*took));
            times.sort_unstable();
            let right = times[(times.len() * 99).div_ceil(100) - 1];
            let told = latency.p99_ns().unwrap();
            prop_assert!(told <= right && right - told <= right / 8, "{told} for {right}");
            let over = times.iter().filter(|took| least_ns(bucket(**took)) > right).count();
            prop_assert_eq!(latency.over(right as f64), u64::try_from(over).unwrap());
            latency.fade();
            prop_assert!(latency.count() <= u64::try_from(times.len() / 2).unwrap());
        }
    }

    #[test]
    fn every_time_has_its_interval() {
        for ns in [0, 1, 7, 8, 15, 16, 1_000, u64::MAX] {
            assert!(bucket(ns) < BUCKETS && least_ns(bucket(ns)) <= ns, "{ns}");
        }
        assert_eq!(Latency::new().p99_ns(), None);
    }
}
