//! `{/pointer}` places of a manifest, filled from the settings.

use std::collections::BTreeSet;

use model::{PluginManifest, PluginSpec};
use serde_json::Value as Json;

/// The hosts that a manifest asks for, its places filled. A place that leads nowhere asks for nothing: what the settings do not name is not
/// needed. A place that holds several texts asks for each of them.
pub fn hosts(manifest: &PluginManifest, settings: &Json) -> BTreeSet<String> {
    manifest.requests.hosts.iter().flat_map(|request| host(&request.host, settings)).collect()
}

/// What fills the places of a manifest's URLs and names: the settings, and where they say nothing the defaults of their schema.
pub(super) struct Places<'a> {
    settings: &'a Json,
    schema: &'a Json,
}

impl<'a> Places<'a> {
    pub(super) fn new(spec: &'a PluginSpec, manifest: &'a PluginManifest) -> Self {
        Self { settings: &spec.settings, schema: &manifest.settings_schema }
    }

    /// A text with its places filled.
    ///
    /// # Errors
    /// The pointer that leads to no text or number.
    pub(super) fn filled(&self, template: &str) -> Result<String, String> {
        with_places(template, |pointer| self.value(pointer).and_then(plain).ok_or_else(|| pointer.to_owned()))
    }

    fn value(&self, pointer: &str) -> Option<&'a Json> {
        setting(self.settings, pointer).or_else(|| self.schema.pointer(&format!("{}/default", pointer.replace('/', "/properties/"))))
    }
}

/// What a pointer leads to; nothing for JSON's null.
pub(crate) fn setting<'a>(settings: &'a Json, pointer: &str) -> Option<&'a Json> {
    settings.pointer(pointer).filter(|value| !value.is_null())
}

/// A template of the host-grant form with its places filled; of what has none, nothing is left out.
pub(super) fn host(template: &str, settings: &Json) -> Vec<String> {
    let (methods, target) = template.rsplit_once(char::is_whitespace).map_or((None, template), |(methods, target)| (Some(methods), target));
    let with_methods = |host: String| methods.map_or_else(|| host.clone(), |methods| format!("{methods} {host}"));
    let whole = place(target).filter(|(before, _, after)| before.is_empty() && after.is_empty());
    let listed = whole.and_then(|(_, pointer, _)| setting(settings, pointer)).and_then(Json::as_array);
    if let Some(list) = listed {
        return list.iter().filter_map(plain).map(|text| with_methods(host_of(&text))).collect();
    }
    let one = with_places(target, |pointer| setting(settings, pointer).and_then(plain).map(|text| host_of(&text)).ok_or(()));
    one.into_iter().map(with_methods).collect()
}

fn with_places<E>(template: &str, fill: impl Fn(&str) -> Result<String, E>) -> Result<String, E> {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, pointer, after)) = place(rest) {
        text.push_str(before);
        text.push_str(&fill(pointer)?);
        rest = after;
    }
    text.push_str(rest);
    Ok(text)
}

/// Of a URL the host, and the port when it is not the usual one; anything else as it is, without a slash at its end.
fn host_of(text: &str) -> String {
    let Some(url) = text.contains("://").then(|| url::Url::parse(text).ok()).flatten() else {
        return text.trim_end_matches('/').to_owned();
    };
    let name = url.host_str().unwrap_or_default().to_ascii_lowercase();
    url.port().map_or_else(|| name.clone(), |port| format!("{name}:{port}"))
}

/// What stands before the first place, its pointer, and what stands after it.
fn place(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("{/")?;
    let (_, after) = rest.split_once('}')?;
    let pointer = text.get(before.len() + 1..text.len() - after.len() - 1)?;
    Some((before, pointer, after))
}

fn plain(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
