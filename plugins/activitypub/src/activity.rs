//! Activities: what was done, by whom, to what.

use pointsman_plugin::{Event, Fact, Note, Pointer, Reaction, Removal};
use serde_json::Value;

use crate::linked::{self, id, id_of, kind, several};
use crate::settings::Settings;
use crate::{object, person, pointer};
use lenient::{attribute, text, time};

/// What an activity tells.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) facts: Vec<Fact>,
    pub(crate) pointers: Vec<Pointer>,
}

impl Told {
    fn fact(fact: Fact) -> Self {
        Self { facts: vec![fact], ..Self::default() }
    }

    fn pointer(pointer: Pointer) -> Self {
        Self { pointers: vec![pointer], ..Self::default() }
    }

    fn add(&mut self, other: Self) {
        self.facts.extend(other.facts);
        self.pointers.extend(other.pointers);
    }
}

/// Objects of one activity; the contract allows a hundred pointers.
const OBJECTS_MAX: usize = 100;
/// A group announces what was done, nobody announces an announcement of an announcement.
const DEPTH_MAX: usize = 2;

/// Reads a body, signed by a key of the server `signer`, when that is known.
pub(crate) fn read(body: &Value, signer: Option<&str>, settings: &Settings) -> Told {
    let activity = Activity { body, signer, settings, depth: 0 };
    match kind(body) {
        Some("Collection" | "OrderedCollection" | "CollectionPage" | "OrderedCollectionPage") => activity.note("collection"),
        Some(name) if person::TYPES.contains(&name) => activity.profile(body),
        Some(_) => activity.read(),
        None => Told::fact(Fact::unsupported(Note { text: Some("the body has no type".to_owned()), ..activity.named("document") })),
    }
}

struct Activity<'a> {
    body: &'a Value,
    signer: Option<&'a str>,
    settings: &'a Settings,
    depth: usize,
}

