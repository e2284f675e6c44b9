//! The policy as data, and a condition's form in each language: they differ in a few words only.

use serde::Deserialize;

/// What decides.
#[derive(Clone, Debug, Deserialize)]
pub struct Policy {
    /// All that hold add their points; the sum is kept within 0 and 100.
    pub score: Vec<Score>,
    /// The first that holds names the queue; the last always holds.
    pub route: Vec<Route>,
}

/// A rule that scores.
#[derive(Clone, Debug, Deserialize)]
pub struct Score {
    /// Its name.
    pub name: String,
    /// What it adds.
    pub points: i64,
    /// All must hold.
    pub when: Vec<Condition>,
}

/// A rule that routes.
#[derive(Clone, Debug, Deserialize)]
pub struct Route {
    /// Its name.
    pub name: String,
    /// Where to.
    pub queue: String,
    /// All must hold.
    pub when: Vec<Condition>,
}

/// What must hold.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// One of these stands in the text.
    Any(Vec<String>),
    /// The field is one of these.
    In(String, Vec<String>),
    /// The field is at least this.
    Min(String, serde_json::Number),
    /// The field is at most this.
    Max(String, serde_json::Number),
    /// The field is true.
    Is(String),
    /// The field is false.
    Not(String),
}

/// How a language writes it.
#[derive(Clone, Copy, Debug)]
pub struct Tongue {
    /// Both.
    pub and: &'static str,
    /// Either.
    pub or: &'static str,
    /// Neither.
    pub not: &'static str,
    /// Stands before every field.
    pub prefix: &'static str,
    /// `{}` is the phrase, as a quoted text.
    pub contains: &'static str,
    /// The name of the score.
    pub score: &'static str,
}

impl Tongue {
    /// All conditions; `true` when there is none.
    pub fn all(&self, when: &[Condition]) -> String {
        let parts: Vec<String> = when.iter().map(|condition| format!("({})", self.one(condition))).collect();
        if parts.is_empty() { "true".to_owned() } else { parts.join(&format!(" {} ", self.and)) }
    }

    fn one(&self, condition: &Condition) -> String {
        let either = |parts: Vec<String>| parts.join(&format!(" {} ", self.or));
        match condition {
            Condition::Any(phrases) => either(phrases.iter().map(|phrase| self.contains.replace("{}", &format!("{phrase:?}"))).collect()),
            Condition::In(field, values) => either(values.iter().map(|value| format!("{} == {value:?}", self.field(field))).collect()),
            Condition::Min(field, number) => format!("{} >= {number}", self.field(field)),
            Condition::Max(field, number) => format!("{} <= {number}", self.field(field)),
            Condition::Is(field) => self.field(field),
            Condition::Not(field) => format!("{}{}", self.not, self.field(field)),
        }
    }

    fn field(&self, name: &str) -> String {
        if name == "score" { self.score.to_owned() } else { format!("{}{name}", self.prefix) }
    }
}
