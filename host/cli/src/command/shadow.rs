//! `pointsman shadow`

use comfy_table::Table;
use dispatch::beside::{ShadowCost, ShadowReport};
use model::GenerationId;
use serde_json::{Value as Json, json};

use crate::args::{Cli, HostArgs, ShadowCommand};
use crate::client::Client;
use crate::command::trial::{differences, figures, percent, when};
use crate::exit::{Done, Failure};
use crate::language::Language;
use crate::output;

/// Starts, shows or ends the shadow of a running host.
pub(crate) fn run(cli: &Cli, command: &ShadowCommand) -> Done {
    let report = match command {
        ShadowCommand::Start(start) => {
            let order = json!({"candidate": start.candidate, "sample_percent": start.sample_percent});
            told(&start.host, Some(("/shadow", &order)))?
        }
        ShadowCommand::Report(host) => told(host, None)?,
        ShadowCommand::Stop(host) => told(host, Some(("/shadow/end", &json!({}))))?,
    };
    if cli.json {
        output::json(&report);
        return Ok(());
    }
    let report: ShadowReport = serde_json::from_value(report).map_err(|error| Failure::unavailable(format!("not a report: {error}")))?;
    output::line(&shown(&report, cli.language()));
    Ok(())
}

fn told(host: &HostArgs, order: Option<(&str, &Json)>) -> Done<Json> {
    let client = Client::of(host)?;
    tokio::runtime::Runtime::new()?.block_on(async {
        match order {
            Some((path, body)) => client.post(path, body).await,
            None => client.get("/shadow").await,
        }
    })
}

fn shown(report: &ShadowReport, language: Language) -> String {
    let rows = [
        (language.choose("candidate", "candidate"), short(&report.generation)),
        (language.choose("beside", "à côté de"), short(&report.beside)),
        (language.choose("runs", "tourne"), when(report.since, report.until, language)),
        (language.choose("sample", "échantillon"), format!("{} %  ({})", f64::from(report.sample_ppm) / 10_000.0, report.sampled)),
        (language.choose("judged", "jugées"), format!("{}", report.judged)),
        (language.choose("not judged", "non jugées"), unjudged(report, language)),
        (language.choose("otherwise in anything", "autrement en quoi que ce soit"), percent(report.different, report.judged)),
        (language.choose("in another queue or disposition", "autre file ou disposition"), percent(report.flipped, report.judged)),
    ];
    let mut parts = vec![figures(&rows), costs(&report.primary, &report.candidate, language)];
    parts.extend(differences(&report.differences, report.differences_other, language));
    parts.join("\n\n")
}

fn unjudged(report: &ShadowReport, language: Language) -> String {
    let plugins: Vec<String> = report.unanswered.iter().map(|(plugin, count)| format!("{plugin} {count}")).collect();
    let why = language.choose("look-ups that were never made", "recherches jamais faites");
    let late = language.choose("dropped, too many waited", "abandonnées, trop en attente");
    let colon = language.choose(":", " :");
    let plugins = if plugins.is_empty() { String::new() } else { format!("{colon} {}", plugins.join(", ")) };
    format!("{} ({why}{plugins}), {} ({late})", report.unjudged, report.dropped)
}

fn costs(primary: &ShadowCost, candidate: &ShadowCost, language: Language) -> String {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::UTF8_FULL_CONDENSED);
    table.set_header(vec![
        language.choose("cost of what was judged", "coût de ce qui a été jugé"),
        language.choose("serving", "en service"),
        language.choose("candidate", "candidate"),
    ]);
    let rows = [
        (language.choose("fuel", "carburant"), primary.fuel.to_string(), candidate.fuel.to_string()),
        (language.choose("CPU", "processeur"), milliseconds(primary.cpu_ns), milliseconds(candidate.cpu_ns)),
        (language.choose("with a fault", "avec une panne"), primary.faulted.to_string(), candidate.faulted.to_string()),
    ];
    for (name, one, other) in rows {
        table.add_row(vec![name.to_owned(), one, other]);
    }
    table.to_string()
}

#[expect(clippy::cast_precision_loss, reason = "a duration for people")]
fn milliseconds(nanoseconds: u64) -> String {
    format!("{:.1} ms", nanoseconds as f64 / 1e6)
}

fn short(id: &GenerationId) -> String {
    id.0.chars().take(12).collect()
}

#[cfg(test)]
mod tests {
    use dispatch::beside::{Aspect, Group};
    use model::{InteractionId, Timestamp};

    use super::*;

    #[test]
    fn a_person_reads_what_a_shadow_found() {
        let group = |aspect, from: &str, to: &str, count| Group {
            aspect,
            from: from.to_owned(),
            to: to.to_owned(),
            count,
            examples: vec![InteractionId("i1".to_owned()), InteractionId("i2".to_owned())],
        };
        let report = ShadowReport {
            generation: GenerationId("a".repeat(64)),
            beside: GenerationId("b".repeat(64)),
            since: Timestamp(1_793_606_402_500),
            until: None,
            sample_ppm: 100_000,
            sampled: 1_200,
            dropped: 2,
            judged: 1_190,
            unjudged: 8,
            unanswered: [("crm".to_owned(), 8)].into(),
            different: 40,
            flipped: 12,
            differences: vec![group(Aspect::Queue, "desk", "urgent", 12), group(Aspect::Priority, "20-39", "40-59", 30)],
            differences_other: 3,
            primary: ShadowCost { fuel: 10, cpu_ns: 2_000_000, faulted: 0 },
            candidate: ShadowCost { fuel: 12, cpu_ns: 2_500_000, faulted: 1 },
        };
        insta::assert_snapshot!([Language::En, Language::Fr].map(|language| shown(&report, language)).join("\n\n"));
    }
}
