//! RSS 0.9x and 2.0, whose items are in the channel, and RSS 0.90 and 1.0 (RDF), whose items are beside it.

use pointsman_plugin::Author;

use crate::atom::media;
use crate::entry::{Body, Entry, file, person, title};
use crate::tree::Element;

/// The items of a feed.
pub(crate) fn entries(root: &Element) -> Vec<Entry> {
    let channel = root.child("channel");
    let language = channel.and_then(|channel| channel.text_of("language").or_else(|| channel.text_of("dc:language")));
    let inside = channel.into_iter().flat_map(|channel| channel.all("item"));
    inside.chain(root.all("item")).map(|item| entry(item, language.as_deref())).collect()
}

fn entry(item: &Element, language: Option<&str>) -> Entry {
    let first = |names: &[&str]| names.iter().find_map(|name| item.text_of(name));
    let body = ["content:encoded", "description", "itunes:summary", "media:description", "dc:description"].into_iter();
    let mut body = body.flat_map(|name| item.all(name)).map(|found| Body::Html(found.html(true)));
    let atom = || {
        item.all("atom:link")
            .filter(|link| matches!(link.attribute("rel"), None | Some("alternate")))
            .find_map(|link| link.attribute("href"))
    };
    Entry {
        id: first(&["guid", "atom:id"]).or_else(|| item.attribute("rdf:about").map(str::to_owned)).or_else(|| first(&["dc:identifier"])),
        link: first(&["link"]).or_else(|| atom().map(str::to_owned)),
        title: first(&["title", "dc:title", "media:title"]).and_then(|text| title(&text)),
        body: body.find(|body| !body.is_empty()),
        author: first(&["dc:creator", "author", "itunes:author"]).and_then(|text| person(&text)).or_else(|| named(item)),
        published: first(&["pubDate", "pubdate", "dc:date", "dcterms:created", "dcterms:issued", "atom:published"]),
        updated: first(&["atom:updated", "dcterms:modified"]),
        tags: item.all("category").chain(item.all("dc:subject")).map(Element::text).filter(|tag| !tag.is_empty()).collect(),
        answers: item.child("thr:in-reply-to").and_then(|found| found.attribute("ref")).map(str::to_owned),
        files: item
            .all("enclosure")
            .filter_map(|found| Some(file(found.attribute("url")?, found.attribute("type"), found.attribute("length"), None)))
            .chain(media(item))
            .collect(),
        language: item.attribute("xml:lang").or(language).map(str::to_owned),
    }
}

/// An author as Atom writes one.
fn named(item: &Element) -> Option<Author> {
    person(&item.child("atom:author")?.text_of("atom:name")?)
}
