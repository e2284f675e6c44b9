//! Examples that rules carry: decided when the plugin is configured, so that a rule that no longer does what it was written for is found
//! before a customer finds it.

use pointsman_plugin::{Interaction, Priority, Situation};
use serde_json::Value as Json;
use settings::{Fields, Findings};

use crate::table::Table;

/// What was said, and which queue it must come to.
#[derive(Clone, Debug)]
pub(crate) struct Example {
    path: String,
    rule: usize,
    interaction: Interaction,
    situation: Situation,
    priority: Option<Priority>,
    queue: Option<String>,
}

impl Example {
    /// Reads one.
    pub(crate) fn read(item: &Json, path: &str, rule: usize, findings: &mut Findings) -> Option<Self> {
        let fields = Fields::of(item, path, findings)?;
        let empty = Json::Object(serde_json::Map::new());
        if !fields.has("interaction") {
            findings.add(&fields.path("interaction"), "`interaction` is missing.", "Add `interaction`, such as `{ text = \"…\" }`.");
        }
        let example = Self {
            path: path.to_owned(),
            rule,
            interaction: settings::interaction(fields.value("interaction").unwrap_or(&empty), &fields.path("interaction"), findings),
            situation: settings::situation(fields.value("situation").unwrap_or(&empty), &fields.path("situation"), findings),
            priority: fields.value("priority").map(|value| settings::priority(value, &fields.path("priority"), findings)),
            queue: fields.text("queue", findings).map(str::to_owned),
        };
        fields.finish(findings);
        Some(example)
    }

    /// Decides it. With a `queue` it must come there, by whatever rule; without one the rule that carries it must decide.
    pub(crate) fn check(&self, table: &Table, findings: &mut Findings) {
        let decided = table.route(&self.interaction, &self.situation, self.priority.as_ref());
        let by = &decided.rule;
        match (&self.queue, &decided.queue) {
            (Some(wanted), Some(queue)) if wanted == queue => {}
            (Some(wanted), queue) => {
                let where_to = queue.as_ref().map_or_else(|| "no queue".to_owned(), |queue| format!("queue `{queue}`"));
                findings.add(
                    &self.path,
                    format!("The example should come to queue `{wanted}`; rule `{by}` gives it {where_to}."),
                    "Change the rule or the example.",
                );
            }
            (None, _) if decided.at == Some(self.rule) => {}
            (None, _) => findings.add(
                &self.path,
                format!("The example is decided by rule `{by}`, not by the rule that carries it."),
                "Change the conditions, the order of the rules, or the example.",
            ),
        }
    }
}
