//! Whether the time of a refusal tells how much of a signature was right. A measurement, so it runs when it is asked for:
//! `cargo test --release -p targets --test timing -- --ignored --nocapture`

#[cfg(test)]
mod timing {
    use std::hint::black_box;
    use std::time::Instant;

    use dispatch::arithmetic::Arithmetic;
    use dispatch::port::{KeyAlgorithm, Keys as _};
    use dispatch::signature::verify;
    use model::{Delivery, Header, Secret, SignatureScheme, Timestamp};

    const SAMPLES: usize = 100_000;
    /// Beyond it two distributions differ (the threshold of dudect).
    const T_MAX: f64 = 4.5;

    /// Nanoseconds of one refusal.
    fn refusal_ns(scheme: &SignatureScheme, secret: &[Secret], header: &Header) -> f64 {
        let delivery = Delivery { headers: vec![header.clone()], body: b"the body".to_vec(), ..Delivery::default() };
        let began = Instant::now();
        let refused = black_box(verify(scheme, secret, black_box(delivery), Timestamp(0)));
        let took = began.elapsed();
        assert!(refused.is_err());
        took.as_secs_f64() * 1e9
    }

    fn mean_and_variance(samples: &[f64]) -> (f64, f64) {
        let count = samples.len() as f64;
        let mean = samples.iter().sum::<f64>() / count;
        (mean, samples.iter().map(|sample| (sample - mean).powi(2)).sum::<f64>() / (count - 1.0))
    }

    /// Welch's t between two classes, without the slowest tenth of both: interruptions are no leak.
    fn t(mut one: Vec<f64>, mut other: Vec<f64>) -> f64 {
        let mut all: Vec<f64> = one.iter().chain(&other).copied().collect();
        all.sort_by(f64::total_cmp);
        let limit = all[all.len() * 9 / 10];
        one.retain(|sample| *sample <= limit);
        other.retain(|sample| *sample <= limit);
        let ((mean, variance), (other_mean, other_variance)) = (mean_and_variance(&one), mean_and_variance(&other));
        (mean - other_mean) / (variance / one.len() as f64 + other_variance / other.len() as f64).sqrt()
    }

    fn check(name: &str, scheme: serde_json::Value, secret: &Secret, wrong_at_once: &Header, wrong_at_the_end: &Header) {
        let scheme: SignatureScheme = serde_json::from_value(scheme).unwrap();
        let secrets = [secret.clone()];
        let (mut early, mut late) = (Vec::new(), Vec::new());
        for number in 0..SAMPLES + 1_000 {
            // In turns, so that whatever the machine does meets both.
            let pair = if number % 2 == 0 {
                [(true, wrong_at_once), (false, wrong_at_the_end)]
            } else {
                [(false, wrong_at_the_end), (true, wrong_at_once)]
            };
            for (is_early, header) in pair {
                let took = refusal_ns(&scheme, &secrets, header);
                if number >= 1_000 {
                    if is_early { early.push(took) } else { late.push(took) }
                }
            }
        }
        let t = t(early, late);
        eprintln!("{name}: t = {t:.2} over {SAMPLES} samples of each");
        assert!(t.abs() < T_MAX, "{name}: {t}");
    }

    #[test]
    #[ignore = "a measurement"]
    fn a_refusal_takes_the_same_time_wherever_the_signature_is_wrong() {
        let secret = Secret::new("a secret of thirty-two bytes, now");
        let right = hex::encode(Arithmetic.mac(&secret, KeyAlgorithm::HmacSha256, b"the body").unwrap());
        let with = |at: usize| {
            let mut code = right.clone().into_bytes();
            code[at] = if code[at] == b'0' { b'1' } else { b'0' };
            Header { name: "x-sig".to_owned(), value: code }
        };
        check("hmac", serde_json::json!({"scheme": "hmac", "header": "x-sig", "secret": "key"}), &secret, &with(0), &with(63));
        let token = |at: usize| {
            let mut text = secret.expose().to_vec();
            text[at] ^= 1;
            Header { name: "x-token".to_owned(), value: text }
        };
        check("token", serde_json::json!({"scheme": "token", "header": "x-token", "secret": "key"}), &secret, &token(0), &token(32));
    }
}
