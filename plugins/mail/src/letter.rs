//! What is said to a customer by mail, before it takes the form that its way out asks for.

use std::fmt::Write as _;

use pointsman_plugin::{Attachment, Attribute, Content, Reply, Undelivered, Value};
use sha2::{Digest as _, Sha256};

use crate::own::Own;
use crate::person::{Person, clean, is_address};

/// How the company writes.
#[derive(Clone, Debug, Default)]
pub struct Sender {
    /// Who we are.
    pub own: Own,
    /// Who writes; absent: the one of our own addresses that received the mail.
    pub from: Option<Person>,
    /// The subject of mails that answer none.
    pub subject: Option<String>,
    /// What stands below every answer.
    pub footer: Option<String>,
}

/// A mail to one person. Every text is safe to be written as a header field: one line, ids and addresses in ASCII.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Who writes.
    pub from: Person,
    /// To whom.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// Without angle brackets. Every try has the same, so that a mailbox that got two shows one, and receipts name what was sent.
    pub message_id: String,
    /// The mail that is answered, without angle brackets; ids of our own making are left out.
    pub in_reply_to: Option<String>,
    /// The mails before it, oldest first.
    pub references: Vec<String>,
    /// A program wrote it (RFC 3834), so that other programs do not answer.
    pub automatic: bool,
    /// With CRLF at the ends of lines.
    pub text: String,
}

impl Sender {
    /// The mail that a reply becomes.
    ///
    /// # Errors
    /// `Never` for what a program wrote, for nobody to write to and for nobody who writes.
    pub fn letter(&self, key: &str, reply: &Reply) -> Result<Letter, Undelivered> {
        let words = reply.text.trim();
        if words.is_empty() {
            return never("there are no words to send");
        }
        let attributes = &reply.attributes;
        if is_automatic(attributes) {
            return never("a program wrote that mail: programs are not answered");
        }
        let from = self.author(attributes)?;
        let to = self.recipient(reply)?;
        let answered = reply.in_reply_to.as_deref();
        let mut references = listed(attributes, "references");
        if references.is_empty() && answered.is_some() && answered != Some(reply.conversation.as_str()) {
            references.push(&reply.conversation);
        }
        references.extend(answered);
        let subject = match said(attributes, "subject") {
            Some(subject) if answered.is_some() => answering(subject),
            Some(subject) => clean(subject),
            None if answered.is_some() => "Re:".to_owned(),
            None => clean(self.subject.as_deref().or(from.name.as_deref()).unwrap_or(from.domain())),
        };
        Ok(Letter {
            message_id: format!("{}@{}", local(key), from.domain()),
            to,
            subject,
            in_reply_to: answered.filter(|id| is_id(id)).map(str::to_owned),
            references: references.into_iter().filter(|id| is_id(id)).map(str::to_owned).collect(),
            automatic: matches!(Attribute::find(attributes, "automatic"), Some(Value::Flag(true))),
            text: self.text(words, &reply.attachments)?,
            from,
        })
    }

    /// What the settings say, else the address that was written to, when it is one of ours.
    fn author(&self, attributes: &[Attribute]) -> Result<Person, Undelivered> {
        let account = || said(attributes, "account").filter(|account| self.own.is(account)).and_then(Person::read);
        let found = self.from.clone().or_else(account);
        found.ok_or_else(|| Undelivered::Never("`from` is not set, and the mail was written to none of our own addresses".to_owned()))
    }

