//! A mail as a fact.

use pointsman_plugin::{Attribute, Author, Direction, Event, Fact, Item, Kind, Note, Receipt, Refusal, Timestamp, Value, Visibility};

use crate::author::{self, address_in, addresses};
use crate::body::Body;
use crate::frame::Frame;
use crate::headers::Headers;
use crate::ids::{self, Ids};
use crate::mail::Mail;
use crate::own::Own;
use crate::report::{Outcome, Report};
use crate::{auto_reply, bounce, date, report};

/// Reads a mail. `envelope` is what the transport knows of it.
///
/// # Errors
/// Only when there is nothing: no header and no text.
pub fn fact(frame: &[u8], envelope: &[Attribute], own: &Own, now: Timestamp) -> Result<Fact, Refusal> {
    let frame = Frame::new(frame).ok_or_else(|| Refusal::Malformed("the mail is empty".to_owned()))?;
    let headers = Headers::scan(&frame.bytes);
    if headers.is_empty() && frame.bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Refusal::Malformed("the mail is blank".to_owned()));
    }
    let message = Mail::parse(&frame);
    let mail = Mail::new(&frame, &headers, &message);
    Ok(Reading::new(&mail, envelope, own, now).fact())
}

/// What is needed to tell what a mail is.
struct Reading<'a> {
    mail: &'a Mail<'a>,
    own: &'a Own,
    ids: Ids,
    author: Option<Author>,
    account: Option<String>,
    occurred_at: Option<Timestamp>,
    null_sender: bool,
    subject: Option<String>,
}

impl<'a> Reading<'a> {
    fn new(mail: &'a Mail<'a>, envelope: &[Attribute], own: &'a Own, now: Timestamp) -> Self {
        let from = said(envelope, "envelope-from");
        let path = mail.headers.get("return-path").map(str::trim);
        Self {
            mail,
            own,
            ids: Ids::read(mail.headers, mail.frame.body()),
            author: author::of(mail, from.as_deref()),
            account: account(mail, envelope, own),
            occurred_at: date::of(mail.headers, now),
            null_sender: from.as_deref().is_some_and(is_null) || (from.is_none() && path.is_some_and(is_null)),
            subject: mail.subject(),
        }
    }

    fn fact(self) -> Fact {
        let key = format!("{}:{}", self.ids.own, ids::fingerprint(self.mail.headers));
        Fact { account: self.account.clone(), dedup_key: Some(key), event: self.event() }
    }

    fn event(self) -> Event {
        match report::of(self.mail, &self.ids.own) {
            Some(Report::Delivery(outcome) | Report::Disposition(outcome)) => return self.receipt(outcome),
            Some(Report::Feedback { kind, target }) => return self.complaint(&kind, target),
            None => {}
        }
        let subject = self.subject.as_deref().unwrap_or_default().to_lowercase();
        if self.is_complaint(&subject) {
            let target = report::target(self.mail, &self.ids.own);
            return self.complaint("abuse", target);
        }
        let body = Body::read(self.mail);
        let automatic = auto_reply::is(self.mail.headers, &subject, self.null_sender);
        if !(automatic && auto_reply::is_titled(&subject)) {
            let text: String = body.text.chars().take(TEXT_CHARS_READ_MAX).collect();
            if let Some(outcome) = bounce::of(self.mail, &subject, &text, self.null_sender, &self.ids.own) {
                return self.receipt(outcome);
            }
        }
        if automatic {
            return self.note("auto-reply", Vec::new());
        }
        if self.mail.headers.count("received") > HOPS_MAX {
            return self.note("mail-loop", Vec::new());
        }
        Event::Said(self.item(body))
    }

    /// Hotmail's and others' complaints, which follow no standard.
    fn is_complaint(&self, subject: &str) -> bool {
        let from = self.author.as_ref().map(|author| author.id.to_lowercase()).unwrap_or_default();
        subject.starts_with("complaint about message from ")
            && (from.starts_with("staff@") || from.contains("complaints") || from.starts_with("abuse@"))
    }

    fn receipt(self, outcome: Outcome) -> Event {
        let thread = self.is_in_thread().then_some(self.ids.thread);
        // What is not known to answer anything belongs to what it speaks of; what speaks of nothing belongs to itself.
        let conversation = thread.or_else(|| outcome.target.is_none().then(|| self.ids.own.clone()));
        Event::Receipt(Receipt {
            source_id: Some(self.ids.own),
            target: outcome.target,
            progress: outcome.progress,
            detail: outcome.detail,
            actor: self.author,
            conversation,
            occurred_at: self.occurred_at,
        })
    }

