//! Conditions: the short CEL expressions that guard chains and steps.
//!
//! A condition is bounded before the parser sees it (the CEL crate can exhaust stack and time), compiled once when a generation is
//! assembled, on a thread with a large stack, and every name in it is checked there: a misspelt field refuses the generation instead of
//! never matching. What is left can only be evaluated in bounded time and on an ordinary stack. Anything larger is a rule, and rules run in
//! the sandbox.

mod error;
mod known;
mod names;
mod scan;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock};

use cel::{Context, Env, ExecutionError, Program, Value};
use model::{Interaction, Situation};

pub use error::{ConditionError, ConditionFailure};
pub use known::Known;
pub(crate) use names::Vocabulary;

/// Longest source.
pub const SOURCE_BYTES_MAX: usize = 1 << 10;
/// Most tokens, counted by ourselves.
pub const TOKENS_MAX: usize = 256;
/// Deepest nesting of brackets, signs and choices, counted by ourselves.
pub const DEPTH_MAX: usize = 32;
/// The parser is recursive and generous with stack: a debug build needs several megabytes for what is allowed here.
const COMPILE_STACK_BYTES: usize = 32 << 20;

static ENV: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

/// A compiled condition.
pub struct Condition {
    source: String,
    program: Program,
    variables: BTreeSet<String>,
}

impl Condition {
    /// Compiles a condition: bounds first, then the parser, then every name.
    ///
    /// # Errors
    /// See [`ConditionError`]; the text names the place or the name and what to write instead.
    pub fn compile(source: &str) -> Result<Self, ConditionError> {
        Self::compile_about(source, &names::Guards)
    }

    /// The same about something else.
    ///
    /// # Errors
    /// As [`Self::compile`].
    pub(crate) fn compile_about(source: &str, known: &dyn Vocabulary) -> Result<Self, ConditionError> {
        scan::check(source)?;
        let program = parse(source)?;
        names::check(program.expression(), known)?;
        let variables = program.references().variables().into_iter().map(str::to_owned).collect();
        Ok(Self { source: source.to_owned(), program, variables })
    }

    /// As it was written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether it speaks of this variable (`interaction`, `signal`, `situation` or `priority`).
    #[must_use]
    pub fn mentions(&self, variable: &str) -> bool {
        self.variables.contains(variable)
    }

    /// Whether it is met.
    ///
    /// # Errors
    /// When it cannot be said: a missing field, a division by zero, an answer that is not yes or no. That counts as not met. The text never
    /// holds what a customer said.
    pub fn evaluate(&self, known: &Known) -> Result<bool, ConditionFailure> {
        self.evaluate_with(known.variables(|name| self.mentions(name)))
    }

    /// Whether it is met by these variables.
    ///
    /// # Errors
    /// As [`Self::evaluate`].
    pub(crate) fn evaluate_with(&self, variables: Vec<(&'static str, Value)>) -> Result<bool, ConditionFailure> {
        let mut context = Context::with_env(Arc::clone(&ENV));
        for (name, value) in variables {
            context.add_variable_from_value(name, value);
        }
        match catch_unwind(AssertUnwindSafe(|| self.program.execute(&context))) {
            Ok(Ok(Value::Bool(met))) => Ok(met),
            Ok(Ok(other)) => Err(ConditionFailure::new(format!("it gives {}, not yes or no", kind_of(&other)))),
            Ok(Err(error)) => Err(ConditionFailure::new(self.describe(&error))),
            Err(_) => Err(ConditionFailure::new("the evaluator failed".to_owned())),
        }
    }

    /// Whether it is met, with what is known of these made as far as it speaks of them.
    ///
    /// # Errors
    /// As [`Self::evaluate`].
    pub(crate) fn evaluate_about(
        &self,
        known: &mut Known,
        interaction: &Interaction,
        situation: &Situation,
    ) -> Result<bool, ConditionFailure> {
        if self.mentions("interaction") {
            known.tell_interaction(interaction);
        }
        if self.mentions("situation") {
            known.tell_situation(situation);
        }
        self.evaluate(known)
    }

    /// Names a missing field only when the condition itself does: a computed name may be what a customer said.
    fn describe(&self, error: &ExecutionError) -> String {
        match error {
            ExecutionError::NoSuchKey(key) if self.source.contains(key.as_str()) => format!("there is no `{key}`"),
            ExecutionError::NoSuchKey(_) => "there is no such field".to_owned(),
            other => describe(other),
        }
    }
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Condition({:?})", self.source)
    }
}

fn parse(source: &str) -> Result<Program, ConditionError> {
    let text = source.to_owned();
    let thread = std::thread::Builder::new()
        .name("condition".to_owned())
        .stack_size(COMPILE_STACK_BYTES)
        .spawn(move || ENV.compile(&text).map_err(|errors| ConditionError::syntax(&errors)));
    match thread.map(std::thread::JoinHandle::join) {
        Ok(Ok(parsed)) => parsed,
        Ok(Err(_)) => Err(ConditionError::Internal("the parser failed".to_owned())),
        Err(error) => Err(ConditionError::Internal(format!("no thread to compile on: {error}"))),
    }
}

/// The error in words without any value: values may be what a customer said.
fn describe(error: &ExecutionError) -> String {
    match error {
        ExecutionError::UndeclaredReference(name) => format!("`{name}` is not known"),
        ExecutionError::NoSuchOverload(overload) => {
            format!("`{}` does not go with {}", overload.function(), overload.argument_types().join(" and "))
        }
        ExecutionError::UnexpectedType { got, want } => format!("it needs {want}, not {got}"),
        ExecutionError::ValuesNotComparable(left, right) => format!("{} cannot be compared with {}", kind_of(left), kind_of(right)),
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => "it divides by zero".to_owned(),
        ExecutionError::Overflow(..) => "a number is too large".to_owned(),
        ExecutionError::IndexOutOfBounds(_) => "the list is shorter".to_owned(),
        ExecutionError::FunctionError { function, .. } => format!("`{function}` does not take this"),
        _ => "it does not fit the values".to_owned(),
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) => "yes or no",
        Value::Int(_) | Value::UInt(_) | Value::Float(_) => "a number",
        Value::String(_) => "a text",
        Value::List(_) => "a list",
        Value::Map(_) => "a record",
        Value::Null => "nothing",
        _ => "something else",
    }
}
