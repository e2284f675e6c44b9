//! `pointsman canary`

use dispatch::beside::{CanaryEnd, CanaryReport};
use model::GenerationId;
use serde_json::{Value as Json, json};

use crate::args::{CanaryCommand, CanaryStart, Cli, HostArgs};
use crate::client::Client;
use crate::command::trial::{differences, figures, percent, when};
use crate::exit::{Done, Failure};
use crate::language::Language;
use crate::{output, table};

/// Starts, shows, promotes or ends the canary of a running host.
pub(crate) fn run(cli: &Cli, command: &CanaryCommand) -> Done {
    let report = match command {
        CanaryCommand::Start(start) => told(&start.host, Some(("/canary", &order(start))))?,
        CanaryCommand::Report(host) => told(host, None)?,
        CanaryCommand::Promote(promote) => {
            told(&promote.host, Some(("/canary/promote", &json!({"whole": promote.whole, "why": promote.why}))))?
        }
        CanaryCommand::Withdraw(withdraw) => told(&withdraw.host, Some(("/canary/withdraw", &json!({"why": withdraw.why}))))?,
    };
    if cli.json {
        output::json(&report);
        return Ok(());
    }
    let report: CanaryReport = serde_json::from_value(report).map_err(|error| Failure::unavailable(format!("not a report: {error}")))?;
    output::line(&shown(&report, cli.language()));
    Ok(())
}

fn order(start: &CanaryStart) -> Json {
    json!({
        "candidate": start.candidate,
        "steps_percent": start.steps_percent,
        "step_seconds": start.step_seconds,
        "decisions_min": start.decisions_min,
        "thresholds": {
            "fault_rate_max": start.fault_rate_max,
            "p99_ratio_max": start.p99_ratio_max,
            "disagreement_max": start.disagreement_max,
            "decisions_min": start.judged_min,
        },
        "why": start.why,
    })
}

fn told(host: &HostArgs, order: Option<(&str, &Json)>) -> Done<Json> {
    let client = Client::of(host)?;
    tokio::runtime::Runtime::new()?.block_on(async {
        match order {
            Some((path, body)) => client.post(path, body).await,
            None => client.get("/canary").await,
        }
    })
}

fn shown(report: &CanaryReport, language: Language) -> String {
    let limits = report.thresholds;
    let at_most = language.choose("at most", "au plus");
    let rows = [
        (language.choose("candidate", "candidate"), short(&report.generation)),
        (language.choose("beside", "à côté de"), short(&report.beside)),
        (language.choose("serves", "en service"), when(report.since, report.until, language)),
        (language.choose("state", "état"), state(report, language)),
        (language.choose("decisions", "décisions"), format!("{} ({})", report.decisions, beside(report, language))),
        (
            language.choose("with a fault", "avec une panne"),
            format!("{}, {at_most} {:.2} %", percent(report.faulted, report.decisions), limits.fault_rate_max * 100.0),
        ),
        (
            language.choose("in another queue or disposition", "autre file ou disposition"),
            format!("{}, {at_most} {:.2} %", percent(report.disagreed, report.compared), limits.disagreement_max * 100.0),
        ),
        (
            language.choose("99th percentile", "99e centile"),
            format!("{} / {}, {at_most} × {}", time(report.p99_ns), time(report.serving_p99_ns), limits.p99_ratio_max),
        ),
    ];
    let mut parts = vec![figures(&rows)];
    parts.extend(differences(&report.differences, report.differences_other, language));
    parts.join("\n\n")
}

fn beside(report: &CanaryReport, language: Language) -> String {
    let compared = language.choose("compared", "comparées");
    let unjudged = language.choose("not judged", "non jugées");
    let dropped = language.choose("dropped", "abandonnées");
    let serving = language.choose("of what serves", "de ce qui est en service");
    format!(
        "{} {compared}, {} {unjudged}, {} {dropped}; {} {serving}",
        report.compared, report.unjudged, report.dropped, report.serving_decisions
    )
}

fn state(report: &CanaryReport, language: Language) -> String {
    let steps: Vec<String> = report.steps_percent.iter().map(ToString::to_string).collect();
    let steps = steps.join(" → ");
    let ended = match report.end {
        Some(CanaryEnd::Promoted) => language.choose("serves everybody", "sert tout le monde"),
        Some(CanaryEnd::Withdrawn) => language.choose("withdrawn", "retiré"),
        Some(CanaryEnd::Replaced) => language.choose("something else serves", "autre chose est en service"),
        None => {
            let step = language.choose("step", "étape");
            return format!("{} %  ({step} {}: {steps} %)", report.share_percent, report.step);
        }
    };
    let colon = language.choose(":", " :");
    if report.why.is_empty() { ended.to_owned() } else { format!("{ended}{colon} {}", table::plain(&report.why)) }
}

fn time(ns: Option<u64>) -> String {
    ns.map_or_else(|| "–".to_owned(), |ns| format!("{} µs", table::microseconds(ns)))
}

fn short(id: &GenerationId) -> String {
    id.0.chars().take(12).collect()
}

#[cfg(test)]
mod tests {
    use dispatch::port::CanaryThresholds;
    use model::Timestamp;

    use super::*;

    #[test]
    fn a_person_reads_how_a_canary_does() {
        let report = CanaryReport {
            generation: GenerationId("a".repeat(64)),
            beside: GenerationId("b".repeat(64)),
            since: Timestamp(1_793_606_402_500),
            until: None,
            end: None,
            why: String::new(),
            step: 2,
            steps_percent: vec![5.0, 25.0, 100.0],
            share_percent: 25.0,
            step_ms: 300_000,
            step_decisions_min: 100,
            step_decisions: 12,
            thresholds: CanaryThresholds::default(),
            decisions: 500,
            faulted: 1,
            compared: 480,
            disagreed: 12,
            unjudged: 15,
            dropped: 5,
            serving_decisions: 4_000,
            p99_ns: Some(1_500_000),
            serving_p99_ns: None,
            differences: Vec::new(),
            differences_other: 0,
        };
        let withdrawn = CanaryReport {
            until: Some(Timestamp(1_793_606_500_000)),
            end: Some(CanaryEnd::Withdrawn),
            why: "4.2 % of its decisions had a fault, 1 % is allowed".to_owned(),
            share_percent: 0.0,
            ..report.clone()
        };
        insta::assert_snapshot!([shown(&report, Language::En), shown(&withdrawn, Language::Fr)].join("\n\n"));
    }
}
