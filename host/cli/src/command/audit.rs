//! `pointsman audit`

use dispatch::port::{AuditPoint, Audited, History as _, Store as _, StoreError, Tampering};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use serde_json::json;

use crate::args::{Audit, Cli};
use crate::command::decisions::open;
use crate::exit::{Code, Done, Failure};
use crate::language::Language;
use crate::{configuration, output};

/// Decisions that are checked at a time.
const STRETCH: u32 = 1_000;
/// Places that are told.
const TOLD_MAX: usize = 100;

/// What was found.
#[derive(Debug, Serialize)]
struct Report {
    /// Decisions that were checked.
    decisions: u64,
    /// Of them those whose words were erased.
    erased: u64,
    /// The last decision's number and link, `number:link`.
    head: String,
    /// Places where something does not fit.
    places: usize,
    /// The first of them.
    tampering: Vec<Place>,
}

/// Where something does not fit.
#[derive(Debug, Serialize)]
struct Place {
    /// The decision's number.
    seq: u64,
    /// Its id, if it is still there.
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<String>,
    /// What does not fit.
    what: String,
}

/// Checks all of history, beside a host that serves or without one.
pub(crate) fn run(cli: &Cli, args: &Audit) -> Done {
    let manifest = configuration::read(&args.config.config, false).map_err(|findings| configuration::refused(&findings))?;
    let report = tokio::runtime::Runtime::new()?.block_on(async {
        let store = open(&manifest).await?;
        let bar = bar(store.totals().await?.decisions, cli);
        let report =
            walk(args.expect.as_ref(), async |from, most| store.audit(from, most).await, |checked| bar.set_position(checked)).await?;
        bar.finish_and_clear();
        Ok::<_, Failure>(report)
    })?;
    if cli.json {
        output::json(&report);
    } else {
        output::line(&told(&report, args.expect.as_ref(), cli.language()));
    }
    match report.places {
        0 => Ok(()),
        places => {
            let text = cli.language().choose("history is not as it was written", "l'historique n'est pas tel qu'il a été écrit");
            Err(Failure::new(Code::Failed, text).with(json!({ "places": places })))
        }
    }
}

