//! One row as a fact.

use pointsman_plugin::{Attribute, Author, Direction, Engagement, Event, Fact, Item, Kind, Note, Visibility};
use serde_json::Value;

use crate::columns::Cell;
use crate::date;
use crate::settings::Settings;
use lenient::fingerprint;

const ID_BYTES_MAX: usize = 500;
const TEXT_BYTES_MAX: usize = 4 << 10;

pub(crate) fn fact(row: &Value, settings: &Settings) -> Fact {
    let get = |cell: Cell| settings.columns.get(row, cell);
    let url = get(Cell::Url);
    let Some(text) = get(Cell::Text).or_else(|| get(Cell::Title)).map(|text| plain(&text)).filter(|text| !text.is_empty()) else {
        let note = Note { source_id: Some(source_id(row, settings)), text: Some("the row has no words".to_owned()), ..Note::new("row") };
        return Fact { account: settings.account.clone(), ..Fact::unsupported(note) };
    };
    let author = author(row, settings);
    let source_id = source_id(row, settings);
    let conversation = get(Cell::Conversation).map(short);
    let own = |author: &Author| settings.own.iter().any(|own| *own == author.id || author.display_name.as_ref() == Some(own));
    let order = |author: &Author| short(format!("{}/{}", conversation.as_ref().unwrap_or(&source_id), author.id));
    let item = Item {
        kind: kind(get(Cell::Kind).as_deref()),
        visibility: Visibility::Public,
        direction: if author.as_ref().is_some_and(own) { Direction::Echo } else { Direction::Inbound },
        order_key: author.as_ref().map(order),
        conversation,
        subject: get(Cell::Title).map(|text| plain(&text)).filter(|title| *title != text),
        language: get(Cell::Language).filter(|tag| (2..=35).contains(&tag.len()) && !tag.contains(' ')),
        engagement: engagement(row, settings),
        rating: rating(row, settings),
        occurred_at: get(Cell::At).and_then(|at| date::parse(&at, settings.dates.as_deref(), settings.utc_offset_minutes)),
        attributes: attributes(row, settings, url),
        author,
        ..Item::new(source_id, text)
    };
    let key = format!("said:{}", item.source_id);
    Fact { account: settings.account.clone(), dedup_key: Some(key), event: Event::Said(item.bounded()) }
}

/// The service's id, else the address, else what is in the row.
fn source_id(row: &Value, settings: &Settings) -> String {
    let found = settings.columns.get(row, Cell::Id).or_else(|| settings.columns.get(row, Cell::Url));
    found.map_or_else(|| fingerprint(row.to_string().as_bytes()), short)
}

fn short(id: String) -> String {
    if id.len() <= ID_BYTES_MAX { id } else { fingerprint(id.as_bytes()) }
}

/// Some services export HTML, most write entities.
fn plain(text: &str) -> String {
    if text.contains("</") || text.contains("<br") { markup::text(text) } else { markup::unescape(text) }
}

fn kind(word: Option<&str>) -> Kind {
    let word = word.unwrap_or_default().to_lowercase();
    match () {
        () if word.contains("review") => Kind::Review,
        () if word.contains("comment") || word.contains("reply") => Kind::Comment,
        // The service was asked for the company's name: whatever it is there, it names us.
        () => Kind::Mention,
    }
}

fn author(row: &Value, settings: &Settings) -> Option<Author> {
    let get = |cell: Cell| settings.columns.get(row, cell);
    let name = get(Cell::Author);
    let network = get(Cell::Network).map(|network| network.to_lowercase()).unwrap_or_default();
    // Names are unique on their network at best.
    let id = get(Cell::AuthorId).or_else(|| name.as_ref().map(|name| format!("{network}:{}", name.trim_start_matches('@'))))?;
    Some(Author {
        id: short(id),
        display_name: name.map(|name| name.trim_start_matches('@').to_owned()),
        followers: count(get(Cell::Followers)),
        ..Author::default()
    })
}

/// `1,234`, `1 234`, `12.0`
fn count(cell: Option<String>) -> Option<u64> {
    let cell = cell?;
    let whole = cell.strip_suffix(".0").unwrap_or(&cell);
    let digits: String = whole.chars().filter(|character| !matches!(character, ',' | '.' | ' ' | '\u{a0}' | '\u{202f}')).collect();
    digits.parse().ok()
}

fn engagement(row: &Value, settings: &Settings) -> Option<Engagement> {
    let get = |cell: Cell| count(settings.columns.get(row, cell));
    let (likes, replies, shares, views) = (get(Cell::Likes), get(Cell::Replies), get(Cell::Shares), get(Cell::Views));
    let told = likes.is_some() || replies.is_some() || shares.is_some() || views.is_some();
    let some = |count: Option<u64>| count.unwrap_or_default();
    told.then(|| Engagement { likes: some(likes), replies: some(replies), shares: some(shares), views })
}

fn rating(row: &Value, settings: &Settings) -> Option<f32> {
    // A column called so may hold anything, unless the settings say what the best is.
    let max = settings.rating_max?;
    let rating: f32 = settings.columns.get(row, Cell::Rating)?.replace(',', ".").parse().ok()?;
    Some((rating / max).clamp(0.0, 1.0)).filter(|rating| rating.is_finite())
}

fn attributes(row: &Value, settings: &Settings, url: Option<String>) -> Vec<Attribute> {
    let get = |cell: Cell| settings.columns.get(row, cell);
    let all = [("url", url), ("network", get(Cell::Network)), ("service-sentiment", get(Cell::Sentiment))];
    all.into_iter().filter_map(|(name, value)| Some(Attribute::new(name, value.filter(|value| value.len() <= TEXT_BYTES_MAX)?))).collect()
}
