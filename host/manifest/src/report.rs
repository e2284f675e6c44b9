//! Where findings are collected while the configuration goes through its three forms.

use std::cell::RefCell;

use crate::finding::{Finding, Findings, Severity};
use crate::source::{At, Source};

/// The source and what was found in it so far.
#[derive(Debug)]
pub(crate) struct Report {
    source: Source,
    findings: RefCell<Vec<Finding>>,
}

impl Report {
    /// Starts with what reading the text has found.
    pub(crate) fn new(source: Source, findings: Vec<Finding>) -> Self {
        Self { source, findings: RefCell::new(findings) }
    }

    /// Something wrong with a value. An empty remedy is none.
    pub(crate) fn error(&self, key: &str, message: impl Into<String>, remedy: &str) {
        self.push(self.source.finding(Severity::Error, key, At::Value, message.into(), remedy));
    }

    /// Something wrong with a key or a whole section.
    pub(crate) fn error_at_key(&self, key: &str, message: impl Into<String>, remedy: &str) {
        self.push(self.source.finding(Severity::Error, key, At::Key, message.into(), remedy));
    }

    /// Something that is probably not meant so.
    pub(crate) fn warning(&self, key: &str, message: impl Into<String>, remedy: &str) {
        self.push(self.source.finding(Severity::Warning, key, At::Key, message.into(), remedy));
    }

    /// `(line 12)`, or nothing.
    pub(crate) fn line_of(&self, key: &str) -> String {
        self.source.line(key).map(|line| format!(" (line {line})")).unwrap_or_default()
    }

    /// Whether anything refuses the configuration so far.
    pub(crate) fn has_errors(&self) -> bool {
        self.findings.borrow().iter().any(|finding| finding.severity == Severity::Error)
    }

    /// Whether anything at this key or below it refuses the configuration so far.
    pub(crate) fn has_error_below(&self, key: &str) -> bool {
        let below = |other: &str| other.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
        self.findings.borrow().iter().any(|finding| finding.severity == Severity::Error && below(&finding.key))
    }

    /// The key of what a JSON pointer names below `key`; as far as it exists.
    pub(crate) fn resolve(&self, key: &str, pointer: &str) -> String {
        self.source.resolve(key, pointer)
    }

    /// The source and everything found.
    pub(crate) fn finish(self) -> (Source, Findings) {
        (self.source, Findings::new(self.findings.into_inner()))
    }

    fn push(&self, finding: Finding) {
        self.findings.borrow_mut().push(finding);
    }
}
