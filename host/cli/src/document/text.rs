use comfy_table::{Attribute, Cell as TableCell, CellAlignment, Color, ContentArrangement, Table, presets};

use super::{Cell, Document, Section, percent};
use crate::{output, table};

/// Width when the output is no terminal.
const PLAIN_WIDTH: u16 = 120;

/// For a terminal; nothing in it steers one.
pub(crate) fn text(document: &Document) -> String {
    let mut parts = vec![table::plain(&document.title)];
    parts.extend(document.about.iter().map(|line| format!("  {}", table::plain(line))));
    for section in document.sections.iter().filter(|section| !section.is_empty()) {
        parts.push(format!("\n{}", table::plain(&section.title)));
        parts.extend(section.lines.iter().map(|line| format!("  {}", table::plain(line))));
        if !section.rows.is_empty() {
            parts.push(grid(section));
        }
    }
    if let Some(verdict) = &document.verdict {
        parts.push(format!("\n{} {}", if verdict.good { "✓" } else { "✗" }, table::plain(&verdict.text)));
    }
    parts.join("\n")
}

fn grid(section: &Section) -> String {
    let mut grid = Table::new();
    grid.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    if !output::is_terminal() {
        grid.set_width(PLAIN_WIDTH).force_no_tty();
    }
    grid.set_header(section.head.iter().map(|name| TableCell::new(name).add_attribute(Attribute::Bold)));
    for row in &section.rows {
        grid.add_row(row.iter().map(cell));
    }
    grid.to_string()
}

fn cell(cell: &Cell) -> TableCell {
    match cell {
        Cell::Text(text) => TableCell::new(table::plain(text)),
        Cell::Figure(figure) => TableCell::new(figure).set_alignment(CellAlignment::Right),
        Cell::Share(share) => TableCell::new(percent(*share)).set_alignment(CellAlignment::Right),
        Cell::Mark(good, word) => {
            let (sign, colour) = if *good { ("✓", Color::Green) } else { ("✗", Color::Red) };
            TableCell::new(format!("{sign} {word}")).fg(colour)
        }
    }
}
