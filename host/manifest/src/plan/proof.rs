use model::{Arm, GenerationId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// How much of a summary is shown on a line.
const SHOWN_LETTERS_MAX: usize = 160;

/// Something that was proven of a generation, or that it failed to prove.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proof {
    /// By which means.
    pub kind: Arm,
    /// Of which generation.
    pub generation: GenerationId,
    /// By the clock of the machine on which it was made.
    pub at: Timestamp,
    /// Whether it holds.
    pub passed: bool,
    /// What was found: a text for people, or figures by name.
    #[serde(default)]
    pub summary: Json,
}

impl Proof {
    /// Whether this chain made a decision in it. A proof that does not tell (`chains` in its summary) is of all of them.
    #[must_use]
    pub fn ran(&self, chain: &str) -> bool {
        self.summary.get("chains").is_none_or(|chains| chains.get(chain).and_then(Json::as_u64).unwrap_or_default() > 0)
    }

    /// The summary on one line.
    #[must_use]
    pub fn line(&self) -> String {
        let figure = |value: &Json| match value {
            Json::String(text) => Some(text.clone()),
            Json::Number(number) => Some(number.to_string()),
            Json::Bool(flag) => Some(flag.to_string()),
            _ => None,
        };
        let text = match &self.summary {
            Json::Object(figures) => {
                let named = figures.iter().filter_map(|(name, value)| Some(format!("{} {}", name.replace('_', " "), figure(value)?)));
                named.collect::<Vec<_>>().join(", ")
            }
            other => figure(other).unwrap_or_default(),
        };
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let cut: String = text.chars().take(SHOWN_LETTERS_MAX).collect();
        if cut.len() < text.len() { format!("{cut}…") } else { cut }
    }
}
