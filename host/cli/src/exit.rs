//! How a command can fail, and the exit code that says so.

use std::process::ExitCode;

use serde_json::json;

use crate::args::Cli;
use crate::output;

/// Exit codes. `--help` of the program lists them, so they do not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    /// Something failed that should not have.
    Failed = 1,
    // 2 is the command line itself, by clap.
    /// The configuration, a plugin or its settings are wrong.
    Wrong = 3,
    /// There is no such thing.
    NotFound = 4,
    /// Something is in the way: a port or store in use, a store that is read-only, a full disk.
    Unavailable = 5,
    /// A plugin refused its input or failed on it.
    Refused = 6,
    /// Something is to be approved or proven first.
    Held = 7,
}

/// A failure for people: what was wrong, where, and what to do.
#[derive(Debug)]
pub(crate) struct Failure {
    code: Code,
    text: String,
    /// The same for programs.
    details: serde_json::Value,
}

/// What commands return.
pub(crate) type Done<T = ()> = Result<T, Failure>;

impl Failure {
    pub(crate) fn new(code: Code, text: impl Into<String>) -> Self {
        Self { code, text: text.into(), details: serde_json::Value::Null }
    }

    pub(crate) fn wrong(text: impl Into<String>) -> Self {
        Self::new(Code::Wrong, text)
    }

    pub(crate) fn unavailable(text: impl Into<String>) -> Self {
        Self::new(Code::Unavailable, text)
    }

    pub(crate) fn with(mut self, details: serde_json::Value) -> Self {
        self.details = details;
        self
    }

    /// What was wrong, for people.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Which kind of thing it is.
    pub(crate) fn code(&self) -> Code {
        self.code
    }

    /// The same for programs; null when the text says all.
    pub(crate) fn details(&self) -> &serde_json::Value {
        &self.details
    }

    /// Says it on stderr, as JSON when asked.
    pub(crate) fn report(self, cli: &Cli) -> ExitCode {
        let code = self.code as u8;
        if cli.json {
            let mut body = json!({"error": self.text, "code": code});
            if let (Some(body), false) = (body.as_object_mut(), self.details.is_null()) {
                body.insert("details".to_owned(), self.details);
            }
            output::diagnostic(&body.to_string());
        } else {
            output::error(&self.text);
        }
        ExitCode::from(code)
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::new(Code::Failed, format!("{error:#}"))
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(Code::Failed, error.to_string())
    }
}

impl From<dispatch::port::StoreError> for Failure {
    fn from(error: dispatch::port::StoreError) -> Self {
        let code = match error {
            dispatch::port::StoreError::NotFound { .. } => Code::NotFound,
            dispatch::port::StoreError::Unavailable(_) => Code::Unavailable,
            dispatch::port::StoreError::Corrupt(_) => Code::Failed,
        };
        Self::new(code, error.to_string())
    }
}
