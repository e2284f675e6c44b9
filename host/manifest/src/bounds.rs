//! Every number of the configuration: its default and what is still sensible. What is outside is a finding, so that a slip in a unit
//! (seconds for milliseconds, kilobytes for bytes) is seen before it harms.

use model::Limits;

use crate::parsed::Numbers;
use crate::report::Report;

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// A number outside of plugins' limits.
pub(crate) struct Bound {
    pub(crate) name: &'static str,
    default: u64,
    least: u64,
    most: u64,
}

const fn bound(name: &'static str, default: u64, least: u64, most: u64) -> Bound {
    Bound { name, default, least, most }
}

/// `[server]`
pub(crate) const SERVER: [Bound; 8] = [
    bound("body_bytes_max", MIB, KIB, 64 * MIB),
    bound("header_bytes_max", 32 * KIB, KIB, MIB),
    bound("headers_max", 100, 8, 1_000),
    bound("requests_per_minute", 240_000, 1, 60_000_000),
    bound("address_requests_per_minute", 120_000, 1, 60_000_000),
    bound("connections_max", 4_096, 1, 1_000_000),
    bound("live_clients_max", 256, 0, 100_000),
    bound("shutdown_grace_ms", 10_000, 0, 600_000),
];

/// `[store]`
pub(crate) const STORE: [Bound; 1] = [bound("busy_timeout_ms", 5_000, 0, 60_000)];

/// `[runtime]`
pub(crate) const RUNTIME: [Bound; 3] = [
    bound("instances_max", 1_000, 1, 100_000),
    bound("compile_memory_bytes_max", GIB, 128 * MIB, 64 * GIB),
    bound("compile_cpu_ms_max", 60_000, 1_000, 600_000),
];

/// How often a feed may be polled.
pub(crate) const POLL_INTERVAL_MS: (u64, u64) = (100, 24 * 3_600_000);

/// The most state that one plugin may keep.
pub(crate) const STATE_BYTES: u64 = GIB;

/// A limit of a plugin: its name, its place in [`Limits`], and what is sensible.
pub(crate) struct Limit {
    pub(crate) name: &'static str,
    place: fn(&mut Limits) -> &mut u64,
    least: u64,
    most: u64,
}

/// `[plugin.limits]`
pub(crate) const LIMITS: [Limit; 9] = [
    Limit { name: "deadline_ms", place: |limits| &mut limits.deadline_ms, least: 1, most: 300_000 },
    Limit { name: "fuel_max", place: |limits| &mut limits.fuel_max, least: 10_000, most: 1_000_000_000_000 },
    Limit { name: "memory_bytes_max", place: |limits| &mut limits.memory_bytes_max, least: 64 * KIB, most: GIB },
    Limit { name: "output_bytes_max", place: |limits| &mut limits.output_bytes_max, least: 64, most: 64 * MIB },
    Limit { name: "host_calls_max", place: |limits| &mut limits.host_calls_max, least: 0, most: 10_000_000 },
    Limit { name: "log_lines_max", place: |limits| &mut limits.log_lines_max, least: 0, most: 10_000 },
    Limit { name: "log_line_bytes_max", place: |limits| &mut limits.log_line_bytes_max, least: 0, most: 64 * KIB },
    Limit { name: "http_body_bytes_max", place: |limits| &mut limits.http_body_bytes_max, least: 0, most: 64 * MIB },
    Limit { name: "component_bytes_max", place: |limits| &mut limits.component_bytes_max, least: KIB, most: 256 * MIB },
];

/// The number of this name, or its default; a finding when it is not sensible. Names that are not in the table are 0.
pub(crate) fn number(report: &Report, section: &str, table: &[Bound], given: &Numbers, name: &str) -> u64 {
    let Some(bound) = table.iter().find(|bound| bound.name == name) else { return 0 };
    match given.get(name) {
        None => bound.default,
        Some(number) => {
            within(report, &format!("{section}.{name}"), *number, bound.least, bound.most);
            *number
        }
    }
}

/// The limits that were given, on top of the others.
pub(crate) fn limits(base: Limits, given: &Numbers) -> Limits {
    let mut limits = base;
    for limit in &LIMITS {
        if let Some(number) = given.get(limit.name) {
            *(limit.place)(&mut limits) = *number;
        }
    }
    limits
}

/// Findings about limits that are not sensible.
pub(crate) fn check_limits(report: &Report, section: &str, given: &Numbers) {
    for limit in &LIMITS {
        if let Some(number) = given.get(limit.name) {
            within(report, &format!("{section}.{}", limit.name), *number, limit.least, limit.most);
        }
    }
}

/// A finding when a number is not sensible.
pub(crate) fn within(report: &Report, key: &str, number: u64, least: u64, most: u64) {
    if number < least {
        report.error(key, format!("{} is too small", figure(number)), &format!("give it {} or more", figure(least)));
    } else if number > most {
        report.error(key, format!("{} is too large", figure(number)), &format!("give it {} or less", figure(most)));
    }
}

/// A number as TOML lets people write it: `1_048_576`.
fn figure(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_sensible() {
        for bound in SERVER.iter().chain(&STORE).chain(&RUNTIME) {
            assert!((bound.least..=bound.most).contains(&bound.default), "{}", bound.name);
        }
        for base in [Limits::PURE, Limits::CONNECTOR] {
            for limit in &LIMITS {
                let number = *(limit.place)(&mut base.clone());
                assert!((limit.least..=limit.most).contains(&number), "{}", limit.name);
            }
        }
    }

    #[test]
    fn figures() {
        for (number, expected) in [(0, "0"), (999, "999"), (1_000, "1_000"), (1_048_576, "1_048_576")] {
            assert_eq!(figure(number), expected);
        }
    }

    #[test]
    fn every_limit_can_be_given() {
        let written = serde_json::to_value(Limits::PURE).unwrap();
        let mut names: Vec<&str> = LIMITS.iter().map(|limit| limit.name).collect();
        names.sort_unstable();
        assert_eq!(names, written.as_object().unwrap().keys().map(String::as_str).collect::<Vec<_>>());
        let given = LIMITS.iter().map(|limit| (limit.name, 7)).collect();
        assert_eq!(
            serde_json::to_value(limits(Limits::PURE, &given)).unwrap().as_object().unwrap().values().filter(|n| **n == 7).count(),
            9
        );
    }
}
