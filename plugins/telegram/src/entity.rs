//! Entities: parts of a text that mean something, in UTF-16 units.

use lenient::{attribute, count, text};
use pointsman_plugin::{Attribute, Value as Attributed};
use serde_json::Value;

/// Entities of one text; Telegram allows 100.
const ENTITIES_MAX: usize = 200;

/// One part of a text.
struct Part {
    start: usize,
    end: usize,
    open: String,
    close: &'static str,
}

/// The text with what its entities say, in Telegram's HTML; none when nothing differs.
pub(crate) fn html(plain: &str, entities: &[Value]) -> Option<String> {
    let mut parts: Vec<Part> = entities.iter().take(ENTITIES_MAX).filter_map(part).collect();
    if parts.is_empty() {
        return None;
    }
    // What is longer stands outside.
    parts.sort_by(|a, b| a.start.cmp(&b.start).then(b.end.cmp(&a.end)));
    let (mut out, mut at, mut open): (String, usize, Vec<&Part>) = (String::with_capacity(plain.len() * 2), 0, Vec::new());
    let mut waiting = parts.iter().peekable();
    for character in plain.chars() {
        while open.last().is_some_and(|part| part.end <= at) {
            out.push_str(open.pop().map(|part| part.close).unwrap_or_default());
        }
        while let Some(part) = waiting.next_if(|part| part.start <= at) {
            if part.end > at && open.last().is_none_or(|outer| part.end <= outer.end) {
                out.push_str(&part.open);
                open.push(part);
            }
        }
        push_escaped(&mut out, character);
        at += character.len_utf16();
    }
    open.iter().rev().for_each(|part| out.push_str(part.close));
    Some(out)
}

fn part(entity: &Value) -> Option<Part> {
    let (open, close) = match text(entity, "type")? {
        "bold" => ("<b>".to_owned(), "</b>"),
        "italic" => ("<i>".to_owned(), "</i>"),
        "underline" => ("<u>".to_owned(), "</u>"),
        "strikethrough" => ("<s>".to_owned(), "</s>"),
        "spoiler" => ("<tg-spoiler>".to_owned(), "</tg-spoiler>"),
        "code" => ("<code>".to_owned(), "</code>"),
        "pre" => ("<pre>".to_owned(), "</pre>"),
        "blockquote" | "expandable_blockquote" => ("<blockquote>".to_owned(), "</blockquote>"),
        "text_link" => (link(text(entity, "url")?), "</a>"),
        "text_mention" => (link(&format!("tg://user?id={}", lenient::id(entity, "/user/id")?)), "</a>"),
        _ => return None,
    };
    let (start, end) = range(entity)?;
    Some(Part { start, end, open, close })
}

fn link(url: &str) -> String {
    let mut open = "<a href=\"".to_owned();
    url.chars().for_each(|character| push_escaped(&mut open, character));
    open.push_str("\">");
    open
}

fn push_escaped(out: &mut String, character: char) {
    match character {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        other => out.push(other),
    }
}

fn range(entity: &Value) -> Option<(usize, usize)> {
    let start = usize::try_from(count(entity, "offset")).ok()?;
    let end = start.checked_add(usize::try_from(count(entity, "length")).ok()?)?;
    (end > start).then_some((start, end))
}

/// What stands between two places of a text.
fn between(plain: &str, start: usize, end: usize) -> String {
    let mut at = 0;
    let inside = |character: &char| {
        let here = at >= start && at < end;
        at += character.len_utf16();
        here
    };
    plain.chars().filter(inside).collect()
}

/// Links, tags, people and the command that a text names.
pub(crate) fn attributes(plain: &str, entities: &[Value]) -> Vec<Attribute> {
    let found = |kinds: &[&str], read: &dyn Fn(&Value, String) -> String| -> Vec<String> {
        let wanted = entities.iter().take(ENTITIES_MAX).filter(|entity| text(entity, "type").is_some_and(|kind| kinds.contains(&kind)));
        wanted.filter_map(|entity| range(entity).map(|(start, end)| read(entity, between(plain, start, end)))).collect()
    };
    let links = found(&["url", "text_link"], &|entity, shown| text(entity, "url").map_or(shown, str::to_owned));
    let tags = found(&["hashtag", "cashtag"], &|_, shown| shown.trim_start_matches('#').to_owned());
    let people = found(&["mention", "text_mention"], &|entity, shown| {
        text(entity, "/user/username").map_or(shown, str::to_owned).trim_start_matches('@').to_owned()
    });
    let commands = found(&["bot_command"], &|_, shown| shown);
    let lists = [("links", links), ("tags", tags), ("mentions", people), ("commands", commands)];
    lists.into_iter().filter(|(_, list)| !list.is_empty()).map(|(name, list)| attribute(name, Attributed::Texts(list))).collect()
}

/// Whether a text names this account, by its lower-case name.
pub(crate) fn names(plain: &str, entities: &[Value], username: &str) -> bool {
    let mention = |entity: &&Value| matches!(text(entity, "type"), Some("mention" | "bot_command" | "text_mention"));
    entities.iter().take(ENTITIES_MAX).filter(mention).any(|entity| {
        let shown = range(entity).map(|(start, end)| between(plain, start, end)).unwrap_or_default().to_lowercase();
        let by_id = text(entity, "/user/username").is_some_and(|name| name.eq_ignore_ascii_case(username));
        by_id || shown.rsplit_once('@').is_some_and(|(_, name)| name == username)
    })
}
