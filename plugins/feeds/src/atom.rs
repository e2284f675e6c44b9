//! Atom (RFC 4287, and 0.3 before it), with or without its namespace.

use pointsman_plugin::{Attachment, Author};

use crate::entry::{Body, Entry, file, line, title};
use crate::tree::Element;

/// The entries of a feed, or the one entry that the document is.
pub(crate) fn entries(root: &Element) -> Vec<Entry> {
    let read = |entry: &Element| self::entry(entry, root);
    if is(root, "entry") { vec![read(root)] } else { children(root, "entry").map(read).collect() }
}

fn entry(entry: &Element, feed: &Element) -> Entry {
    let text = |name: &str| children(entry, name).map(Element::text).find(|text| !text.is_empty());
    let content = children(entry, "content").filter_map(body).chain(children(entry, "summary").filter_map(body)).next();
    let media =
        || entry.all("media:group").chain(std::iter::once(entry)).find_map(|group| group.text_of("media:description")).map(Body::Text);
    Entry {
        id: text("id"),
        link: link(entry),
        title: children(entry, "title").find_map(heading),
        body: content.or_else(media),
        author: children(entry, "author").chain(children(feed, "author")).find_map(author),
        published: text("published").or_else(|| text("issued")).or_else(|| text("created")),
        updated: text("updated").or_else(|| text("modified")),
        tags: children(entry, "category")
            .filter_map(|found| found.attribute("label").or(found.attribute("term")))
            .map(str::to_owned)
            .collect(),
        answers: entry.child("thr:in-reply-to").and_then(|found| found.attribute("ref")).map(str::to_owned),
        files: files(entry),
        language: entry.attribute("xml:lang").or(feed.attribute("xml:lang")).map(str::to_owned),
    }
}

/// In a feed without a namespace names stand alone; inside of RSS they have theirs.
fn is(element: &Element, name: &str) -> bool {
    element.name.strip_prefix("atom:").unwrap_or(&element.name) == name
}

fn children<'a>(element: &'a Element, name: &'a str) -> impl Iterator<Item = &'a Element> {
    element.children().filter(move |child| is(child, name))
}

/// The entry's page: `alternate`, which is also what a link without a relation is.
fn link(entry: &Element) -> Option<String> {
    let page = |found: &&Element| matches!(found.attribute("rel"), None | Some("alternate"));
    children(entry, "link").filter(page).find_map(|found| found.attribute("href")).map(str::to_owned)
}

/// A text construct (§3.1) or content (§4.1.3) that can be read.
fn body(element: &Element) -> Option<Body> {
    let kind = element.attribute("type").unwrap_or("text").to_ascii_lowercase();
    let escaped = element.attribute("mode") == Some("escaped");
    let body = match kind.as_str() {
        "xhtml" | "application/xhtml+xml" => Body::Html(element.html(false)),
        "html" | "text/html" => Body::Html(element.html(true)),
        "text" | "text/plain" if element.children().next().is_some() => Body::Html(element.html(true)),
        "text" | "text/plain" if escaped => Body::Html(element.text()),
        "text" | "text/plain" => Body::Text(element.text()),
        // Something else, such as a picture in base64.
        _ => return None,
    };
    (!body.is_empty()).then_some(body)
}

/// A title: what looks like a tag in a plain text is one that is spoken of.
fn heading(element: &Element) -> Option<String> {
    match element.attribute("type") {
        Some("xhtml") => title(&element.html(false)),
        Some("html" | "text/html") => title(&element.html(true)),
        _ => line(&element.text()),
    }
}

fn author(person: &Element) -> Option<Author> {
    let text = |name: &str| children(person, name).map(Element::text).find(|text| !text.is_empty());
    let (name, uri, mail) = (text("name"), text("uri").or_else(|| text("url")), text("email"));
    let id = uri.clone().or(mail).or_else(|| name.clone())?;
    Some(Author { id, display_name: name, profile_url: uri, ..Author::default() })
}

fn files(entry: &Element) -> Vec<Attachment> {
    let enclosed = children(entry, "link").filter(|found| found.attribute("rel") == Some("enclosure"));
    let enclosed = enclosed.filter_map(|found| {
        Some(file(found.attribute("href")?, found.attribute("type"), found.attribute("length"), found.attribute("title")))
    });
    enclosed.chain(media(entry)).collect()
}

/// Media RSS, in Atom and RSS alike.
pub(crate) fn media(entry: &Element) -> impl Iterator<Item = Attachment> {
    let groups = entry.all("media:group").chain(std::iter::once(entry));
    groups
        .flat_map(|group| group.all("media:content"))
        .filter_map(|found| Some(file(found.attribute("url")?, found.attribute("type"), found.attribute("fileSize"), None)))
}
