//! Why something was found or decided, in words that a catalogue can translate.

use serde::{Deserialize, Serialize};

use crate::{Attributes, Value};

/// A code, what fills the code's sentence, and the complete English sentence.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// Kebab-case; picks the sentence from the plugin's catalogue.
    pub code: String,
    /// What fills the sentence's `{name}` places.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub params: Attributes,
    /// The sentence in English.
    pub text: String,
}

impl Reason {
    /// A reason without parameters.
    #[must_use]
    pub fn new(code: &str, text: impl Into<String>) -> Self {
        Self { code: code.to_owned(), params: Attributes::new(), text: text.into() }
    }

    /// The same reason with one more parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.params.insert(name.to_owned(), value.into());
        self
    }

    /// The sentence in the catalogue's words: `{name}` places filled from the parameters.
    #[must_use]
    pub fn fill(&self, sentence: &str) -> String {
        self.params.iter().fold(sentence.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), &plain(value)))
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Flag(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Texts(texts) => texts.join(", "),
    }
}
