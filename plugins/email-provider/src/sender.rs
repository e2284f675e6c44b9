//! Answers, over the API of the service that the settings name.
//!
//! A mail gets the Message-ID that its key makes and carries it as a value that the service gives back, so that receipts name what was
//! sent.

use lenient::{id, list, text};
use mail::{Letter, Sender};
use pointsman_plugin::http::Request;
use pointsman_plugin::{Delivered, Outbound, Timestamp, Undelivered};
use serde_json::{Map, Value, json};

use crate::news::OURS;
use crate::settings::{Service, Settings};

/// Sends it.
///
/// # Errors
/// As the service says; `Never` for what a mail cannot be.
pub(crate) fn deliver(
    settings: &Settings,
    mails: &Sender,
    key: &str,
    outbound: &Outbound,
    now: Timestamp,
) -> Result<Delivered, Undelivered> {
    let (service, letter) = ready(settings, mails, key, outbound)?;
    let base = settings.base_url(service);
    let (url, credential, body) = match service {
        Service::SendGrid => (format!("{base}/v3/mail/send"), "sendgrid", sendgrid(&letter)),
        Service::Postmark => (format!("{base}/email"), "postmark", postmark(&letter)),
    };
    let request = Request::post_json(url, body.to_string()).header("accept", "application/json").credential(credential);
    let answer = sending::send(&request, now)?;
    let answer: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    // Postmark says in the body what it does not send, such as to somebody who bounced before.
    if service == Service::Postmark && lenient::number(&answer, "ErrorCode").is_some_and(|code| code != 0.0) {
        return Err(Undelivered::Never(text(&answer, "Message").unwrap_or("refused").to_owned()));
    }
    Ok(Delivered::Sent(vec![letter.message_id]))
}

/// Looks for it: Postmark finds mails by the value that they carry; SendGrid tells nothing without another contract.
///
/// # Errors
/// `Never` where a person has to look.
pub(crate) fn find(
    settings: &Settings,
    mails: &Sender,
    key: &str,
    outbound: &Outbound,
    now: Timestamp,
) -> Result<Option<Delivered>, Undelivered> {
    let (service, letter) = ready(settings, mails, key, outbound)?;
    if service == Service::SendGrid {
        return Err(Undelivered::Never("SendGrid does not tell what it has taken: a person has to look at its activity".to_owned()));
    }
    let named: String = letter.message_id.bytes().map(escaped).collect();
    let url = format!("{}/messages/outbound?count=1&offset=0&metadata_{OURS}={named}", settings.base_url(service));
    let answer = sending::ask(&Request::get(url).header("accept", "application/json").credential("postmark"), now)?;
    let answer: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let found = list(&answer, "Messages").iter().any(|message| id(message, "MessageID").is_some());
    Ok(found.then(|| Delivered::Sent(vec![letter.message_id])))
}

fn ready(settings: &Settings, mails: &Sender, key: &str, outbound: &Outbound) -> Result<(Service, Letter), Undelivered> {
    let never = |why: &str| Undelivered::Never(why.to_owned());
    let service = settings.service.ok_or_else(|| never("`service` is not set: answer over another connector, such as `email`"))?;
    match outbound {
        Outbound::Reply(reply) => Ok((service, mails.letter(key, reply)?)),
        Outbound::Post(_) => Err(never("a mail needs somebody to go to")),
        Outbound::Template(_) => Err(never("mails know no templates: send the words")),
        Outbound::Edit(_) | Outbound::Hide(_) => Err(never("what was sent by mail stays sent")),
    }
}

fn sendgrid(letter: &Letter) -> Value {
    let mut from = json!({"email": letter.from.address});
    if let (Some(name), Some(fields)) = (&letter.from.name, from.as_object_mut()) {
        fields.insert("name".to_owned(), json!(name));
    }
    let headers: Map<String, Value> = headers(letter).into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
    json!({
        "personalizations": [{"to": [{"email": letter.to}], "custom_args": {OURS: letter.message_id}}],
        "from": from,
        "subject": letter.subject,
        "headers": headers,
        "content": [{"type": "text/plain", "value": letter.text}],
        // Links in what a person wrote stay what they are.
        "tracking_settings": {"click_tracking": {"enable": false, "enable_text": false}},
    })
}

fn postmark(letter: &Letter) -> Value {
    let from = match &letter.from.name {
        Some(name) => format!("\"{}\" <{}>", name.replace(['"', '\\'], ""), letter.from.address),
        None => letter.from.address.clone(),
    };
    let mut headers: Vec<Value> = headers(letter).into_iter().map(|(name, value)| json!({"Name": name, "Value": value})).collect();
    // Without it the service writes an id of its own.
    headers.push(json!({"Name": "X-PM-KeepID", "Value": "true"}));
    json!({
        "From": from, "To": letter.to, "Subject": letter.subject, "TextBody": letter.text, "Headers": headers,
        "Metadata": {OURS: letter.message_id}, "TrackLinks": "None",
    })
}

fn headers(letter: &Letter) -> Vec<(&'static str, String)> {
    let mut headers = vec![("Message-ID", format!("<{}>", letter.message_id))];
    headers.extend(letter.in_reply_to.as_ref().map(|id| ("In-Reply-To", format!("<{id}>"))));
    if !letter.references.is_empty() {
        headers.push(("References", letter.references.iter().map(|id| format!("<{id}>")).collect::<Vec<_>>().join(" ")));
    }
    headers.extend(letter.automatic.then(|| ("Auto-Submitted", "auto-replied".to_owned())));
    headers
}

fn escaped(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}
