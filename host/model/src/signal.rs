//! What was found out about an interaction, by whom, and from which words.

use serde::{Deserialize, Serialize};

use crate::{Reason, Value};

/// Part of a text in bytes of its UTF-8, end excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// First byte after it.
    pub end: u32,
}

/// Something found out. Reserved names have fixed types, see `wit/README.md`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// Kebab-case.
    pub name: String,
    /// Of the type that the name demands.
    pub value: Value,
    /// Zero to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f32>,
    /// Which parts of the text show it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Span>,
    /// Why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// The configured name of the plugin that found it; stamped by the host, never by the plugin.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
}
