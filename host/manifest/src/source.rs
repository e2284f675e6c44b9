//! The text of the configuration and where everything in it stands. From here on a place is a key such as `chain[1].step[0].plugin`; only
//! this file knows lines and columns.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::finding::{Finding, Severity};

/// The text, and the place of every key in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Source {
    file: String,
    text: String,
    places: BTreeMap<String, Place>,
    names: BTreeMap<(String, String), String>,
}

/// First bytes of a key and of its value.
#[derive(Clone, Copy, Debug)]
struct Place {
    key: usize,
    value: usize,
}

/// Which of the two bytes of a [`Place`] a finding points at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    /// The key's name.
    Key,
    /// Its value.
    Value,
}

impl Source {
    /// Reads TOML. Findings are everything that is no TOML, or no value that JSON can carry.
    pub(crate) fn parse(file: &str, text: &str) -> (Self, Map<String, Json>, Vec<Finding>) {
        let mut source = Self { file: file.to_owned(), text: text.to_owned(), ..Self::default() };
        let (table, errors) = DeTable::parse_recoverable(text);
        let mut findings: Vec<Finding> = errors.iter().map(|error| source.syntax(error)).collect();
        // What a recovering parser guesses would only lead to findings about things that nobody wrote.
        if !findings.is_empty() {
            return (source, Map::new(), findings);
        }
        let value = source.table("", table.get_ref(), &mut findings);
        (source, value, findings)
    }

    /// A finding at a key, or at the nearest thing around it that exists.
    pub(crate) fn finding(&self, severity: Severity, key: &str, at: At, message: String, remedy: &str) -> Finding {
        let offset = self.offset(key, at);
        let (line, column) = offset.map(|offset| self.position(offset)).unzip();
        self.at_position(severity, key, line.zip(column), message, remedy)
    }

    /// A finding whose line and column are known.
    pub(crate) fn at_position(
        &self,
        severity: Severity,
        key: &str,
        position: Option<(usize, usize)>,
        message: String,
        remedy: &str,
    ) -> Finding {
        let (line, column) = position.unzip();
        let remedy = (!remedy.is_empty()).then(|| remedy.to_owned());
        Finding { severity, file: self.file.clone(), key: key.to_owned(), line, column, message, remedy, excerpt: None }
    }

    /// Line and column of a place inside a text value, both from 1 and counted in the value.
    pub(crate) fn inside(&self, key: &str, line: usize, column: usize) -> Option<(usize, usize)> {
        let start = self.places.get(key)?.value;
        let (first, first_column) = self.position(start);
        let value = self.text.get(start..)?;
        let long = value.starts_with("\"\"\"") || value.starts_with("'''");
        let opens_a_line = long && value.get(3..).is_some_and(|rest| rest.starts_with('\n') || rest.starts_with("\r\n"));
        let quotes = if long { 3 } else { 1 };
        match (opens_a_line, line) {
            (true, _) => Some((first + line, column)),
            (false, 1) => Some((first, first_column + quotes + column - 1)),
            (false, _) => Some((first + line - 1, column)),
        }
    }

    /// The key of what a JSON pointer names below `key`; as far as it exists.
    pub(crate) fn resolve(&self, key: &str, pointer: &str) -> String {
        let mut at = key.to_owned();
        for token in pointer.split('/').skip(1) {
            let token = token.replace("~1", "/").replace("~0", "~");
            let (item, field) = (format!("{at}[{token}]"), join(&at, &token));
            match (self.places.contains_key(&item), self.places.contains_key(&field)) {
                (true, _) => at = item,
                (false, true) => at = field,
                (false, false) => break,
            }
        }
        at
    }

    /// The key of the table that is called so: `named("plugin", "rules")` may be `plugin[3]`.
    pub(crate) fn named(&self, kind: &str, name: &str) -> Option<String> {
        self.names.get(&(kind.to_owned(), name.to_owned())).cloned()
    }

    /// The line in which a key stands.
    pub(crate) fn line(&self, key: &str) -> Option<usize> {
        self.offset(key, At::Key).map(|offset| self.position(offset).0)
    }

    fn offset(&self, key: &str, at: At) -> Option<usize> {
        let mut key = key;
        loop {
            if let Some(place) = self.places.get(key) {
                return Some(if at == At::Key { place.key } else { place.value });
            }
            let end = key.rfind(['.', '['])?;
            key = key.get(..end)?;
        }
    }

