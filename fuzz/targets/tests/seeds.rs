//! The targets without a fuzzer: seeds, a fixed number of mutations of them, and everything that once broke a law.

#[cfg(test)]
mod seeds {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::path::Path;

    use targets::{TARGETS, Target};

    /// Mutations of each target: a moment's worth.
    fn mutations_max(name: &str) -> u64 {
        match name {
            "component" | "configuration" | "condition" => 300,
            _ => 3_000,
        }
    }

    /// Numbers that follow from each other (xorshift64*).
    struct Chance(u64);

    impl Chance {
        fn below(&mut self, end: usize) -> usize {
            self.0 ^= self.0 >> 12;
            self.0 ^= self.0 << 25;
            self.0 ^= self.0 >> 27;
            let mixed = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
            usize::try_from(mixed).unwrap() % end.max(1)
        }
    }

    /// One to four changes: a bit, a byte that parsers like, a piece less, a piece twice, or a piece of another seed.
    fn mutated(chance: &mut Chance, seeds: &[Vec<u8>]) -> Vec<u8> {
        const LIKED: &[u8] = b"\0\r\n\t \"'\\{}[](),:;=&%/.-+_0189aAfFxX<>@\x7f\x80\xc0\xff";
        let mut bytes = seeds[chance.below(seeds.len())].clone();
        for _ in 0..=chance.below(4) {
            let (at, length) = (chance.below(bytes.len()), chance.below(32));
            let end = (at + length).min(bytes.len());
            match chance.below(6) {
                0 if !bytes.is_empty() => bytes[at] ^= 1 << chance.below(8),
                1 if !bytes.is_empty() => bytes[at] = LIKED[chance.below(LIKED.len())],
                2 => bytes.insert(at, LIKED[chance.below(LIKED.len())]),
                3 => drop(bytes.drain(at..end)),
                4 => {
                    let piece = bytes[at..end].to_vec();
                    bytes.splice(at..at, piece);
                }
                _ => {
                    let other = &seeds[chance.below(seeds.len())];
                    let from = chance.below(other.len());
                    let piece = other[from..(from + length).min(other.len())].to_vec();
                    bytes.splice(at..end, piece);
                }
            }
        }
        bytes
    }

    fn check(target: &Target, what: &str, bytes: &[u8]) {
        let kept = catch_unwind(AssertUnwindSafe(|| target.run(bytes)));
        assert!(kept.is_ok(), "`{}` breaks its law with {what}: {:?}", target.name, String::from_utf8_lossy(bytes));
    }

    #[test]
    fn no_target_breaks_its_law() {
        let regressions = Path::new(env!("CARGO_MANIFEST_DIR")).join("../regressions");
        for target in TARGETS {
            let seeds = target.seeds();
            assert!(seeds.len() >= 4, "{} has {} seeds", target.name, seeds.len());
            for (number, seed) in seeds.iter().enumerate() {
                check(target, &format!("seed {number}"), seed);
            }
            for entry in std::fs::read_dir(regressions.join(target.name)).into_iter().flatten() {
                let path = entry.unwrap().path();
                check(target, &path.display().to_string(), &std::fs::read(&path).unwrap());
            }
            let mut chance = Chance(0x5eed_0003);
            for number in 0..mutations_max(target.name) {
                check(target, &format!("mutation {number}"), &mutated(&mut chance, &seeds));
            }
        }
    }
}
