//! Gates: conditions over the summary that must not be met, so that a backtest can stand in somebody's CI.
//!
//! A gate is a condition like those of chains, with the same bounds. Every name in it is checked before anything is read: a misspelt field,
//! and a queue or a plugin that neither configuration has, refuses the gate instead of never being met. What cannot be said when the figures
//! are there, such as agreement without a single label, counts as met: a gate that cannot be judged was not passed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use cel::Value;
use cel::objects::{Key, Map};
use model::FaultKind;
use serde::{Deserialize, Serialize};
use serde_json::{Map as JsonMap, Value as Json};

use super::place::{BANDS, NONE};
use super::summary::{Faults, Load, PluginFaults, QueueAgreement, Summary};
use crate::condition::{Condition, ConditionError, Vocabulary};

/// The queues and plugins that gates may name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GateNames {
    /// Queues, of the candidate and of what serves.
    pub queues: BTreeSet<String>,
    /// Chains, of the candidate and of what serves.
    pub chains: BTreeSet<String>,
    /// Plugins, of the candidate and of what serves.
    pub plugins: BTreeSet<String>,
}

/// A compiled gate.
#[derive(Debug)]
pub struct Gate(Condition);

/// What a gate said to a summary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gated {
    /// As it was written.
    pub fail_if: String,
    /// Whether it was met, or nobody could say so.
    pub failed: bool,
    /// Why nobody could say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// A summary in which everything has a place that could have one, with nothing counted.
pub struct GateShape(Json);

const VARIABLES: [&str; 1] = ["summary"];

impl Gate {
    /// Compiles a gate: bounds first, then the parser, then every name.
    ///
    /// # Errors
    /// See [`ConditionError`]; the text names the place or the name and what to write instead.
    pub fn compile(source: &str, shape: &GateShape) -> Result<Self, ConditionError> {
        Condition::compile_about(source, shape).map(Self)
    }

    /// Whether the summary is good enough.
    #[must_use]
    pub fn judge(&self, summary: &Summary, shape: &GateShape) -> Gated {
        let met = self.0.evaluate_with(vec![("summary", value(&shape.filled(summary)))]);
        let why = met.as_ref().err().map(ToString::to_string);
        Gated { fail_if: self.0.source().to_owned(), failed: met.unwrap_or(true), why }
    }
}

impl GateShape {
    /// The shape of summaries that speak of these names.
    #[must_use]
    pub fn new(names: &GateNames) -> Self {
        let queues = || names.queues.iter().map(String::as_str).chain([NONE]);
        let mut summary = Summary::default();
        let plugin = || PluginFaults { count: 0, kinds: zeros(FaultKind::NAMES) };
        let faults = || Faults { plugins: names.plugins.iter().map(|name| (name.clone(), plugin())).collect(), ..Faults::default() };
        summary.unjudged.look_ups.plugins = zeros(names.plugins.iter().map(String::as_str));
        summary.chains = names.chains.iter().map(|chain| (chain.clone(), Load::default())).collect();
        summary.queues = queues().map(|queue| (queue.to_owned(), Load::default())).collect();
        summary.labels.queues = queues().map(|queue| (queue.to_owned(), QueueAgreement::default())).collect();
        (summary.faults.recorded, summary.faults.candidate) = (faults(), faults());
        let flips = &mut summary.flips;
        (flips.queue.from, flips.queue.to) = (zeros(queues()), zeros(queues()));
        let dispositions = || zeros(["assign", "hold", "file"]);
        (flips.disposition.from, flips.disposition.to) = (dispositions(), dispositions());
        let bands = || zeros(BANDS);
        (flips.priority.from, flips.priority.to) = (bands(), bands());
        Self(serde_json::json!({"summary": summary}))
    }

    /// The summary, with 0 where something could have been counted and was not.
    fn filled(&self, summary: &Summary) -> Json {
        let mut filled = self.0.get("summary").cloned().unwrap_or_default();
        if let Ok(counted) = serde_json::to_value(summary) {
            lay_over(&mut filled, counted);
        }
        filled
    }

    fn at(&self, path: &str) -> Option<&Json> {
        // Names of queues may have dots in them: the longest name that fits is taken.
        let mut place = &self.0;
        let mut rest = path;
        while !rest.is_empty() {
            let fields = place.as_object()?;
            let fits = |name: &&String| rest.strip_prefix(name.as_str()).is_some_and(|left| left.is_empty() || left.starts_with('.'));
            let name = fields.keys().filter(fits).max_by_key(|name| name.len())?;
            place = fields.get(name)?;
            rest = rest.get(name.len() + 1..).unwrap_or_default();
        }
        Some(place)
    }
}

impl Vocabulary for GateShape {
    fn variables(&self) -> &[&str] {
        &VARIABLES
    }

    /// Numbers have no fields at all.
    fn fields(&self, path: &str) -> Option<Vec<&str>> {
        let place = self.at(path)?;
        Some(place.as_object().into_iter().flat_map(JsonMap::keys).map(String::as_str).collect())
    }
}

fn zeros<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeMap<String, u64> {
    names.into_iter().map(|name| (name.to_owned(), 0)).collect()
}

/// Replaces what is in `over`; keeps what is not.
fn lay_over(under: &mut Json, over: Json) {
    match (under, over) {
        (Json::Object(under), Json::Object(over)) => {
            for (name, value) in over {
                lay_over(under.entry(name).or_insert(Json::Null), value);
            }
        }
        (under, over) => *under = over,
    }
}

fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(flag) => Value::Bool(*flag),
        // An int where it is whole: a `uint` would not compare with literals.
        Json::Number(number) => number.as_i64().map_or_else(|| Value::Float(number.as_f64().unwrap_or(f64::MAX)), Value::Int),
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => Value::List(Arc::new(items.iter().map(value).collect())),
        // What is not known is not there, so that `has` says so.
        Json::Object(fields) => {
            let known = fields.iter().filter(|(_, field)| !field.is_null());
            let map: HashMap<Key, Value> = known.map(|(name, field)| (Key::from(name.as_str()), value(field))).collect();
            Value::Map(Map { map: Arc::new(map) })
        }
    }
}
