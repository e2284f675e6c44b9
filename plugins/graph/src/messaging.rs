//! The Messenger Platform's events, which Messenger and Instagram share: messages, echoes, postbacks, reactions, receipts, thread control.

use lenient::{attribute, flag, given, id, list, object, text, time};
use pointsman_plugin::{Attribute, Author, Direction, Event, Fact, Item, Kind, Note, Progress, Reaction, Receipt, Timestamp, Visibility};
use serde_json::Value;

use crate::{Entry, about, attachment, ident, key, note, person};

/// What an event tells. `standby`: another app owns the thread and answers.
#[must_use]
pub fn facts(event: &Value, entry: &Entry<'_>, standby: bool) -> Vec<Fact> {
    let talk = Talk::of(event, entry, standby);
    if let Some(message) = object(event, "message") {
        return vec![talk.message(message)];
    }
    if let Some(edit) = object(event, "message_edit") {
        return vec![talk.edited(edit)];
    }
    if let Some(postback) = object(event, "postback") {
        return vec![talk.postback(postback)];
    }
    if let Some(reaction) = object(event, "reaction") {
        return vec![talk.reaction(reaction)];
    }
    if let Some(delivery) = object(event, "delivery") {
        return talk.receipts(delivery, Progress::Delivered);
    }
    if let Some(read) = object(event, "read") {
        return talk.receipts(read, Progress::Read);
    }
    vec![talk.other()]
}

/// One event and who takes part in it.
struct Talk<'a> {
    event: &'a Value,
    entry: &'a Entry<'a>,
    actor: Option<Author>,
    /// The customer's side of it: one person is one conversation.
    customer: Option<String>,
    echo: bool,
    standby: bool,
    at: Option<Timestamp>,
}

impl<'a> Talk<'a> {
    fn of(event: &'a Value, entry: &'a Entry<'a>, standby: bool) -> Self {
        let side = |name: &str| id(event, &format!("/{name}/id")).or_else(|| id(event, &format!("/{name}/user_ref")));
        let (sender, recipient) = (side("sender"), side("recipient"));
        let echo = flag(event, "/message/is_echo") || flag(event, "/message/is_self") || entry.is(sender.as_deref());
        let (near, far) = if echo { (&recipient, &sender) } else { (&sender, &recipient) };
        let customer = near.as_ref().filter(|side| !entry.is(Some(side))).or(far.as_ref().filter(|side| !entry.is(Some(side))));
        Self {
            event,
            entry,
            customer: customer.cloned(),
            actor: sender.map(|id| Author { handle: text(event, "/sender/username").map(str::to_owned), ..person(id) }),
            echo,
            standby,
            at: time(event, "timestamp").or(entry.time),
        }
    }

    fn message(&self, message: &Value) -> Fact {
        let source_id = id(message, "mid").unwrap_or_else(|| self.made_up("message"));
        if flag(message, "is_deleted") {
            return self.entry.removed(source_id, self.actor.clone(), self.at);
        }
        if flag(message, "is_unsupported") {
            return self.entry.unsupported(Note { source_id: Some(source_id), ..self.note("message") }, self.event);
        }
        let mut attributes = Vec::new();
        about(&mut attributes, "quick-reply", text(message, "/quick_reply/payload"));
        about(&mut attributes, "sticker-id", id(message, "sticker_id"));
        about(&mut attributes, "story-id", id(message, "/reply_to/story/id"));
        about(&mut attributes, "story-url", text(message, "/reply_to/story/url"));
        about(&mut attributes, "app-id", id(message, "app_id"));
        about(&mut attributes, "metadata", text(message, "metadata"));
        about(&mut attributes, "product-id", id(message, "/referral/product/id"));
        referral(&mut attributes, message);
        let shared = shared(message, &mut attributes);
        let item = Item {
            in_reply_to: id(message, "/reply_to/mid").or_else(|| id(message, "/reply_to/story/id")),
            attachments: attachment::pushed(message),
            ..self.item(source_id, text(message, "text").map(str::to_owned).unwrap_or(shared), attributes)
        };
        self.said(item)
    }