impl Activity<'_> {
    fn read(&self) -> Told {
        let name = kind(self.body).unwrap_or_default();
        if !self.is_believed() {
            return self.distrusted(name);
        }
        match name {
            "Create" => self.each(|object| self.said(object, false)),
            "Update" => self.each(|object| self.said(object, true)),
            "Delete" => self.each(|object| self.deleted(object)),
            "Announce" => self.each(|object| self.announced(object)),
            "Like" | "Dislike" | "EmojiReact" => self.each(|object| Told::fact(self.reaction(self.body, object, true))),
            "Undo" => self.each(|object| self.undone(object)),
            "Flag" => self.flagged(),
            "Follow" | "Accept" | "Reject" | "TentativeAccept" | "TentativeReject" | "Block" | "Join" | "Leave" | "Move" | "Add"
            | "Remove" | "Invite" | "Offer" | "View" | "Read" | "Listen" | "Ignore" | "Travel" | "Arrive" => {
                self.note(&name.to_lowercase())
            }
            // A bare object: some servers and tools post it without its activity.
            _ => match object::fact(self.body, None, false, self.settings) {
                Some(fact) => Told::fact(fact),
                None => Told::fact(Fact::unsupported(self.named(name))),
            },
        }
    }

    /// Whether the key that signed is of the server in whose name the activity speaks.
    fn is_believed(&self) -> bool {
        let speaker = id(self.body, "actor").or_else(|| id(self.body, "attributedTo"));
        let speaker = speaker.as_deref().and_then(linked::host);
        self.signer.is_none() || speaker.is_none() || self.signer == speaker.as_deref()
    }

    /// Forwarded by another server: what it is about is fetched where it lives. A deletion is found out in the same way.
    fn distrusted(&self, name: &str) -> Told {
        let objects = || several(self.body, "object").into_iter().filter_map(id_of).filter(|id| linked::host(id).is_some());
        match name {
            "Create" | "Update" | "Delete" => {
                let pointers = objects().take(OBJECTS_MAX).map(|id| pointer(&id, name == "Update")).collect();
                Told { pointers, facts: Vec::new() }
            }
            _ => {
                let why = "signed by another server than its actor's".to_owned();
                Told::fact(Fact::unsupported(Note { text: Some(why), ..self.named(name) }))
            }
        }
    }

    fn each(&self, read: impl Fn(&Value) -> Told) -> Told {
        let mut told = Told::default();
        for object in several(self.body, "object").into_iter().take(OBJECTS_MAX) {
            told.add(read(object));
        }
        if told.facts.is_empty() && told.pointers.is_empty() {
            let why = "there is no object that can be read".to_owned();
            let name = kind(self.body).unwrap_or_default();
            told.facts.push(Fact::unsupported(Note { text: Some(why), ..self.named(name) }));
        }
        told
    }

    fn said(&self, object: &Value, edited: bool) -> Told {
        if object.is_string() {
            let fetchable = id_of(object).filter(|id| linked::host(id).is_some());
            return fetchable.map_or_else(Told::default, |id| Told::pointer(pointer(&id, edited)));
        }
        let actor = id(self.body, "actor");
        let speaks_for_itself = |id: &str| actor.as_deref().is_none_or(|actor| linked::same_host(actor, id) || linked::host(id).is_none());
        match (kind(object), id_of(object)) {
            (Some(name), _) if person::TYPES.contains(&name) => self.profile(object),
            // A vote is a note with a name and no content; it is no word to us.
            (Some("Note"), Some(_))
                if text(object, "content").is_none() && text(object, "name").is_some() && id(object, "inReplyTo").is_some() =>
            {
                self.note("vote")
            }
            (_, Some(id)) if !speaks_for_itself(&id) => Told::pointer(pointer(&id, edited)),
            (Some(name), _) => match object::fact(object, Some(self.body), edited, self.settings) {
                Some(fact) => Told::fact(fact),
                None => Told::fact(Fact::unsupported(Note {
                    text: Some(format!("{name} is no object that says something")),
                    ..self.named("object")
                })),
            },
            _ => Told::default(),
        }
    }

    fn deleted(&self, object: &Value) -> Told {
        let Some(target) = id_of(object) else { return Told::default() };
        let actor = id(self.body, "actor");
        if actor.as_deref() == Some(target.as_str()) || kind(object).is_some_and(|name| person::TYPES.contains(&name)) {
            return self.note("account-deleted");
        }
        if actor.as_deref().is_some_and(|actor| linked::host(&target).is_some() && !linked::same_host(actor, &target)) {
            return Told::pointer(pointer(&target, false));
        }
        let removal =
            Removal { source_id: target.clone(), actor: self.actor(), occurred_at: self.at().or_else(|| time(object, "deleted")) };
        Told::fact(self.fact(object::bounded(format!("removed:{target}")), Event::Removed(removal)))
    }

    /// A share; or, from a group, what somebody did in it.
    fn announced(&self, object: &Value) -> Told {
        let inner = kind(object).filter(|_| object.get("object").is_some());
        match inner {
            Some(_) if self.depth < DEPTH_MAX => {
                let group = id(self.body, "actor").as_deref().and_then(linked::host);
                Activity { body: object, signer: group.as_deref(), settings: self.settings, depth: self.depth + 1 }.read()
            }
            Some(_) => self.note("announce"),
            None => Told::fact(self.reaction(self.body, object, true)),
        }
    }

    fn reaction(&self, activity: &Value, object: &Value, added: bool) -> Fact {
        let name = match (kind(activity).unwrap_or_default(), text(activity, "content")) {
            ("Announce", _) => "share",
            ("Dislike", _) => "dislike",
            (_, Some(emoji)) => emoji,
            _ => "like",
        };
        let Some(target) = id_of(object) else {
            return Fact::unsupported(Note { text: Some("it does not tell what it is about".to_owned()), ..self.named(name) });
        };
        let own = id(activity, "id").or_else(|| id_of(activity));
        let actor = self.actor();
        let key = format!(
            "{}:{name}:{target}:{}",
            if added { "reacted" } else { "undone" },
            actor.as_ref().map(|actor| actor.id.as_str()).unwrap_or_default()
        );
        let key = own.as_ref().map_or(key, |id| format!("{}:{id}", if added { "reacted" } else { "undone" }));
        let reaction = Reaction { source_id: own, target, name: name.to_owned(), added, actor, occurred_at: self.at() };
        self.fact(object::bounded(key), Event::Reacted(reaction))
    }

    fn undone(&self, object: &Value) -> Told {
        match kind(object) {
            Some("Announce" | "Like" | "Dislike" | "EmojiReact") => {
                let target = several(object, "object").into_iter().next().unwrap_or(&Value::Null);
                Told::fact(self.reaction(object, target, false))
            }
            Some(name) => self.note(&format!("undo-{}", name.to_lowercase())),
            None => self.note("undo"),
        }
    }

    /// A report to our moderators.
    fn flagged(&self) -> Told {
        let about = linked::ids(self.body, "object");
        let note = Note { text: text(self.body, "content").map(markup::text), ..self.named("flag") };
        Told::fact(self.system(Note { attributes: vec![attribute("about", about)], ..note }))
    }

    fn profile(&self, object: &Value) -> Told {
        Told::fact(self.system(Note { actor: person::author(object), ..self.named("profile") }))
    }

    fn note(&self, name: &str) -> Told {
        let about = several(self.body, "object").into_iter().find_map(id_of);
        let attributes = about.map(|id| attribute("about", id)).into_iter().collect();
        Told::fact(self.system(Note { attributes, ..self.named(name) }))
    }

    fn named(&self, name: &str) -> Note {
        Note { source_id: id_of(self.body), actor: self.actor(), occurred_at: self.at(), ..Note::new(name) }
    }

    fn actor(&self) -> Option<pointsman_plugin::Author> {
        let actors = several(self.body, "actor").into_iter().chain(several(self.body, "attributedTo"));
        actors.take(1).find_map(person::author)
    }

    fn at(&self) -> Option<pointsman_plugin::Timestamp> {
        time(self.body, "published").or_else(|| time(self.body, "updated"))
    }

    fn system(&self, note: Note) -> Fact {
        Fact { account: self.settings.actor.clone(), ..Fact::system(note) }
    }

    fn fact(&self, dedup_key: String, event: Event) -> Fact {
        Fact { account: self.settings.actor.clone(), dedup_key: Some(dedup_key), event }
    }
}
