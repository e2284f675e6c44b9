//! Reports in the standard's form: delivery status (RFC 3464), disposition (RFC 8098), feedback (RFC 5965).

use pointsman_plugin::Progress;

use crate::headers::Headers;
use crate::ids;
use crate::mail::Mail;

/// What a report says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Report {
    /// How the delivery went.
    Delivery(Outcome),
    /// What the recipient's program did with it.
    Disposition(Outcome),
    /// A complaint: its type, such as `abuse`, and the mail complained about.
    Feedback {
        /// The feedback type.
        kind: String,
        /// The Message-ID of the mail.
        target: Option<String>,
    },
}

/// How something that was sent has come along.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// How far.
    pub(crate) progress: Progress,
    /// Status code and diagnosis.
    pub(crate) detail: Option<String>,
    /// The Message-ID of what was sent.
    pub(crate) target: Option<String>,
}

/// The report that a mail is, if it is one. Reports that are attached to a person's mail are no reports.
pub(crate) fn of(mail: &Mail<'_>, own_id: &str) -> Option<Report> {
    let said = mail.report_type();
    let kind = said.as_deref();
    let has = |media_type: &str| mail.part(media_type).is_some_and(|part| !part.is_attachment());
    if kind == Some("feedback-report") || has("message/feedback-report") {
        return Some(feedback(mail, own_id));
    }
    if kind == Some("disposition-notification") || has("message/disposition-notification") {
        return Some(disposition(mail, own_id));
    }
    let status = has("message/delivery-status") || has("message/global-delivery-status");
    (kind == Some("delivery-status") || status).then(|| Report::Delivery(delivery(mail, own_id)))
}

/// The Message-ID of the mail that a report speaks of: from the returned headers, then from the report's own words.
pub(crate) fn target(mail: &Mail<'_>, own_id: &str) -> Option<String> {
    let other = |id: &String| id != own_id;
    let returned = mail.parts().filter(|part| {
        matches!(
            part.media_type().as_str(),
            "message/rfc822" | "message/global" | "text/rfc822-headers" | "message/rfc822-headers" | "message/global-headers"
        )
    });
    let returned = returned.filter_map(|part| Headers::scan(&part.content()).get("message-id").and_then(ids::first)).find(other);
    returned.or_else(|| written(mail).find(other)).or_else(|| {
        let answered = mail.headers.all("in-reply-to").find_map(ids::first);
        answered.or_else(|| {
            mail.headers
                .all("references")
                .filter_map(|value| value.rsplit('<').next().and_then(|last| ids::first(&format!("<{last}"))))
                .last()
        })
    })
}

/// Message-IDs that the text quotes, as mailers do that return the mail within it.
fn written<'a>(mail: &'a Mail<'_>) -> impl Iterator<Item = String> + 'a {
    let lines = mail.frame.body().split(|byte| *byte == b'\n').take(LINES_MAX);
    lines.filter_map(|line| {
        let text = String::from_utf8_lossy(line.get(..line.len().min(LINE_BYTES_MAX)).unwrap_or_default());
        let text = text.trim_start_matches([' ', '\t', '>', '|']);
        let name = text.get(..MESSAGE_ID.len())?;
        if name.eq_ignore_ascii_case(MESSAGE_ID) { ids::first(text.get(MESSAGE_ID.len()..)?) } else { None }
    })
}

fn delivery(mail: &Mail<'_>, own_id: &str) -> Outcome {
    let recipients: Vec<Headers> = mail
        .parts()
        .filter(|part| matches!(part.media_type().as_str(), "message/delivery-status" | "message/global-delivery-status"))
        .flat_map(|part| groups(&part.content()))
        .filter(|group| group.get("action").is_some() || group.get("status").is_some())
        .collect();
    let action = |group: &Headers| group.get("action").map(word).unwrap_or_default();
    let worst = ["failed", "delayed", "relayed", "expanded", "delivered"]
        .into_iter()
        .find(|name| recipients.iter().any(|group| action(group) == *name));
    let chosen = recipients.iter().find(|group| worst.is_none_or(|worst| action(group) == worst)).or(recipients.first());
    let progress = match worst {
        Some("delivered") => Progress::Delivered,
        // A delay is no failure: another report follows. Relays say no more.
        Some("delayed" | "relayed" | "expanded") => Progress::Sent,
        Some(_) => Progress::Failed,
        None => match chosen.and_then(|group| group.get("status")).and_then(|status| status.chars().next()) {
            Some('2') => Progress::Delivered,
            Some('4') => Progress::Sent,
            _ => Progress::Failed,
        },
    };
    Outcome { progress, detail: chosen.and_then(detail), target: target(mail, own_id) }
}

/// Blocks of fields, apart by empty lines.
fn groups(content: &[u8]) -> Vec<Headers> {
    let text = String::from_utf8_lossy(content).replace("\r\n", "\n");
    text.split("\n\n").take(GROUPS_MAX).map(|block| Headers::scan(block.as_bytes())).filter(|group| !group.is_empty()).collect()
}

fn detail(group: &Headers) -> Option<String> {
    let action = group.get("action").map(word).filter(|action| action != "failed");
    let status = group.get("status").map(|status| status.split_whitespace().next().unwrap_or_default().to_owned());
    let diagnosis = group.get("diagnostic-code").map(|code| code.split_once(';').map_or(code, |(_, text)| text).trim().to_owned());
    let words: Vec<String> = [action, status, diagnosis].into_iter().flatten().filter(|word| !word.is_empty()).collect();
    (!words.is_empty()).then(|| words.join(" ").chars().take(DETAIL_CHARS_MAX).collect())
}

fn word(value: &str) -> String {
    value.split([' ', ';', '(', '\t']).next().unwrap_or_default().to_ascii_lowercase()
}

fn disposition(mail: &Mail<'_>, own_id: &str) -> Report {
    let fields = mail.part("message/disposition-notification").map(|part| Headers::scan(&part.content())).unwrap_or_default();
    let said = fields.get("disposition").unwrap_or_default().to_ascii_lowercase();
    let progress = if said.contains("displayed") {
        Progress::Read
    } else if said.contains("failed") || said.contains("denied") {
        Progress::Sent
    } else {
        Progress::Delivered
    };
    let original = fields.get("original-message-id").and_then(ids::first);
    Report::Disposition(Outcome { progress, detail: (!said.is_empty()).then_some(said), target: original.or_else(|| target(mail, own_id)) })
}

fn feedback(mail: &Mail<'_>, own_id: &str) -> Report {
    let fields = mail.part("message/feedback-report").map(|part| Headers::scan(&part.content())).unwrap_or_default();
    let kind = fields.get("feedback-type").map(word).filter(|kind| !kind.is_empty()).unwrap_or_else(|| "abuse".to_owned());
    Report::Feedback { kind, target: target(mail, own_id) }
}

const MESSAGE_ID: &str = "message-id:";
const LINES_MAX: usize = 20_000;
const LINE_BYTES_MAX: usize = 1_000;
const GROUPS_MAX: usize = 200;
const DETAIL_CHARS_MAX: usize = 500;
