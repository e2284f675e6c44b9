//! Every name in a condition, checked against what the host knows.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, EntryExpr, Expr, LiteralValue, SelectExpr};

use super::ConditionError;

/// What a condition may speak of.
pub(crate) trait Vocabulary {
    /// The variables.
    fn variables(&self) -> &[&str];
    /// The fields of the record at this path, such as `interaction.author`. None: it may have any.
    fn fields(&self, path: &str) -> Option<Vec<&str>>;
}

/// What the guards of chains and steps may speak of.
pub(super) struct Guards;

const VARIABLES: [&str; 4] = ["interaction", "priority", "signal", "situation"];

/// Functions that a condition may call. `getMilliseconds` is not among them: the crate's answer differs from the specification.
const FUNCTIONS: [&str; 24] = [
    "bool",
    "contains",
    "double",
    "duration",
    "endsWith",
    "getDate",
    "getDayOfMonth",
    "getDayOfWeek",
    "getDayOfYear",
    "getFullYear",
    "getHours",
    "getMinutes",
    "getMonth",
    "getSeconds",
    "has",
    "int",
    "matches",
    "size",
    "startsWith",
    "string",
    "timestamp",
    "type",
    "uint",
    "dyn",
];
const OPERATORS: [&str; 17] =
    ["_?_:_", "_&&_", "_||_", "!_", "_-_", "_+_", "_*_", "_/_", "_%_", "_==_", "_!=_", "_>=_", "_<=_", "_>_", "_<_", "-_", "_[_]"];

const INTERACTION: [&str; 19] = [
    "account",
    "attachment_count",
    "attributes",
    "author",
    "channel",
    "connector",
    "conversation",
    "customer",
    "engagement",
    "id",
    "in_reply_to",
    "kind",
    "language",
    "occurred_at",
    "rating",
    "received_at",
    "subject",
    "text",
    "visibility",
];
const AUTHOR: [&str; 8] = ["attributes", "bot", "display_name", "followers", "handle", "id", "profile_url", "verified"];
const CUSTOMER: [&str; 4] = ["attributes", "id", "lifecycle", "worth"];
const ENGAGEMENT: [&str; 4] = ["likes", "replies", "shares", "views"];
const SITUATION: [&str; 14] = [
    "agent",
    "attributes",
    "case_open",
    "first_response_due_at",
    "inbound_count",
    "last_reply_at",
    "now",
    "opened_at",
    "previous_agent",
    "queue",
    "resolution_due_at",
    "trigger",
    "trigger_name",
    "unanswered_count",
];
const PRIORITY: [&str; 2] = ["factors", "score"];

/// Records that may grow (attributes, signals, factors) have every field.
impl Vocabulary for Guards {
    fn variables(&self) -> &[&str] {
        &VARIABLES
    }

    fn fields(&self, path: &str) -> Option<Vec<&str>> {
        let fields: &[&str] = match path {
            "interaction" => &INTERACTION,
            "interaction.author" => &AUTHOR,
            "interaction.customer" => &CUSTOMER,
            "interaction.engagement" => &ENGAGEMENT,
            "situation" => &SITUATION,
            "priority" => &PRIORITY,
            _ => return None,
        };
        Some(fields.to_vec())
    }
}

/// Refuses the first name that is not known.
pub(super) fn check(expression: &IdedExpr, known: &dyn Vocabulary) -> Result<(), ConditionError> {
    match &expression.expr {
        Expr::Ident(name) => variable(name, known),
        Expr::Select(select) => selected(select, known),
        Expr::Call(call) => called(call, known),
        Expr::List(list) => list.elements.iter().try_for_each(|element| check(element, known)),
        Expr::Map(map) => map.entries.iter().try_for_each(|entry| entries(&entry.expr, known)),
        Expr::Literal(_) | Expr::Unspecified => Ok(()),
        Expr::Comprehension(_) => Err(ConditionError::Loop { name: "a loop".to_owned() }),
        Expr::Struct(made) => Err(unknown("function", &made.type_name, &FUNCTIONS)),
    }
}

fn entries(entry: &EntryExpr, known: &dyn Vocabulary) -> Result<(), ConditionError> {
    match entry {
        EntryExpr::MapEntry(entry) => check(&entry.key, known).and_then(|()| check(&entry.value, known)),
        EntryExpr::StructField(field) => check(&field.value, known),
    }
}

fn variable(name: &str, known: &dyn Vocabulary) -> Result<(), ConditionError> {
    if known.variables().contains(&name) { Ok(()) } else { Err(unknown("variable", name, known.variables())) }
}

fn selected(select: &SelectExpr, known: &dyn Vocabulary) -> Result<(), ConditionError> {
    check(&select.operand, known)?;
    field(path(&select.operand), &select.field, known)
}

fn called(call: &CallExpr, known: &dyn Vocabulary) -> Result<(), ConditionError> {
    let operator = OPERATORS.contains(&call.func_name.as_str()) || call.func_name == "@in";
    if !operator && !FUNCTIONS.contains(&call.func_name.as_str()) {
        return Err(unknown("function", &call.func_name, &FUNCTIONS));
    }
    call.target.as_deref().map_or(Ok(()), |target| check(target, known))?;
    call.args.iter().try_for_each(|argument| check(argument, known))?;
    match call.args.as_slice() {
        [operand, index] if call.func_name == "_[_]" => literal(index).map_or(Ok(()), |name| field(path(operand), name, known)),
        _ => Ok(()),
    }
}

/// The variable and fields that an expression spells, such as `interaction.author`.
fn path(expression: &IdedExpr) -> Option<String> {
    match &expression.expr {
        Expr::Ident(name) => Some(name.clone()),
        Expr::Select(select) => Some(format!("{}.{}", path(&select.operand)?, select.field)),
        Expr::Call(call) if call.func_name == "_[_]" => match call.args.as_slice() {
            [operand, index] => Some(format!("{}.{}", path(operand)?, literal(index)?)),
            _ => None,
        },
        _ => None,
    }
}

fn literal(expression: &IdedExpr) -> Option<&str> {
    match &expression.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner()),
        _ => None,
    }
}

/// Whether the record at `path` has this field.
fn field(path: Option<String>, name: &str, known: &dyn Vocabulary) -> Result<(), ConditionError> {
    let Some(path) = path else { return Ok(()) };
    let Some(fields) = known.fields(&path) else { return Ok(()) };
    if fields.contains(&name) {
        return Ok(());
    }
    let suggestion = nearest(name, &fields).map(|field| format!("{path}.{field}"));
    Err(ConditionError::Unknown { kind: "field", name: format!("{path}.{name}"), suggestion })
}

fn unknown(kind: &'static str, name: &str, names: &[&str]) -> ConditionError {
    ConditionError::Unknown { kind, name: name.to_owned(), suggestion: nearest(name, names).map(str::to_owned) }
}

/// The known name that is at most a third of its letters away.
fn nearest<'a>(name: &str, names: &[&'a str]) -> Option<&'a str> {
    let close = |known: &&&str| distance(name, known) <= (known.len() / 3).max(1);
    names.iter().filter(close).min_by_key(|known| distance(name, known)).copied()
}

/// Letters to change, add or drop to make one name of the other.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, letter) in from.chars().enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        let mut next = vec![left];
        for (known, above) in to.iter().zip(row.iter().skip(1)) {
            let changed = diagonal + usize::from(letter != *known);
            left = changed.min(left + 1).min(above + 1);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
