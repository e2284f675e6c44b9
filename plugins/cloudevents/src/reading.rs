//! One event as a fact.

use pointsman_plugin::{Attribute, Author, Direction, Event, Fact, Item, Kind, Note, Removal, Timestamp, Visibility};
use serde_json::Value;

use crate::mapping::{Becomes, Mapping, found};
use crate::settings::Settings;
use lenient::{fingerprint, text, time};

pub(crate) const KINDS: [&str; 8] = ["message", "comment", "post", "mention", "review", "lead", "call", "other"];
pub(crate) const VISIBILITIES: [&str; 4] = ["public", "restricted", "private", "internal"];

const NAME_BYTES_MAX: usize = 256;
const ID_BYTES_MAX: usize = 512;
const ATTRIBUTES_MAX: usize = 32;
const VALUE_BYTES_MAX: usize = 4 << 10;
/// What every event has, or what is said of elsewhere.
const KNOWN: [&str; 8] = ["specversion", "id", "type", "time", "data", "data_base64", "datacontenttype", "subject"];

pub(crate) fn fact(event: &Value, settings: &Settings) -> Fact {
    let name = text(event, "type").unwrap_or_default();
    let unmapped = Mapping::default();
    let mapping = settings.mapping(name).unwrap_or(&unmapped);
    let reading = Reading { event, mapping };
    let becomes = match mapping.becomes {
        // Nothing to answer in it: a visit without a word, a review with stars only is one all the same.
        Becomes::Said | Becomes::Edited if reading.place(&mapping.text).is_none() && mapping.rating.is_none() => Becomes::System,
        becomes => becomes,
    };
    let told = match becomes {
        Becomes::Said => Event::Said(reading.item()),
        Becomes::Edited => Event::Edited(reading.item()),
        Becomes::Removed => Event::Removed(Removal { source_id: reading.id(), actor: reading.author(), occurred_at: reading.at() }),
        Becomes::System => Event::System(reading.note(name)),
    };
    // `source` and `id` name an event for ever (§3.1.1), whatever it is about.
    Fact { account: reading.place(&mapping.account), dedup_key: Some(bounded(reading.event_id())), event: told }
}

/// An id within the contract's limit.
fn bounded(id: String) -> String {
    if id.len() <= ID_BYTES_MAX { id } else { fingerprint(id.as_bytes()) }
}

struct Reading<'a> {
    event: &'a Value,
    mapping: &'a Mapping,
}

impl Reading<'_> {
    fn place(&self, place: &Option<String>) -> Option<String> {
        found(self.event, place.as_ref())
    }

    fn event_id(&self) -> String {
        let part = |name: &str| text(self.event, name).unwrap_or_default();
        format!("{}#{}", part("source"), part("id"))
    }

    fn id(&self) -> String {
        bounded(self.place(&self.mapping.id).unwrap_or_else(|| self.event_id()))
    }

    fn at(&self) -> Option<Timestamp> {
        let mapped = self.place(&self.mapping.occurred_at).and_then(|text| pointsman_plugin::time::parse(&text));
        mapped.or_else(|| time(self.event, "time"))
    }

    fn author(&self) -> Option<Author> {
        let name = self.place(&self.mapping.author_name);
        let id = self.place(&self.mapping.author).or_else(|| name.clone())?;
        Some(Author { id: bounded(id), display_name: name, ..Author::default() })
    }

    fn item(&self) -> Item {
        let mapping = self.mapping;
        let author = self.author();
        let source_id = self.id();
        let visibility = visibility(mapping.visibility.as_deref()).unwrap_or(Visibility::Private);
        let conversation = self.place(&mapping.conversation).map(bounded);
        let shared = matches!(visibility, Visibility::Public | Visibility::Restricted);
        let order = |author: &Author| bounded(format!("{}/{}", conversation.as_ref().unwrap_or(&source_id), author.id));
        let item = Item {
            kind: kind(mapping.kind.as_deref()),
            visibility,
            direction: if mapping.echo { Direction::Echo } else { Direction::Inbound },
            order_key: author.as_ref().filter(|_| shared).map(order),
            conversation,
            in_reply_to: self.place(&mapping.in_reply_to).map(bounded),
            author,
            subject: self.place(&mapping.subject),
            text: self.place(&mapping.text).unwrap_or_default(),
            language: self.place(&mapping.language),
            rating: self.rating(),
            occurred_at: self.at(),
            attributes: self.attributes(),
            source_id,
            ..Item::default()
        };
        item.bounded()
    }

    fn note(&self, name: &str) -> Note {
        let visibility = visibility(self.mapping.visibility.as_deref());
        Note {
            source_id: Some(self.id()),
            name: name.chars().take(NAME_BYTES_MAX / 4).collect(),
            text: self
                .place(&self.mapping.text)
                .or_else(|| text(self.event, "data").map(str::to_owned))
                .map(|text| text.chars().take(VALUE_BYTES_MAX).collect()),
            actor: self.author(),
            conversation: self.place(&self.mapping.conversation).map(bounded),
            visibility,
            occurred_at: self.at(),
            attributes: self.attributes(),
        }
    }

    fn rating(&self) -> Option<f32> {
        let rating: f32 = self.place(&self.mapping.rating)?.trim().parse().ok()?;
        Some((rating / self.mapping.rating_max.unwrap_or(1.0)).clamp(0.0, 1.0)).filter(|rating| rating.is_finite())
    }

    /// What the settings name, the subject, and the event's extension attributes.
    fn attributes(&self) -> Vec<Attribute> {
        let mapped = self.mapping.attributes.iter().filter_map(|(name, place)| Some((name.clone(), found(self.event, Some(place))?)));
        let subject = text(self.event, "subject").map(|subject| ("event-subject".to_owned(), subject.to_owned()));
        let fields = self.event.as_object().into_iter().flatten().filter(|(name, _)| !KNOWN.contains(&name.as_str()));
        let extensions = fields.filter_map(|(name, value)| {
            Some((format!("ce-{}", name.to_lowercase()), value.as_str().map(str::to_owned).or_else(|| lenient::as_id(value))?))
        });
        let all = mapped.chain(subject).chain(extensions).filter(|(name, value)| name.len() <= 64 && value.len() <= VALUE_BYTES_MAX);
        all.take(ATTRIBUTES_MAX).map(|(name, value)| Attribute::new(name, value)).collect()
    }
}

fn kind(name: Option<&str>) -> Kind {
    match name {
        Some("comment") => Kind::Comment,
        Some("post") => Kind::Post,
        Some("mention") => Kind::Mention,
        Some("review") => Kind::Review,
        Some("lead") => Kind::Lead,
        Some("call") => Kind::Call,
        Some("other") => Kind::Other,
        _ => Kind::Message,
    }
}

fn visibility(name: Option<&str>) -> Option<Visibility> {
    match name? {
        "public" => Some(Visibility::Public),
        "restricted" => Some(Visibility::Restricted),
        "internal" => Some(Visibility::Internal),
        _ => Some(Visibility::Private),
    }
}
