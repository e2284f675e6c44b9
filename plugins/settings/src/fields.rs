//! The fields of one object, taken one by one.

use std::cell::RefCell;
use std::ops::RangeInclusive;

use pointsman_plugin::pointer::escaped;
use serde_json::{Map, Value};

use crate::Findings;

/// An object of the settings, its place, and which of its fields have been asked for.
#[derive(Debug)]
pub struct Fields<'a> {
    map: &'a Map<String, Value>,
    path: String,
    known: RefCell<Vec<&'static str>>,
}

impl<'a> Fields<'a> {
    /// The fields of `value`; a mistake and nothing if it is no object.
    pub fn of(value: &'a Value, path: &str, findings: &mut Findings) -> Option<Self> {
        let Some(map) = value.as_object() else {
            findings.add(path, format!("A table is expected, this is {}.", kind(value)), "");
            return None;
        };
        Some(Self { map, path: path.to_owned(), known: RefCell::default() })
    }

    /// The JSON pointer of a field.
    #[must_use]
    pub fn path(&self, name: &str) -> String {
        format!("{}/{}", self.path, escaped(name))
    }

    /// The pointer of the object itself.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.path
    }

    /// All fields, for objects whose names are the operator's own.
    pub fn all(&self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.map.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The field is there.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.map.contains_key(name)
    }

    /// A field of any type.
    pub fn value(&self, name: &'static str) -> Option<&'a Value> {
        self.known.borrow_mut().push(name);
        self.map.get(name)
    }

    /// A text, without spaces around it and not empty.
    pub fn text(&self, name: &'static str, findings: &mut Findings) -> Option<&'a str> {
        let value = self.value(name)?;
        match value.as_str().map(str::trim) {
            Some("") => findings.add(&self.path(name), "An empty text says nothing.", "Fill it in or leave the field out."),
            Some(text) => return Some(text),
            None => findings.add(&self.path(name), format!("A text is expected, this is {}.", kind(value)), ""),
        }
        None
    }

    /// A text that must be there.
    pub fn required_text(&self, name: &'static str, findings: &mut Findings) -> Option<&'a str> {
        if !self.has(name) {
            let _ = self.value(name);
            findings.add(&self.path(name), format!("`{name}` is missing."), format!("Add `{name}`."));
            return None;
        }
        self.text(name, findings)
    }

    /// Yes or no.
    pub fn flag(&self, name: &'static str, findings: &mut Findings) -> Option<bool> {
        let value = self.value(name)?;
        if value.as_bool().is_none() {
            findings.add(&self.path(name), format!("`true` or `false` is expected, this is {}.", kind(value)), "");
        }
        value.as_bool()
    }

    /// A number in a range.
    pub fn number(&self, name: &'static str, range: RangeInclusive<f64>, findings: &mut Findings) -> Option<f64> {
        let value = self.value(name)?;
        number_in(value, &range, &self.path(name), findings)
    }

    /// A whole number in a range.
    pub fn whole(&self, name: &'static str, range: RangeInclusive<u64>, findings: &mut Findings) -> Option<u64> {
        let value = self.value(name)?;
        match value.as_u64() {
            Some(number) if range.contains(&number) => return Some(number),
            Some(number) => findings.add(
                &self.path(name),
                format!("{number} is outside {} to {}.", range.start(), range.end()),
                format!("Use a whole number from {} to {}.", range.start(), range.end()),
            ),
            None => findings.add(
                &self.path(name),
                format!("A whole number is expected, this is {}.", kind(value)),
                format!("Use a whole number from {} to {}.", range.start(), range.end()),
            ),
        }
        None
    }

    /// One text or a list of texts, with their pointers.
    pub fn texts(&self, name: &'static str, findings: &mut Findings) -> Option<Vec<(String, &'a str)>> {
        let value = self.value(name)?;
        Some(texts(value, &self.path(name), findings))
    }

    /// The items of a list, with their pointers.
    pub fn list(&self, name: &'static str, findings: &mut Findings) -> Vec<(String, &'a Value)> {
        let path = self.path(name);
        match self.value(name) {
            None => Vec::new(),
            Some(Value::Array(items)) => items.iter().enumerate().map(|(at, item)| (format!("{path}/{at}"), item)).collect(),
            Some(other) => {
                findings.add(&path, format!("A list is expected, this is {}.", kind(other)), "");
                Vec::new()
            }
        }
    }

    /// An object inside.
    pub fn fields(&self, name: &'static str, findings: &mut Findings) -> Option<Fields<'a>> {
        let value = self.value(name)?;
        Fields::of(value, &self.path(name), findings)
    }

    /// Every field that nobody asked for is a mistake. To be called last.
    pub fn finish(&self, findings: &mut Findings) {
        let known = self.known.borrow();
        for name in self.map.keys().filter(|name| !known.contains(&name.as_str())) {
            findings.unknown(&self.path(name), "setting", name, &known);
        }
    }
}

/// One text or a list of texts; an empty list is a mistake.
pub fn texts<'a>(value: &'a Value, path: &str, findings: &mut Findings) -> Vec<(String, &'a str)> {
    let items: Vec<(String, &'a Value)> = match value {
        Value::Array(items) => items.iter().enumerate().map(|(at, item)| (format!("{path}/{at}"), item)).collect(),
        one => vec![(path.to_owned(), one)],
    };
    if items.is_empty() {
        findings.add(path, "An empty list never fits.", "Name at least one, or leave the field out.");
    }
    let mut texts = Vec::new();
    for (path, item) in items {
        match item.as_str().map(str::trim) {
            Some("") => findings.add(&path, "An empty text says nothing.", "Fill it in or take it out."),
            Some(text) => texts.push((path, text)),
            None => findings.add(&path, format!("A text is expected, this is {}.", kind(item)), ""),
        }
    }
    texts
}

fn number_in(value: &Value, range: &RangeInclusive<f64>, path: &str, findings: &mut Findings) -> Option<f64> {
    match value.as_f64() {
        Some(number) if range.contains(&number) => return Some(number),
        Some(number) => findings.add(
            path,
            format!("{number} is outside {} to {}.", range.start(), range.end()),
            format!("Use a number from {} to {}.", range.start(), range.end()),
        ),
        None => findings.add(
            path,
            format!("A number is expected, this is {}.", kind(value)),
            format!("Use a number from {} to {}.", range.start(), range.end()),
        ),
    }
    None
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "`true` or `false`",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a table",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_mistake_is_found_with_its_place() {
        let value = json!({"name": "", "count": 9, "share": "x", "on": 1, "tags": ["a", 2], "kinds": []});
        let mut findings = Findings::default();
        let fields = Fields::of(&value, "/rules/0", &mut findings).unwrap();
        fields.text("name", &mut findings);
        fields.whole("count", 1..=5, &mut findings);
        fields.number("share", 0.0..=1.0, &mut findings);
        fields.flag("on", &mut findings);
        fields.texts("tags", &mut findings);
        fields.value("kind");
        fields.finish(&mut findings);
        let problems = findings.or(()).unwrap_err();
        let places: Vec<&str> = problems.iter().map(|problem| problem.path.as_str()).collect();
        assert_eq!(places, ["/rules/0/name", "/rules/0/count", "/rules/0/share", "/rules/0/on", "/rules/0/tags/1", "/rules/0/kinds"]);
        assert_eq!(problems[5].remedy.as_deref(), Some("Did you mean `kind`? Known: `name`, `count`, `share`, `on`, `tags`, `kind`."));
    }

    #[test]
    fn pointers_are_escaped() {
        let value = json!({"a/b": 1});
        let mut findings = Findings::default();
        Fields::of(&value, "", &mut findings).unwrap().finish(&mut findings);
        assert_eq!(findings.or(()).unwrap_err()[0].path, "/a~1b");
    }
}
