//! `pointsman top`: what plugins and chains of a running host cost at this moment.
//!
//! The host only counts; two of its answers make a rate. Nothing here writes to it, and a viewer's token is enough.

mod columns;
mod rates;
mod sample;
mod screen;
mod source;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use self::rates::Rates;
use self::sample::Sample;
use self::source::Source;
use crate::args::{Cli, Top};
use crate::exit::Done;
use crate::{configuration, output};

/// Shows it until told to end.
pub(crate) fn run(cli: &Cli, args: &Top) -> Done {
    let url = match &args.url {
        Some(url) => url.clone(),
        None => configured(args)?,
    };
    let threads = Builder::new_current_thread().enable_all().build()?;
    let source = Source::new(&url, args.token.as_deref())?;
    let interval = Duration::from_millis(args.interval_ms);
    if output::is_terminal() && !cli.json && !args.once {
        let first = threads.block_on(source.read())?;
        return screen::run(&threads, &source, cli.language(), interval, first);
    }
    lines(cli, args, &threads, &source, interval)
}

/// Where the configuration says that the host listens, from this machine.
fn configured(args: &Top) -> Done<String> {
    let manifest = configuration::read(&args.config.config, false).map_err(|findings| configuration::refused(&findings))?;
    Ok(format!("http://{}", reachable(manifest.server.listen)))
}

/// An address of all interfaces is reached over loopback.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

/// A table or a line of JSON for each interval, until Ctrl-C or until nobody reads any more.
fn lines(cli: &Cli, args: &Top, threads: &Runtime, source: &Source, interval: Duration) -> Done {
    let mut before = threads.block_on(source.read())?;
    loop {
        let waited = threads.block_on(async {
            tokio::select! {
                () = tokio::time::sleep(interval) => true,
                _ = tokio::signal::ctrl_c() => false,
            }
        });
        if !waited {
            return Ok(());
        }
        let after = threads.block_on(source.read())?;
        let rates = Rates::between(&before, &after);
        if !shown(cli, &rates, &after) || args.once {
            return Ok(());
        }
        before = after;
    }
}

/// Whether somebody still reads.
fn shown(cli: &Cli, rates: &Rates, sample: &Sample) -> bool {
    if cli.json {
        return serde_json::to_string(rates).is_ok_and(|line| output::written(&line));
    }
    output::written(&columns::plain(rates, sample, cli.language()))
}

#[cfg(test)]
mod tests {
    use super::reachable;

    #[test]
    fn a_host_on_all_interfaces_is_reached_over_loopback() {
        for (listen, expected) in
            [("0.0.0.0:80", "127.0.0.1:80"), ("[::]:80", "[::1]:80"), ("192.0.2.1:81", "192.0.2.1:81"), ("127.0.0.1:82", "127.0.0.1:82")]
        {
            assert_eq!(reachable(listen.parse().unwrap()).to_string(), expected);
        }
    }
}
