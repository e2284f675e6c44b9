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
pub(crate) const RUNTIME: [Bound; 4] = [
    bound("instances_max", 1_000, 1, 100_000),
    bound("compile_memory_bytes_max", GIB, 128 * MIB, 64 * GIB),
    bound("compile_cpu_ms_max", 60_000, 1_000, 600_000),
    bound("stack_bytes_max", 512 * KIB, 64 * KIB, MIB),
];

/// `[swap]`
pub(crate) const SWAP: [Bound; 1] = [bound("kept_generations_max", 3, 0, 16)];

/// `[outbox]`
pub(crate) const OUTBOX: [Bound; 9] = [
    bound("sends_parallel_max", 64, 1, 10_000),
    bound("account_sends_max", 1, 1, 1_000),
    bound("tries_max", 12, 1, 100),
    bound("find_tries_max", 5, 1, 100),
    bound("backoff_ms", 2_000, 1, 3_600_000),
    bound("backoff_ms_max", 900_000, 1, 24 * 3_600_000),
    bound("find_after_ms", 5_000, 0, 3_600_000),
    bound("automatic_answers_per_hour_max", 6, 0, 1_000),
    bound("rescan_ms", 1_000, 10, 3_600_000),
];

/// `[plugin.breaker]`
pub(crate) const BREAKER: [Bound; 5] = [
    bound("faults_max", 5, 0, 1_000_000),
    bound("fault_percent_min", 50, 0, 100),
    bound("window_ms", 60_000, 100, 24 * 3_600_000),
    bound("open_ms", 10_000, 10, 24 * 3_600_000),
    bound("open_ms_max", 600_000, 10, 24 * 3_600_000),
];

/// How often a feed may be polled.
pub(crate) const POLL_INTERVAL_MS: (u64, u64) = (100, 24 * 3_600_000);

/// How many interactions a batch may have.
pub(crate) const BATCH_INTERACTIONS: (u64, u64) = (1, 1_024);

/// How many calls a warm instance may serve.
pub(crate) const WARM_CALLS: (u64, u64) = (1, 1_000_000);

/// How long a chain may take for one interaction.
pub(crate) const CHAIN_DEADLINE_MS: (u64, u64) = (1, 600_000);

/// The most state that one plugin may keep.
pub(crate) const STATE_BYTES: u64 = GIB;

/// A limit of a plugin: its name, its place in [`Limits`], and what is sensible.
pub(crate) struct Limit {
    pub(crate) name: &'static str,
    place: fn(&mut Limits) -> &mut u64,
    least: u64,
    most: u64,
}

const fn limit(name: &'static str, place: fn(&mut Limits) -> &mut u64, least: u64, most: u64) -> Limit {
    Limit { name, place, least, most }
}

/// `[plugin.limits]`
pub(crate) const LIMITS: [Limit; 25] = [
    limit("deadline_ms", |limits| &mut limits.deadline_ms, 1, 300_000),
    limit("fuel_max", |limits| &mut limits.fuel_max, 10_000, 1_000_000_000_000),
    limit("memory_bytes_max", |limits| &mut limits.memory_bytes_max, 64 * KIB, GIB),
    limit("table_elements_max", |limits| &mut limits.table_elements_max, 0, 10_000_000),
    limit("core_instances_max", |limits| &mut limits.core_instances_max, 1, 256),
    limit("handles_max", |limits| &mut limits.handles_max, 0, 100_000),
    limit("output_bytes_max", |limits| &mut limits.output_bytes_max, 64, 64 * MIB),
    limit("list_items_max", |limits| &mut limits.list_items_max, 1, 1_000_000),
    limit("host_calls_max", |limits| &mut limits.host_calls_max, 0, 10_000_000),
    limit("host_bytes_max", |limits| &mut limits.host_bytes_max, KIB, GIB),
    limit("log_lines_max", |limits| &mut limits.log_lines_max, 0, 10_000),
    limit("log_line_bytes_max", |limits| &mut limits.log_line_bytes_max, 0, 64 * KIB),
    limit("log_lines_per_minute_max", |limits| &mut limits.log_lines_per_minute_max, 0, 1_000_000),
    limit("http_requests_max", |limits| &mut limits.http_requests_max, 0, 1_000),
    limit("http_parallel_max", |limits| &mut limits.http_parallel_max, 1, 1_000),
    limit("http_body_bytes_max", |limits| &mut limits.http_body_bytes_max, 0, 64 * MIB),
    limit("http_header_bytes_max", |limits| &mut limits.http_header_bytes_max, 256, MIB),
    limit("http_headers_max", |limits| &mut limits.http_headers_max, 1, 1_000),
    limit("http_redirects_max", |limits| &mut limits.http_redirects_max, 0, 10),
    limit("http_timeout_ms", |limits| &mut limits.http_timeout_ms, 1, 300_000),
    limit("state_writes_max", |limits| &mut limits.state_writes_max, 0, 100_000),
    limit("calls_parallel_max", |limits| &mut limits.calls_parallel_max, 1, 100_000),
    limit("component_bytes_max", |limits| &mut limits.component_bytes_max, KIB, 256 * MIB),
    limit("functions_max", |limits| &mut limits.functions_max, 1, 1_000_000),
    limit("compile_ms_max", |limits| &mut limits.compile_ms_max, 100, 600_000),
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
pub(crate) fn figure(number: u64) -> String {
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
        for bound in SERVER.iter().chain(&STORE).chain(&RUNTIME).chain(&SWAP).chain(&OUTBOX).chain(&BREAKER) {
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
        let mut fields: Vec<&str> = written.as_object().unwrap().keys().map(String::as_str).collect();
        fields.sort_unstable();
        assert_eq!(names, fields);
        let given = LIMITS.iter().map(|limit| (limit.name, 7)).collect();
        assert_eq!(
            serde_json::to_value(limits(Limits::PURE, &given)).unwrap().as_object().unwrap().values().filter(|n| **n == 7).count(),
            LIMITS.len()
        );
    }

    #[test]
    fn a_breakers_defaults_are_the_models() {
        let defaults: serde_json::Map<String, serde_json::Value> =
            BREAKER.iter().map(|bound| (bound.name.to_owned(), bound.default.into())).collect();
        assert_eq!(serde_json::Value::Object(defaults), serde_json::to_value(model::BreakerSpec::default()).unwrap());
    }
}
