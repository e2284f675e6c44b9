//! Entities of the federation protocol, and their names before version 0.2.

use pointsman_plugin::{
    Attachment, Attribute, Author, Content, Direction, Event, Fact, Item, Kind, Note, Reaction, Refusal, Removal, Timestamp, Visibility,
};
use roxmltree::Node;

use crate::{Settings, envelope};

const ATTACHMENTS_MAX: usize = 32;
const MESSAGES_MAX: usize = 100;
const ID_BYTES_MAX: usize = 255;

/// What an entity tells.
///
/// # Errors
/// When it is no XML.
pub(crate) fn facts(xml: &str, settings: &Settings) -> Result<Vec<Fact>, Refusal> {
    let document = envelope::parsed(xml)?;
    let mut entity = document.root_element();
    // Before 0.2: `<XML><post><status_message>…`.
    for wrapper in ["XML", "post"] {
        let inner = entity.children().find(Node::is_element);
        entity = inner.filter(|_| entity.tag_name().name() == wrapper).unwrap_or(entity);
    }
    let read = Reading { entity, settings };
    Ok(match entity.tag_name().name() {
        "status_message" => vec![read.post()],
        "comment" => vec![read.comment()],
        "like" => vec![read.like()],
        "reshare" => vec![read.reshare()],
        "conversation" => {
            let messages = entity.children().filter(|node| node.tag_name().name() == "message").take(MESSAGES_MAX);
            messages.map(|entity| Reading { entity, settings }.message(read.text("subject"))).collect()
        }
        "message" => vec![read.message(None)],
        "retraction" | "relayable_retraction" | "signed_retraction" => vec![read.retraction()],
        name @ ("contact"
        | "request"
        | "profile"
        | "participation"
        | "poll_participation"
        | "event"
        | "event_participation"
        | "photo"
        | "account_deletion"
        | "account_migration") => vec![Fact::system(read.note(name))],
        name => vec![Fact::unsupported(read.note(name))],
    })
}

struct Reading<'a, 'input> {
    entity: Node<'a, 'input>,
    settings: &'a Settings,
}

impl Reading<'_, '_> {
    fn text(&self, name: &str) -> Option<String> {
        let child = self.entity.children().find(|node| node.tag_name().name() == name)?;
        let text: String = child.children().filter_map(|node| node.text()).collect();
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// An id; longer ones are nobody's.
    fn id(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.text(name)).filter(|id| id.len() <= ID_BYTES_MAX)
    }

    fn author(&self) -> Option<Author> {
        let id = self.id(&["author", "diaspora_handle", "sender_handle"])?;
        Some(Author { handle: Some(id.clone()), id, ..Author::default() })
    }

    fn is_own(&self, account: &str) -> bool {
        self.settings.account.as_deref() == Some(account)
    }

    fn at(&self) -> Option<Timestamp> {
        let text = self.text("created_at")?;
        pointsman_plugin::time::parse(&text.replace(" UTC", "Z"))
    }

    /// The words, with names for `@{Name; name@pod}`, and whether they name us; nobody knows who we are: whether they name anybody.
    fn words(&self) -> (String, bool) {
        let raw = self.text("text").or_else(|| self.text("raw_message")).unwrap_or_default();
        let (mut out, mut rest, mut named) = (String::with_capacity(raw.len()), raw.as_str(), false);
        while let Some((before, after)) = rest.split_once("@{") {
            let Some((mention, behind)) = after.split_once('}') else { break };
            let (name, account) = mention.rsplit_once(';').unwrap_or((mention, mention));
            let name = if name.trim().is_empty() { account.trim() } else { name.trim() };
            named |= self.settings.account.is_none() || self.is_own(account.trim());
            out.push_str(before);
            out.push('@');
            out.push_str(name);
            rest = behind;
        }
        out.push_str(rest);
        (out, named)
    }

    fn said(&self, build: impl FnOnce(Item) -> Item) -> Fact {
        let author = self.author();
        let Some(source_id) = self.id(&["guid"]) else {
            return Fact::unsupported(Note { text: Some("it has no guid".to_owned()), ..self.note(self.entity.tag_name().name()) });
        };
        let (text, named) = self.words();
        let echo = author.as_ref().is_some_and(|author| self.is_own(&author.id));
        let item = Item {
            direction: if echo { Direction::Echo } else { Direction::Inbound },
            occurred_at: self.at(),
            kind: if named { Kind::Mention } else { Kind::Post },
            author,
            ..Item::new(source_id, text)
        };
        let mut item = build(item);
        if item.visibility != Visibility::Private {
            let author = item.author.as_ref().map(|author| author.id.as_str()).unwrap_or_default();
            item.order_key = Some(format!("{}/{author}", item.conversation.as_ref().unwrap_or(&item.source_id)));
        }
        let key = format!("said:{}", item.source_id);
        self.fact(key, Event::Said(item.bounded()))
    }

