//! What the operator may set about the server, and the defaults that are safe on the open internet.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use thiserror::Error;
use url::Url;

/// How often something may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Sustained.
    pub per_second: u32,
    /// At once, after a quiet time.
    pub burst: u32,
}

/// The limits and trust of the server. All sizes are of what arrives on the wire.
#[derive(Clone, Debug)]
pub struct ServerSettings {
    /// How the outside reaches us (`https://hooks.example.com`), for signatures over the URL. Without it the `Host` header counts, and
    /// what [`Self::trusted_proxies`] say.
    pub external_url: Option<Url>,
    /// Proxies whose `Forwarded` and `X-Forwarded-*` headers are believed. Empty: nobody's are.
    pub trusted_proxies: Vec<Network>,
    /// Of a delivery.
    pub body_bytes_max: usize,
    /// Of all deliveries that are being read at one time; more are asked to come back.
    pub bodies_bytes_max: usize,
    /// Of a request's target.
    pub target_bytes_max: usize,
    /// How many headers a request may have.
    pub headers_max: usize,
    /// Names and values of all headers of a request.
    pub headers_bytes_max: usize,
    /// For a request's head, and how long a connection may be idle.
    pub head_read_ms_max: u64,
    /// For a request's body.
    pub body_read_ms_max: u64,
    /// How long a client may take nothing of an answer before its connection is cut.
    pub write_stall_ms_max: u64,
    /// Open at one time; further ones are told 503 and closed.
    pub connections_max: usize,
    /// Deliveries per client address, genuine or not; absent: unlimited.
    pub address_rate: Option<Rate>,
    /// Deliveries per connector, genuine or not; absent: unlimited.
    pub connector_rate: Option<Rate>,
    /// Live streams at one time.
    pub live_clients_max: usize,
    /// Between two signs of life on a quiet live stream.
    pub live_keep_alive_ms: u64,
    /// Requests in hand may take this long after a stop.
    pub grace_ms: u64,
    /// `/metrics` needs no token.
    pub open_metrics: bool,
    /// The API needs no token for requests that reach us on a loopback address under a loopback name: for trying things out.
    pub open_api_on_loopback: bool,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            external_url: None,
            trusted_proxies: Vec::new(),
            body_bytes_max: 4 << 20,
            bodies_bytes_max: 128 << 20,
            target_bytes_max: 8 << 10,
            headers_max: 100,
            headers_bytes_max: 32 << 10,
            head_read_ms_max: 10_000,
            body_read_ms_max: 30_000,
            write_stall_ms_max: 30_000,
            connections_max: 4_096,
            address_rate: Some(Rate { per_second: 2_000, burst: 4_000 }),
            connector_rate: Some(Rate { per_second: 4_000, burst: 8_000 }),
            live_clients_max: 256,
            live_keep_alive_ms: 15_000,
            grace_ms: 10_000,
            open_metrics: false,
            open_api_on_loopback: false,
        }
    }
}

/// A range of addresses: `10.0.0.0/8`, `fd00::/8`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u32,
}

/// A range of addresses is not written as one.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is no address or range of addresses; write `10.0.0.0/8`, `fd00::/8` or `192.0.2.7`")]
pub struct NetworkError(String);

impl Network {
    /// Whether the address is in the range. An IPv4 address written as IPv6 (`::ffff:10.0.0.1`) counts as what it is.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => same(u128::from(own.to_bits()) << 96, u128::from(other.to_bits()) << 96, self.prefix),
            (IpAddr::V6(own), IpAddr::V6(other)) => same(own.to_bits(), other.to_bits(), self.prefix),
            _ => false,
        }
    }
}

fn same(one: u128, other: u128, prefix: u32) -> bool {
    (one ^ other).leading_zeros() >= prefix
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || NetworkError(text.to_owned());
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(longest), str::parse).map_err(|_| wrong())?;
        if prefix > longest {
            return Err(wrong());
        }
        Ok(Self { address, prefix })
    }
}

/// The two ends of a connection, put into each of its requests by [`crate::serve`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ends {
    pub(crate) remote: SocketAddr,
    pub(crate) local: SocketAddr,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_contains_its_addresses_only() {
        let check = |network: &str, address: &str, expected: bool| {
            let inside = network.parse::<Network>().unwrap().contains(address.parse().unwrap());
            assert_eq!(inside, expected, "{address} in {network}");
        };
        check("10.0.0.0/8", "10.255.0.1", true);
        check("10.0.0.0/8", "11.0.0.1", false);
        check("10.0.0.0/8", "::ffff:10.0.0.1", true);
        check("192.0.2.7", "192.0.2.7", true);
        check("192.0.2.7", "192.0.2.8", false);
        check("0.0.0.0/0", "203.0.113.9", true);
        check("0.0.0.0/0", "2001:db8::1", false);
        check("fd00::/8", "fdff::1", true);
        check("fd00::/8", "fe00::1", false);
        check("::/0", "2001:db8::1", true);
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in ["", "10.0.0.0/33", "fd00::/129", "10.0.0/8", "host.example", "10.0.0.0/-1", "10.0.0.0/8/9"] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