    fn edited(&self, edit: &Value) -> Fact {
        let source_id = id(edit, "mid").unwrap_or_else(|| self.made_up("message"));
        let unique = format!("edited:{source_id}:{}", id(edit, "num_edit").unwrap_or_else(|| self.clock()));
        let item = self.item(source_id, text(edit, "text").unwrap_or_default().to_owned(), Vec::new());
        key(self.account(), unique, Event::Edited(item.bounded()))
    }

    /// A button or menu was pressed; what stands on it is what the person says by it. Without a title nothing is said.
    fn postback(&self, postback: &Value) -> Fact {
        let mut attributes = Vec::new();
        about(&mut attributes, "postback", text(postback, "payload"));
        referral(&mut attributes, postback);
        let source_id = id(postback, "mid").unwrap_or_else(|| self.made_up("postback"));
        match text(postback, "title") {
            Some(title) => self.said(self.item(source_id, title.to_owned(), attributes)),
            None => self.entry.system(Note { source_id: Some(source_id), attributes, ..self.note("postback") }, self.event),
        }
    }

    fn reaction(&self, reaction: &Value) -> Fact {
        let Some(target) = id(reaction, "mid") else { return self.entry.unsupported(self.note("reaction"), self.event) };
        let added = text(reaction, "action") != Some("unreact");
        let name = text(reaction, "emoji").or_else(|| text(reaction, "reaction")).unwrap_or("reaction").to_owned();
        let who = self.actor.as_ref().map(|actor| actor.id.as_str()).unwrap_or_default();
        let unique = format!("reacted:{target}:{who}:{added}:{}", self.clock());
        let reacted = Reaction { source_id: None, target, name, added, actor: self.actor.clone(), occurred_at: self.at };
        key(self.account(), unique, Event::Reacted(reacted))
    }

    /// One for each message that is named; a watermark alone says that everything up to it has come so far.
    fn receipts(&self, receipt: &Value, progress: Progress) -> Vec<Fact> {
        let named = list(receipt, "mids").iter().filter_map(lenient::as_id).chain(id(receipt, "mid")).take(TARGETS_MAX);
        let mut targets: Vec<Option<String>> = named.map(Some).collect();
        if targets.is_empty() {
            targets.push(None);
        }
        let watermark = id(receipt, "watermark");
        let fact = |target: Option<String>| {
            let of = target.clone().or_else(|| watermark.clone()).unwrap_or_else(|| self.clock());
            let unique = format!("receipt:{progress:?}:{of}:{}", self.customer.as_deref().unwrap_or_default());
            let receipt = Receipt {
                source_id: None,
                target,
                progress,
                detail: watermark.as_ref().map(|watermark| format!("watermark {watermark}")),
                actor: self.actor.clone(),
                conversation: self.customer.clone(),
                occurred_at: self.at,
            };
            key(self.account(), unique, Event::Receipt(receipt))
        };
        targets.into_iter().map(fact).collect()
    }

    /// Opt-ins, referrals, thread control, policy, payments …: by the name of the field that tells it.
    fn other(&self) -> Fact {
        let fields = self.event.as_object().into_iter().flat_map(|fields| fields.keys());
        let name = fields.map(String::as_str).find(|name| !FRAME.contains(name)).unwrap_or("event");
        let mut found = self.note(name);
        if let Some(what) = object(self.event, name) {
            referral(&mut found.attributes, self.event);
            for field in ["ref", "source", "type", "status", "action", "payload", "metadata", "new_owner_app_id", "previous_owner_app_id"] {
                about(&mut found.attributes, &field.replace('_', "-"), text(what, field));
            }
            found.text = text(what, "reason").map(str::to_owned);
        }
        if KNOWN.contains(&name) { self.entry.system(found, self.event) } else { self.entry.unsupported(found, self.event) }
    }

