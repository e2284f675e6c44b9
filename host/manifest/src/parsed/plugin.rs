//! `[[plugin]]` as it stands in the file.

use serde_json::{Map, Value as Json};

use super::{Numbers, numbers};
use crate::bounds::{BREAKER, LIMITS};
use crate::section::{Section, kind, text};
use crate::source::join;

/// `[[plugin]]`
#[derive(Debug)]
pub(crate) struct Plugin {
    pub(crate) key: String,
    pub(crate) name: Option<String>,
    pub(crate) file: Option<String>,
    pub(crate) sha256: Option<String>,
    pub(crate) settings: Json,
    pub(crate) grant: Grant,
    pub(crate) limits: Numbers,
    pub(crate) isolation: Option<Isolation>,
    pub(crate) breaker: Numbers,
}

/// `isolation` as written.
#[derive(Debug)]
pub(crate) enum Isolation {
    /// `"interaction"`, or what somebody took for it.
    Word(String),
    /// `{ batch = 32 }`
    Batch(u64),
    /// `{ warm = 1_000 }`
    Warm(u64),
}

/// `[plugin.grant]`
#[derive(Debug, Default)]
pub(crate) struct Grant {
    pub(crate) fields: Vec<String>,
    pub(crate) hosts: Vec<String>,
    /// The plugin's name, the configured name, and where it stands.
    pub(crate) secrets: Vec<(String, String, String)>,
    pub(crate) state_bytes_max: Option<u64>,
    pub(crate) private_network: Option<bool>,
}

/// One `[[plugin]]`.
pub(super) fn plugin(mut section: Section<'_>) -> Plugin {
    let plugin = Plugin {
        key: section.key.clone(),
        name: section.required("name", "name it as chains and connectors name it"),
        file: section.required("file", "it is the path of the component, from this file's folder"),
        sha256: section.text("sha256"),
        settings: settings(&mut section),
        grant: section.table("grant").map(grant).unwrap_or_default(),
        limits: section.table("limits").map(|section| figures(section, LIMITS.iter().map(|limit| limit.name))).unwrap_or_default(),
        isolation: isolation(&mut section),
        breaker: section.table("breaker").map(|section| figures(section, BREAKER.iter().map(|bound| bound.name))).unwrap_or_default(),
    };
    section.finish();
    plugin
}

/// Settings belong to the plugin: only that they are a table is known here.
fn settings(section: &mut Section<'_>) -> Json {
    match section.any("settings") {
        None => Json::Object(Map::new()),
        Some(Json::Object(table)) => Json::Object(table.clone()),
        Some(other) => {
            let key = section.at("settings");
            section.report().error(&key, format!("must be a table, not {}", kind(other)), "write `[plugin.settings]`");
            Json::Object(Map::new())
        }
    }
}

/// A table of nothing but numbers.
fn figures(mut section: Section<'_>, names: impl Iterator<Item = &'static str>) -> Numbers {
    let figures = numbers(&mut section, names);
    section.finish();
    figures
}

fn isolation(section: &mut Section<'_>) -> Option<Isolation> {
    const REMEDY: &str = "write `\"interaction\"`, `{ batch = 32 }` or `{ warm = 1_000 }`";
    let key = section.at("isolation");
    match section.any("isolation")? {
        Json::String(word) => Some(Isolation::Word(word.clone())),
        Json::Object(table) => {
            let mut inner = Section::new(section.report(), &key, table);
            let read = match (inner.number("batch"), inner.number("warm")) {
                (Some(_), Some(_)) => {
                    section.report().error(&key, "a plugin is batched or kept warm, not both", REMEDY);
                    None
                }
                (Some(size), None) => Some(Isolation::Batch(size)),
                (None, Some(calls)) => Some(Isolation::Warm(calls)),
                (None, None) => {
                    // A misspelt or wrong value is a finding of its own.
                    if table.is_empty() {
                        section.report().error(&key, "must say `batch` or `warm`, and how many", REMEDY);
                    }
                    None
                }
            };
            inner.finish();
            read
        }
        other => {
            section.report().error(&key, format!("must be a text or a table, not {}", kind(other)), REMEDY);
            None
        }
    }
}

fn grant(mut section: Section<'_>) -> Grant {
    let grant = Grant {
        fields: section.texts("fields"),
        hosts: section.texts("hosts"),
        secrets: granted_secrets(&mut section),
        state_bytes_max: section.number("state_bytes_max"),
        private_network: section.flag("private_network"),
    };
    section.finish();
    grant
}

/// `["name"]`, or `{ "the plugin's name" = "the configured name" }`.
fn granted_secrets(section: &mut Section<'_>) -> Vec<(String, String, String)> {
    let key = section.at("secrets");
    match section.any("secrets") {
        None => Vec::new(),
        Some(Json::Object(table)) => table
            .iter()
            .filter_map(|(name, value)| {
                let key = join(&key, name);
                text(section.report(), &key, value).map(|configured| (name.clone(), configured, key))
            })
            .collect(),
        Some(_) => {
            let names = section.texts("secrets");
            names.into_iter().enumerate().map(|(index, name)| (name.clone(), name, format!("{key}[{index}]"))).collect()
        }
    }
}
