//! Comforts on the contract's types: short ways to make them and to look into them. Fields stay public; everything here can be written out.

use crate::{
    Assignment, Attribute, Delivery, Disposition, Effect, Event, Fact, Factor, Header, Interaction, Item, Note, Priority, Problem,
    Reaction, Reason, Receipt, Reception, Removal, Response, Routing, ServiceLevel, Signal, Span, Target, Value,
};

impl Problem {
    /// A problem at this JSON pointer of the settings; empty for the whole.
    #[must_use]
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into(), ..Self::default() }
    }

    /// The same problem with what to do about it.
    #[must_use]
    pub fn remedy(self, remedy: impl Into<String>) -> Self {
        Self { remedy: Some(remedy.into()), ..self }
    }

    /// The same problem with its place inside a value of several lines: the byte `offset` of `text`.
    #[must_use]
    pub fn inside(self, text: &str, offset: usize) -> Self {
        let before = text.get(..offset.min(text.len())).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Self { line: u32::try_from(line).ok(), column: u32::try_from(column).ok(), ..self }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<Vec<String>> for Value {
    fn from(texts: Vec<String>) -> Self {
        Self::Texts(texts)
    }
}

impl Value {
    /// The text, when it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, when it is one.
    #[must_use]
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// Yes or no, when it is that.
    #[must_use]
    pub fn as_flag(&self) -> Option<bool> {
        match self {
            Self::Flag(flag) => Some(*flag),
            _ => None,
        }
    }
}

impl Attribute {
    /// A named value. Longer texts than the contract allows are cut, of several the last ones left out.
    #[must_use]
    pub fn new(name: impl Into<String>, value: impl Into<Value>) -> Self {
        let value = match value.into() {
            Value::Text(mut text) => {
                text.truncate(text.floor_char_boundary(Self::VALUE_BYTES_MAX));
                Value::Text(text)
            }
            Value::Texts(texts) => {
                let mut room = Self::VALUE_BYTES_MAX;
                let fits = |text: &String| room.checked_sub(text.len()).map(|left| room = left).is_some();
                Value::Texts(texts.into_iter().take_while(fits).collect())
            }
            other => other,
        };
        Self { name: name.into(), value }
    }

    /// The contract's limit for a value.
    pub const VALUE_BYTES_MAX: usize = 4 << 10;

    /// The value of this name: the last one counts.
    #[must_use]
    pub fn find<'a>(attributes: &'a [Self], name: &str) -> Option<&'a Value> {
        attributes.iter().rev().find(|attribute| attribute.name == name).map(|attribute| &attribute.value)
    }
}

impl Reason {
    /// A code of the manifest's catalogue, and the complete sentence in English.
    #[must_use]
    pub fn new(code: impl Into<String>, text: impl Into<String>) -> Self {
        Self { code: code.into(), params: Vec::new(), text: text.into() }
    }

    /// The same reason with what fills one more `{name}` place.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.params.push(Attribute::new(name, value));
        self
    }
}

impl Signal {
    /// Something found out. Reserved names have fixed types, see `wit/README.md`.
    #[must_use]
    pub fn new(name: impl Into<String>, value: impl Into<Value>) -> Self {
        Self { name: name.into(), value: value.into(), confidence: None, evidence: Vec::new(), reasons: Vec::new() }
    }

    /// The same signal with its confidence, zero to one.
    #[must_use]
    pub fn confidence(self, confidence: f32) -> Self {
        Self { confidence: Some(confidence), ..self }
    }

    /// The same signal with one more part of the text that shows it, in bytes; a part beyond 4 GiB is left out.
    #[must_use]
    pub fn evidence(mut self, part: std::ops::Range<usize>) -> Self {
        if let (Ok(start), Ok(end)) = (u32::try_from(part.start), u32::try_from(part.end)) {
            self.evidence.push(Span { start, end });
        }
        self
    }

    /// The same signal with one more reason.
    #[must_use]
    pub fn because(mut self, reason: Reason) -> Self {
        self.reasons.push(reason);
        self
    }
}

impl Interaction {
    /// What was found out under this name; of several the latest.
    #[must_use]
    pub fn signal(&self, name: &str) -> Option<&Signal> {
        self.signals.iter().rev().find(|signal| signal.name == name)
    }

    /// The attribute of this name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Value> {
        Attribute::find(&self.attributes, name)
    }
}

impl Item {
    /// Something said, with the channel's id of it.
    #[must_use]
    pub fn new(source_id: impl Into<String>, text: impl Into<String>) -> Self {
        Self { source_id: source_id.into(), text: text.into(), ..Self::default() }
    }

    /// The contract's limit for texts.
    pub const TEXT_BYTES_MAX: usize = 256 << 10;

    /// The same item with texts that fit the contract: longer ones are cut between two characters, which the attribute `text-cut` tells.
    /// Markup that is too long is left out, because half of it is worse than none.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        if self.text.len() > Self::TEXT_BYTES_MAX {
            self.text.truncate(self.text.floor_char_boundary(Self::TEXT_BYTES_MAX));
            self.attributes.push(Attribute::new("text-cut", true));
        }
        self.markup = self.markup.filter(|markup| markup.len() <= Self::TEXT_BYTES_MAX);
        self
    }
}

