//! Messages that go out: SMS, WhatsApp, and what else Twilio carries under one API.
//!
//! Source: Twilio's "Messages resource" (2010-04-01). It knows no idempotency key, so after an unknown outcome the messages to that address
//! are looked through.

use pointsman_plugin::http::Request;
use pointsman_plugin::{Delivered, Outbound, Reply, Template, Timestamp, Undelivered};
use serde_json::Value;

use crate::settings::Settings;
use crate::{outcome, segment};

/// What Twilio takes at most as the body of one message, on every channel.
pub(crate) const TEXT_CHARS_MAX: u32 = 1_600;
const MEDIA_MAX: usize = 10;
const WINDOW_HOURS: u64 = 24;
const WHATSAPP: &str = "whatsapp:";

/// Sends it.
///
/// # Errors
/// As Twilio says; what it would refuse is refused here.
pub(crate) fn deliver(settings: &Settings, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
    let fields = match outbound {
        Outbound::Reply(reply) => answer(settings, reply, now)?,
        Outbound::Template(template) => approved(settings, template)?,
        Outbound::Post(_) => return Err(never("Twilio has no public place to post to")),
        Outbound::Edit(_) => return Err(never("what was sent to a phone cannot be changed")),
        Outbound::Hide(_) => return Err(never("messages are private: there is nothing to hide")),
    };
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(&fields);
    let request = Request { body: form.finish().into_bytes(), ..Request::new("POST", messages(settings)?) };
    let request = request.header("content-type", "application/x-www-form-urlencoded").credential("auth_token");
    let created = outcome::created(sending::exchange(&request, true)?, now)?;
    let sid = lenient::id(&created, "sid").ok_or_else(|| Undelivered::Unknown("the answer names no message".to_owned()))?;
    Ok(Delivered::Sent(vec![sid]))
}

/// Looks for a reply among the newest messages to that address: the same words, written since the customer's own.
///
/// Not by `DateSent`: what still waits in a queue has none, and would be sent again.
///
/// # Errors
/// `Never` for what cannot be recognised: an approved text is filled in by Twilio.
pub(crate) fn find(settings: &Settings, outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
    let Outbound::Reply(reply) = outbound else {
        return Err(never("Twilio does not tell whether an approved text was sent; a person has to look"));
    };
    let to = recipient(reply)?;
    let query = sending::query(&[("To", to), ("PageSize", "50")]);
    let found = sending::fetch(format!("{}{query}", messages(settings)?), "auth_token", now)?;
    let since = reply.last_inbound_at.unwrap_or_default();
    let ours = |message: &&Value| {
        let outward = lenient::text(message, "direction").is_none_or(|direction| direction.starts_with("outbound"));
        let words = message.get("body").and_then(Value::as_str).unwrap_or_default();
        // Twilio's times are whole seconds.
        outward && words.trim() == reply.text.trim() && lenient::time(message, "date_created").is_some_and(|at| at + 999 >= since)
    };
    let sid = lenient::list(&found, "messages").iter().find(ours).and_then(|message| lenient::id(message, "sid"));
    Ok(sid.map(|sid| Delivered::Sent(vec![sid])))
}

type Fields = Vec<(&'static str, String)>;

fn answer(settings: &Settings, reply: &Reply, now: Timestamp) -> Result<Fields, Undelivered> {
    let to = recipient(reply)?;
    let whatsapp = to.starts_with(WHATSAPP);
    let text = reply.text.trim();
    if whatsapp {
        sending::window(reply, WINDOW_HOURS, now)?;
    } else if segment::count(text) > settings.segments_max() {
        let room = segment::room(text, settings.segments_max());
        return Err(Undelivered::TooLong(u32::try_from(room).unwrap_or(TEXT_CHARS_MAX)));
    }
    sending::fits(text, sending::Unit::Chars, TEXT_CHARS_MAX)?;
    let files = sending::files(&reply.attachments)?;
    // WhatsApp takes one file a message, phones ten.
    let most = if whatsapp { 1 } else { MEDIA_MAX };
    if files.len() > most {
        return Err(never(&format!("more than {most} files in one message")));
    }
    if files.is_empty() {
        sending::words(text)?;
    }
    let account = sending::attribute(&reply.attributes, "messaging-service-sid").or(sending::attribute(&reply.attributes, "account"));
    let mut fields = vec![("To", to.to_owned()), from(settings, to, account)?];
    if !text.is_empty() {
        fields.push(("Body", text.to_owned()));
    }
    fields.extend(files.into_iter().map(|(_, url)| ("MediaUrl", url.to_owned())));
    fields.extend(settings.status_callback.clone().map(|url| ("StatusCallback", url)));
    Ok(fields)
}

fn approved(settings: &Settings, template: &Template) -> Result<Fields, Undelivered> {
    let exact = settings.templates.get(&format!("{}.{}", template.name, template.language));
    let content = exact.or_else(|| settings.templates.get(&template.name)).cloned();
    let content = content.or_else(|| template.name.starts_with("HX").then(|| template.name.clone()));
    let content = content.ok_or_else(|| never(&format!("`templates` names no content for `{}`", template.name)))?;
    let places = template.params.iter().enumerate().map(|(at, value)| ((at + 1).to_string(), Value::String(value.clone())));
    let mut fields = vec![("To", template.recipient.clone()), from(settings, &template.recipient, None)?, ("ContentSid", content)];
    if !template.params.is_empty() {
        fields.push(("ContentVariables", Value::Object(places.collect()).to_string()));
    }
    fields.extend(settings.status_callback.clone().map(|url| ("StatusCallback", url)));
    Ok(fields)
}

/// The customer's address.
fn recipient(reply: &Reply) -> Result<&str, Undelivered> {
    let to = reply.recipient.as_deref().filter(|to| !to.is_empty()).unwrap_or(&reply.conversation);
    if to.is_empty() || reply.conversation.starts_with("CH") {
        return Err(never("a Twilio Conversation is answered in its own application"));
    }
    Ok(to)
}

/// From where: what was written to, or what the settings say for that channel.
fn from(settings: &Settings, to: &str, account: Option<&str>) -> Result<(&'static str, String), Undelivered> {
    let whatsapp = to.starts_with(WHATSAPP);
    let fits = |address: &&str| address.starts_with(WHATSAPP) == whatsapp && !address.starts_with("AC");
    let service = |address: &&str| address.starts_with("MG");
    let own = if whatsapp { &settings.whatsapp_from } else { &settings.from };
    let named = account.filter(|address| service(address) || fits(address)).or(settings.messaging_service_sid.as_deref());
    match named.or(own.as_deref()) {
        Some(address) if service(&address) => Ok(("MessagingServiceSid", address.to_owned())),
        Some(address) => Ok(("From", address.to_owned())),
        None => Err(never("no number of ours is known: set `from`, `whatsapp_from` or `messaging_service_sid`")),
    }
}

fn messages(settings: &Settings) -> Result<String, Undelivered> {
    let account = settings.account_sid.as_deref().ok_or_else(|| never("no `account_sid` is configured"))?;
    Ok(format!("{}/2010-04-01/Accounts/{account}/Messages.json", settings.base_url()))
}

fn never(why: &str) -> Undelivered {
    Undelivered::Never(why.to_owned())
}