    fn item(&self, source_id: String, text: String, mut attributes: Vec<Attribute>) -> Item {
        if self.standby {
            attributes.push(attribute("standby", true));
        }
        Item {
            source_id,
            kind: Kind::Message,
            visibility: Visibility::Private,
            direction: if self.echo { Direction::Echo } else { Direction::Inbound },
            conversation: self.customer.clone(),
            author: self.actor.clone(),
            text,
            occurred_at: self.at,
            attributes,
            ..Item::default()
        }
    }

    fn said(&self, item: Item) -> Fact {
        key(self.account(), format!("said:{}", item.source_id), Event::Said(item.bounded()))
    }

    fn note(&self, name: &str) -> Note {
        Note {
            actor: self.actor.clone(),
            conversation: self.customer.clone(),
            visibility: Some(Visibility::Private),
            ..note(name, self.at)
        }
    }

    fn account(&self) -> Option<&str> {
        self.entry.id.as_deref()
    }

    fn clock(&self) -> String {
        self.at.map(|at| at.to_string()).unwrap_or_default()
    }

    /// For events without an id of their own: who and when.
    fn made_up(&self, what: &str) -> String {
        ident(format!("{what}:{}:{}", self.customer.as_deref().unwrap_or_default(), self.clock()))
    }
}

/// Which link, advertisement or plugin led here.
fn referral(attributes: &mut Vec<Attribute>, value: &Value) {
    let Some(referral) = object(value, "referral") else { return };
    for (name, field) in
        [("referral", "ref"), ("referral-source", "source"), ("referral-type", "type"), ("ad-id", "ad_id"), ("referer-url", "referer_uri")]
    {
        about(attributes, name, text(referral, field));
    }
}

/// Places and links that were shared: as attributes, and as a text for people where there is none.
fn shared(message: &Value, attributes: &mut Vec<Attribute>) -> String {
    let mut lines = Vec::new();
    for attachment in list(message, "attachments").iter().take(LINES_MAX) {
        match text(attachment, "type") {
            Some("location") => {
                let at = |name: &str| lenient::number(attachment, &format!("/payload/coordinates/{name}"));
                if let (Some(latitude), Some(longitude)) = (at("lat"), at("long")) {
                    attributes.push(attribute("latitude", latitude));
                    attributes.push(attribute("longitude", longitude));
                    lines.push(format!("{latitude}, {longitude}"));
                }
            }
            Some("fallback" | "template") => {
                let title = text(attachment, "title").or_else(|| text(attachment, "/payload/title"));
                let url = text(attachment, "url").or_else(|| text(attachment, "/payload/url"));
                about(attributes, "link", url);
                lines.extend([title, url].into_iter().flatten().map(str::to_owned));
            }
            Some("story_mention") => attributes.push(attribute("story-mention", true)),
            Some("unsupported_type") => attributes.push(attribute("unsupported-attachment", true)),
            _ => {}
        }
        if given(attachment, "/payload/reel_video_id") {
            about(attributes, "reel-id", id(attachment, "/payload/reel_video_id"));
        }
    }
    lines.join("\n")
}

/// What stands around every event.
const FRAME: [&str; 5] = ["sender", "recipient", "timestamp", "prior_message", "hop_context"];
const KNOWN: [&str; 22] = [
    "optin",
    "referral",
    "account_linking",
    "pass_thread_control",
    "take_thread_control",
    "request_thread_control",
    "app_roles",
    "policy_enforcement",
    "policy-enforcement",
    "payment",
    "pre_checkout",
    "checkout_update",
    "order",
    "game_play",
    "messaging_feedback",
    "messaging_customer_information",
    "message_context",
    "message_reads",
    "typing",
    "business_integrity",
    "message_template_status_update",
    "recurring_notifications",
];
const TARGETS_MAX: usize = 200;
const LINES_MAX: usize = 32;