impl Fact {
    /// A fact without account and with the host's own dedup key.
    #[must_use]
    pub fn new(event: Event) -> Self {
        Self { account: None, dedup_key: None, event }
    }

    /// Something was said.
    #[must_use]
    pub fn said(item: Item) -> Self {
        Self::new(Event::Said(item))
    }

    /// The item as it now reads.
    #[must_use]
    pub fn edited(item: Item) -> Self {
        Self::new(Event::Edited(item))
    }

    /// The item is gone.
    #[must_use]
    pub fn removed(removal: Removal) -> Self {
        Self::new(Event::Removed(removal))
    }

    /// Somebody reacted.
    #[must_use]
    pub fn reacted(reaction: Reaction) -> Self {
        Self::new(Event::Reacted(reaction))
    }

    /// News of something that was sent.
    #[must_use]
    pub fn receipt(receipt: Receipt) -> Self {
        Self::new(Event::Receipt(receipt))
    }

    /// Something happened.
    #[must_use]
    pub fn system(note: Note) -> Self {
        Self::new(Event::System(note))
    }

    /// Not understood: kept, counted, shown.
    #[must_use]
    pub fn unsupported(note: Note) -> Self {
        Self::new(Event::Unsupported(note))
    }

    /// The same fact with what makes it unique within (connector, account). A key that is longer than the contract allows is cut, and ends in
    /// a digest of the whole.
    #[must_use]
    pub fn dedup_key(self, key: impl Into<String>) -> Self {
        let mut key = key.into();
        if key.len() > Self::KEY_BYTES_MAX {
            let digest = fnv1a(key.as_bytes());
            key.truncate(key.floor_char_boundary(Self::KEY_BYTES_MAX - 17));
            key.push_str(&format!("#{digest:016x}"));
        }
        Self { dedup_key: Some(key), ..self }
    }

    /// The contract's limit for ids and dedup keys.
    pub const KEY_BYTES_MAX: usize = 512;

    /// The same fact with the account that received it.
    #[must_use]
    pub fn account(self, account: impl Into<String>) -> Self {
        Self { account: Some(account.into()), ..self }
    }
}

/// FNV-1a, 64 bits: tells texts apart, and is no secret.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

impl Note {
    /// Something that the channel calls by this name.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

impl Header {
    /// The first value of this name, in any case, when it is UTF-8.
    #[must_use]
    pub fn find<'a>(headers: &'a [Self], name: &str) -> Option<&'a str> {
        let header = headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(&header.value).ok()
    }
}

impl Delivery {
    /// The first header of this name, when it is UTF-8.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        Header::find(&self.headers, name)
    }
}

impl Response {
    /// An answer with this status and an empty body.
    #[must_use]
    pub fn new(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// The same answer with a body of this media type.
    #[must_use]
    pub fn body(self, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..self }.with_header("content-type", media_type)
    }

    /// The same answer with one more header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push(Header { name: name.to_owned(), value: value.as_bytes().to_vec() });
        self
    }

    /// The first header of this name, when it is UTF-8.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        Header::find(&self.headers, name)
    }
}

impl Reception {
    /// These facts, answered 200 with an empty body.
    #[must_use]
    pub fn of(facts: Vec<Fact>) -> Self {
        Self { facts, pointers: Vec::new(), answer: Response::new(200) }
    }
}

impl Priority {
    /// The sum of its factors, cut to 0 and 100.
    #[must_use]
    pub fn of(factors: Vec<Factor>) -> Self {
        let score: f32 = factors.iter().map(|factor| factor.weight * factor.level).sum();
        Self { score: score.clamp(0.0, 100.0), factors }
    }
}

impl Target {
    /// This queue, without skills.
    #[must_use]
    pub fn queue(name: impl Into<String>) -> Self {
        Self { queue: name.into(), ..Self::default() }
    }
}

impl Routing {
    /// Give it to somebody.
    #[must_use]
    pub fn assign(targets: Vec<Target>, service_level: ServiceLevel) -> Self {
        Self::new(Disposition::Assign(Assignment { targets, service_level }))
    }

    /// Keep it for a person in this queue.
    #[must_use]
    pub fn hold(queue: impl Into<String>) -> Self {
        Self::new(Disposition::Hold(queue.into()))
    }

    /// Recorded and counted, no case needed.
    #[must_use]
    pub fn file() -> Self {
        Self::new(Disposition::File)
    }

    /// The same decision with one more reason.
    #[must_use]
    pub fn because(mut self, reason: Reason) -> Self {
        self.reasons.push(reason);
        self
    }

    /// The same decision with one more thing to do beside it.
    #[must_use]
    pub fn effect(mut self, effect: Effect) -> Self {
        self.effects.push(effect);
        self
    }

    fn new(disposition: Disposition) -> Self {
        Self { disposition, effects: Vec::new(), reasons: Vec::new() }
    }
}
