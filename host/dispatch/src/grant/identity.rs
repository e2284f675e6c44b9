//! Who somebody is, wherever it stands: pseudonyms in what a plugin without the grant for it sees.

use model::{Attachment, Attributes, Author, Content, Customer, Interaction, Reason, Signal, Value};

use super::Pseudonyms;

/// Shorter texts are looked for as a whole only: as a part they are found by chance.
const PART_BYTES_MIN: usize = 4;

/// Signals whose values are the host's own words: a customer's name that is one of them must not change what a policy sees.
const FIXED: [&str; 10] =
    ["language", "sentiment", "sentiment-score", "type", "urgency", "churn-risk", "spam", "sarcasm", "topic", "intent"];

/// Smaller numbers are found by chance.
const NUMBER_MIN: f64 = 10_000.0;

/// Last parts of the names of attributes whose values tell who somebody is, or name an item of the channel.
const TELLING: [&str; 26] = [
    "address",
    "bcc",
    "cc",
    "email",
    "fax",
    "from",
    "handle",
    "id",
    "identifier",
    "ids",
    "ip",
    "login",
    "mail",
    "mentions",
    "mobile",
    "msisdn",
    "permalink",
    "phone",
    "recipient",
    "recipients",
    "sender",
    "to",
    "uid",
    "user",
    "userid",
    "username",
];

/// Names of attributes that do so as a whole.
const TELLING_WHOLE: [&str; 16] = [
    "author-name",
    "customer-name",
    "display-name",
    "first-name",
    "full-name",
    "last-name",
    "name",
    "parent",
    "profile-url",
    "quote-of",
    "real-name",
    "references",
    "thread",
    "uri",
    "url",
    "user-name",
];

/// The texts that tell who spoke, for one plugin that must not know.
pub(super) struct Identity<'a> {
    plugin: &'a str,
    channel: &'a str,
    pseudonyms: &'a Pseudonyms,
    /// In lower case.
    telling: Vec<String>,
    names: bool,
}

impl<'a> Identity<'a> {
    /// What is to be hidden of the author (with conversation and item) and of the customer.
    pub(super) fn new(seen: &'a Interaction, plugin: &'a str, pseudonyms: &'a Pseudonyms, author: bool, customer: bool) -> Self {
        let mut telling = Vec::new();
        if author {
            telling.push(seen.conversation.to_lowercase());
            telling.extend(seen.in_reply_to.iter().map(|id| id.to_lowercase()));
            telling.extend(seen.author.iter().flat_map(author_texts));
        }
        if customer {
            telling.extend(seen.customer.iter().flat_map(customer_texts));
        }
        telling.retain(|text| !text.trim().is_empty());
        Self { plugin, channel: &seen.channel, pseudonyms, telling, names: author }
    }

    /// The attributes with pseudonyms for what tells.
    pub(super) fn attributes(&self, attributes: &Attributes) -> Attributes {
        attributes.iter().map(|(name, value)| (name.clone(), self.attribute(name, value))).collect()
    }

    /// The signal with pseudonyms for what tells, and without reasons that do.
    pub(super) fn signal(&self, mut signal: Signal) -> Signal {
        if !FIXED.contains(&signal.name.as_str()) {
            signal.value = self.value(&signal.value, false);
        }
        signal.reasons.retain(|reason| !self.in_reason(reason));
        signal
    }

    /// The attachment without names and addresses that tell.
    pub(super) fn attachment(&self, attachment: &Attachment) -> Attachment {
        let quiet = |text: &Option<String>| text.clone().filter(|text| !self.tells(text));
        let content = match &attachment.content {
            Content::Url(text) | Content::Reference(text) if self.tells(text) => Content::Reference(self.item(text)),
            other => other.clone(),
        };
        Attachment { content, name: quiet(&attachment.name), description: quiet(&attachment.description), ..attachment.clone() }
    }

    fn attribute(&self, name: &str, value: &Value) -> Value {
        self.value(value, self.names && is_telling(name))
    }

    fn value(&self, value: &Value, all: bool) -> Value {
        let text = |text: &String| if all || self.tells(text) { self.item(text) } else { text.clone() };
        match value {
            Value::Text(one) => Value::Text(text(one)),
            Value::Texts(several) => Value::Texts(several.iter().map(text).collect()),
            Value::Number(number) if all || number.abs() >= NUMBER_MIN && self.tells(&number.to_string()) => {
                Value::Text(self.item(&number.to_string()))
            }
            other => other.clone(),
        }
    }

    fn in_reason(&self, reason: &Reason) -> bool {
        let in_value = |value: &Value| self.value(value, false) != *value;
        self.tells(&reason.text) || reason.params.values().any(in_value)
    }

    fn tells(&self, text: &str) -> bool {
        if self.telling.is_empty() {
            return false;
        }
        let text = text.to_lowercase();
        self.telling.iter().any(|telling| *telling == text || telling.len() >= PART_BYTES_MIN && text.contains(telling.as_str()))
    }

    fn item(&self, text: &str) -> String {
        self.pseudonyms.item(self.plugin, self.channel, text)
    }
}

/// The author as a pseudonym alone.
pub(super) fn author(author: &Author, plugin: &str, channel: &str, pseudonyms: &Pseudonyms) -> Author {
    Author { id: pseudonyms.author(plugin, channel, &author.id), ..Author::default() }
}

fn author_texts(author: &Author) -> impl Iterator<Item = String> {
    let own = [Some(&author.id), author.handle.as_ref(), author.display_name.as_ref(), author.profile_url.as_ref()];
    own.into_iter().flatten().chain(author.attributes.values().flat_map(texts)).map(|text| text.to_lowercase())
}

fn customer_texts(customer: &Customer) -> impl Iterator<Item = String> {
    std::iter::once(&customer.id).chain(customer.attributes.values().flat_map(texts)).map(|text| text.to_lowercase())
}

fn texts(value: &Value) -> &[String] {
    match value {
        Value::Text(text) => std::slice::from_ref(text),
        Value::Texts(texts) => texts,
        Value::Flag(_) | Value::Number(_) => &[],
    }
}

fn is_telling(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace(['_', '.'], "-");
    let last = name.rsplit('-').next().unwrap_or_default();
    TELLING.contains(&last) || TELLING_WHOLE.contains(&name.as_str())
}
