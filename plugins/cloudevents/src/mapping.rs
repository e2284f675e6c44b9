//! What the settings say of one type of event.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// One type of event. Every place is a JSON pointer into the event in its structured form (`/data/customer/id`), or a text with such
/// pointers in braces (`Order {/data/id}`).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mapping {
    /// `said`, `edited`, `removed` or `system`.
    #[serde(rename = "as")]
    pub becomes: Becomes,
    /// Kind of what was said: `message`, `comment`, `post`, `mention`, `review`, `lead`, `call`, `other`.
    pub kind: Option<String>,
    /// `public`, `restricted`, `private` or `internal`.
    pub visibility: Option<String>,
    /// Whether it is the company's own words.
    pub echo: bool,
    /// The words.
    pub text: Option<String>,
    /// The subject line.
    pub subject: Option<String>,
    /// The id of the item; the event's source and id otherwise.
    pub id: Option<String>,
    /// What belongs together.
    pub conversation: Option<String>,
    /// What it answers.
    pub in_reply_to: Option<String>,
    /// The author's id.
    pub author: Option<String>,
    /// The author's name.
    pub author_name: Option<String>,
    /// BCP 47.
    pub language: Option<String>,
    /// A judgement.
    pub rating: Option<String>,
    /// The best rating there is.
    pub rating_max: Option<f32>,
    /// The company's account, such as a shop.
    pub account: Option<String>,
    /// When it happened; the event's `time` otherwise.
    pub occurred_at: Option<String>,
    /// What else to keep, by the attribute's name.
    pub attributes: BTreeMap<String, String>,
}

/// What an event becomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Becomes {
    /// Somebody said something.
    Said,
    /// It now reads otherwise.
    Edited,
    /// It is gone.
    Removed,
    /// Something happened.
    #[default]
    System,
}

impl Mapping {
    /// Every place that is written, with its name in the settings.
    pub(crate) fn places(&self) -> impl Iterator<Item = (String, &str)> {
        let fixed = [
            ("text", &self.text),
            ("subject", &self.subject),
            ("id", &self.id),
            ("conversation", &self.conversation),
            ("in_reply_to", &self.in_reply_to),
            ("author", &self.author),
            ("author_name", &self.author_name),
            ("language", &self.language),
            ("rating", &self.rating),
            ("account", &self.account),
            ("occurred_at", &self.occurred_at),
        ];
        let fixed = fixed.into_iter().filter_map(|(name, place)| Some((name.to_owned(), place.as_deref()?)));
        fixed.chain(self.attributes.iter().map(|(name, place)| (format!("attributes/{name}"), place.as_str())))
    }
}

/// What stands at a place; none when there is nothing.
pub(crate) fn found(event: &Value, place: Option<&String>) -> Option<String> {
    let place = place?;
    let text = if place.starts_with('/') { written(event.pointer(place)?)? } else { filled(event, place)? };
    Some(text).filter(|text| !text.is_empty())
}

/// The text with its `{/pointer}` places filled; none when none of them leads anywhere.
fn filled(event: &Value, template: &str) -> Option<String> {
    let (mut out, mut rest, mut asked, mut answered) = (String::new(), template, 0_u32, 0_u32);
    while let Some((before, after)) = rest.split_once("{/") {
        let (pointer, behind) = after.split_once('}')?;
        out.push_str(before);
        asked += 1;
        if let Some(value) = event.pointer(&format!("/{pointer}")).and_then(written) {
            out.push_str(&value);
            answered += 1;
        }
        rest = behind;
    }
    out.push_str(rest);
    (asked == 0 || answered > 0).then(|| out.trim().to_owned())
}

fn written(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}
