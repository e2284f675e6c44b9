use dispatch::port::{Applied, Mandate, OperationError};
use model::SwapTrigger;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::Swaps;
use super::watch::Watch;
use crate::exit::{Done, Failure};

/// What makes the host look at its configuration again without being asked over the API.
pub(crate) struct Triggers {
    hangups: Signal,
    watch: Option<Watch>,
}

impl Triggers {
    /// Listens from now on: a `SIGHUP` does not end the process any more.
    pub(crate) fn new(swaps: &Swaps, watch: bool) -> Done<Self> {
        let hangups =
            signal(SignalKind::hangup()).map_err(|error| Failure::unavailable(format!("SIGHUP cannot be listened to: {error}")))?;
        let watch = if watch { Some(Watch::new(&swaps.files())?) } else { None };
        Ok(Self { hangups, watch })
    }

    /// Applies whenever there is a reason to, until `stop`.
    pub(crate) fn run(mut self, swaps: Swaps, stop: CancellationToken) -> JoinHandle<()> {
        tokio::spawn(async move {
            loop {
                let trigger = tokio::select! {
                    () = stop.cancelled() => return,
                    heard = self.hangups.recv() => if heard.is_some() { SwapTrigger::Signal } else { return },
                    () = changed(&mut self.watch) => SwapTrigger::Watch,
                };
                let mandate = Mandate { trigger, by: "host".to_owned(), why: String::new() };
                tell(trigger, swaps.apply(mandate).await);
                if let Some(watch) = &mut self.watch {
                    watch.look_at(&swaps.files());
                }
            }
        })
    }
}

async fn changed(watch: &mut Option<Watch>) {
    match watch {
        Some(watch) => watch.changed().await,
        None => std::future::pending().await,
    }
}

/// Nobody waits for an answer: the log is where it is looked for.
fn tell(trigger: SwapTrigger, outcome: Result<Applied, OperationError>) {
    let trigger = trigger.name();
    match outcome {
        Ok(applied) => {
            for sentence in &applied.needs_restart {
                tracing::warn!(trigger, "{sentence}: only a restart makes it effective");
            }
            if !applied.changed {
                tracing::info!(trigger, "nothing changes: what the configuration says serves already, or was left on purpose");
            }
        }
        Err(error) => tracing::warn!(trigger, "what serves serves on: {error}"),
    }
}
