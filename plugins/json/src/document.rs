//! A JSON body, or an item inside it, whose numbers can be read as they are written.

use std::borrow::Cow;
use std::collections::BTreeMap;

use pointsman_plugin::{Refusal, pointer};
use serde_json::Value;
use serde_json::error::Category;
use serde_json::value::RawValue;

/// From here on neighbouring whole numbers share one `f64`.
const EXACT_MAX: f64 = 9_007_199_254_740_991.0;

/// A parsed value with the text that it was parsed from.
#[derive(Clone, Debug)]
pub(crate) struct Document<'a> {
    value: Cow<'a, Value>,
    written: &'a str,
}

/// What is at the place of the items.
pub(crate) enum Items<'a> {
    /// Nothing.
    Missing,
    /// Something else than an array.
    One(Document<'a>),
    /// An array.
    Many(Vec<Document<'a>>),
}

impl<'a> Document<'a> {
    /// Reads a body. A leading byte order mark is skipped (RFC 8259 §8.1).
    pub(crate) fn parse(body: &'a [u8]) -> Result<Self, Refusal> {
        let written = std::str::from_utf8(body)
            .map_err(|error| Refusal::Malformed(format!("the body is not UTF-8: byte {} is wrong", error.valid_up_to())))?;
        let written = written.strip_prefix('\u{feff}').unwrap_or(written);
        let value = serde_json::from_str(written).map_err(|error| match error.classify() {
            Category::Eof => Refusal::Malformed(format!("the body is cut off: {error}")),
            _ => Refusal::Malformed(format!("the body is no JSON: {error}")),
        })?;
        Ok(Self { value: Cow::Owned(value), written })
    }

    /// The items at this pointer.
    pub(crate) fn items<'b>(&'b self, pointer: &str) -> Items<'b> {
        match self.value.pointer(pointer) {
            None | Some(Value::Null) => Items::Missing,
            Some(Value::Array(values)) => Items::Many(self.entries(pointer, values)),
            Some(value) => {
                Items::One(Document { value: Cow::Borrowed(value), written: written_at(self.written, pointer).unwrap_or_default() })
            }
        }
    }

    /// The text at this pointer: a string, or a number or boolean as it is written; none for anything else and for an empty string.
    pub(crate) fn text(&self, pointer: &str) -> Option<String> {
        let value = self.value.pointer(pointer)?;
        let rounded = value.is_f64() && value.as_f64().is_some_and(|number| number.abs() > EXACT_MAX);
        if rounded && let Some(written) = written_at(self.written, pointer) {
            return Some(written.trim().to_owned());
        }
        pointer::scalar(value)
    }

    fn entries<'b>(&'b self, pointer: &str, values: &'b [Value]) -> Vec<Document<'b>> {
        let written: Vec<&RawValue> =
            written_at(self.written, pointer).and_then(|array| serde_json::from_str(array).ok()).unwrap_or_default();
        let written = written.into_iter().map(RawValue::get).chain(std::iter::repeat(""));
        values.iter().zip(written).map(|(value, written)| Document { value: Cow::Borrowed(value), written }).collect()
    }
}

/// The text of the value at this pointer, found by parsing again: only numbers that are too long for `f64` and lists of items need it.
fn written_at<'a>(written: &'a str, pointer: &str) -> Option<&'a str> {
    pointer.split('/').skip(1).try_fold(written, |written, token| {
        if written.trim_start().starts_with('[') {
            let entries: Vec<&RawValue> = serde_json::from_str(written).ok()?;
            return Some(entries.get(token.parse::<usize>().ok()?)?.get());
        }
        let token = token.replace("~1", "/").replace("~0", "~");
        let members: BTreeMap<String, &RawValue> = serde_json::from_str(written).ok()?;
        members.get(&token).map(|value| value.get())
    })
}
