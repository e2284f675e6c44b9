//! From an item to a fact, as the settings map it.

use pointsman_plugin::{
    Attachment, Attribute, Author, Content, Delivery, Engagement, Event, Fact, Item, Note, Reaction, Receipt, Removal, Timestamp, time,
};

use crate::document::{Document, Items};
use crate::fields;
use crate::settings::{AttachmentFields, Fields, Format, Settings};
use crate::source::Source;

/// The contract's limits.
const ID_BYTES_MAX: usize = 512;
const ATTRIBUTE_BYTES_MAX: usize = 4 << 10;
const ATTACHMENTS_MAX: usize = 64;

/// Reads the items of one delivery.
pub(crate) struct Reader<'a> {
    settings: &'a Settings,
    whole: &'a Document<'a>,
    delivery: &'a Delivery,
}

/// An item in reading. An error says why the item is not understood.
struct Reading<'a> {
    reader: &'a Reader<'a>,
    item: &'a Document<'a>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(settings: &'a Settings, whole: &'a Document<'a>, delivery: &'a Delivery) -> Self {
        Self { settings, whole, delivery }
    }

    /// What one item tells; `unsupported` when it is not understood.
    pub(crate) fn fact(&self, item: &Document<'_>) -> Fact {
        let reading = Reading { reader: self, item };
        match reading.event() {
            Ok(event) => self.signed(&reading, event),
            Err(why) => self.unsupported(Some(item), why),
        }
    }

    /// Something that is kept although it was not understood, and why.
    pub(crate) fn unsupported(&self, item: Option<&Document<'_>>, why: String) -> Fact {
        let reading = Reading { reader: self, item: item.unwrap_or(self.whole) };
        let name = self.settings.event.as_ref().and_then(|event| event.raw(reading.item, self.whole, self.delivery));
        let note = Note { text: Some(why), ..reading.note(name.unwrap_or_else(|| "item".to_owned())) };
        self.signed(&reading, Event::Unsupported(note))
    }

    fn signed(&self, reading: &Reading<'_>, event: Event) -> Fact {
        let text = |source: &Option<Source>| source.as_ref().and_then(|source| reading.text(source));
        let dedup_key = text(&self.settings.dedup_key).filter(|key| key.len() <= ID_BYTES_MAX);
        Fact { account: text(&self.settings.account), dedup_key, event }
    }
}

