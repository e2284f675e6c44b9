//! How often deliveries may come: per client address, so that a stranger cannot use up a connector's share, and per connector.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::problem::{Code, Problem};
use crate::settings::{Rate, ServerSettings};

/// How many addresses are remembered before those that have been quiet are forgotten.
const KEYS_MAX: usize = 65_536;

/// Passes between two looks at how many addresses there are.
const KEYS_CHECK: u32 = 1_024;

/// The gates that a delivery passes.
pub(crate) struct Gates {
    addresses: Gate<IpAddr>,
    connectors: Gate<String>,
}

impl Gates {
    pub(crate) fn new(settings: &ServerSettings) -> Self {
        Self { addresses: Gate::new(settings.address_rate), connectors: Gate::new(settings.connector_rate) }
    }

    /// Counts a delivery of this address.
    pub(crate) fn address(&self, address: IpAddr) -> Result<(), Problem> {
        self.addresses.pass(&neighbourhood(address))
    }

    /// Counts a delivery for this connector, which is known to exist: so there are few keys.
    pub(crate) fn connector(&self, connector: &str) -> Result<(), Problem> {
        self.connectors.pass(&connector.to_owned())
    }
}

/// A household has a whole /64 of IPv6 addresses: they count as one.
fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
    }
}

struct Gate<K: Hash + Eq + Clone> {
    limiter: Option<DefaultKeyedRateLimiter<K>>,
    passed: AtomicU32,
}

impl<K: Hash + Eq + Clone> Gate<K> {
    fn new(rate: Option<Rate>) -> Self {
        let limiter = rate.and_then(|rate| {
            let quota = Quota::per_second(NonZeroU32::new(rate.per_second)?).allow_burst(NonZeroU32::new(rate.burst)?);
            Some(RateLimiter::keyed(quota))
        });
        Self { limiter, passed: AtomicU32::new(0) }
    }

    fn pass(&self, key: &K) -> Result<(), Problem> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        // Counting the keys is not free, so it is done once in a while.
        let passed = self.passed.fetch_add(1, Ordering::Relaxed);
        if passed.is_multiple_of(KEYS_CHECK) && limiter.len() > KEYS_MAX {
            limiter.retain_recent();
        }
        limiter.check_key(key).map_err(|early| {
            let wait = early.wait_time_from(DefaultClock::default().now());
            let seconds = wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0));
            Problem::new(Code::TooManyRequests, "Send it again after the time in `Retry-After`.").retry_after(seconds)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_uses_up_its_own_share_only() {
        let gate = Gates::new(&ServerSettings { address_rate: Some(Rate { per_second: 1, burst: 2 }), ..ServerSettings::default() });
        let check = |address: &str, expected: bool| assert_eq!(gate.address(address.parse().unwrap()).is_ok(), expected, "{address}");
        check("192.0.2.1", true);
        check("192.0.2.1", true);
        check("192.0.2.1", false);
        check("::ffff:192.0.2.1", false);
        check("192.0.2.2", true);
        check("2001:db8::1", true);
        check("2001:db8::2", true);
        check("2001:db8::3", false);
        check("2001:db8:0:1::3", true);
    }

    #[test]
    fn no_rate_or_a_rate_of_nothing_is_no_limit() {
        for rate in [None, Some(Rate { per_second: 0, burst: 0 })] {
            let gates = Gates::new(&ServerSettings { connector_rate: rate, ..ServerSettings::default() });
            for _ in 0..100 {
                assert!(gates.connector("shop").is_ok());
            }
        }
    }
}
