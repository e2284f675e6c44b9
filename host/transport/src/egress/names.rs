use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{LookupIpStrategy, NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;

/// Names that are kept for as long as their records say.
const CACHE_NAMES_MAX: u64 = 256;
/// Longest wait for one server.
const SERVER_MS_MAX: u64 = 2_000;

/// Who resolves names.
#[derive(Clone)]
pub(super) enum Names {
    /// The machine: its hosts file, its servers, its search list.
    System,
    /// These servers and nothing else.
    Servers(Arc<TokioResolver>),
}

impl Names {
    /// Asks these servers, or the system when there are none.
    pub(super) fn new(nameservers: &[SocketAddr]) -> Result<Self, String> {
        if nameservers.is_empty() {
            return Ok(Self::System);
        }
        let servers = nameservers.iter().map(server).collect();
        let config = ResolverConfig::from_name_servers(servers);
        let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
        let options = builder.options_mut();
        options.use_hosts_file = ResolveHosts::Never;
        options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
        options.cache_size = CACHE_NAMES_MAX;
        options.timeout = Duration::from_millis(SERVER_MS_MAX);
        builder.build().map(|resolver| Self::Servers(Arc::new(resolver))).map_err(|error| error.to_string())
    }

    /// All addresses of a name, as one answer.
    pub(super) async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, String> {
        match self {
            Self::System => {
                let found = tokio::net::lookup_host((name, 0)).await.map_err(|_| unknown(name))?;
                Ok(found.map(|address| address.ip()).collect())
            }
            Self::Servers(resolver) => {
                // The dot at the end: the name is whole, nothing is to be appended to it.
                let whole = format!("{}.", name.trim_end_matches('.'));
                let found = resolver.lookup_ip(whole).await.map_err(|_| unknown(name))?;
                Ok(found.iter().collect())
            }
        }
    }
}

fn server(address: &SocketAddr) -> NameServerConfig {
    let mut server = NameServerConfig::udp_and_tcp(address.ip());
    for connection in &mut server.connections {
        connection.port = address.port();
    }
    server
}

fn unknown(name: &str) -> String {
    format!("the name `{name}` leads to no address")
}
