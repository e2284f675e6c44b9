//! Where a value comes from: a JSON pointer, a header, or the settings themselves.

use std::collections::BTreeMap;
use std::fmt;

use pointsman_plugin::Delivery;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::document::Document;

/// A place, and what its texts mean. In the settings a JSON pointer, or a table.
#[derive(Clone, Debug)]
pub struct Source {
    pub(crate) place: Place,
    /// What the channel's texts mean in ours.
    pub(crate) map: BTreeMap<String, String>,
    /// When there is nothing at the place, or the map does not know the text.
    pub(crate) default: Option<String>,
}

/// Where the text is.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// In the item.
    Item(String),
    /// In the whole body.
    Delivery(String),
    /// In a header.
    Header(String),
    /// Here.
    Value(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    pointer: Option<String>,
    of: Option<Of>,
    header: Option<String>,
    value: Option<String>,
    #[serde(default)]
    map: BTreeMap<String, String>,
    default: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Of {
    Item,
    Delivery,
}

impl Source {
    /// The text that it gives for an item; none when there is nothing at the place.
    pub(crate) fn text(&self, item: &Document<'_>, whole: &Document<'_>, delivery: &Delivery) -> Option<String> {
        let found = self.raw(item, whole, delivery);
        if self.map.is_empty() {
            return found.or_else(|| self.default.clone());
        }
        found.and_then(|text| self.map.get(&text).cloned()).or_else(|| self.default.clone())
    }

    /// The channel's own text, before the map.
    pub(crate) fn raw(&self, item: &Document<'_>, whole: &Document<'_>, delivery: &Delivery) -> Option<String> {
        match &self.place {
            Place::Item(pointer) => item.text(pointer),
            Place::Delivery(pointer) => whole.text(pointer),
            Place::Header(name) => delivery.header(name).map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned),
            Place::Value(text) => Some(text.clone()),
        }
    }

    /// At this pointer in the item.
    pub(crate) fn pointer(pointer: &str) -> Self {
        Self { place: Place::Item(pointer.to_owned()), map: BTreeMap::new(), default: None }
    }
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Form)
    }
}

struct Form;

impl<'de> Visitor<'de> for Form {
    type Value = Source;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON pointer, or a table with `pointer`, `header` or `value`")
    }

    fn visit_str<E: Error>(self, pointer: &str) -> Result<Source, E> {
        Ok(Source::pointer(pointer))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Source, A::Error> {
        let table = Table::deserialize(MapAccessDeserializer::new(map))?;
        let place = match (table.pointer, table.header, table.value, table.of) {
            (Some(pointer), None, None, None | Some(Of::Item)) => Place::Item(pointer),
            (Some(pointer), None, None, Some(Of::Delivery)) => Place::Delivery(pointer),
            (None, Some(header), None, None) => Place::Header(header),
            (None, None, Some(value), None) => Place::Value(value),
            (None, _, _, Some(_)) => return Err(A::Error::custom("`of` goes with `pointer` only")),
            _ => return Err(A::Error::custom("exactly one of `pointer`, `header` and `value` is needed")),
        };
        Ok(Source { place, map: table.map, default: table.default })
    }
}
