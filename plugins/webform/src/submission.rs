//! A form that was filled in, as a fact.

use pointsman_plugin::{Attribute, Author, Event, Fact, Item, Kind, Note, Timestamp, Visibility};

use crate::fields::Fields;
use crate::settings::Settings;
use lenient::fingerprint;

const ATTRIBUTES_MAX: usize = 32;
const NAME_BYTES_MAX: usize = 60;
const VALUE_BYTES_MAX: usize = 4 << 10;
const ID_BYTES_MAX: usize = 500;
/// The same words from the same person within this time are one impatient click.
const SAME_MS: u64 = 3_600_000;

pub(crate) fn fact(fields: &Fields, settings: &Settings, body: &[u8], now: Timestamp) -> Fact {
    let mapping = &settings.fields;
    let get = |name: &Option<String>| name.as_deref().and_then(|name| fields.get(name)).map(str::to_owned);
    let joined = |names: &[String], between: &str| names.iter().filter_map(|name| fields.get(name)).collect::<Vec<_>>().join(between);
    let text = joined(&mapping.text, "\n\n");
    let rating = get(&mapping.rating).and_then(|rating| rating.parse::<f32>().ok()).filter(|rating| rating.is_finite());
    let rating = rating.map(|rating| (rating / settings.rating_max.unwrap_or(5.0)).clamp(0.0, 1.0));
    let id = get(&mapping.id).filter(|id| id.len() <= ID_BYTES_MAX);
    let source_id = id.unwrap_or_else(|| format!("{}-{}", fingerprint(&words(fields, settings)), now / SAME_MS));
    let account = settings.form.clone();
    if text.is_empty() && rating.is_none() && fields.files.is_empty() {
        let why = format!(
            "none of the fields {} holds words",
            mapping.text.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        );
        let note = Note { source_id: Some(fingerprint(body)), text: Some(why), attributes: rest(fields, settings), ..Note::new("form") };
        return Fact { account, ..Fact::unsupported(note) };
    }
    let item = Item {
        kind: match settings.kind.as_deref() {
            Some("lead") => Kind::Lead,
            Some("review") => Kind::Review,
            _ => Kind::Message,
        },
        visibility: Visibility::Private,
        conversation: get(&mapping.conversation).filter(|id| id.len() <= ID_BYTES_MAX),
        author: author(fields, settings, &joined(&mapping.name, " ")),
        subject: get(&mapping.subject),
        language: get(&mapping.language),
        attachments: fields.files.clone(),
        rating,
        occurred_at: get(&mapping.occurred_at).and_then(|at| pointsman_plugin::time::parse(&at)),
        attributes: rest(fields, settings),
        ..Item::new(source_id, text)
    };
    let key = format!("said:{}", item.source_id);
    Fact { account, dedup_key: Some(key), event: Event::Said(item.bounded()) }
}

/// What makes two submissions the same.
fn words(fields: &Fields, settings: &Settings) -> Vec<u8> {
    let ignored = |name: &str| settings.ignore.iter().any(|ignored| ignored == name);
    fields.iter().filter(|(name, _)| !ignored(name)).flat_map(|(name, value)| format!("{name}\0{value}\0").into_bytes()).collect()
}

fn author(fields: &Fields, settings: &Settings, name: &str) -> Option<Author> {
    let mapping = &settings.fields;
    let email = fields.get(&mapping.email).map(str::to_lowercase);
    let phone = fields.get(&mapping.phone).map(str::to_owned);
    let known = mapping.author.as_deref().and_then(|field| fields.get(field)).map(str::to_owned);
    let named = Some(name.to_owned()).filter(|name| !name.is_empty());
    let id = known.or_else(|| email.clone()).or_else(|| phone.clone()).or_else(|| named.clone()).filter(|id| id.len() <= ID_BYTES_MAX)?;
    let attribute = |name: &str, value: Option<String>| value.map(|value| Attribute::new(name, value));
    let attributes = [attribute("email", email), attribute("phone", phone)].into_iter().flatten().collect();
    Some(Author { id, display_name: named, attributes, ..Author::default() })
}

/// The fields that nothing else holds.
fn rest(fields: &Fields, settings: &Settings) -> Vec<Attribute> {
    let named = |field: &str| {
        settings.fields.names().any(|name| name.strip_prefix('/').unwrap_or(name) == field)
            || settings.ignore.iter().any(|name| name == field)
            || settings.honeypot.as_deref() == Some(field)
    };
    let mut found: Vec<Attribute> = Vec::new();
    for (field, value) in fields.iter().filter(|(field, value)| !named(field) && value.len() <= VALUE_BYTES_MAX) {
        let name = kebab(field);
        if !name.is_empty() && found.len() < ATTRIBUTES_MAX && found.iter().all(|attribute| attribute.name != name) {
            found.push(Attribute::new(name, value));
        }
    }
    found
}

/// `orderNumber`, `order_number` and `order[number]` are all `order-number`.
fn kebab(field: &str) -> String {
    let mut name = String::new();
    for character in field.chars().take(NAME_BYTES_MAX) {
        match character {
            'A'..='Z' => {
                if name.chars().last().is_some_and(|last| last.is_ascii_lowercase()) {
                    name.push('-');
                }
                name.push(character.to_ascii_lowercase());
            }
            'a'..='z' | '0'..='9' => name.push(character),
            _ if !name.ends_with('-') && !name.is_empty() => name.push('-'),
            _ => {}
        }
    }
    name.trim_end_matches('-').to_owned()
}