    fn post(&self) -> Fact {
        let public = self.text("public").is_none_or(|public| public == "true");
        let visibility = if public { Visibility::Public } else { Visibility::Private };
        let app = self.text("provider_display_name").map(|app| Attribute::new("app", app));
        self.said(|item| Item { visibility, attachments: self.photos(), attributes: app.into_iter().collect(), ..item })
    }

    /// Whether the post was public is not told; what is answered as if it were is answered with care.
    fn comment(&self) -> Fact {
        let conversation = self.id(&["parent_guid", "target_guid"]);
        let in_reply_to = self.id(&["thread_parent_guid"]).or_else(|| conversation.clone());
        self.said(|item| {
            let kind = if item.kind == Kind::Mention && self.settings.account.is_some() { Kind::Mention } else { Kind::Comment };
            Item { kind, visibility: Visibility::Public, conversation, in_reply_to, ..item }
        })
    }

    fn message(&self, subject: Option<String>) -> Fact {
        let conversation = self.id(&["conversation_guid", "parent_guid"]);
        self.said(|item| Item { kind: Kind::Message, visibility: Visibility::Private, conversation, subject, ..item })
    }

    fn photos(&self) -> Vec<Attachment> {
        let photos = self.entity.children().filter(|node| node.tag_name().name() == "photo");
        let read = |entity| {
            let photo = Reading { entity, settings: self.settings };
            let name = photo.text("remote_photo_name")?;
            let url = format!("{}{name}", photo.text("remote_photo_path")?);
            let media_type = lenient::media_type(&name).unwrap_or("image/*").to_owned();
            Some(Attachment { media_type, content: Content::Url(url), name: Some(name), size_bytes: None, description: photo.text("text") })
        };
        photos.filter_map(read).take(ATTACHMENTS_MAX).collect()
    }

    fn like(&self) -> Fact {
        let positive = self.text("positive").is_none_or(|positive| positive == "true");
        self.reaction(if positive { "like" } else { "dislike" }, &["parent_guid", "target_guid"])
    }

    fn reshare(&self) -> Fact {
        self.reaction("share", &["root_guid"])
    }

    fn reaction(&self, name: &str, target: &[&str]) -> Fact {
        let Some(target) = self.id(target) else {
            return Fact::unsupported(Note { text: Some("it does not tell what it is about".to_owned()), ..self.note(name) });
        };
        let (actor, source_id) = (self.author(), self.id(&["guid"]));
        let by = source_id.as_deref().or(actor.as_ref().map(|actor| actor.id.as_str())).unwrap_or_default();
        let key = format!("{name}:{target}:{by}");
        self.fact(key, Event::Reacted(Reaction { source_id, target, name: name.to_owned(), added: true, actor, occurred_at: self.at() }))
    }

    /// Of a like that is taken back only its own guid is told, not what was liked.
    fn retraction(&self) -> Fact {
        let kind = self.text("target_type").unwrap_or_default();
        match self.id(&["target_guid", "post_guid"]) {
            Some(source_id) if !matches!(kind.as_str(), "Like" | "Person" | "PollParticipation" | "Photo") => {
                let key = format!("removed:{source_id}");
                self.fact(key, Event::Removed(Removal { source_id, actor: self.author(), occurred_at: self.at() }))
            }
            _ => Fact::system(self.note("retraction")),
        }
    }

    fn note(&self, name: &str) -> Note {
        let about = self.id(&["target_guid", "parent_guid", "recipient"]).map(|about| Attribute::new("about", about));
        Note {
            source_id: self.id(&["guid"]),
            actor: self.author(),
            occurred_at: self.at(),
            attributes: about.into_iter().collect(),
            ..Note::new(name.chars().take(64).collect::<String>())
        }
    }

    fn fact(&self, dedup_key: String, event: Event) -> Fact {
        Fact { account: self.settings.account.clone(), dedup_key: Some(dedup_key), event }
    }
}