    fn position(&self, offset: usize) -> (usize, usize) {
        let before = self.text.get(..offset).unwrap_or(&self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (line, column)
    }

    fn syntax(&self, error: &toml::de::Error) -> Finding {
        let offset = error.span().map_or(self.text.len(), |span| span.start);
        let (line, column) = self.position(offset);
        let message = format!("this is not TOML: {}", error.message().trim().replace('\n', ", "));
        let mut finding = self.at_position(Severity::Error, "", Some((line, column)), message, "");
        finding.excerpt = self.excerpt(line, column);
        finding
    }

    /// The line with a mark below the column; none where a secret might stand in it.
    fn excerpt(&self, line: usize, column: usize) -> Option<String> {
        let text = self.text.lines().nth(line.checked_sub(1)?)?;
        let section = self.text.lines().take(line).filter(|line| line.trim_start().starts_with('[')).last().unwrap_or_default();
        let guarded = |text: &str| ["secret", "token", "password", "key"].iter().any(|word| text.to_ascii_lowercase().contains(word));
        if guarded(section) || guarded(text) {
            return None;
        }
        let number = line.to_string();
        let margin = " ".repeat(number.len());
        let indent: String = text.chars().take(column - 1).map(|letter| if letter == '\t' { '\t' } else { ' ' }).collect();
        Some(format!("{number} | {text}\n{margin} | {indent}^"))
    }

    fn table(&mut self, key: &str, table: &DeTable<'_>, findings: &mut Vec<Finding>) -> Map<String, Json> {
        let mut object = Map::new();
        for (name, value) in table {
            let child = join(key, name.get_ref());
            self.places.insert(child.clone(), Place { key: name.span().start, value: value.span().start });
            let value = self.value(&child, value, findings);
            object.insert(name.get_ref().to_string(), value);
        }
        object
    }

    fn value(&mut self, key: &str, value: &Spanned<DeValue<'_>>, findings: &mut Vec<Finding>) -> Json {
        match value.get_ref() {
            DeValue::String(text) => Json::String(text.to_string()),
            DeValue::Boolean(flag) => Json::Bool(*flag),
            DeValue::Datetime(time) => Json::String(time.to_string()),
            DeValue::Table(table) => Json::Object(self.table(key, table, findings)),
            DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => Json::from(number),
                Err(_) => self.unfit(key, "this whole number does not fit 64 bits", findings),
            },
            DeValue::Float(number) => match number.as_str().parse().ok().and_then(serde_json::Number::from_f64) {
                Some(number) => Json::Number(number),
                None => self.unfit(key, "only finite numbers can be used", findings),
            },
            DeValue::Array(items) => {
                let mut list = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    let child = format!("{key}[{index}]");
                    self.places.insert(child.clone(), Place { key: item.span().start, value: item.span().start });
                    let item = self.value(&child, item, findings);
                    if let Some(name) = item.get("name").and_then(Json::as_str) {
                        self.names.insert((key.to_owned(), name.to_owned()), child);
                    }
                    list.push(item);
                }
                Json::Array(list)
            }
        }
    }

    fn unfit(&self, key: &str, message: &str, findings: &mut Vec<Finding>) -> Json {
        findings.push(self.finding(Severity::Error, key, At::Value, message.to_owned(), ""));
        Json::Null
    }
}

/// The key of a field: quoted where TOML would want it quoted.
pub(crate) fn join(key: &str, name: &str) -> String {
    let bare = !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-');
    let name = if bare { name.to_owned() } else { format!("{name:?}") };
    if key.is_empty() { name } else { format!("{key}.{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a = 1\n[b]\nname = 'x'\n[[c]]\nwhen = 'y'\n[[c.d]]\n\"odd key\" = true\ntext = \"\"\"\none\ntwo\"\"\"\n";

    #[test]
    fn places() {
        let (source, _, findings) = Source::parse("p.toml", TEXT);
        assert_eq!(findings, []);
        for (key, at, expected) in [
            ("a", At::Key, (1, 1)),
            ("a", At::Value, (1, 5)),
            ("b", At::Key, (2, 2)),
            ("b.name", At::Value, (3, 8)),
            ("b.missing", At::Key, (2, 2)),
            ("c[0].when", At::Value, (5, 8)),
            ("c[0].d[0].\"odd key\"", At::Key, (7, 1)),
            ("c[0].d[0].text.deeper[3]", At::Key, (8, 1)),
        ] {
            let finding = source.finding(Severity::Error, key, at, String::new(), "");
            assert_eq!(finding.line.zip(finding.column), Some(expected), "{key}");
        }
    }

    #[test]
    fn places_inside_texts() {
        let (source, _, _) = Source::parse("p.toml", TEXT);
        assert_eq!(source.inside("c[0].d[0].text", 2, 3), Some((10, 3)));
        assert_eq!(source.inside("b.name", 1, 1), Some((3, 9)));
        assert_eq!(source.inside("nowhere", 1, 1), None);
    }

    #[test]
    fn pointers_become_keys() {
        let (source, _, _) = Source::parse("p.toml", TEXT);
        assert_eq!(source.resolve("c", "/0/d/0/odd key"), "c[0].d[0].\"odd key\"");
        assert_eq!(source.resolve("c", "/0/nothing/here"), "c[0]");
        assert_eq!(source.resolve("c", ""), "c");
    }

    #[test]
    fn an_excerpt_shows_no_secret() {
        let (_, _, findings) = Source::parse("p.toml", "[server]\nlisten = = 1\n[secrets]\nshop = \"abc\n");
        let excerpts: Vec<_> = findings.iter().map(|finding| finding.excerpt.is_some()).collect();
        assert_eq!(excerpts.first(), Some(&true), "{findings:?}");
        assert_eq!(excerpts.last(), Some(&false), "{findings:?}");
        assert!(!format!("{findings:?}").contains("abc"), "{findings:?}");
    }
}
