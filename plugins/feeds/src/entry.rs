//! An entry of any kind of feed, and the fact that it is.

use lenient::{attribute, fingerprint};
use pointsman_plugin::{Attachment, Author, Content, Fact, Item, Kind, Timestamp, Visibility, time};
use url::Url;

/// An entry as its feed writes it.
#[derive(Debug, Default)]
pub(crate) struct Entry {
    /// The feed's id of it.
    pub(crate) id: Option<String>,
    /// Its page.
    pub(crate) link: Option<String>,
    /// The title, as text.
    pub(crate) title: Option<String>,
    /// What it says.
    pub(crate) body: Option<Body>,
    /// Who wrote it.
    pub(crate) author: Option<Author>,
    /// When it came out.
    pub(crate) published: Option<String>,
    /// When it was changed last.
    pub(crate) updated: Option<String>,
    /// What it belongs to.
    pub(crate) tags: Vec<String>,
    /// What it answers.
    pub(crate) answers: Option<String>,
    /// The files that came with it.
    pub(crate) files: Vec<Attachment>,
    /// The feed's or the entry's language.
    pub(crate) language: Option<String>,
}

/// What an entry says.
#[derive(Debug)]
pub(crate) enum Body {
    /// Text.
    Text(String),
    /// HTML.
    Html(String),
}

impl Body {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.trim().to_owned(),
            Self::Html(html) => markup::text(html),
        }
    }

    /// Whether a reader would see something.
    pub(crate) fn is_empty(&self) -> bool {
        self.text().is_empty()
    }
}

/// A title: most feeds escape HTML in it, some do not mean HTML at all.
pub(crate) fn title(text: &str) -> Option<String> {
    let tag = |rest: &str| rest.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/');
    let entity = |rest: &str| rest.split(';').next().is_some_and(|name| name.len() < rest.len() && name.len() <= 10 && !name.contains(' '));
    let marked = text.split('<').skip(1).any(tag) || text.split('&').skip(1).any(entity);
    line(&if marked { markup::text(text) } else { text.to_owned() })
}

/// A title that means what it says.
pub(crate) fn line(text: &str) -> Option<String> {
    let plain = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!plain.is_empty()).then_some(plain)
}

/// A person: `mail (Name)`, or a name.
pub(crate) fn person(text: &str) -> Option<Author> {
    let text = text.trim();
    let (mail, name) = match text.strip_suffix(')').and_then(|rest| rest.split_once('(')) {
        Some((mail, name)) => (Some(mail.trim()), name.trim()),
        None => (None, text),
    };
    let id = mail.filter(|mail| !mail.is_empty()).unwrap_or(name);
    let named = |text: &str| (!text.is_empty()).then(|| text.chars().take(NAME_CHARS_MAX).collect::<String>());
    Some(Author { id: named(id)?, display_name: named(name), ..Author::default() })
}

/// A file.
pub(crate) fn file(url: &str, media_type: Option<&str>, size: Option<&str>, name: Option<&str>) -> Attachment {
    let media_type = media_type.filter(|said| said.contains('/')).or_else(|| lenient::media_type(url));
    Attachment {
        media_type: media_type.unwrap_or("application/octet-stream").to_owned(),
        content: Content::Url(url.to_owned()),
        name: name.map(str::to_owned),
        size_bytes: size.and_then(|size| size.trim().parse().ok()).filter(|size| *size > 0),
        description: None,
    }
}

impl Entry {
    /// What makes it itself in its feed.
    pub(crate) fn key(&self) -> String {
        let id = self.id.as_deref().or(self.link.as_deref()).map(str::trim).filter(|id| (1..=ID_BYTES_MAX).contains(&id.len()));
        id.map_or_else(|| format!("fnv:{}", fingerprint(self.words().as_bytes())), str::to_owned)
    }

    /// When it came out, by the feed.
    pub(crate) fn at(&self) -> Option<Timestamp> {
        [&self.published, &self.updated].into_iter().flatten().find_map(|said| time::parse(said.trim()))
    }

    /// A fingerprint of what it says: another one means that it was changed.
    pub(crate) fn version(&self) -> String {
        fingerprint(self.words().as_bytes())
    }

    fn words(&self) -> String {
        let body = self.body.as_ref().map(Body::text).unwrap_or_default();
        format!("{}\0{body}\0{}", self.title.as_deref().unwrap_or_default(), self.link.as_deref().unwrap_or_default())
    }

    /// As a fact, said or changed. Addresses are completed by the feed's.
    pub(crate) fn fact(self, base: Option<&Url>, changed: bool) -> Fact {
        let (key, version, at) = (self.key(), self.version(), self.at());
        let complete =
            |address: &str| base.and_then(|base| base.join(address.trim()).ok()).map_or_else(|| address.trim().to_owned(), String::from);
        let mut attributes = Vec::new();
        attributes.extend(self.link.as_deref().map(|link| attribute("url", complete(link))));
        let edited = self.updated.filter(|updated| time::parse(updated.trim()) != at);
        attributes.extend(edited.map(|updated| attribute("edited-at", updated)));
        attributes.extend((!self.tags.is_empty()).then(|| attribute("tags", self.tags.into_iter().take(TAGS_MAX).collect::<Vec<_>>())));
        let text = self.body.as_ref().map(Body::text).filter(|text| !text.is_empty());
        let files = self.files.into_iter().take(FILES_MAX).map(|file| match file.content {
            Content::Url(url) => Attachment { content: Content::Url(complete(&url)), ..file },
            content => Attachment { content, ..file },
        });
        let item = Item {
            source_id: key.clone(),
            kind: if self.answers.is_some() { Kind::Comment } else { Kind::Post },
            visibility: Visibility::Public,
            conversation: self.answers.clone(),
            in_reply_to: self.answers,
            author: self.author,
            subject: self.title.clone(),
            text: text.or(self.title).unwrap_or_default(),
            markup: self.body.and_then(|body| if let Body::Html(html) = body { Some(html) } else { None }),
            language: self.language,
            attachments: files.collect(),
            occurred_at: at,
            attributes,
            ..Item::default()
        };
        let short = if key.len() > KEY_BYTES_MAX { fingerprint(key.as_bytes()) } else { key };
        if changed {
            Fact::edited(item.bounded()).dedup_key(format!("edited:{short}:{version}"))
        } else {
            Fact::said(item.bounded()).dedup_key(format!("said:{short}"))
        }
    }
}

const ID_BYTES_MAX: usize = 512;
const KEY_BYTES_MAX: usize = 480;
const NAME_CHARS_MAX: usize = 200;
const TAGS_MAX: usize = 50;
const FILES_MAX: usize = 20;
