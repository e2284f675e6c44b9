//! Reading one table field by field: wrong types and unknown keys become findings, and reading goes on.

use serde_json::{Map, Value as Json};

use crate::report::Report;
use crate::source::join;
use crate::suggest;

/// A table of the configuration while it is read.
pub(crate) struct Section<'a> {
    report: &'a Report,
    /// Its place, such as `chain[1]`.
    pub(crate) key: String,
    table: &'a Map<String, Json>,
    known: Vec<&'static str>,
}

impl<'a> Section<'a> {
    /// Starts reading a table.
    pub(crate) fn new(report: &'a Report, key: &str, table: &'a Map<String, Json>) -> Self {
        Self { report, key: key.to_owned(), table, known: Vec::new() }
    }

    /// Where findings go.
    pub(crate) fn report(&self) -> &'a Report {
        self.report
    }

    /// The key of a field.
    pub(crate) fn at(&self, name: &str) -> String {
        join(&self.key, name)
    }

    /// A field of any type.
    pub(crate) fn any(&mut self, name: &'static str) -> Option<&'a Json> {
        self.known.push(name);
        self.table.get(name)
    }

    /// All fields, whatever their names.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'a String, &'a Json)> + use<'a> {
        self.table.iter()
    }

    /// A text.
    pub(crate) fn text(&mut self, name: &'static str) -> Option<String> {
        let value = self.any(name)?;
        text(self.report, &self.at(name), value)
    }

    /// A text that must be there.
    pub(crate) fn required(&mut self, name: &'static str, remedy: &str) -> Option<String> {
        if !self.table.contains_key(name) {
            self.known.push(name);
            self.report.error_at_key(&self.key, format!("`{name}` is missing"), remedy);
            return None;
        }
        self.text(name)
    }

    /// A whole number that is not negative.
    pub(crate) fn number(&mut self, name: &'static str) -> Option<u64> {
        let value = self.any(name)?;
        let number = value.as_u64();
        if number.is_none() {
            let remedy = match value {
                Json::String(text) if text.parse::<u64>().is_ok() => "write it without quotes".to_owned(),
                Json::String(_) => unit_remedy(name),
                _ => String::new(),
            };
            self.report.error(&self.at(name), format!("must be a whole number of 0 or more, not {}", kind(value)), &remedy);
        }
        number
    }

    /// True or false.
    pub(crate) fn flag(&mut self, name: &'static str) -> Option<bool> {
        let value = self.any(name)?;
        if !value.is_boolean() {
            self.report.error(&self.at(name), format!("must be true or false, not {}", kind(value)), "");
        }
        value.as_bool()
    }

    /// A list of texts; empty when it is not there.
    pub(crate) fn texts(&mut self, name: &'static str) -> Vec<String> {
        let Some(value) = self.any(name) else { return Vec::new() };
        let key = self.at(name);
        let Json::Array(items) = value else {
            let remedy = if value.is_string() { "write it in brackets: `[\"…\"]`" } else { "" };
            self.report.error(&key, format!("must be a list of texts, not {}", kind(value)), remedy);
            return Vec::new();
        };
        let read = |(index, item)| text(self.report, &format!("{key}[{index}]"), item);
        items.iter().enumerate().filter_map(read).collect()
    }

    /// A table.
    pub(crate) fn table(&mut self, name: &'static str) -> Option<Section<'a>> {
        let value = self.any(name)?;
        let key = self.at(name);
        if let Json::Object(table) = value {
            return Some(Section::new(self.report, &key, table));
        }
        let path = path(&key);
        let remedy = if value.is_array() { format!("write `[{path}]`, not `[[{path}]]`") } else { format!("write `[{path}]`") };
        self.report.error_at_key(&key, format!("must be a table, not {}", kind(value)), &remedy);
        None
    }

    /// A list of tables; empty when it is not there.
    pub(crate) fn tables(&mut self, name: &'static str) -> Vec<Section<'a>> {
        let Some(value) = self.any(name) else { return Vec::new() };
        let key = self.at(name);
        let path = path(&key);
        let Json::Array(items) = value else {
            self.report.error_at_key(&key, format!("must be a list of tables, not {}", kind(value)), &format!("write `[[{path}]]`"));
            return Vec::new();
        };
        let mut sections = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let key = format!("{key}[{index}]");
            match item {
                Json::Object(table) => sections.push(Section::new(self.report, &key, table)),
                other => self.report.error(&key, format!("must be a table, not {}", kind(other)), &format!("write `[[{path}]]`")),
            }
        }
        sections
    }

    /// Ends reading: every key that nobody asked for is unknown.
    pub(crate) fn finish(self) {
        for name in self.table.keys() {
            if !self.known.contains(&name.as_str()) {
                let place = if self.key.is_empty() { "at the top of the file".to_owned() } else { format!("in `{}`", self.key) };
                let remedy = suggest::remedy(name, self.known.iter().copied());
                self.report.error_at_key(&self.at(name), format!("unknown key `{name}` {place}"), &remedy);
            }
        }
    }
}

/// A text value, or a finding.
pub(crate) fn text(report: &Report, key: &str, value: &Json) -> Option<String> {
    if !value.is_string() {
        let remedy = if value.is_number() { "write it in quotes" } else { "" };
        report.error(key, format!("must be a text, not {}", kind(value)), remedy);
    }
    value.as_str().map(str::to_owned)
}

/// What a value is, for people. Never the value itself: it may be a secret.
pub(crate) fn kind(value: &Json) -> &'static str {
    match value {
        Json::Null => "an unfit value",
        Json::Bool(_) => "true or false",
        Json::Number(number) if number.is_f64() => "a number with a point",
        Json::Number(number) if number.as_u64().is_none() => "a negative number",
        Json::Number(_) => "a whole number",
        Json::String(_) => "a text",
        Json::Array(_) => "a list",
        Json::Object(_) => "a table",
    }
}

/// A key as a table's header writes it: `chain[1].step` is `[chain.step]`.
fn path(key: &str) -> String {
    key.split('.').map(|part| part.split('[').next().unwrap_or(part)).collect::<Vec<_>>().join(".")
}

fn unit_remedy(name: &str) -> String {
    match name {
        _ if name.ends_with("_ms") => "write milliseconds, such as 30_000 for 30 seconds".to_owned(),
        _ if name.contains("_bytes") => "write bytes, such as 1_048_576 for 1 MiB".to_owned(),
        _ => String::new(),
    }
}
