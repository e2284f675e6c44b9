//! Senders: `cases/send/*.json`, each with what is to go out, the requests that must be seen and their answers, and the outcome.
//!
//! ```json
//! {
//!   "settings": {}, "now": 1790000000000, "call": "deliver", "key": "d1.1",
//!   "outbound": {"reply": {"conversation": "c", "text": "Hello"}},
//!   "exchanges": [{
//!     "request": {"method": "POST", "url": "https://api.example/send", "credential": "token", "headers": {"x-key": "d1.1"}, "body": {"text": "Hello"}},
//!     "response": {"status": 200, "headers": {}, "body": {"id": "1"}}
//!   }],
//!   "output": {"sent": ["1"]}
//! }
//! ```
//!
//! A request's `body` is a part of a JSON document, `{"form": {…}}` (all its fields), or a text. The same files are run in the sandbox against
//! a real server by the integration tests; there the origin of `settings.base_url` (which every sender has) is the server's.

use std::path::Path;

use pointsman_plugin::http::Request;
use pointsman_plugin::testing::{Host, configured};
use pointsman_plugin::{Attachment, Broadcast, Content, Delivered, Edit, Header, Outbound, Reply, Response, Sender, Template, Undelivered};
use serde_json::{Map, Value as Json, json};

use crate::json::attributes_of;
use crate::{difference, files};

const NOW: u64 = 1_790_000_000_000;

/// Runs every case of `<crate>/cases/send`.
///
/// # Panics
/// With every case that came out otherwise, or if there is none.
pub fn check_sender<P: Sender>(crate_dir: &str) {
    let all = files(&Path::new(crate_dir).join("cases/send"));
    assert!(!all.is_empty(), "no cases/send in {crate_dir}");
    let wrong: Vec<String> = all.iter().filter_map(|(name, case)| run::<P>(case).err().map(|why| format!("{name}: {why}"))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn run<P: Sender>(case: &Json) -> Result<(), String> {
    let part = |field: &str| case.get(field).cloned().unwrap_or_else(|| Json::Object(Map::new()));
    let exchanges = case.get("exchanges").and_then(Json::as_array).cloned().unwrap_or_default();
    let plugin: P = configured(part("settings"));
    let mut host = Host::new();
    for exchange in &exchanges {
        let line = format!("{} {}", word(exchange, "/request/method"), word(exchange, "/request/url"));
        host = host.answer(&line, Ok(response(exchange.get("response").unwrap_or(&Json::Null))));
    }
    let outbound = outbound(&part("outbound")).ok_or("`outbound` is none")?;
    let now = case.get("now").and_then(Json::as_u64).unwrap_or(NOW);
    let key = case.get("key").and_then(Json::as_str).unwrap_or("key");
    let found = match case.get("call").and_then(Json::as_str) {
        Some("find") => {
            plugin.find(key, &outbound, now).map_or_else(|why| undelivered(&why), |found| found.map_or(Json::Null, |it| delivered(&it)))
        }
        _ => plugin.deliver(key, &outbound, now).map_or_else(|why| undelivered(&why), |sent| delivered(&sent)),
    };
    let requests = host.requests();
    let compared = difference(case.get("output").unwrap_or(&Json::Null), &found, "").or_else(|| {
        let wrong =
            |(at, (exchange, request)): (usize, (&Json, &Request))| requested(exchange, request).map(|why| format!("request {at}: {why}"));
        exchanges.iter().zip(&requests).enumerate().find_map(wrong)
    });
    let counted = (exchanges.len() != requests.len()).then(|| format!("{} requests, not {}", requests.len(), exchanges.len()));
    match compared.or(counted) {
        None => Ok(()),
        Some(why) => {
            let seen: Vec<Json> = requests.iter().map(shown).collect();
            Err(format!("{why}\n  outcome: {found}\n  requests: {}", Json::Array(seen)))
        }
    }
}

fn word<'a>(json: &'a Json, pointer: &str) -> &'a str {
    json.pointer(pointer).and_then(Json::as_str).unwrap_or_default()
}