    fn complaint(self, kind: &str, target: Option<String>) -> Event {
        let mut attributes = vec![attribute("feedback-type", kind)];
        attributes.extend(target.map(|target| attribute("target", target)));
        self.note("complaint", attributes)
    }

    fn note(self, name: &str, attributes: Vec<Attribute>) -> Event {
        let mut attributes = attributes;
        attributes.extend(self.ids.in_reply_to.map(|answered| attribute("in-reply-to", answered)));
        attributes.extend(self.subject.map(|subject| attribute("subject", subject)));
        Event::System(Note {
            source_id: Some(self.ids.own),
            name: name.to_owned(),
            text: None,
            actor: self.author,
            conversation: Some(self.ids.thread),
            visibility: Some(Visibility::Private),
            occurred_at: self.occurred_at,
            attributes,
        })
    }

    fn item(self, body: Body) -> Item {
        let own = self.author.as_ref().is_some_and(|author| self.own.is(&author.id));
        let mut attributes = self.attributes();
        for (name, flag) in [("text-cut", body.cut), ("structure-cut", self.mail.frame.cut)] {
            attributes.extend(flag.then(|| attribute(name, true)));
        }
        Item {
            source_id: self.ids.own,
            kind: Kind::Message,
            visibility: Visibility::Private,
            direction: if own { Direction::Echo } else { Direction::Inbound },
            conversation: Some(self.ids.thread),
            in_reply_to: self.ids.in_reply_to,
            author: self.author,
            subject: self.subject,
            text: body.text,
            markup: body.markup,
            language: self.mail.headers.get("content-language").and_then(language),
            attachments: body.attachments,
            occurred_at: self.occurred_at,
            attributes,
            ..Item::default()
        }
    }

    fn attributes(&self) -> Vec<Attribute> {
        let message = self.mail.message();
        let mut found = Vec::new();
        for (name, field) in [("to", message.to()), ("cc", message.cc()), ("reply-to", message.reply_to())] {
            let people = addresses(field);
            let same = name == "reply-to" && people.first() == self.author.as_ref().map(|author| &author.id);
            if !people.is_empty() && !same {
                found.push(Attribute::new(name, people));
            }
        }
        if !self.ids.references.is_empty() {
            found.push(Attribute::new("references", self.ids.references.clone()));
        }
        // Also here, because an answer is given the attributes and not the item.
        found.extend(self.subject.as_ref().map(|subject| attribute("subject", subject.as_str())));
        for name in ["list-id", "auto-submitted", "precedence", "importance", "x-priority"] {
            if let Some(value) = self.mail.headers.get(name).filter(|value| !value.is_empty()) {
                found.push(attribute(name.trim_start_matches("x-"), value.chars().take(256).collect::<String>()));
            }
        }
        if self.mail.headers.get("x-spam-flag").is_some_and(|flag| flag.eq_ignore_ascii_case("yes")) {
            found.push(attribute("spam-flag", true));
        }
        found
    }

    fn is_in_thread(&self) -> bool {
        self.ids.thread != self.ids.own
    }
}

/// Who received it: what the transport says, what the last server noted, the first of our own addresses, the first address.
fn account(mail: &Mail<'_>, envelope: &[Attribute], own: &Own) -> Option<String> {
    let noted = ["delivered-to", "x-original-to", "envelope-to", "x-envelope-to"]
        .into_iter()
        .filter_map(|name| mail.headers.get(name))
        .find_map(address_in);
    let known = said(envelope, "envelope-to").as_deref().and_then(address_in).or(noted);
    let known = known.or_else(|| {
        let to = addresses(mail.message().to());
        to.iter().find(|address| own.is(address)).or(to.first()).cloned()
    });
    known.map(|address| address.to_lowercase())
}

/// A text, or the first of several, in the envelope.
fn said(envelope: &[Attribute], name: &str) -> Option<String> {
    envelope.iter().find(|one| one.name.replace('_', "-") == name).and_then(|one| match &one.value {
        Value::Text(text) => Some(text.clone()),
        Value::Texts(texts) => texts.first().cloned(),
        _ => None,
    })
}

fn is_null(path: &str) -> bool {
    path.is_empty() || path == "<>" || path.to_ascii_lowercase().contains("mailer-daemon")
}

/// The first tag of `Content-Language`.
fn language(value: &str) -> Option<String> {
    let tag = value.split([',', ';', ' ']).next()?.trim();
    let right = (2..=35).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    right.then(|| tag.to_owned())
}

fn attribute(name: &str, value: impl Into<Value>) -> Attribute {
    Attribute::new(name, value)
}

/// RFC 5321 §6.3: more hops than a hundred are a loop.
const HOPS_MAX: usize = 100;
const TEXT_CHARS_READ_MAX: usize = 32 << 10;
