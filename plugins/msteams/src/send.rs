//! Messages that go out. Source: "Bot Connector REST API".

use pointsman_plugin::http::Request;
use pointsman_plugin::{Delivered, Outbound, Reply, Timestamp, Undelivered};
use serde_json::{Value, json};

use crate::Settings;

/// Teams refuses messages of more than about 28 KB, all of the activity counted.
const TEXT_BYTES_MAX: u32 = 24 << 10;

/// Sends it.
///
/// # Errors
/// As the Bot Connector says.
pub(crate) fn deliver(settings: &Settings, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
    match outbound {
        Outbound::Reply(reply) => answer(settings, reply, now),
        Outbound::Post(post) => {
            let channel =
                sending::attribute(&post.attributes, "conversation").ok_or_else(|| never("name the channel in `conversation`"))?;
            let text = sending::with_links(&post.text, &post.attachments)?;
            let service = service(settings, sending::attribute(&post.attributes, "service-url"))?;
            one(&format!("{service}/v3/conversations/{}/activities", sending::encoded(channel)), &message(&text)?, now)
        }
        Outbound::Edit(edit) => {
            let url = place(settings, &edit.source_id)?;
            let request = Request { method: "PUT".to_owned(), ..Request::post_json(url, message(&edit.text)?.to_string()) };
            sending::send(&request.credential("bot"), now)?;
            Ok(Delivered::Sent(vec![edit.source_id.clone()]))
        }
        Outbound::Hide(id) => {
            sending::send(&Request::new("DELETE", place(settings, id)?).credential("bot"), now)?;
            Ok(Delivered::Sent(vec![id.clone()]))
        }
        Outbound::Template(_) => Err(never("Teams knows no approved texts")),
    }
}

fn answer(settings: &Settings, reply: &Reply, now: Timestamp) -> Result<Delivered, Undelivered> {
    let text = sending::with_links(&reply.text, &reply.attachments)?;
    let service = service(settings, sending::attribute(&reply.attributes, "service-url"))?;
    let personal = matches!(sending::attribute(&reply.attributes, "conversation-type"), Some("personal"));
    let mut body = message(&text)?;
    if reply.private && !personal {
        let conversation = private(&service, reply, now)?;
        return one(&format!("{service}/v3/conversations/{}/activities", sending::encoded(&conversation)), &body, now);
    }
    let mut url = format!("{service}/v3/conversations/{}/activities", sending::encoded(&reply.conversation));
    if let Some(answered) = reply.in_reply_to.as_deref().filter(|id| !id.is_empty()) {
        url.push_str(&format!("/{}", sending::encoded(answered)));
        if let Some(fields) = body.as_object_mut() {
            fields.insert("replyToId".to_owned(), Value::from(answered));
        }
    }
    one(&url, &body, now)
}

/// The conversation with the person alone; there is one for each person and bot, however often it is asked for.
fn private(service: &str, reply: &Reply, now: Timestamp) -> Result<String, Undelivered> {
    let person = reply.recipient.as_deref().ok_or_else(|| never("nobody is named to whom a private answer could go"))?;
    let bot = sending::attribute(&reply.attributes, "account").ok_or_else(|| never("it is not known which bot was written to"))?;
    let tenant = sending::attribute(&reply.attributes, "tenant-id").unwrap_or_default();
    let body = json!({
        "isGroup": false, "bot": {"id": bot}, "members": [{"id": person}], "tenantId": tenant, "channelData": {"tenant": {"id": tenant}},
    });
    let created = sending::post(format!("{service}/v3/conversations"), "bot", &body, now).map_err(|why| match why {
        // Nothing was said yet.
        Undelivered::Unknown(why) => Undelivered::Later((None, why)),
        other => other,
    })?;
    lenient::id(&created, "id").ok_or_else(|| never("no conversation with the person could be opened"))
}

fn one(url: &str, body: &Value, now: Timestamp) -> Result<Delivered, Undelivered> {
    let created = sending::post(url, "bot", body, now)?;
    let id = lenient::id(&created, "id").ok_or_else(|| Undelivered::Unknown("the answer names no activity".to_owned()))?;
    Ok(Delivered::Sent(vec![id]))
}

fn message(text: &str) -> Result<Value, Undelivered> {
    sending::fits(text, sending::Unit::Bytes, TEXT_BYTES_MAX)?;
    Ok(json!({"type": "message", "text": sending::words(text)?, "textFormat": "plain"}))
}

/// An activity by `conversation/activity`: its own id does not tell where it stands.
fn place(settings: &Settings, id: &str) -> Result<String, Undelivered> {
    let (conversation, activity) =
        id.rsplit_once('/').ok_or_else(|| never("write it as `conversation/activity`: an id alone does not tell where"))?;
    let service = service(settings, None)?;
    Ok(format!("{service}/v3/conversations/{}/activities/{}", sending::encoded(conversation), sending::encoded(activity)))
}

/// Where to answer: the host lets nothing out but to granted hosts, so a strange address goes nowhere.
fn service(settings: &Settings, told: Option<&str>) -> Result<String, Undelivered> {
    let url = settings.base_url.as_deref().or(told.filter(|url| url.starts_with("https://")));
    url.map(|url| url.trim_end_matches('/').to_owned()).ok_or_else(|| never("it is not known where to answer: set `base_url`"))
}

fn never(why: &str) -> Undelivered {
    Undelivered::Never(why.to_owned())
}
