//! Who spoke: the channel's view (author) and the company's (customer).

use serde::{Deserialize, Serialize};

use crate::Attributes;

/// Who spoke, as the channel knows them. Field by field the contract's `author`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Author {
    /// The channel's own id, or a pseudonym in what a plugin without a grant for `author` sees.
    pub id: String,
    /// The name that is unique on the channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handle: Option<String>,
    /// The name that people read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Where to see them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile_url: Option<String>,
    /// How many follow them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub followers: Option<u64>,
    /// The channel vouches for who they are.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub verified: bool,
    /// A program speaks.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub bot: bool,
    /// What else the channel tells.
    #[serde(skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
}

/// What the company knows of an author.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Customer {
    /// The company's own id.
    pub id: String,
    /// `prospect`, `customer`, `former`, or the company's own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<String>,
    /// Zero to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worth: Option<f32>,
    /// What else the company tells.
    #[serde(skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
}
