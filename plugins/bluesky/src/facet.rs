//! Facets: parts of a text that mean something, in bytes of its UTF-8.

use std::ops::Range;

use lenient::{at, list, text};
use serde_json::{Value, json};

/// Facets of one text.
const FACETS_MAX: usize = 200;

/// What a part of a text is.
pub(crate) enum Feature<'a> {
    Link(&'a str),
    Mention(&'a str),
    Tag(&'a str),
}

/// The facets whose places are places in the text, in order; of those that overlap the first.
pub(crate) fn read<'a>(plain: &str, record: &'a Value) -> Vec<(Range<usize>, Feature<'a>)> {
    let facets = list(record, "facets").iter().take(FACETS_MAX);
    let mut found: Vec<_> = facets.filter_map(|facet| Some((range(plain, facet)?, feature(facet)?))).collect();
    found.sort_by_key(|(range, _)| range.start);
    let mut end = 0;
    found.retain(|(range, _)| {
        let apart = range.start >= end;
        if apart {
            end = range.end;
        }
        apart
    });
    found
}

fn range(plain: &str, facet: &Value) -> Option<Range<usize>> {
    let place = |field: &str| usize::try_from(at(facet, field)?.as_u64()?).ok();
    let range = place("/index/byteStart")?..place("/index/byteEnd")?;
    plain.get(range.clone()).filter(|part| !part.is_empty()).map(|_| range)
}

fn feature(facet: &Value) -> Option<Feature<'_>> {
    list(facet, "features").iter().take(FACETS_MAX).find_map(|feature| match text(feature, "$type")? {
        "app.bsky.richtext.facet#link" => Some(Feature::Link(text(feature, "uri")?)),
        "app.bsky.richtext.facet#mention" => Some(Feature::Mention(text(feature, "did")?)),
        "app.bsky.richtext.facet#tag" => Some(Feature::Tag(text(feature, "tag")?)),
        _ => None,
    })
}

/// The text with its facets as links, in HTML; none without facets.
pub(crate) fn html(plain: &str, facets: &[(Range<usize>, Feature<'_>)]) -> Option<String> {
    if facets.is_empty() {
        return None;
    }
    let (mut out, mut from) = (String::with_capacity(plain.len() * 2), 0);
    for (range, feature) in facets {
        let address = match feature {
            Feature::Link(uri) => (*uri).to_owned(),
            Feature::Mention(did) => format!("https://bsky.app/profile/{did}"),
            Feature::Tag(tag) => format!("https://bsky.app/hashtag/{tag}"),
        };
        escape(&mut out, plain.get(from..range.start).unwrap_or_default());
        out.push_str("<a href=\"");
        escape(&mut out, &address);
        out.push_str("\">");
        escape(&mut out, plain.get(range.clone()).unwrap_or_default());
        out.push_str("</a>");
        from = range.end;
    }
    escape(&mut out, plain.get(from..).unwrap_or_default());
    Some(out)
}

fn escape(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
}

/// The facets of a text that we write: without them an address is no link there.
pub(crate) fn write(plain: &str) -> Vec<Value> {
    let facet =
        |range: &Range<usize>, feature: Value| json!({"index": {"byteStart": range.start, "byteEnd": range.end}, "features": [feature]});
    let links = sending::links(plain);
    let mut facets: Vec<Value> = links
        .iter()
        .map(|range| facet(range, json!({"$type": "app.bsky.richtext.facet#link", "uri": plain.get(range.clone()).unwrap_or_default()})))
        .collect();
    for (start, _) in plain.match_indices('#') {
        let before = plain.get(..start).and_then(|before| before.chars().next_back());
        let tag = plain.get(start + 1..).unwrap_or_default();
        let end = tag.find(|character: char| !(character.is_alphanumeric() || character == '_')).unwrap_or(tag.len());
        let tag = tag.get(..end).unwrap_or_default();
        let word = before.is_none_or(char::is_whitespace) && tag.chars().any(char::is_alphabetic) && tag.chars().count() <= 64;
        if word && !links.iter().any(|link| link.contains(&start)) {
            facets.push(facet(&(start..start + 1 + end), json!({"$type": "app.bsky.richtext.facet#tag", "tag": tag})));
        }
    }
    facets
}
