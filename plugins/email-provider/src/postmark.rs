//! Postmark: one document for each mail that came in, and for each thing that became of one that went out (`RecordType`).

use lenient::{id, list, text, time};
use pointsman_plugin::Fact;
use serde_json::Value;

use crate::inbound::{self, Pieces};
use crate::news::{News, OURS};
use crate::shape::Reader;

pub(crate) fn facts(reader: &Reader<'_>, record: &Value) -> Vec<Fact> {
    let kind = text(record, "RecordType").or_else(|| text(record, "Type").filter(|_| text(record, "From").is_none()));
    match kind {
        Some("Inbound") | None => mail(reader, record).into_iter().collect(),
        Some(kind) => vec![news(record, kind).fact()],
    }
}

fn news<'a>(record: &'a Value, kind: &'a str) -> News<'a> {
    // A bounce's type says what it is: some are no bounces at all, such as automatic answers and wishes to get no more.
    let name = match (kind, text(record, "Type")) {
        ("Bounce", Some(name @ ("AutoResponder" | "Unsubscribe" | "Subscribe" | "SpamComplaint"))) => name,
        ("Bounce", Some("SpamNotification")) => "SpamComplaint",
        ("Bounce", Some("Transient" | "DnsError" | "ChallengeVerification")) => "Delayed",
        (kind, _) => kind,
    };
    let first = |places: &[&str]| places.iter().find_map(|place| text(record, place));
    News {
        name,
        id: id(record, "ID"),
        target: id(record, &format!("/Metadata/{OURS}")).or_else(|| id(record, "MessageID")),
        recipient: first(&["Recipient", "Email"]),
        at: ["DeliveredAt", "BouncedAt", "ReceivedAt", "ChangedAt"].iter().find_map(|place| time(record, place)),
        detail: first(&["Details", "Description", "OriginalLink", "SuppressionReason"]).map(str::to_owned),
    }
}

fn mail(reader: &Reader<'_>, record: &Value) -> Option<Fact> {
    let mut mail = Pieces {
        fields: inbound::fields(record.get("Headers").unwrap_or(&Value::Null), "Name", "Value"),
        plain: text(record, "TextBody"),
        html: text(record, "HtmlBody"),
        id: id(record, "MessageID"),
        recipient: text(record, "OriginalRecipient").or_else(|| text(record, "/ToFull/0/Email")),
        files: list(record, "Attachments").iter().filter_map(|file| text(file, "Name")).map(str::to_owned).collect(),
        ..Pieces::default()
    };
    mail.person("From", text(record, "/FromFull/Name").or(text(record, "FromName")), text(record, "/FromFull/Email"));
    for field in ["From", "To", "Cc", "Subject", "Date"] {
        mail.field(field, text(record, field));
    }
    for (field, people) in [("To", "ToFull"), ("Cc", "CcFull")] {
        let people: Vec<&str> = list(record, people).iter().filter_map(|person| text(person, "Email")).collect();
        mail.field(field, Some(&people.join(", ")));
    }
    mail.field("Reply-To", text(record, "ReplyTo"));
    mail.attributes.extend(text(record, "MailboxHash").map(|hash| lenient::attribute("mailbox-hash", hash)));
    if mail.plain.is_none()
        && mail.html.is_none()
        && let Some(raw) = text(record, "RawEmail")
    {
        return inbound::whole(reader, raw.as_bytes(), None, mail.recipient);
    }
    mail.fact(reader)
}
