//! A report as people read it: titles, sentences and tables, first as values, then as text for a terminal or as a page.

mod html;
mod text;

pub(crate) use html::page;
pub(crate) use text::text;

/// A report.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Document {
    /// BCP 47.
    pub(crate) language: &'static str,
    /// What it is about.
    pub(crate) title: String,
    /// Whether all is well; none when nobody asked.
    pub(crate) verdict: Option<Verdict>,
    /// Where the figures come from, line by line.
    pub(crate) about: Vec<String>,
    /// In order.
    pub(crate) sections: Vec<Section>,
}

/// The outcome in one sentence.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) good: bool,
    pub(crate) text: String,
}

/// A part of it. Sections without lines and rows are not shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Section {
    pub(crate) title: String,
    pub(crate) lines: Vec<String>,
    pub(crate) head: Vec<&'static str>,
    pub(crate) rows: Vec<Vec<Cell>>,
}

/// What stands in a table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    /// Words.
    Text(String),
    /// A figure.
    Figure(String),
    /// A part of a whole, 0 to 1.
    Share(f64),
    /// Whether it is well, and a word for it.
    Mark(bool, &'static str),
}

impl Section {
    pub(crate) fn new(title: &str) -> Self {
        Self { title: title.to_owned(), ..Self::default() }
    }

    pub(crate) fn line(mut self, line: String) -> Self {
        self.lines.push(line);
        self
    }

    pub(crate) fn table(mut self, head: &[&'static str], rows: Vec<Vec<Cell>>) -> Self {
        self.head = head.to_vec();
        self.rows = rows;
        self
    }

    fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.rows.is_empty()
    }
}

/// A share as `12.5 %`.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}
