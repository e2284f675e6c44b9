//! Open-ended values: what records carry where the contract may grow.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A value of an attribute or signal. In JSON it is the plain value: a text, a number, a boolean or an array of texts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A text.
    Text(String),
    /// Yes or no.
    Flag(bool),
    /// A finite number.
    Number(f64),
    /// Several texts, in order.
    Texts(Vec<String>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

/// Named values, one for each name. In JSON an object.
pub type Attributes = BTreeMap<String, Value>;