/// On stderr when that is a terminal, else nowhere.
fn bar(decisions: u64, cli: &Cli) -> ProgressBar {
    if cli.json {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(decisions);
    match ProgressStyle::with_template("{bar:40} {human_pos} / {human_len}  {eta}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// From the first decision to the last. Where a head was noted, a stretch ends, so that its link can be compared.
async fn walk(
    expect: Option<&AuditPoint>,
    audit: impl AsyncFn(AuditPoint, u32) -> Result<Audited, StoreError>,
    progress: impl Fn(u64),
) -> Result<Report, StoreError> {
    let mut report = Report { decisions: 0, erased: 0, head: String::new(), places: 0, tampering: Vec::new() };
    let (mut at, mut met) = (AuditPoint::default(), expect.is_none());
    loop {
        let until_expected = expect.map_or(u64::MAX, |noted| noted.seq.saturating_sub(at.seq));
        let most = match u32::try_from(until_expected) {
            Ok(until @ 1..STRETCH) => until,
            _ => STRETCH,
        };
        let stretch = audit(at.clone(), most).await?;
        report.decisions += stretch.decisions;
        report.erased += stretch.erased;
        stretch.tampering.into_iter().for_each(|tampering| report.tell(tampering));
        if let Some(noted) = expect.filter(|noted| noted.seq == stretch.reached.seq && !met) {
            met = true;
            report.compare(noted, &stretch.reached);
        }
        progress(report.decisions);
        if stretch.reached == at {
            break;
        }
        at = stretch.reached;
    }
    if let Some(noted) = expect.filter(|_| !met) {
        let what = format!("the decision that was noted is not there; the last one is number {}", at.seq);
        report.tell(Tampering { seq: noted.seq, decision: None, what });
    }
    report.head = head(&at);
    Ok(report)
}

impl Report {
    fn tell(&mut self, Tampering { seq, decision, what }: Tampering) {
        // The end is looked at by every stretch that finds nothing more.
        if self.tampering.last().is_some_and(|last| last.seq == seq && last.what == what) {
            return;
        }
        self.places += 1;
        if self.tampering.len() < TOLD_MAX {
            self.tampering.push(Place { seq, decision, what });
        }
    }

    fn compare(&mut self, noted: &AuditPoint, reached: &AuditPoint) {
        if noted.link != reached.link {
            let what = "its link is not the one that was noted: history up to here was written anew".to_owned();
            self.tell(Tampering { seq: noted.seq, decision: None, what });
        }
    }
}

fn head(point: &AuditPoint) -> String {
    if point.seq == 0 { String::new() } else { format!("{}:{}", point.seq, point.link) }
}

fn told(report: &Report, expect: Option<&AuditPoint>, language: Language) -> String {
    let checked = language.choose("decisions checked, words erased in", "décisions vérifiées, mots effacés dans");
    let mut lines = vec![format!("{} {checked} {}", report.decisions, report.erased)];
    for place in &report.tampering {
        let decision = place.decision.as_deref().map(|id| format!(" {}", crate::table::plain(id))).unwrap_or_default();
        lines.push(format!("  {} {}{decision}: {}", language.choose("number", "numéro"), place.seq, place.what));
    }
    if report.places > report.tampering.len() {
        lines.push(format!("  … {} {}", report.places - report.tampering.len(), language.choose("more", "de plus")));
    }
    match (report.places, expect) {
        (0, None) => lines.push(
            language
                .choose("all decisions are as they were written", "toutes les décisions sont telles qu'elles ont été écrites")
                .to_owned(),
        ),
        (0, Some(_)) => {
            let all = language.choose(
                "all decisions are as they were written, through the head that was noted",
                "tout est tel qu'il a été écrit et passe par la tête notée",
            );
            lines.push(all.to_owned());
        }
        _ => {}
    }
    if !report.head.is_empty() {
        lines.push(format!("{} {}", language.choose("head", "tête"), report.head));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(seq: u64) -> String {
        format!("{seq:064}")
    }

    /// A chain of so many decisions, the one with this number changed.
    async fn walked(decisions: u64, changed: Option<u64>, expect: Option<(u64, String)>) -> (Report, String) {
        let expect = expect.map(|(seq, link)| AuditPoint { seq, link });
        let audit = async |from: AuditPoint, most: u32| {
            let reached = decisions.min(from.seq + u64::from(most));
            let tampering = changed.filter(|seq| (from.seq + 1..=reached).contains(seq));
            let tampering =
                tampering.map(|seq| Tampering { seq, decision: Some(format!("c{seq}")), what: "its link does not follow".to_owned() });
            let reached_point = if reached == from.seq { from.clone() } else { AuditPoint { seq: reached, link: link(reached) } };
            Ok(Audited { reached: reached_point, decisions: reached - from.seq, erased: 0, tampering: tampering.into_iter().collect() })
        };
        let report = walk(expect.as_ref(), audit, |_| {}).await.unwrap();
        let text = told(&report, expect.as_ref(), Language::En);
        (report, text)
    }

    #[tokio::test]
    async fn history_is_walked_to_its_end() {
        for (decisions, changed, expect, places) in [
            (0, None, None, 0),
            (1, None, None, 0),
            (2_500, None, None, 0),
            (2_000, None, Some((2_000, link(2_000))), 0),
            (2_500, None, Some((1_234, link(1_234))), 0),
            (2_500, Some(1_100), Some((1_234, link(1_234))), 1),
            (2_500, None, Some((1_234, link(1))), 1),
            (2_500, None, Some((2_501, link(2_501))), 1),
            (0, None, Some((1, link(1))), 1),
        ] {
            let (report, text) = walked(decisions, changed, expect.clone()).await;
            assert_eq!((report.decisions, report.places), (decisions, places), "{expect:?}: {text}");
            assert_eq!(report.head, if decisions == 0 { String::new() } else { format!("{decisions}:{}", link(decisions)) });
        }
    }

    #[tokio::test]
    async fn what_a_person_reads() {
        let told = [
            walked(3, None, None).await.1,
            walked(3, None, Some((2, link(2)))).await.1,
            walked(3, Some(2), None).await.1,
            walked(3, None, Some((9, link(9)))).await.1,
        ];
        insta::assert_snapshot!(told.join("\n\n"));
    }
}
