//! XML as a tree, with more patience than the standard asks for: end tags that do not match, entities that nobody declared, a missing end.

use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;

/// An element.
#[derive(Debug, Default)]
pub(crate) struct Element {
    /// The name: alone for the namespaces of feeds themselves, with the usual prefix for known others (`content:encoded`, `dc:creator`).
    pub(crate) name: String,
    attributes: Vec<(String, String)>,
    nodes: Vec<Node>,
}

#[derive(Debug)]
enum Node {
    Text(String),
    Element(Element),
}

/// A document.
#[derive(Debug)]
pub(crate) struct Document {
    /// Its root.
    pub(crate) root: Element,
    /// It ends where it should.
    pub(crate) whole: bool,
}

/// Reads a document; none when there is no element in it.
pub(crate) fn read(text: &str) -> Option<Document> {
    let mut reader = NsReader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    let (mut whole, mut nodes) = (true, 0_usize);
    while nodes < NODES_MAX {
        nodes += 1;
        match reader.read_resolved_event() {
            Ok((resolved, Event::Start(tag))) => {
                let element = element(&resolved, &tag);
                // What lies deeper is nobody's text.
                if open.len() < DEPTH_MAX {
                    open.push(element)
                } else {
                    whole = false;
                    break;
                }
            }
            Ok((resolved, Event::Empty(tag))) => {
                let element = element(&resolved, &tag);
                match open.last_mut() {
                    Some(parent) => parent.nodes.push(Node::Element(element)),
                    None => root = root.or(Some(element)),
                }
            }
            Ok((_, Event::End(tag))) => {
                let name = tag.local_name().as_ref().to_owned();
                close(&mut open, &mut root, &name);
            }
            Ok((_, Event::Text(text))) => say(&mut open, &text),
            Ok((_, Event::CData(text))) => say(&mut open, &text),
            Ok((_, Event::GeneralRef(name))) => say(&mut open, &markup::unescape(&format!("&{};", &*name))),
            Ok((_, Event::Eof)) => break,
            Ok(_) => {}
            Err(_) => {
                whole = false;
                break;
            }
        }
    }
    whole &= open.is_empty() && nodes < NODES_MAX;
    while !open.is_empty() {
        fold(&mut open, &mut root);
    }
    root.map(|root| Document { root, whole })
}

/// Closes the innermost element of this name, with all in it that was left open; a tag that closes nothing is passed over.
fn close(open: &mut Vec<Element>, root: &mut Option<Element>, name: &str) {
    let local = |element: &Element| element.name.rsplit(':').next() == Some(name);
    if let Some(depth) = open.iter().rposition(local) {
        while open.len() > depth {
            fold(open, root);
        }
    }
}

fn fold(open: &mut Vec<Element>, root: &mut Option<Element>) {
    if let Some(element) = open.pop() {
        match open.last_mut() {
            Some(parent) => parent.nodes.push(Node::Element(element)),
            None => *root = root.take().or(Some(element)),
        }
    }
}

fn say(open: &mut [Element], text: &str) {
    let Some(element) = open.last_mut() else { return };
    match element.nodes.last_mut() {
        Some(Node::Text(before)) => before.push_str(text),
        _ => element.nodes.push(Node::Text(text.to_owned())),
    }
}

fn element(resolved: &ResolveResult<'_>, tag: &BytesStart<'_>) -> Element {
    let local = tag.local_name().as_ref().to_owned();
    let prefix = match resolved {
        ResolveResult::Bound(namespace) => prefix(namespace.as_ref()),
        ResolveResult::Unbound => String::new(),
        ResolveResult::Unknown(prefix) => prefix.clone(),
    };
    let mut attributes = tag.attributes();
    let attributes = attributes
        .with_checks(false)
        .flatten()
        .take(ATTRIBUTES_MAX)
        .map(|attribute| (attribute.key.as_ref().to_owned(), markup::unescape(&attribute.value)));
    let name = if prefix.is_empty() { local } else { format!("{prefix}:{local}") };
    Element { name, attributes: attributes.collect(), nodes: Vec::new() }
}

/// The usual prefix of a namespace; none for those of feeds themselves.
fn prefix(namespace: &str) -> String {
    let namespace = namespace.trim().trim_end_matches(['/', '#']);
    let known = [
        ("http://purl.org/rss/1.0/modules/content", "content"),
        ("http://purl.org/dc/elements/1.1", "dc"),
        ("http://purl.org/dc/terms", "dcterms"),
        ("http://search.yahoo.com/mrss", "media"),
        ("http://www.itunes.com/dtds/podcast-1.0.dtd", "itunes"),
        ("http://purl.org/syndication/thread/1.0", "thr"),
        ("http://www.w3.org/2005/Atom", "atom"),
        ("http://purl.org/atom/ns", "atom"),
        ("http://www.w3.org/1999/02/22-rdf-syntax-ns", "rdf"),
        ("http://purl.org/rss/1.0/modules/slash", "slash"),
    ];
    let own = [
        "http://purl.org/rss",
        "http://my.netscape.com",
        "http://channel.netscape.com",
        "http://backend.userland.com",
        "http://www.w3.org/1999/xhtml",
    ];
    match known.iter().find(|(uri, _)| *uri == namespace) {
        Some((_, prefix)) => (*prefix).to_owned(),
        None if namespace.is_empty() || own.iter().any(|start| namespace.starts_with(start)) && !namespace.contains("/modules/") => {
            String::new()
        }
        None => "other".to_owned(),
    }
}

impl Element {
    /// Its elements.
    pub(crate) fn children(&self) -> impl Iterator<Item = &Self> {
        self.nodes.iter().filter_map(|node| if let Node::Element(element) = node { Some(element) } else { None })
    }

    /// Its elements of this name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children().filter(move |child| child.name == name)
    }

    /// Its first element of this name.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children().find(|child| child.name == name)
    }

    /// The text of its first element of this name that says something.
    pub(crate) fn text_of(&self, name: &str) -> Option<String> {
        self.children().filter(|child| child.name == name).map(Self::text).find(|text| !text.is_empty())
    }

    /// An attribute that says something.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let value = self.attributes.iter().find(|(known, _)| known == name)?.1.trim();
        (!value.is_empty()).then_some(value)
    }

    /// What stands in it, without tags.
    pub(crate) fn text(&self) -> String {
        let mut out = String::new();
        self.collect(&mut out);
        out.trim().to_owned()
    }

    fn collect(&self, out: &mut String) {
        for node in &self.nodes {
            match node {
                Node::Text(text) => out.push_str(text),
                Node::Element(element) => element.collect(out),
            }
        }
    }

    /// What stands in it, as HTML. In feeds text is HTML that was escaped once; in XHTML it is text.
    pub(crate) fn html(&self, text_is_html: bool) -> String {
        let mut out = String::new();
        for node in &self.nodes {
            match node {
                Node::Text(text) if text_is_html => out.push_str(text),
                Node::Text(text) => out.push_str(&text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")),
                Node::Element(element) => {
                    let name = element.name.rsplit(':').next().unwrap_or_default();
                    out.push_str(&format!("<{name}>{}</{name}>", element.html(text_is_html)));
                }
            }
        }
        out
    }
}

const DEPTH_MAX: usize = 100;
const NODES_MAX: usize = 200_000;
const ATTRIBUTES_MAX: usize = 50;
