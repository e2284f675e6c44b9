//! What the reports of shadows and canaries have alike.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use dispatch::beside::{Aspect, Group};
use model::Timestamp;

use crate::language::Language;
use crate::{output, period, table};

/// Groups that are shown.
const GROUPS_MAX: usize = 20;
/// Width when the output is no terminal.
const PLAIN_WIDTH: u16 = 120;

/// Names and figures, in two columns.
pub(crate) fn figures(rows: &[(&str, String)]) -> String {
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    rows.iter().map(|(name, figure)| format!("{name:<width$}  {figure}")).collect::<Vec<_>>().join("\n")
}

/// From when to when.
pub(crate) fn when(since: Timestamp, until: Option<Timestamp>, language: Language) -> String {
    let ended = until.map_or_else(|| language.choose("now", "maintenant").to_owned(), period::shown);
    format!("{} – {ended}", period::shown(since))
}

/// A part of a whole.
#[expect(clippy::cast_precision_loss, reason = "a share for people")]
pub(crate) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 { "–".to_owned() } else { format!("{part}  ({:.2} %)", part as f64 * 100.0 / whole as f64) }
}

/// In what candidates differ, the largest group first; none when they do not.
pub(crate) fn differences(groups: &[Group], other: u64, language: Language) -> Option<String> {
    if groups.is_empty() && other == 0 {
        return None;
    }
    let mut rows = Table::new();
    rows.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    if !output::is_terminal() {
        rows.set_width(PLAIN_WIDTH).force_no_tty();
    }
    rows.set_header(vec![
        language.choose("in what", "en quoi"),
        language.choose("from", "de"),
        language.choose("to", "à"),
        language.choose("how many", "combien"),
        language.choose("such as", "par exemple"),
    ]);
    for group in groups.iter().take(GROUPS_MAX) {
        let examples: Vec<&str> = group.examples.iter().map(|id| id.0.as_str()).collect();
        let texts = [table::plain(&group.from), table::plain(&group.to), group.count.to_string(), table::plain(&examples.join(" "))];
        rows.add_row([aspect(group.aspect, language).to_owned()].into_iter().chain(texts));
    }
    if let Some(column) = rows.column_mut(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let rest: u64 = groups.iter().skip(GROUPS_MAX).map(|group| group.count).sum::<u64>().saturating_add(other);
    let more = if rest == 0 { String::new() } else { format!("\n… {rest} {}", language.choose("more: `--json`", "autres : `--json`")) };
    Some(format!("{rows}{more}"))
}

fn aspect(aspect: Aspect, language: Language) -> &'static str {
    match aspect {
        Aspect::Disposition => language.choose("disposition", "disposition"),
        Aspect::Queue => language.choose("queue", "file"),
        Aspect::Priority => language.choose("priority", "priorité"),
        Aspect::Effects => language.choose("effects", "effets"),
        Aspect::Assignment => language.choose("assignment", "affectation"),
    }
}
