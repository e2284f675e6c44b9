//! How what serves was swapped since the start, and that nothing was lost by it.

use dispatch::counters::{Buckets, Counts};
use dispatch::port::Losses;

use super::MetricsError;
use super::sheet::Sheet;

pub(super) fn swaps(counts: &Counts, sheet: &mut Sheet) -> Result<(), MetricsError> {
    let rows = counts.swaps.swaps.iter().map(|row| (vec![row.kind.name().to_owned(), row.trigger.name().to_owned()], row.count));
    sheet.counter("pointsman_swaps_total", "Lines of the history since the start, by what became of it.", &["kind", "trigger"], rows)?;
    let staging = "Time from a swap's trigger until everything was ready.";
    histogram("pointsman_swap_staging_seconds", staging, &counts.swaps.staging, sheet);
    let publishing = "Time from ready until it serves.";
    histogram("pointsman_swap_publishing_seconds", publishing, &counts.swaps.publishing, sheet);
    let latest = counts.generations.latest.iter().map(|(id, count)| (vec![id.0.clone()], *count));
    let other = (counts.generations.other > 0).then(|| (vec!["other".to_owned()], counts.generations.other));
    let help = "Decisions since the start, by the generation that made them; of older ones together.";
    sheet.counter("pointsman_generation_decisions_total", help, &["generation"], latest.chain(other))
}

/// What stays 0, whatever is swapped.
pub(super) fn losses(counts: &Counts, losses: &Losses, sheet: &mut Sheet) -> Result<(), MetricsError> {
    let one = |value: u64| [(vec![], value)];
    let help = "Interactions that have no decision and wait for none. Stays 0.";
    sheet.counter("pointsman_interactions_lost_total", help, &[], one(losses.lost))?;
    let help = "Decisions beyond the first for one occasion. Stays 0.";
    sheet.counter("pointsman_decisions_duplicated_total", help, &[], one(losses.duplicated))?;
    let help = "Decisions of which a step ran in a component that their generation does not have. Stays 0.";
    sheet.counter("pointsman_decisions_mixed_total", help, &[], one(losses.mixed.saturating_add(counts.generations.mixed)))
}

fn histogram(name: &str, help: &str, buckets: &Buckets, sheet: &mut Sheet) {
    let up_to = buckets.bounds_ns.iter().copied().zip(buckets.up_to.iter().copied());
    sheet.histogram(name, help, up_to, buckets.sum_ns, buckets.count);
}
