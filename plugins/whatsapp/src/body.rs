//! What a message says, by its type: words, files, places, cards, orders, choices.

use graph::{about, media_type};
use lenient::{attribute, flag, id, list, number, object, text};
use pointsman_plugin::{Attachment, Attribute, Content};
use serde_json::Value;

/// The content of a message.
#[derive(Clone, Debug, Default)]
pub(crate) struct Body {
    /// For people; of a choice its title.
    pub(crate) text: String,
    /// At most one.
    pub(crate) attachments: Vec<Attachment>,
    /// What programs need of it.
    pub(crate) attributes: Vec<Attribute>,
}

/// The content of a message; none when its type is not known or nothing of it came.
pub(crate) fn of(message: &Value) -> Option<Body> {
    let sort = text(message, "type")?;
    let content = message.get(sort).filter(|content| !content.is_null())?;
    Some(match sort {
        "text" => Body { text: text(content, "body")?.to_owned(), ..Body::default() },
        "image" | "video" | "audio" | "voice" | "document" | "sticker" => file(sort, content)?,
        "location" => location(content),
        "contacts" => Body { text: lines(message, "contacts", card), ..Body::default() },
        "button" => choice(text(content, "text"), text(content, "payload"))?,
        "interactive" => interactive(content)?,
        "order" => order(content),
        _ => return None,
    })
}

/// A file is named by its id; its address has to be asked for and lasts five minutes.
fn file(sort: &str, media: &Value) -> Option<Body> {
    let address = text(media, "url").or_else(|| text(media, "link"));
    let content = id(media, "id").map(Content::Reference).or_else(|| address.map(|url| Content::Url(url.to_owned())))?;
    let name = text(media, "filename");
    let attachment = Attachment {
        media_type: text(media, "mime_type").map_or_else(|| media_type(sort, name.unwrap_or_default()), str::to_owned),
        content,
        name: name.map(str::to_owned),
        size_bytes: None,
        description: None,
    };
    let mut attributes = Vec::new();
    for name in ["voice", "animated"] {
        if flag(media, name) {
            attributes.push(attribute(name, true));
        }
    }
    if sort == "sticker" {
        attributes.push(attribute("sticker", true));
    }
    Some(Body { text: text(media, "caption").unwrap_or_default().to_owned(), attachments: vec![attachment], attributes })
}

fn location(place: &Value) -> Body {
    let (latitude, longitude) = (number(place, "latitude"), number(place, "longitude"));
    let mut attributes = Vec::new();
    about(&mut attributes, "latitude", latitude);
    about(&mut attributes, "longitude", longitude);
    about(&mut attributes, "link", text(place, "url"));
    let point = latitude.zip(longitude).map(|(latitude, longitude)| format!("{latitude}, {longitude}"));
    let lines = [text(place, "name").map(str::to_owned), text(place, "address").map(str::to_owned), point];
    Body { text: lines.into_iter().flatten().collect::<Vec<_>>().join("\n"), attributes, ..Body::default() }
}

fn card(contact: &Value) -> Option<String> {
    let named = |place: &'static str, field: &'static str| list(contact, place).iter().filter_map(move |one| text(one, field));
    let in_card = || text(contact, "vcard")?.lines().find_map(|line| line.strip_prefix("FN:")).map(str::trim);
    let name = text(contact, "/name/formatted_name").or_else(in_card);
    let reach: Vec<&str> = named("phones", "phone").chain(named("emails", "email")).take(LINES_MAX).collect();
    match (name, reach.join(", ")) {
        (Some(name), reach) if reach.is_empty() => Some(name.to_owned()),
        (Some(name), reach) => Some(format!("{name}: {reach}")),
        (None, reach) => (!reach.is_empty()).then_some(reach),
    }
}

fn choice(title: Option<&str>, payload: Option<&str>) -> Option<Body> {
    let mut attributes = Vec::new();
    about(&mut attributes, "choice", payload);
    Some(Body { text: title.or(payload)?.to_owned(), attributes, ..Body::default() })
}

fn interactive(content: &Value) -> Option<Body> {
    let reply = ["button_reply", "list_reply"].iter().find_map(|name| object(content, name));
    if let Some(reply) = reply {
        let mut body = choice(text(reply, "title"), text(reply, "id"))?;
        about(&mut body.attributes, "choice-description", text(reply, "description"));
        return Some(body);
    }
    // A flow was filled in: its answers are JSON inside of a text.
    let flow = object(content, "nfm_reply")?;
    let answers: Value = text(flow, "response_json").and_then(|answers| serde_json::from_str(answers).ok()).unwrap_or_default();
    let answered = answers.as_object().into_iter().flatten().filter(|(name, _)| *name != "flow_token");
    let said = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let lines: Vec<String> = answered.take(LINES_MAX).map(|(name, value)| format!("{name}: {}", said(value))).collect();
    let mut attributes = Vec::new();
    about(&mut attributes, "flow", text(flow, "name"));
    about(&mut attributes, "flow-token", text(&answers, "flow_token"));
    let text = if lines.is_empty() { text(flow, "body").unwrap_or_default().to_owned() } else { lines.join("\n") };
    Some(Body { text, attributes, ..Body::default() })
}

fn order(order: &Value) -> Body {
    let line = |item: &Value| {
        let price = id(item, "item_price").map(|price| format!(" ({price} {})", text(item, "currency").unwrap_or_default()));
        Some(format!("{} × {}{}", id(item, "quantity")?, id(item, "product_retailer_id")?, price.unwrap_or_default()))
    };
    let items = lines(order, "product_items", line);
    let mut attributes = Vec::new();
    about(&mut attributes, "catalogue-id", id(order, "catalog_id"));
    let text = [text(order, "text").unwrap_or_default(), items.as_str()].join("\n").trim().to_owned();
    Body { text, attributes, ..Body::default() }
}

fn lines(value: &Value, name: &str, line: impl Fn(&Value) -> Option<String>) -> String {
    list(value, name).iter().take(LINES_MAX).filter_map(line).collect::<Vec<_>>().join("\n")
}

const LINES_MAX: usize = 100;
