use std::collections::BTreeMap;

use crate::report::Report;
use crate::suggest;

const NAME_BYTES_MAX: usize = 64;

/// The names of one kind of thing: well formed, and each used once.
pub(super) struct Names {
    noun: &'static str,
    seen: BTreeMap<String, String>,
}

impl Names {
    pub(super) fn new(noun: &'static str) -> Self {
        Self { noun, seen: BTreeMap::new() }
    }

    /// The name, judged. `key` is the section that has it.
    pub(super) fn admit(&mut self, name: String, key: &str, report: &Report) -> String {
        let place = format!("{key}.name");
        well_formed(&name, &place, report);
        match self.seen.get(&name) {
            Some(first) => {
                let line = report.line_of(first);
                report.error(&place, format!("there is a {} `{name}` already{line}", self.noun), "give one of them another name");
            }
            None => {
                self.seen.insert(name.clone(), place);
            }
        }
        name
    }
}

/// A finding unless the name is kebab-case of at most 64 bytes.
pub(super) fn well_formed(name: &str, key: &str, report: &Report) {
    if is_kebab(name) && name.len() <= NAME_BYTES_MAX {
        return;
    }
    let meant = kebab(name);
    let remedy = if is_kebab(&meant) && meant != name { format!("write `{meant}`") } else { String::new() };
    let message = match name {
        "" => "a name must not be empty".to_owned(),
        _ if is_kebab(name) => format!("a name has at most {NAME_BYTES_MAX} letters, this one {}", name.len()),
        _ => format!("`{name}` is no name: small letters, digits and single hyphens between them make one"),
    };
    report.error(key, message, &remedy);
}

/// A finding when nothing has this name.
pub(super) fn known<'a>(noun: &str, name: &str, names: impl IntoIterator<Item = &'a String>, key: &str, report: &Report) -> bool {
    let mut names = names.into_iter().map(String::as_str).peekable();
    if names.peek().is_none() {
        report.error(key, format!("there is no {noun} `{name}`"), &format!("add a `[[{noun}]]` of this name"));
        return false;
    }
    let names: Vec<&str> = names.collect();
    let found = names.contains(&name);
    if !found {
        report.error(key, format!("there is no {noun} `{name}`"), &suggest::remedy(name, names));
    }
    found
}

fn is_kebab(name: &str) -> bool {
    name.split('-').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
}

fn kebab(name: &str) -> String {
    let lower = name.trim().to_ascii_lowercase();
    let parts = lower.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    let mut name = parts.collect::<Vec<_>>().join("-");
    name.truncate(NAME_BYTES_MAX);
    name.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kebab_case() {
        for (name, expected) in [
            ("a", true),
            ("four-factors", true),
            ("x2", true),
            ("2-x", true),
            ("", false),
            ("-a", false),
            ("a-", false),
            ("a--b", false),
            ("A", false),
            ("a_b", false),
            ("é", false),
        ] {
            assert_eq!(is_kebab(name), expected, "{name}");
        }
    }

    #[test]
    fn what_was_meant() {
        for (name, expected) in [("Four Factors", "four-factors"), ("a__b", "a-b"), (" x ", "x"), ("é", "")] {
            assert_eq!(kebab(name), expected, "{name}");
        }
    }
}
