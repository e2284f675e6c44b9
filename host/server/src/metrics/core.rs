//! What the core counted since the start: decisions and connectors.

use std::collections::BTreeMap;

use dispatch::counters::{ConnectorCounts, Counts};

use super::MetricsError;
use super::sheet::Sheet;

pub(super) fn decisions(counts: &Counts, sheet: &mut Sheet) -> Result<(), MetricsError> {
    let rows = counts.decisions.iter().map(|(name, count)| (vec![name.clone()], *count));
    sheet.counter("pointsman_dispositions_total", "Decisions since the start, by disposition.", &["disposition"], rows)
}

pub(super) fn connectors(counts: &Counts, sheet: &mut Sheet) -> Result<(), MetricsError> {
    let all = &counts.connectors;
    let label = &["connector"];
    let deliveries = each(all, |connector| connector.deliveries);
    sheet.counter("pointsman_connector_deliveries_total", "Deliveries, frames and pages that were accepted.", label, deliveries)?;
    let duplicates = each(all, |connector| connector.duplicates);
    sheet.counter("pointsman_connector_duplicates_total", "Facts that were known before.", label, duplicates)?;
    sheet.counter(
        "pointsman_connector_forged_total",
        "Deliveries that were not genuine.",
        label,
        each(all, |connector| connector.forged),
    )?;
    let turned_away = each(all, |connector| connector.turned_away);
    sheet.counter("pointsman_connector_turned_away_total", "Deliveries that could not be kept and were sent back.", label, turned_away)?;
    let failures = each(all, |connector| connector.failures);
    sheet.counter("pointsman_connector_failures_total", "Polls and other edge calls that failed.", label, failures)?;
    let facts = split(all, |connector: &ConnectorCounts| &connector.facts);
    sheet.counter("pointsman_connector_facts_total", "Facts by kind of event, duplicates included.", &["connector", "kind"], facts)?;
    let outgoing = split(all, |connector: &ConnectorCounts| &connector.outgoing);
    sheet.counter(
        "pointsman_outgoing_tries_total",
        "Tries to send, and questions whether something was sent, by outcome.",
        &["connector", "outcome"],
        outgoing,
    )?;
    let quarantined = split(all, |connector: &ConnectorCounts| &connector.quarantined);
    sheet.counter(
        "pointsman_connector_quarantined_total",
        "Deliveries that went into quarantine, by cause.",
        &["connector", "cause"],
        quarantined,
    )
}

pub(super) fn each<T>(all: &BTreeMap<String, T>, figure: impl Fn(&T) -> u64) -> impl Iterator<Item = (Vec<String>, u64)> {
    all.iter().map(move |(name, counts)| (vec![name.clone()], figure(counts)))
}

pub(super) fn split<T>(
    all: &BTreeMap<String, T>,
    figures: impl Fn(&T) -> &BTreeMap<String, u64>,
) -> impl Iterator<Item = (Vec<String>, u64)> {
    all.iter().flat_map(move |(name, counts)| figures(counts).iter().map(move |(kind, figure)| (vec![name.clone(), kind.clone()], *figure)))
}
