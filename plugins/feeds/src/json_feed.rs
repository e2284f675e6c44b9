//! JSON Feed, versions 1 and 1.1.

use lenient::{id, list, object, text};
use pointsman_plugin::Author;
use serde_json::Value;

use crate::entry::{Body, Entry, file, line};

/// The items of a feed.
pub(crate) fn entries(feed: &Value) -> Vec<Entry> {
    list(feed, "items").iter().map(|item| entry(item, feed)).collect()
}

fn entry(item: &Value, feed: &Value) -> Entry {
    let html = text(item, "content_html").map(|html| Body::Html(html.to_owned()));
    let plain = || text(item, "content_text").or_else(|| text(item, "summary")).map(|plain| Body::Text(plain.to_owned()));
    let files = list(item, "attachments").iter().filter_map(|found| {
        let size = id(found, "size_in_bytes");
        Some(file(text(found, "url")?, text(found, "mime_type"), size.as_deref(), text(found, "title")))
    });
    let image = text(item, "image").map(|url| file(url, None, None, None));
    Entry {
        id: id(item, "id"),
        link: text(item, "url").or_else(|| text(item, "external_url")).map(str::to_owned),
        title: text(item, "title").and_then(line),
        body: html.filter(|html| !html.is_empty()).or_else(plain),
        author: [item, feed].into_iter().find_map(author),
        published: text(item, "date_published").map(str::to_owned),
        updated: text(item, "date_modified").map(str::to_owned),
        tags: list(item, "tags").iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        answers: None,
        files: files.chain(image).collect(),
        language: text(item, "language").or_else(|| text(feed, "language")).map(str::to_owned),
    }
}

fn author(of: &Value) -> Option<Author> {
    let person = list(of, "authors").first().or_else(|| object(of, "author"))?;
    let (name, url) = (text(person, "name"), text(person, "url"));
    let known = url.or(name)?;
    Some(Author { id: known.to_owned(), display_name: name.map(str::to_owned), profile_url: url.map(str::to_owned), ..Author::default() })
}
