//! Decisions as a table that a person reads with pleasure: one row each, the reason in words, colours only as an addition.

use comfy_table::{Attribute, Cell, CellAlignment, Color, ColumnConstraint, ContentArrangement, Table, Width, presets};
use model::{DecisionSummary, Disposition, Timestamp, Value};

use crate::language::Language;

/// Reasons in a language: given a reason and the plugins of a configuration, the sentence.
pub(crate) type Sentences<'a> = dyn Fn(&model::Reason) -> String + 'a;

/// Width when the output is no terminal.
const PLAIN_WIDTH: u16 = 160;

/// The decisions, in the order given.
pub(crate) fn decisions(rows: &[DecisionSummary], language: Language, sentences: &Sentences<'_>) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    if !crate::output::is_terminal() {
        table.set_width(PLAIN_WIDTH).force_no_tty();
    }
    table.set_header(headers(language));
    for row in rows {
        table.add_row(cells(row, language, sentences));
    }
    let widths = [(0, 8), (1, 9), (4, 8), (5, 4)];
    for (index, width) in widths {
        if let Some(column) = table.column_mut(index) {
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(width)));
        }
    }
    table.to_string()
}

fn headers(language: Language) -> Vec<Cell> {
    let names = [
        language.choose("Time", "Heure"),
        language.choose("Channel", "Canal"),
        language.choose("Who", "Qui"),
        language.choose("Said", "Message"),
        language.choose("Mood", "Humeur"),
        language.choose("Prio", "Prio"),
        language.choose("Where", "Où"),
        language.choose("Why", "Pourquoi"),
    ];
    names.into_iter().map(|name| Cell::new(name).add_attribute(Attribute::Bold)).collect()
}

fn cells(row: &DecisionSummary, language: Language, sentences: &Sentences<'_>) -> Vec<Cell> {
    vec![
        Cell::new(clock_time(row.decision.decided_at)),
        Cell::new(plain(&row.channel)),
        Cell::new(plain(row.author.as_deref().unwrap_or("–"))),
        Cell::new(shorten(&row.excerpt, 80)),
        mood(row, language),
        priority(row),
        place(row, language),
        Cell::new(why(row, sentences)),
    ]
}

fn mood(row: &DecisionSummary, language: Language) -> Cell {
    let found = row.signals.iter().rev().find(|signal| signal.name == "sentiment");
    match found.map(|signal| &signal.value) {
        Some(Value::Text(text)) if text == "negative" => Cell::new(language.choose("negative", "négative")).fg(Color::Red),
        Some(Value::Text(text)) if text == "positive" => Cell::new(language.choose("positive", "positive")).fg(Color::Green),
        Some(Value::Text(text)) if text == "neutral" => Cell::new(language.choose("neutral", "neutre")),
        _ => Cell::new("–"),
    }
}

fn priority(row: &DecisionSummary) -> Cell {
    let Some(priority) = &row.decision.priority else { return Cell::new("–").set_alignment(CellAlignment::Right) };
    let cell = Cell::new(format!("{:.0}", priority.score)).set_alignment(CellAlignment::Right);
    if priority.score >= 60.0 { cell.add_attribute(Attribute::Bold).fg(Color::Red) } else { cell }
}

fn place(row: &DecisionSummary, language: Language) -> Cell {
    match &row.decision.routing.disposition {
        Disposition::Assign(assignment) => {
            let queue = assignment.targets.first().map(|target| target.queue.as_str()).unwrap_or("–");
            Cell::new(queue).add_attribute(Attribute::Bold)
        }
        Disposition::Hold(queue) => Cell::new(format!("{} {queue}", language.choose("held:", "retenu :"))).fg(Color::Yellow),
        Disposition::File => Cell::new(language.choose("filed", "classé")).add_attribute(Attribute::Dim),
    }
}

/// The routing's first reason, then the factor that weighs most.
fn why(row: &DecisionSummary, sentences: &Sentences<'_>) -> String {
    let routed = row.decision.routing.reasons.first().map(sentences);
    let heaviest = row.decision.priority.as_ref().and_then(|priority| {
        let weigh = |factor: &model::Factor| factor.level * factor.weight;
        priority.factors.iter().max_by(|a, b| weigh(a).total_cmp(&weigh(b))).filter(|factor| weigh(factor) > 0.0)
    });
    let parts = [routed, heaviest.map(|factor| sentences(&factor.reason))];
    plain(&parts.into_iter().flatten().collect::<Vec<_>>().join(" · "))
}

/// Text on one line, at most so many characters.
pub(crate) fn shorten(text: &str, characters_max: usize) -> String {
    let line = plain(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    if line.chars().count() <= characters_max {
        return line;
    }
    let cut: String = line.chars().take(characters_max.saturating_sub(1)).collect();
    format!("{}…", cut.trim_end())
}

/// Text on one line that cannot steer a terminal: control characters are shown as pictures of themselves.
pub(crate) fn plain(text: &str) -> String {
    let shown = |character: char| match u32::from(character) {
        code @ 0..0x20 => char::from_u32(0x2400 + code).unwrap_or('\u{fffd}'),
        0x7f => '\u{2421}',
        _ if character.is_control() => '\u{fffd}',
        _ => character,
    };
    text.chars().map(shown).collect()
}

/// Microseconds to a tenth.
#[expect(clippy::cast_precision_loss, reason = "a duration for people")]
pub(crate) fn microseconds(nanoseconds: u64) -> String {
    format!("{:.1}", nanoseconds as f64 / 1e3)
}

/// `08:15:02`, UTC.
pub(crate) fn clock_time(at: Timestamp) -> String {
    let seconds = at.0 / 1000 % 86_400;
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use model::Timestamp;

    use super::{clock_time, plain, shorten};

    #[test]
    fn nothing_steers_a_terminal() {
        for (text, expected) in [("\u{1b}[2J\n", "␛[2J␊"), ("a\u{9b}31m\u{7f}", "a\u{fffd}31m␡"), ("é 👍", "é 👍")] {
            assert_eq!(plain(text), expected);
        }
    }

    #[test]
    fn texts_are_shortened_on_characters() {
        for (text, expected) in [("a\n b", "a b"), ("ééééé", "ééééé"), ("éééééé", "éééé…"), ("abcd efgh", "abcd…")]
        {
            assert_eq!(shorten(text, 5), expected);
        }
    }

    #[test]
    fn times_of_day() {
        assert_eq!(clock_time(Timestamp(1_793_606_402_500)), "08:00:02");
    }
}
