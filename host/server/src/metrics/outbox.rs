//! What waits to go out and what became of it, as the store counts it.

use std::collections::BTreeMap;

use dispatch::port::OutboxTotals;
use model::{OutgoingState, Timestamp};

use super::MetricsError;
use super::sheet::Sheet;

pub(super) fn outbox(totals: &OutboxTotals, now: Timestamp, sheet: &mut Sheet) -> Result<(), MetricsError> {
    let (mut waiting, mut ended): (BTreeMap<Vec<String>, u64>, BTreeMap<Vec<String>, u64>) = Default::default();
    for row in &totals.counts {
        let labels = vec![row.connector.clone(), row.kind.clone(), row.state.clone()];
        let is_final = OutgoingState::parse(&row.state).is_some_and(OutgoingState::is_final);
        *(if is_final { &mut ended } else { &mut waiting }).entry(labels).or_default() += row.count;
    }
    let labels = &["connector", "kind", "state"];
    sheet.gauge("pointsman_outbox_depth", "What waits in the outbox or is under way.", labels, waiting)?;
    // What is parked can be tried again: this is no counter.
    sheet.gauge("pointsman_outbox_ended", "What went out, was parked or taken back.", labels, ended)?;
    let ages = totals.oldest.iter().map(|(connector, since)| (vec![connector.clone()], now.since_ms(*since)));
    sheet.gauge_seconds(
        "pointsman_outbox_oldest_age_seconds",
        "How long the oldest in the outbox could have gone out.",
        &["connector"],
        ages,
    )
}
