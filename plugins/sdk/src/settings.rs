//! Settings: from JSON to a plugin's own type, with problems that say where and what to do.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use serde_path_to_error::Segment;

use crate::Problem;
use crate::pointer::escaped;

/// The settings of a plugin that has none: any key is a problem.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoSettings {}

/// Reads settings from the JSON object that the host gives.
///
/// # Errors
/// One problem: serde stops at the first. Its path is a JSON pointer; for a misspelt key the remedy names the nearest known one.
pub fn read<S: DeserializeOwned>(json: &str) -> Result<S, Vec<Problem>> {
    let value: Json = serde_json::from_str(json).map_err(|error| vec![Problem::new("", format!("The settings are no JSON: {error}."))])?;
    from_value(value)
}

/// Reads settings from a JSON value.
///
/// # Errors
/// As [`read`].
pub fn from_value<S: DeserializeOwned>(value: Json) -> Result<S, Vec<Problem>> {
    serde_path_to_error::deserialize(value).map_err(|error| vec![problem(&pointer(error.path()), &error.inner().to_string())])
}

/// The problem of an unknown word, with the nearest of the known ones as remedy.
#[must_use]
pub fn unknown(path: &str, what: &str, word: &str, known: &[&str]) -> Problem {
    let list = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let remedy = match nearest(word, known) {
        Some(name) => format!("Did you mean `{name}`? Known: {list}."),
        None if known.is_empty() => "There is none to choose from.".to_owned(),
        None => format!("Known: {list}."),
    };
    Problem::new(path, format!("`{word}` is no {what}.")).remedy(remedy)
}

/// The known word that is most likely meant, when one is near enough.
#[must_use]
pub fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).max(1);
    known.iter().map(|name| (distance(word, name), *name)).filter(|(far, _)| *far <= limit).min().map(|(_, name)| name)
}

fn problem(path: &str, message: &str) -> Problem {
    if let Some((kind, word, known)) = unknown_word(message) {
        let parent = if kind == "field" { path.strip_suffix(&format!("/{}", escaped(&word))).unwrap_or(path) } else { path };
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        return match kind {
            "field" => unknown(&format!("{parent}/{}", escaped(&word)), "setting", &word, &known),
            _ => unknown(path, "choice here", &word, &known),
        };
    }
    let mut sentence = message.to_owned();
    if let Some(first) = sentence.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    Problem::new(path, format!("{}.", sentence.trim_end_matches('.')))
}

/// Takes serde's own sentence apart: ``unknown field `wrod`, expected one of `word`, `min` ``.
fn unknown_word(message: &str) -> Option<(&'static str, String, Vec<String>)> {
    let kind = ["field", "variant"].into_iter().find(|kind| message.starts_with(&format!("unknown {kind} `")))?;
    let mut quoted = message.split('`').skip(1).step_by(2).map(str::to_owned);
    let word = quoted.next()?;
    Some((kind, word, quoted.collect()))
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(format!("/{index}")),
            Segment::Map { key } => Some(format!("/{}", escaped(key))),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
}

/// How many letters have to be put in, left out, changed or swapped with their neighbour.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    let mut last = None;
    for (i, a) in one.chars().enumerate() {
        let mut next = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let cell = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX);
            let mut least = (cell(&row, j) + usize::from(a != *b)).min(cell(&row, j + 1) + 1).min(cell(&next, j) + 1);
            if j > 0 && last == Some(*b) && other.get(j - 1) == Some(&a) {
                least = least.min(cell(&before, j - 1) + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut row, next);
        last = Some(a);
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Sample {
        word: String,
        #[serde(default)]
        rules: Vec<Rule>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Rule {
        queue: String,
        level: Option<Level>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Level {
        Low,
        High,
    }

    fn check(json: &str, path: &str, message: &str, remedy: Option<&str>) {
        let problems = read::<Sample>(json).unwrap_err();
        let expected = Problem { remedy: remedy.map(str::to_owned), ..Problem::new(path, message) };
        assert_eq!(problems, [expected], "{json}");
    }

    #[test]
    fn problems_say_where_and_what_to_do() {
        check("{}", "", "Missing field `word`.", None);
        check(r#"{"word": 7}"#, "/word", "Invalid type: integer `7`, expected a string.", None);
        check(r#"{"word":"a","wrod":"b"}"#, "/wrod", "`wrod` is no setting.", Some("Did you mean `word`? Known: `word`, `rules`."));
        check(
            r#"{"word":"a","rules":[{"queue":"q"},{"queu":"q"}]}"#,
            "/rules/1/queu",
            "`queu` is no setting.",
            Some("Did you mean `queue`? Known: `queue`, `level`."),
        );
        check(
            r#"{"word":"a","rules":[{"queue":"q","level":"middle"}]}"#,
            "/rules/0/level",
            "`middle` is no choice here.",
            Some("Known: `low`, `high`."),
        );
        check(r#"{"word":"a","/a~":1}"#, "/~1a~0", "`/a~` is no setting.", Some("Known: `word`, `rules`."));
    }

    #[test]
    fn the_place_inside_a_text_counts_characters() {
        let text = "première\nligne é!";
        let problem = Problem::new("/script", "x").inside(text, text.find('!').unwrap());
        assert_eq!((problem.line, problem.column), (Some(2), Some(8)));
    }

    #[test]
    fn nothing_far_is_called_near() {
        assert_eq!(nearest("prioritiser", &["prioritizer", "router"]), Some("prioritizer"));
        assert_eq!(nearest("abc", &["xyz"]), None);
    }
}
