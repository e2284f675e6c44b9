//! What the host itself needs to know: where it listens, what it keeps, whom it trusts. None of it decides anything, so none of it is part
//! of a generation's identity.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use model::Digest;
use serde::Serialize;

/// `[server]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerSettings {
    /// Where it listens.
    pub listen: SocketAddr,
    /// How the world reaches it, without a slash at the end: schemes that sign the URL need it.
    pub external_url: Option<String>,
    /// Whose `Forwarded` and `X-Forwarded-*` headers count.
    pub trusted_proxies: Vec<Network>,
    /// The largest body of a request.
    pub body_bytes_max: u64,
    /// The largest sum of a request's headers.
    pub header_bytes_max: u64,
    /// The most headers of a request.
    pub headers_max: u64,
    /// Deliveries a minute, for each connector.
    pub requests_per_minute: u64,
    /// Deliveries a minute, for each address that calls.
    pub address_requests_per_minute: u64,
    /// Open connections at one time.
    pub connections_max: u64,
    /// Live streams at one time.
    pub live_clients_max: u64,
    /// How long work in hand may take when the server stops.
    pub shutdown_grace_ms: u64,
    /// Whether `/metrics` needs no token.
    pub open_metrics: bool,
    /// Whether the API needs no token from this machine: for trying things out.
    pub open_api_on_loopback: bool,
}

/// `[store]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreSettings {
    /// The database's file.
    pub path: PathBuf,
    /// How long to wait for another process that has the database locked.
    pub busy_timeout_ms: u64,
}

/// `[runtime]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuntimeSettings {
    /// Where compiled components are kept. What lies there is run: it must belong to the host alone.
    pub cache_dir: PathBuf,
    /// Instances that run at the same time.
    pub instances_max: u64,
    /// Memory of the process that compiles a component.
    pub compile_memory_bytes_max: u64,
    /// CPU time of the process that compiles a component.
    pub compile_cpu_ms_max: u64,
    /// The stack of a guest.
    pub stack_bytes_max: u64,
}

/// `[egress]`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EgressSettings {
    /// Who is asked for the addresses of granted hosts; empty: the system's nameservers.
    pub nameservers: Vec<SocketAddr>,
}

/// `[swap]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwapSettings {
    /// Whether a change of the file, of a component or of the approvals is applied by itself.
    pub watch: bool,
    /// Generations that are kept compiled beside the serving one, so that a rollback to them takes no time.
    pub kept_generations_max: u64,
    /// The file with the approvals of grants. It need not be there.
    pub approvals: PathBuf,
}

/// `[outbox]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxSettings {
    /// Sends that are under way at a time.
    pub sends_parallel_max: u64,
    /// Sends of one account that are under way at a time.
    pub account_sends_max: u64,
    /// Tries on one rung before the next one is taken.
    pub tries_max: u64,
    /// Questions whether something went out before a person has to look.
    pub find_tries_max: u64,
    /// First wait between two tries; it doubles.
    pub backoff_ms: u64,
    /// Longest wait between two tries, unless the channel asks for more.
    pub backoff_ms_max: u64,
    /// How long after an unknown outcome the channel is asked: what was sent needs a moment to be seen there.
    pub find_after_ms: u64,
    /// Answers by decisions in one conversation and hour: what answers them may be a program too.
    pub automatic_answers_per_hour_max: u64,
    /// How often the outbox is looked through, in case a wake-up was missed.
    pub rescan_ms: u64,
}

/// Where a secret's value stands. The value is read by whoever wires the host, never here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// In this environment variable.
    Env(String),
    /// In this file, without the line end that it may have.
    File(PathBuf),
}

/// Who may call the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Whom or what it is for.
    pub name: String,
    /// What it may do.
    pub role: TokenRole,
    /// Of the token's text.
    pub sha256: Digest,
}

/// What a token may do; each may do what the one before may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenRole {
    /// See.
    Viewer,
    /// See, and run deliveries in quarantine again.
    Operator,
    /// Everything.
    Admin,
}

impl TokenRole {
    /// All roles, from least to most.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Operator, Self::Admin];

    /// As the configuration writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }

    /// The role of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

impl Token {
    /// What the configuration keeps of a token's text.
    #[must_use]
    pub fn digest(text: &str) -> Digest {
        Digest::of(text.as_bytes())
    }

    /// The section that lets a token in, as `pointsman init` and `pointsman token` write it. The token itself does not stand in it.
    #[must_use]
    pub fn section(name: &str, role: TokenRole, text: &str) -> String {
        format!("[[token]]\nname = {name:?}\nrole = \"{}\"\nsha256 = \"{}\"\n", role.name(), Self::digest(text))
    }
}

/// A range of addresses, such as `10.0.0.0/8`; a single address is a range of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    /// Its first address.
    pub address: IpAddr,
    /// How many leading bits count.
    pub prefix: u8,
}

/// Why a text is no [`Network`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// What stands before the slash.
    #[error("`{0}` is no IP address")]
    Address(String),
    /// What stands behind it.
    #[error("`/{prefix}` is no prefix length from 0 to {most}")]
    Prefix {
        /// As written.
        prefix: String,
        /// For this kind of address.
        most: u8,
    },
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().map_err(|_| NetworkError::Address(address.to_owned()))?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let Some(prefix) = prefix else { return Ok(Self { address, prefix: most }) };
        let wrong = || NetworkError::Prefix { prefix: prefix.to_owned(), most };
        let prefix = prefix.parse().ok().filter(|prefix| *prefix <= most).ok_or_else(wrong)?;
        Ok(Self { address, prefix })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks() {
        for (text, expected) in [
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("192.0.2.7", "192.0.2.7/32"),
            ("fd00::/8", "fd00::/8"),
            ("::1", "::1/128"),
        ] {
            assert_eq!(text.parse::<Network>().unwrap().to_string(), expected);
        }
        for wrong in ["", "10.0.0.0/33", "10.0.0.0/", "10.0.0/8", "::/129", "localhost", "10.0.0.0/8/8"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_token_section_does_not_hold_the_token() {
        let section = Token::section("console", TokenRole::Viewer, "abc");
        insta::assert_snapshot!(section, @r#"
        [[token]]
        name = "console"
        role = "viewer"
        sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        "#);
    }
}
