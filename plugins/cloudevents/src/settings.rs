//! What the operator says: how deliveries are signed, what each type of event means.

use std::collections::BTreeMap;

use pointsman_plugin::Problem;
use serde::Deserialize;
use serde_json::Value;

use crate::mapping::Mapping;
use crate::reading;

/// The plugin's own table of `pointsman.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// How deliveries are signed; read by the host.
    pub signature: Option<Value>,
    /// By the event's type; a type that ends in `*` stands for all that begin so. The longest that fits counts.
    pub types: BTreeMap<String, Mapping>,
}

impl Settings {
    pub(crate) fn problems(&self) -> Vec<Problem> {
        self.types
            .iter()
            .flat_map(|(name, mapping)| problems(&format!("/types/{}", name.replace('~', "~0").replace('/', "~1")), mapping))
            .collect()
    }

    /// What is said of this type of event.
    pub(crate) fn mapping(&self, event_type: &str) -> Option<&Mapping> {
        let fits = |name: &str| match name.strip_suffix('*') {
            Some(start) => event_type.starts_with(start),
            None => name == event_type,
        };
        self.types
            .iter()
            .filter(|(name, _)| fits(name))
            .max_by_key(|(name, _)| (!name.ends_with('*'), name.len()))
            .map(|(_, mapping)| mapping)
    }
}

fn problems(at: &str, mapping: &Mapping) -> Vec<Problem> {
    let word = |name: &str, word: &Option<String>, known: &[&str]| {
        let wrong = word.as_deref().filter(|word| !known.contains(word))?;
        Some(Problem::new(format!("{at}/{name}"), format!("`{wrong}` is no {name}.")).remedy(format!("Write one of {}.", known.join(", "))))
    };
    let open = |place: &str| !place.starts_with('/') && place.split("{/").skip(1).any(|part| !part.contains('}'));
    let broken = mapping.places().filter(|(_, place)| place.is_empty() || open(place)).map(|(name, place)| {
        Problem::new(format!("{at}/{name}"), format!("`{place}` is no place."))
            .remedy("Write a JSON pointer, or a text with pointers in braces.")
    });
    let rating = mapping.rating_max.filter(|max| max.is_nan() || *max <= 0.0);
    let rating = rating.map(|_| Problem::new(format!("{at}/rating_max"), "The best rating is more than nothing."));
    let words = [word("kind", &mapping.kind, &reading::KINDS), word("visibility", &mapping.visibility, &reading::VISIBILITIES)];
    words.into_iter().flatten().chain(broken).chain(rating).collect()
}
