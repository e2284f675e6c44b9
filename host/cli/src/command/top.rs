//! `pointsman top`: what plugins and chains of a running host cost at this moment.
//!
//! The host only counts; two of its answers make a rate. Nothing here writes to it, and a viewer's token is enough.

mod columns;
mod rates;
mod sample;
mod screen;

use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use self::rates::Rates;
use self::sample::Sample;
use crate::args::{Cli, Top};
use crate::client::Client;
use crate::exit::Done;
use crate::output;

/// Where costs are asked for.
const COSTS: &str = "/costs";

/// Shows it until told to end.
pub(crate) fn run(cli: &Cli, args: &Top) -> Done {
    let threads = Builder::new_current_thread().enable_all().build()?;
    let source = Client::of(&args.host)?;
    let interval = Duration::from_millis(args.interval_ms);
    if output::is_terminal() && !cli.json && !args.once {
        let first = threads.block_on(read(&source))?;
        return screen::run(&threads, &source, cli.language(), interval, first);
    }
    lines(cli, args, &threads, &source, interval)
}

/// What everything cost so far.
async fn read(source: &Client) -> Done<Sample> {
    source.get(COSTS).await
}

/// A table or a line of JSON for each interval, until Ctrl-C or until nobody reads any more.
fn lines(cli: &Cli, args: &Top, threads: &Runtime, source: &Client, interval: Duration) -> Done {
    let mut before = threads.block_on(read(source))?;
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
        let after = threads.block_on(read(source))?;
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