    /// Where the customer wants answers (`Reply-To`), else who wrote. Never ourselves, which would be a loop, and never addresses that say
    /// that nobody reads what they get.
    fn recipient(&self, reply: &Reply) -> Result<String, Undelivered> {
        let ours =
            |address: &str| self.own.is(address) || self.from.as_ref().is_some_and(|from| from.address.eq_ignore_ascii_case(address));
        let wanted = listed(&reply.attributes, "reply-to").into_iter().find(|address| is_address(address) && !ours(address));
        let to = wanted.or(reply.recipient.as_deref()).unwrap_or_default().trim();
        if !is_address(to) {
            return Err(Undelivered::Never(format!("`{to}` is no address to write to")));
        }
        if ours(to) {
            return Err(Undelivered::Never(format!("`{to}` is our own address")));
        }
        let bare: String = to.split('@').next().unwrap_or_default().chars().filter(char::is_ascii_alphanumeric).collect();
        if DEAF.contains(&bare.to_ascii_lowercase().as_str()) {
            return Err(Undelivered::Never(format!("nobody reads what `{to}` gets")));
        }
        Ok(to.to_owned())
    }

    /// The words, the files' addresses, the footer.
    fn text(&self, words: &str, files: &[Attachment]) -> Result<String, Undelivered> {
        let mut text = words.to_owned();
        let mut gap = "\n";
        for file in files {
            let Content::Url(url) = &file.content else { return never("an attachment has no address that could be written down") };
            let _ = match &file.name {
                Some(name) => write!(text, "{gap}\n{name}: {url}"),
                None => write!(text, "{gap}\n{url}"),
            };
            gap = "";
        }
        if let Some(footer) = self.footer.as_deref().map(str::trim).filter(|footer| !footer.is_empty()) {
            // The mark of RFC 3676 §4.3, by which programs know what is no part of the words.
            let _ = write!(text, "\n\n-- \n{footer}");
        }
        text.push('\n');
        Ok(text.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n"))
    }
}

/// Whether the answered mail says that a program answered (RFC 3834): our answer would be answered again. A mail that is merely generated
/// may carry a customer's words, which a person may answer.
fn is_automatic(attributes: &[Attribute]) -> bool {
    let starts = |name: &str, words: &[&str]| {
        let value = said(attributes, name).unwrap_or_default().to_ascii_lowercase();
        words.iter().any(|word| value.starts_with(word))
    };
    starts("auto-submitted", &["auto-replied", "auto-notified"]) || starts("precedence", &["auto_reply", "auto-reply", "autoreply"])
}

/// The subject of an answer: with one `Re:` before it, whatever the language of those that are there.
fn answering(subject: &str) -> String {
    let subject = clean(subject);
    let mut bare = subject.trim();
    while let Some((prefix, rest)) = bare.split_once(':') {
        if !AGAIN.contains(&prefix.trim().to_lowercase().as_str()) {
            break;
        }
        bare = rest.trim_start();
    }
    format!("Re: {bare}").trim_end().to_owned()
}

/// A Message-ID that can be written again; ids of our own making for mails without one cannot.
fn is_id(id: &str) -> bool {
    !id.starts_with("sha256:") && !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>'))
}

/// What stands before the `@` of the Message-ID: the key where it can be written so, else its digest.
fn local(key: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let sound = (1..=KEY_BYTES_MAX).contains(&key.len()) && key.bytes().all(plain) && !key.split('.').any(str::is_empty);
    if sound {
        return key.to_owned();
    }
    Sha256::digest(key).iter().take(16).fold(String::from("k"), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn said<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a str> {
    Attribute::find(attributes, name)?.as_text().map(str::trim).filter(|text| !text.is_empty())
}

fn listed<'a>(attributes: &'a [Attribute], name: &str) -> Vec<&'a str> {
    match Attribute::find(attributes, name) {
        Some(Value::Text(one)) => vec![one.as_str()],
        Some(Value::Texts(all)) => all.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    }
}

fn never<T>(why: &str) -> Result<T, Undelivered> {
    Err(Undelivered::Never(why.to_owned()))
}

const KEY_BYTES_MAX: usize = 128;

/// What programs put before the subject of an answer.
const AGAIN: [&str; 11] = ["re", "aw", "sv", "vs", "rv", "rép", "antw", "odp", "r", "回复", "答复"];

/// Local parts, without marks, of addresses that nobody reads.
const DEAF: [&str; 7] = ["noreply", "donotreply", "dontreply", "mailerdaemon", "noresponder", "nepasrepondre", "nobody"];
