//! Facts as the contract wants them: what a channel's huge or empty field would spoil is a fact still, without that field.

use crate::{Attribute, Author, Event, Fact, Item, Note, Value};

impl Fact {
    /// The same fact within the contract's bounds: ids that are empty or too long are left out, as are attributes' texts behind their limit; an
    /// item that has no id then becomes `unsupported`. [`plugin!`](crate::plugin) does it with every fact that a connector gives.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        self.account = self.account.filter(|id| is_id(id));
        if let Some(key) = self.dedup_key.take().filter(|key| !key.is_empty()) {
            self = self.dedup_key(key);
        }
        self.event = match self.event {
            Event::Said(it) if !is_id(&it.source_id) => Event::Unsupported(nameless("item-without-id", it.author)),
            Event::Edited(it) if !is_id(&it.source_id) => Event::Unsupported(nameless("edit-without-id", it.author)),
            Event::Removed(it) if !is_id(&it.source_id) => Event::Unsupported(nameless("removal-without-id", it.actor)),
            Event::Reacted(it) if !is_id(&it.target) => Event::Unsupported(nameless("reaction-without-target", it.actor)),
            Event::Said(it) => Event::Said(item(it)),
            Event::Edited(it) => Event::Edited(item(it)),
            Event::Removed(mut it) => {
                it.actor = author(it.actor);
                Event::Removed(it)
            }
            Event::Reacted(mut it) => {
                it.source_id = it.source_id.filter(|id| is_id(id));
                it.actor = author(it.actor);
                Event::Reacted(it)
            }
            Event::Receipt(mut it) => {
                it.source_id = it.source_id.filter(|id| is_id(id));
                it.target = it.target.filter(|id| is_id(id));
                it.conversation = it.conversation.filter(|id| is_id(id));
                it.actor = author(it.actor);
                Event::Receipt(it)
            }
            Event::System(it) => Event::System(note(it)),
            Event::Unsupported(it) => Event::Unsupported(note(it)),
        };
        self
    }
}

fn is_id(id: &str) -> bool {
    (1..=Fact::KEY_BYTES_MAX).contains(&id.len())
}

fn item(item: Item) -> Item {
    let mut item = item.bounded();
    item.conversation = item.conversation.filter(|id| is_id(id));
    item.in_reply_to = item.in_reply_to.filter(|id| is_id(id));
    item.order_key = item.order_key.filter(|key| !key.is_empty());
    item.author = author(item.author);
    item.rating = item.rating.filter(|rating| (0.0..=1.0).contains(rating));
    item.attributes = attributes(item.attributes);
    item
}

fn note(mut note: Note) -> Note {
    note.source_id = note.source_id.filter(|id| is_id(id));
    note.conversation = note.conversation.filter(|id| is_id(id));
    note.actor = author(note.actor);
    note.attributes = attributes(note.attributes);
    note.name.truncate(note.name.floor_char_boundary(Fact::KEY_BYTES_MAX));
    if note.name.is_empty() {
        note.name = "unnamed".to_owned();
    }
    note
}

fn nameless(name: &str, actor: Option<Author>) -> Note {
    note(Note { actor, ..Note::new(name) })
}

fn author(author: Option<Author>) -> Option<Author> {
    let author = author.filter(|author| is_id(&author.id))?;
    Some(Author { attributes: attributes(author.attributes), ..author })
}

fn attributes(attributes: Vec<Attribute>) -> Vec<Attribute> {
    let finite = |one: &Attribute| !matches!(one.value, Value::Number(number) if !number.is_finite());
    attributes.into_iter().filter(finite).map(|one| Attribute::new(one.name, one.value)).collect()
}

#[cfg(test)]
mod tests {
    use crate::{Attribute, Author, Event, Fact, Item, Note, Value};

    #[test]
    fn what_is_too_long_or_empty_is_left_out() {
        let long = "é".repeat(300);
        let author = Author { id: long.clone(), ..Author::default() };
        let item = Item { author: Some(author), conversation: Some(String::new()), in_reply_to: Some(long.clone()), ..Item::new("1", "x") };
        let item = Item { attributes: vec![Attribute { name: "a".to_owned(), value: Value::Text("é".repeat(3_000)) }], ..item };
        let fact = Fact::said(item).account(long.clone()).dedup_key(format!("{long}{long}")).bounded();
        assert_eq!((fact.account, fact.dedup_key.map(|key| key.len())), (None, Some(511)));
        let Event::Said(item) = fact.event else { panic!("said") };
        assert_eq!((item.author, item.conversation, item.in_reply_to), (None, None, None));
        assert_eq!(item.attributes[0].value.as_text().map(str::len), Some(4_096));
    }

    #[test]
    fn what_has_no_id_is_kept_as_unsupported() {
        let fact = Fact::said(Item::new("", "x")).bounded();
        assert!(matches!(&fact.event, Event::Unsupported(note) if note.name == "item-without-id"), "{fact:?}");
        let fact = Fact::system(Note::new("")).bounded();
        assert!(matches!(&fact.event, Event::System(note) if note.name == "unnamed"), "{fact:?}");
    }
}