impl Reading<'_> {
    fn event(&self) -> Result<Event, String> {
        let Some(source) = &self.reader.settings.event else {
            return Ok(Event::Said(self.said()?));
        };
        let Some(name) = self.text(source) else {
            return Err(match source.raw(self.item, self.reader.whole, self.reader.delivery) {
                Some(raw) => format!("the event `{raw}` is not mapped"),
                None => "the event is missing".to_owned(),
            });
        };
        let raw = || source.raw(self.item, self.reader.whole, self.reader.delivery).unwrap_or_else(|| name.clone());
        Ok(match name.as_str() {
            "said" => Event::Said(self.said()?),
            "edited" => Event::Edited(self.said()?),
            "removed" => Event::Removed(self.removal()?),
            "reacted" => Event::Reacted(self.reaction()?),
            "receipt" => Event::Receipt(self.receipt()?),
            "system" => Event::System(self.note(raw())),
            "unsupported" => Event::Unsupported(self.note(raw())),
            _ => return Err(format!("the event `{name}` is not mapped")),
        })
    }

    fn said(&self) -> Result<Item, String> {
        let fields = self.fields();
        let (text, markup) = self.words(fields);
        let item = Item {
            source_id: self.id("source_id", &fields.source_id)?,
            kind: self.optional(&fields.kind).map_or_else(Default::default, |name| fields::kind(&name)),
            visibility: self.optional(&fields.visibility).map_or_else(Default::default, |name| fields::visibility(&name)),
            direction: self.optional(&fields.direction).map_or_else(Default::default, |name| fields::direction(&name)),
            conversation: self.optional(&fields.conversation),
            in_reply_to: self.optional(&fields.in_reply_to),
            order_key: self.optional(&fields.order_key),
            author: self.author(),
            subject: self.optional(&fields.subject),
            text,
            markup,
            language: self.optional(&fields.language),
            attachments: fields.attachments.as_ref().map(|files| self.attachments(files)).unwrap_or_default(),
            engagement: self.engagement(fields),
            rating: self.rating(fields),
            occurred_at: self.occurred_at()?,
            attributes: self.attributes(),
        };
        Ok(item.bounded())
    }

    fn removal(&self) -> Result<Removal, String> {
        let source_id = self.id("source_id", &self.fields().source_id)?;
        Ok(Removal { source_id, actor: self.author(), occurred_at: self.occurred_at()? })
    }

    fn reaction(&self) -> Result<Reaction, String> {
        let fields = self.fields();
        Ok(Reaction {
            source_id: self.optional(&fields.source_id),
            target: self.id("target", &fields.target)?,
            name: self.optional(&fields.reaction).ok_or("`reaction` is missing")?,
            added: self.optional(&fields.added).is_none_or(|text| fields::flag(&text)),
            actor: self.author(),
            occurred_at: self.occurred_at()?,
        })
    }

    fn receipt(&self) -> Result<Receipt, String> {
        let fields = self.fields();
        let progress = self.optional(&fields.progress).ok_or("`progress` is missing")?;
        Ok(Receipt {
            source_id: self.optional(&fields.source_id),
            target: self.optional(&fields.target),
            progress: fields::progress(&progress).ok_or_else(|| format!("the progress `{progress}` is not mapped"))?,
            detail: self.optional(&fields.detail),
            actor: self.author(),
            conversation: self.optional(&fields.conversation),
            occurred_at: self.occurred_at()?,
        })
    }

    fn note(&self, name: String) -> Note {
        let fields = self.fields();
        Note {
            source_id: self.optional(&fields.source_id).filter(|id| id.len() <= ID_BYTES_MAX),
            name,
            text: fields.text.as_ref().map(|_| self.words(fields).0).filter(|text| !text.is_empty()),
            actor: self.author(),
            conversation: self.optional(&fields.conversation),
            visibility: self.optional(&fields.visibility).map(|name| fields::visibility(&name)),
            occurred_at: self.occurred_at().unwrap_or_default(),
            attributes: self.attributes(),
        }
    }

    fn fields(&self) -> &Fields {
        &self.reader.settings.item
    }

    fn text(&self, source: &Source) -> Option<String> {
        source.text(self.item, self.reader.whole, self.reader.delivery)
    }

    fn optional(&self, source: &Option<Source>) -> Option<String> {
        source.as_ref().and_then(|source| self.text(source))
    }

    fn id(&self, name: &str, source: &Option<Source>) -> Result<String, String> {
        let id = self.optional(source).ok_or_else(|| format!("`{name}` is missing"))?;
        if id.len() > ID_BYTES_MAX {
            return Err(format!("`{name}` has {} bytes, {ID_BYTES_MAX} is the most", id.len()));
        }
        Ok(id)
    }

    /// The plain text, and the markup that it was taken from.
    fn words(&self, fields: &Fields) -> (String, Option<String>) {
        let written = self.optional(&fields.text).unwrap_or_default();
        match fields.text_format {
            Format::Plain => (written, None),
            Format::Html => (markup::text(&written), Some(written).filter(|markup| !markup.is_empty())),
        }
    }

    fn author(&self) -> Option<Author> {
        let fields = self.fields().author.as_ref()?;
        let flag = |source| self.optional(source).is_some_and(|text| fields::flag(&text));
        Some(Author {
            id: self.text(&fields.id)?,
            handle: self.optional(&fields.handle).map(|handle| handle.trim_start_matches('@').to_owned()),
            display_name: self.optional(&fields.display_name),
            profile_url: self.optional(&fields.profile_url),
            followers: self.optional(&fields.followers).and_then(|text| text.parse().ok()),
            verified: flag(&fields.verified),
            bot: flag(&fields.bot),
            attributes: Vec::new(),
        })
    }

    fn engagement(&self, fields: &Fields) -> Option<Engagement> {
        let count = |source| self.optional(source).and_then(|text| text.parse::<u64>().ok());
        let (likes, replies, shares, views) = (count(&fields.likes), count(&fields.replies), count(&fields.shares), count(&fields.views));
        likes.or(replies).or(shares).or(views)?;
        Some(Engagement { likes: likes.unwrap_or(0), replies: replies.unwrap_or(0), shares: shares.unwrap_or(0), views })
    }

    fn rating(&self, fields: &Fields) -> Option<f32> {
        let rating = fields.rating.as_ref()?;
        let figure: f32 = self.text(&rating.value)?.trim().parse().ok().filter(|figure: &f32| figure.is_finite())?;
        Some(((figure - rating.worst) / (rating.best - rating.worst)).clamp(0.0, 1.0))
    }

    fn occurred_at(&self) -> Result<Option<Timestamp>, String> {
        let Some(text) = self.optional(&self.fields().occurred_at) else {
            return Ok(None);
        };
        time::parse(&text).map(Some).ok_or_else(|| "`occurred_at` is no time".to_owned())
    }

    fn attributes(&self) -> Vec<Attribute> {
        let given = self.fields().attributes.iter();
        let known = given.filter_map(|(name, source)| Some(Attribute::new(name.as_str(), self.text(source)?)));
        known.filter(|attribute| attribute.value.as_text().is_some_and(|text| text.len() <= ATTRIBUTE_BYTES_MAX)).collect()
    }

    fn attachments(&self, fields: &AttachmentFields) -> Vec<Attachment> {
        let files = match self.item.items(&fields.items) {
            Items::Missing => Vec::new(),
            Items::One(file) => vec![file],
            Items::Many(files) => files,
        };
        files.iter().take(ATTACHMENTS_MAX).filter_map(|file| attachment(fields, file)).collect()
    }
}

fn attachment(fields: &AttachmentFields, file: &Document<'_>) -> Option<Attachment> {
    let at = |pointer: &Option<String>| pointer.as_deref().and_then(|pointer| file.text(pointer));
    Some(Attachment {
        media_type: at(&fields.media_type).unwrap_or_else(|| "application/octet-stream".to_owned()),
        content: Content::Url(file.text(&fields.url)?),
        name: at(&fields.name),
        size_bytes: None,
        description: at(&fields.description),
    })
}