/// The first place where a request is not what it should be.
fn requested(exchange: &Json, request: &Request) -> Option<String> {
    let mut found = shown(request);
    let mut expected = exchange.get("request").cloned().unwrap_or_default();
    if let Some(form) = expected.pointer("/body/form").cloned() {
        let pairs = text(&request.body);
        let pairs = pairs.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let fields: Map<String, Json> = pairs.map(|(name, value)| (decoded(name), Json::String(decoded(value)))).collect();
        if Json::Object(fields.clone()) != form {
            return Some(format!("/body should be the form {form}, is {}", Json::Object(fields)));
        }
        expected.as_object_mut()?.remove("body");
        found.as_object_mut()?.remove("body");
    }
    difference(&expected, &found, "")
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = after.get(..2).and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        match (first, escaped) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            (b'+', _) => {
                bytes.push(b' ');
                rest = after;
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn shown(request: &Request) -> Json {
    let headers: Map<String, Json> =
        request.headers.iter().map(|header| (header.name.to_lowercase(), Json::String(text(&header.value)))).collect();
    let body = serde_json::from_slice(&request.body).unwrap_or_else(|_| Json::String(text(&request.body)));
    json!({"method": request.method, "url": request.url, "headers": headers, "credential": request.credential, "body": body})
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn response(json: &Json) -> Response {
    let headers = json.get("headers").and_then(Json::as_object).into_iter().flatten();
    let headers = headers.map(|(name, value)| Header { name: name.clone(), value: value.as_str().unwrap_or_default().as_bytes().to_vec() });
    let body = match json.get("body") {
        None => String::new(),
        Some(Json::String(body)) => body.clone(),
        Some(body) => body.to_string(),
    };
    let status = json.get("status").and_then(Json::as_u64).and_then(|status| u16::try_from(status).ok()).unwrap_or(200);
    Response { status, headers: headers.collect(), body: body.into_bytes() }
}

fn delivered(delivered: &Delivered) -> Json {
    match delivered {
        Delivered::Sent(ids) => json!({"sent": ids}),
        Delivered::HandOver(bytes) => json!({"hand_over": text(bytes)}),
    }
}

fn undelivered(undelivered: &Undelivered) -> Json {
    match undelivered {
        Undelivered::WindowClosed(why) => json!({"window_closed": why}),
        Undelivered::TooLong(max) => json!({"too_long": max}),
        Undelivered::Later((at, why)) => json!({"later": {"at": at, "why": why}}),
        Undelivered::Unauthorised(why) => json!({"unauthorised": why}),
        Undelivered::Never(why) => json!({"never": why}),
        Undelivered::Unknown(why) => json!({"unknown": why}),
    }
}

fn outbound(json: &Json) -> Option<Outbound> {
    let (name, what) = json.as_object()?.iter().next()?;
    let text = |field: &str| what.get(field).and_then(Json::as_str).map(str::to_owned);
    let plain = |field: &str| text(field).unwrap_or_default();
    let attributes = attributes_of(what.get("attributes").unwrap_or(&Json::Null));
    Some(match name.as_str() {
        "reply" => Outbound::Reply(Reply {
            conversation: plain("conversation"),
            in_reply_to: text("in_reply_to"),
            recipient: text("recipient"),
            private: what.get("private").and_then(Json::as_bool).unwrap_or_default(),
            text: plain("text"),
            attachments: attachments(what),
            last_inbound_at: what.get("last_inbound_at").and_then(Json::as_u64),
            attributes,
        }),
        "post" => Outbound::Post(Broadcast { account: plain("account"), text: plain("text"), attachments: attachments(what), attributes }),
        "template" => Outbound::Template(Template {
            recipient: plain("recipient"),
            name: plain("name"),
            language: plain("language"),
            params: what.get("params").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect(),
        }),
        "edit" => Outbound::Edit(Edit { source_id: plain("source_id"), text: plain("text") }),
        "hide" => Outbound::Hide(what.as_str()?.to_owned()),
        _ => return None,
    })
}

fn attachments(reply: &Json) -> Vec<Attachment> {
    let one = |json: &Json| {
        let text = |field: &str| json.get(field).and_then(Json::as_str).map(str::to_owned);
        Attachment {
            media_type: text("media_type").unwrap_or_default(),
            content: Content::Url(word(json, "/content/url").to_owned()),
            name: text("name"),
            size_bytes: json.get("size_bytes").and_then(Json::as_u64),
            description: text("description"),
        }
    };
    reply.get("attachments").and_then(Json::as_array).into_iter().flatten().map(one).collect()
}
