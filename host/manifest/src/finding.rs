//! What is wrong, where, and what to do about it. Findings are collected, never returned one at a time, so that one run of `check` is
//! enough to mend a file. They never show a secret's value.

use std::fmt;

use serde::Serialize;

/// Whether a finding refuses the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The configuration is refused.
    Error,
    /// It is accepted, but probably not meant so.
    Warning,
}

/// One thing that is wrong with the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Whether it refuses the configuration.
    pub severity: Severity,
    /// The file, as the caller named it.
    pub file: String,
    /// Where in the configuration, such as `chain[1].step[0].plugin`; empty for the whole file.
    pub key: String,
    /// From 1; absent when the file could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// From 1, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// What is wrong: a sentence without its full stop.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// The line and a mark below the place: for errors of the TOML itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<String>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(column) = self.column {
            write!(f, ":{column}")?;
        }
        match self.key.as_str() {
            "" => f.write_str(": ")?,
            key => write!(f, " {key}: ")?,
        }
        if self.severity == Severity::Warning {
            f.write_str("warning: ")?;
        }
        f.write_str(&self.message)?;
        if let Some(excerpt) = &self.excerpt {
            write!(f, "\n\n{excerpt}")?;
        }
        if let Some(remedy) = &self.remedy {
            write!(f, "\n\nhelp: {remedy}")?;
        }
        Ok(())
    }
}

/// Everything that is wrong with a configuration, in the file's order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// Sorts by place and drops repetitions.
    #[must_use]
    pub fn new(mut findings: Vec<Finding>) -> Self {
        findings.sort_by(|a, b| {
            let place = |finding: &Finding| (finding.line, finding.column, finding.severity);
            place(a).cmp(&place(b)).then_with(|| a.key.cmp(&b.key)).then_with(|| a.message.cmp(&b.message))
        });
        findings.dedup();
        Self(findings)
    }

    /// Whether anything refuses the configuration.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|finding| finding.severity == Severity::Error)
    }

    /// How many there are of a severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.0.iter().filter(|finding| finding.severity == severity).count()
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One by one, in the file's order.
    pub fn iter(&self) -> std::slice::Iter<'_, Finding> {
        self.0.iter()
    }
}

impl IntoIterator for Findings {
    type Item = Finding;
    type IntoIter = std::vec::IntoIter<Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Findings {
    type Item = &'a Finding;
    type IntoIter = std::slice::Iter<'a, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.0 {
            writeln!(f, "{finding}\n")?;
        }
        let (errors, warnings) = (self.count(Severity::Error), self.count(Severity::Warning));
        match (errors, warnings) {
            (0, 0) => f.write_str("nothing found"),
            (errors, 0) => f.write_str(&plural(errors, "error")),
            (0, warnings) => f.write_str(&plural(warnings, "warning")),
            (errors, warnings) => write!(f, "{}, {}", plural(errors, "error"), plural(warnings, "warning")),
        }
    }
}

impl std::error::Error for Findings {}

fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(severity: Severity, line: usize, message: &str) -> Finding {
        Finding {
            severity,
            file: "pointsman.toml".to_owned(),
            key: "chain[0].step[1].plugin".to_owned(),
            line: Some(line),
            column: Some(8),
            message: message.to_owned(),
            remedy: Some("did you mean `sentiment`?".to_owned()),
            excerpt: None,
        }
    }

    #[test]
    fn reads_as_a_person_expects() {
        let found = Findings::new(vec![
            finding(Severity::Warning, 14, "is never used"),
            finding(Severity::Error, 12, "there is no plugin `sentimnt`"),
            finding(Severity::Error, 12, "there is no plugin `sentimnt`"),
        ]);
        insta::assert_snapshot!(found, @r"
        pointsman.toml:12:8 chain[0].step[1].plugin: there is no plugin `sentimnt`

        help: did you mean `sentiment`?

        pointsman.toml:14:8 chain[0].step[1].plugin: warning: is never used

        help: did you mean `sentiment`?

        1 error, 1 warning
        ");
    }

    #[test]
    fn serialises_for_machines() {
        let found = Findings::new(vec![finding(Severity::Error, 12, "there is no plugin `sentimnt`")]);
        let json = serde_json::to_value(&found).unwrap();
        assert_eq!(
            json,
            serde_json::json!([{
                "severity": "error", "file": "pointsman.toml", "key": "chain[0].step[1].plugin", "line": 12, "column": 8,
                "message": "there is no plugin `sentimnt`", "remedy": "did you mean `sentiment`?",
            }])
        );
    }
}
