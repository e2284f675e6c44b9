use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value as Json;

use super::Part;

/// How much of a value is shown on a line.
const SHOWN_LETTERS_MAX: usize = 72;

/// A value as JSON. What cannot be written as JSON cannot be in a configuration.
pub(super) fn json<T: Serialize + ?Sized>(value: &T) -> Json {
    serde_json::to_value(value).unwrap_or_default()
}

/// A value on one line.
pub(super) fn short(value: &Json) -> String {
    let text = match value {
        // Digests are recognised by their first digits.
        Json::String(text) if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) => text.chars().take(12).collect(),
        Json::Array(items) if items.iter().all(Json::is_string) => items.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    };
    let cut: String = text.chars().take(SHOWN_LETTERS_MAX).collect();
    if cut.len() < text.len() { format!("{cut}…") } else { cut }
}

/// Two structures, field by field.
pub(super) fn fields<T: Serialize>(old: &T, new: &T, part: &mut Part<'_>) {
    object("", &json(old), &json(new), part);
}

/// Two objects, field by field.
pub(super) fn object(what: &str, old: &Json, new: &Json, part: &mut Part<'_>) {
    for name in names(old, new) {
        let (before, after) = (old.get(&name), new.get(&name));
        if before != after {
            part.push(format!("{what}{name}"), before.cloned(), after.cloned());
        }
    }
}

/// Two values of settings: the smallest parts that differ, by their JSON pointers.
pub(super) fn settings(what: &str, pointer: &str, old: &Json, new: &Json, part: &mut Part<'_>) {
    if old == new {
        return;
    }
    match (old, new) {
        (Json::Object(_), Json::Object(_)) => {
            for name in names(old, new) {
                let pointer = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
                match (old.get(&name), new.get(&name)) {
                    (Some(before), Some(after)) => settings(what, &pointer, before, after, part),
                    (before, after) => part.push(format!("{what}{pointer}"), before.cloned(), after.cloned()),
                }
            }
        }
        (Json::Array(before), Json::Array(after)) => items(what, pointer, before, after, part),
        _ => part.push(format!("{what}{pointer}"), Some(old.clone()), Some(new.clone())),
    }
}

/// Two lists: what is the same at both ends is left out, so that one inserted rule is one change.
fn items(what: &str, pointer: &str, old: &[Json], new: &[Json], part: &mut Part<'_>) {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let rest = |list: &[Json]| list.get(head..).unwrap_or_default().to_vec();
    let (mut old, mut new) = (rest(old), rest(new));
    while old.last().is_some() && old.last() == new.last() {
        old.pop();
        new.pop();
    }
    for index in 0..old.len().max(new.len()) {
        let pointer = format!("{pointer}/{}", head + index);
        match (old.get(index), new.get(index)) {
            (Some(before), Some(after)) => settings(what, &pointer, before, after, part),
            (before, after) => part.push(format!("{what}{pointer}"), before.cloned(), after.cloned()),
        }
    }
}

fn names(old: &Json, new: &Json) -> BTreeSet<String> {
    [old, new].into_iter().filter_map(Json::as_object).flat_map(|object| object.keys().cloned()).collect()
}
