use dispatch::backtest::{
    Agreement, EffectCounts, Effects, Gated, Load, LookUps, Move, Moves, PluginFaults, Promise, QueueAgreement, Summary, Unjudged,
};
use model::{GenerationId, InteractionId, Timestamp};

use super::report::{Report, Speed};
use super::told::document;
use crate::document::{page, text};
use crate::language::Language;

fn summary() -> Summary {
    let way = Move {
        from: "care".into(),
        to: "<front> & co".into(),
        count: 30,
        examples: vec![InteractionId("i1".into()), InteractionId("i2".into())],
    };
    let mut summary = Summary { decisions: 130, judged: 120, ..Summary::default() };
    let plugins = [("crm".to_owned(), 7)].into();
    summary.unjudged = Unjudged { count: 10, share: 0.077, erased: 3, look_ups: LookUps { count: 7, plugins } };
    (summary.flips.count, summary.flips.share, summary.flips.after_fault) = (30, 0.25, 2);
    summary.flips.queue = Moves { count: 34, share: 0.28, groups: vec![way], other: 4, ..Moves::default() };
    summary.queues = [("care".to_owned(), Load { recorded: 60, candidate: 30 })].into();
    (summary.score.compared, summary.score.up, summary.score.mean, summary.score.p95) = (100, 12, 1.25, 10.0);
    let care = QueueAgreement { labelled: 8, recorded: 4, candidate: 6 };
    summary.labels = Agreement {
        labelled: 8,
        recorded_share: Some(0.5),
        candidate_share: Some(0.75),
        queues: [("care".to_owned(), care)].into(),
        ..Agreement::default()
    };
    summary.service_level.first_response = Promise { tightened: 5, loosened: 1, minutes: -12.0, ..Promise::default() };
    summary.effects = Effects { added: EffectCounts { notify: 3, ..EffectCounts::default() }, dropped: EffectCounts::default() };
    let trapped = PluginFaults { count: 2, kinds: [("trap".to_owned(), 2)].into() };
    (summary.faults.candidate.count, summary.faults.candidate.share) = (2, 0.016);
    summary.faults.candidate.plugins = [("rules".to_owned(), trapped)].into();
    (summary.cost.recorded.fuel_per_decision, summary.cost.candidate.fuel_per_decision) = (77_494.0, 81_000.0);
    summary
}

fn report() -> Report {
    let gate = |source: &str, failed, why: Option<&str>| Gated { fail_if: source.into(), failed, why: why.map(str::to_owned) };
    let speed = |per_second: f64| Speed {
        decisions: 130,
        elapsed_ms: 100,
        cpu_ms: 180,
        cores: 2,
        decisions_per_second: per_second,
        decisions_per_second_per_core: per_second / 2.0,
        decisions_per_cpu_second: per_second,
    };
    Report {
        candidate: GenerationId("0123456789abcdef".into()),
        file: "candidate.toml".into(),
        at: Timestamp(1_793_606_400_000),
        since: Timestamp(1_793_001_600_000),
        until: Some(Timestamp(1_793_606_400_000)),
        limit: None,
        chain: Some("main".into()),
        summary: summary(),
        gates: vec![
            gate("summary.flips.share > 0.05", true, None),
            gate("summary.labels.candidate_share < 0.5", false, None),
            gate("1 / summary.judged > 1", true, Some("it divides by zero")),
        ],
        passed: false,
        proof: Some("desk.db.proofs/0123.json".into()),
        speed: speed(8_000.0),
        chain_speed: Some(speed(10_000.0)),
        speed_ratio: Some(0.8),
    }
}

#[test]
fn a_report_for_a_terminal() {
    insta::assert_snapshot!("report in English", text(&document(&report(), Language::En)));
    insta::assert_snapshot!("report in French", text(&document(&report(), Language::Fr)));
}

#[test]
fn a_report_as_a_page() {
    let page = page(&document(&report(), Language::En));
    assert!(page.contains("&lt;front&gt; &amp; co") && !page.contains("<front>"));
    let (_, body) = page.split_once("<body>").unwrap();
    insta::assert_snapshot!("page in English", body.replace("><", ">\n<"));
}

#[test]
fn gates_that_were_met_are_a_failure() {
    let failure = report().outcome().unwrap_err();
    assert_eq!(
        failure.text(),
        "the backtest did not pass: 2 of 3 gates\n  summary.flips.share > 0.05\n  1 / summary.judged > 1 (cannot be said: it divides by zero)"
    );
    assert!(Report { gates: vec![], passed: true, ..report() }.outcome().is_ok());
    let nothing = Report { gates: vec![report().gates.remove(1)], ..report() };
    assert!(nothing.outcome().unwrap_err().text().contains("nothing could be judged"));
}
