//! The rules of a breaker, without clock and lock.

use model::{BreakerSpec, Timestamp};

use super::window::{Tally, Window};
use super::{BreakerRow, BreakerState};

/// In service, or out of it until some time.
#[derive(Debug, Default)]
pub(super) struct Circuit {
    state: State,
    /// Grows with every change, so that what was asked before a change counts no more after it.
    epoch: u64,
    /// How long it is out of service this time.
    open_ms: u64,
    window: Window,
    opened: u64,
    since: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Closed,
    Open {
        until_ms: u64,
    },
    Probing,
}

/// When calls were let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ticket {
    epoch: u64,
}

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Opened { faults: u32, open_ms: u64 },
    Closed,
}

impl Circuit {
    /// How many of the wanted calls may be made; none: out of service.
    pub(super) fn admit(&mut self, now_ms: u64, spec: &BreakerSpec, wanted: usize) -> Option<(usize, Ticket)> {
        match self.state {
            _ if spec.faults_max == 0 => Some((wanted, Ticket { epoch: self.epoch })),
            State::Closed => {
                let faults = faults_to_trip(self.window.sum(now_ms, spec.window_ms), spec);
                Some((wanted.min(usize::try_from(faults).unwrap_or(usize::MAX)), Ticket { epoch: self.epoch }))
            }
            State::Open { until_ms } if now_ms >= until_ms => {
                self.enter(State::Probing);
                Some((wanted.min(1), Ticket { epoch: self.epoch }))
            }
            State::Open { .. } | State::Probing => None,
        }
    }

    /// Counts what came of the calls of a ticket.
    pub(super) fn heard(
        &mut self,
        now_ms: u64,
        now: Timestamp,
        spec: &BreakerSpec,
        ticket: Ticket,
        calls: u32,
        faults: u32,
    ) -> Option<Change> {
        if ticket.epoch != self.epoch {
            return None;
        }
        if self.state == State::Closed {
            self.window.add(now_ms, spec.window_ms, calls, faults);
            let sum = self.window.sum(now_ms, spec.window_ms);
            return (faults > 0 && trips(sum, spec)).then(|| self.open(now_ms, now, spec.open_ms, sum.faults));
        }
        if faults > 0 {
            let longer_ms = self.open_ms.saturating_mul(2).min(spec.open_ms_max.max(spec.open_ms));
            return Some(self.open(now_ms, now, longer_ms, faults));
        }
        self.enter(State::Closed);
        self.window.clear();
        self.since = Some(now);
        Some(Change::Closed)
    }

    /// Nothing came of the calls of a ticket.
    pub(super) fn given_up(&mut self, now_ms: u64, ticket: Ticket) {
        if ticket.epoch == self.epoch && self.state == State::Probing {
            self.enter(State::Open { until_ms: now_ms });
        }
    }

    pub(super) fn row(&mut self, now_ms: u64, now: Timestamp) -> BreakerRow {
        let Tally { calls, faults } = match self.state {
            State::Closed => self.window.sum_again(now_ms),
            // What took it out of service stands until it is back.
            State::Open { .. } | State::Probing => self.window.parts(),
        };
        let (state, retry_at) = match self.state {
            State::Closed => (BreakerState::Closed, None),
            State::Open { until_ms } => (BreakerState::Open, Some(now.plus_ms(until_ms.saturating_sub(now_ms)))),
            State::Probing => (BreakerState::HalfOpen, Some(now)),
        };
        BreakerRow { state, calls, faults, opened: self.opened, since: self.since, retry_at }
    }

    fn open(&mut self, now_ms: u64, now: Timestamp, open_ms: u64, faults: u32) -> Change {
        self.enter(State::Open { until_ms: now_ms.saturating_add(open_ms) });
        self.open_ms = open_ms;
        self.opened = self.opened.saturating_add(1);
        self.since = Some(now);
        Change::Opened { faults, open_ms }
    }

    fn enter(&mut self, state: State) {
        self.state = state;
        self.epoch = self.epoch.wrapping_add(1);
    }
}

fn trips(sum: Tally, spec: &BreakerSpec) -> bool {
    spec.faults_max > 0
        && sum.faults >= spec.faults_max
        && u64::from(sum.faults) * 100 >= u64::from(spec.fault_percent_min) * u64::from(sum.calls)
}

/// The fewest faults in a row that would take it out of service; at least one.
fn faults_to_trip(sum: Tally, spec: &BreakerSpec) -> u64 {
    let by_count = u64::from(spec.faults_max.saturating_sub(sum.faults));
    let percent = u64::from(spec.fault_percent_min);
    let missing = (percent * u64::from(sum.calls)).saturating_sub(100 * u64::from(sum.faults));
    let by_percent = match 100_u64.saturating_sub(percent) {
        _ if missing == 0 => 0,
        0 => u64::MAX,
        each => missing.div_ceil(each),
    };
    by_count.max(by_percent).max(1)
}
