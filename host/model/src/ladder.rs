//! The fallback ladder: what is tried, in order, when words cannot go out where they were meant to.

use serde::{Deserialize, Serialize};

/// One rung.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    /// In the conversation, as wanted.
    Thread,
    /// In the conversation, only for the customer's eyes.
    Private,
    /// To an address of the customer on another connector.
    Address {
        /// The connector that sends.
        connector: String,
        /// Where the address stands: see [`place`].
        to: String,
        /// The attribute that has to be true for this address to be used; absent: none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        consent: Option<String>,
    },
    /// A text that the channel has approved before.
    Template {
        /// The connector that sends; absent: the conversation's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        connector: Option<String>,
        /// Where the address stands; absent: the author's id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
        /// The template's name.
        template: String,
        /// BCP 47.
        language: String,
        /// What fills its places: texts, `{text}` for the words, `{customer/…}`, `{author/…}` or `{attributes/…}` for what is known.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        params: Vec<String>,
        /// The attribute that has to be true; absent: none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        consent: Option<String>,
    },
    /// A task for a person: the conversation waits in this queue.
    Queue(String),
}

impl Rung {
    /// What is tried when nothing is configured: the conversation, as wanted.
    pub const USUAL: [Self; 1] = [Self::Thread];

    /// As lists and plans show it.
    #[must_use]
    pub fn told(&self) -> String {
        match self {
            Self::Thread => "thread".to_owned(),
            Self::Private => "private".to_owned(),
            Self::Address { connector, to, .. } => format!("{to} over {connector}"),
            Self::Template { connector, template, .. } => {
                format!("template {template}{}", connector.as_ref().map(|name| format!(" over {name}")).unwrap_or_default())
            }
            Self::Queue(queue) => format!("queue {queue}"),
        }
    }
}

/// Where a notice for somebody inside goes, beside the list of notices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotifySpec {
    /// The recipient as policies name them.
    pub recipient: String,
    /// The connector that sends.
    pub connector: String,
    /// The address there.
    pub to: String,
}

/// An address's or consent's place, in two parts: `customer`, `author` or `attributes` (of the interaction), and the name of an attribute.
/// None for anything else.
#[must_use]
pub fn place(text: &str) -> Option<(&str, &str)> {
    let (of, name) = text.split_once('/')?;
    (matches!(of, "customer" | "author" | "attributes") && !name.is_empty()).then_some((of, name))
}
