//! What became of a mail that went out, in the words of the services.

use pointsman_plugin::{Author, Fact, Note, Progress, Receipt, Timestamp, Visibility};

/// One thing that a service tells of a mail.
#[derive(Debug, Default)]
pub(crate) struct News<'a> {
    /// The service's name of what happened.
    pub(crate) name: &'a str,
    /// Its own id of it.
    pub(crate) id: Option<String>,
    /// The mail: its Message-ID where the service tells it, else the service's id.
    pub(crate) target: Option<String>,
    /// Whose mailbox.
    pub(crate) recipient: Option<&'a str>,
    /// When it happened.
    pub(crate) at: Option<Timestamp>,
    /// The service's words, such as the answer of the mail server.
    pub(crate) detail: Option<String>,
}

enum Meaning {
    Receipt(Progress),
    Delayed,
    Note(&'static str),
    Unknown,
}

/// The names of all services, in lower case and without marks: they agree well enough for one table.
fn meaning(name: &str) -> Meaning {
    use Progress::{Delivered, Failed, Read, Sent};
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    match plain.as_str() {
        "processed" | "send" | "sent" | "request" | "requests" | "accepted" | "injection" | "queued" | "stored" | "scheduled" => {
            Meaning::Receipt(Sent)
        }
        "delivered" | "delivery" | "messagesent" => Meaning::Receipt(Delivered),
        "open" | "opened" | "opens" | "uniqueopened" | "initialopen" | "loadedbyproxy" | "proxyopen" | "uniqueproxyopen" | "read"
        | "firstopening" | "openedunique" | "click" | "clicked" | "clicks" | "clickedunique" | "ampclick" | "ampopen"
        | "ampinitialopen" | "messagelinkclicked" | "messageloaded" => Meaning::Receipt(Read),
        "bounce"
        | "bounced"
        | "hardbounce"
        | "softbounce"
        | "hardbounced"
        | "softbounced"
        | "dropped"
        | "failed"
        | "failure"
        | "reject"
        | "rejected"
        | "blocked"
        | "invalid"
        | "invalidemail"
        | "error"
        | "renderingfailure"
        | "policyrejection"
        | "outofband"
        | "undelivered"
        | "generationfailure"
        | "generationrejection"
        | "messagebounced"
        | "messagedeliveryfailed"
        | "suppressed"
        | "smtpapierror" => Meaning::Receipt(Failed),
        "deferred" | "delay" | "delayed" | "deferral" | "deliverydelay" | "deliverydelayed" | "messagedelayed" | "messageheld" => {
            Meaning::Delayed
        }
        "spam" | "spamreport" | "spamcomplaint" | "spamcomplaints" | "complaint" | "complained" => Meaning::Note("complaint"),
        "unsub" | "unsubscribe" | "unsubscribed" | "listunsubscribe" | "linkunsubscribe" | "groupunsubscribe" => {
            Meaning::Note("unsubscribe")
        }
        "subscribe" | "subscribed" | "groupresubscribe" | "resubscribe" => Meaning::Note("subscribe"),
        "subscription" | "subscriptionchange" => Meaning::Note("subscription-change"),
        "autoresponder" => Meaning::Note("auto-reply"),
        _ => Meaning::Unknown,
    }
}

impl News<'_> {
    /// As a fact: a receipt; a note for what is about the person rather than about the mail.
    pub(crate) fn fact(self) -> Fact {
        let name: String = self.name.chars().take(64).collect();
        let named = [self.id.as_deref(), self.target.as_deref()].into_iter().flatten().next().unwrap_or_default();
        let key = format!("{name}:{named}:{}:{}", self.recipient.unwrap_or_default(), self.at.unwrap_or_default());
        let key: String = key.chars().take(KEY_CHARS_MAX).collect();
        let fact = match meaning(&name) {
            Meaning::Receipt(progress) => self.receipt(progress),
            Meaning::Delayed => {
                let words = self.detail.as_deref().map(|words| format!("delayed: {words}"));
                let news = Self { detail: words.or_else(|| Some("delayed".to_owned())), ..self };
                news.receipt(Progress::Sent)
            }
            Meaning::Note(note) => Fact::system(self.note(note.to_owned())),
            Meaning::Unknown => Fact::unsupported(self.note(if name.is_empty() { "document".to_owned() } else { name })),
        };
        fact.dedup_key(key)
    }

    fn receipt(self, progress: Progress) -> Fact {
        let actor = self.actor();
        let detail = self.detail.map(|words| words.chars().take(DETAIL_CHARS_MAX).collect());
        Fact::receipt(Receipt {
            source_id: self.id,
            target: self.target,
            progress,
            detail,
            actor,
            conversation: None,
            occurred_at: self.at,
        })
    }

    fn note(self, name: String) -> Note {
        Note {
            name,
            actor: self.actor(),
            source_id: self.id,
            text: self.detail.map(|words| words.chars().take(DETAIL_CHARS_MAX).collect()),
            visibility: Some(Visibility::Private),
            occurred_at: self.at,
            attributes: self.target.map(|target| lenient::attribute("target", target)).into_iter().collect(),
            ..Note::default()
        }
    }

    /// Whose mailbox it is: the other side.
    fn actor(&self) -> Option<Author> {
        let address = self.recipient.map(str::trim).filter(|address| (1..=320).contains(&address.len()))?;
        Some(Author { id: address.to_owned(), handle: Some(address.to_owned()), ..Author::default() })
    }
}

/// A Message-ID without brackets.
pub(crate) fn bare(id: &str) -> Option<String> {
    let id = id.trim().trim_matches(['<', '>']);
    (1..=400).contains(&id.len()).then(|| id.to_owned())
}

/// The id that our own sender gave the mail, which services give back with what they tell of it.
pub(crate) const OURS: &str = "pointsman_id";
const DETAIL_CHARS_MAX: usize = 500;
const KEY_CHARS_MAX: usize = 120;
