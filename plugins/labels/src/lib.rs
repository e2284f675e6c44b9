//! For tests: runs a connector over the labelled payloads outside the repository, and writes what came out in the labels' form.
//!
//! The payloads are found by `POINTSMAN_SHARED`; without it nothing runs. What is written is scored by `tools/score_fixtures.py` there.

use std::path::{Path, PathBuf};

use pointsman_plugin::{Author, Direction, Event, Fact, Item, Kind, Note, Timestamp, Visibility};
use serde_json::{Value, json};

/// Reads one payload: its file name, the transport that its label names, and its bytes.
pub type Read<'a> = dyn Fn(&str, &str, &[u8]) -> Result<Vec<Fact>, String> + 'a;

/// Runs `read` over every payload of a channel, and returns how many there were. The outputs go to `POINTSMAN_ACTUAL`, when it is set.
///
/// # Errors
/// When the payloads cannot be read or the outputs not be written.
pub fn run(channel: &str, read: &Read<'_>) -> std::io::Result<usize> {
    run_all(channel, &|name, transport, payload| read(name, transport, payload).map(|facts| (facts, Value::Null)))
}

/// What came out of a payload: its facts, and how it was answered.
type Told = Result<(Vec<Fact>, Value), String>;

fn run_all(channel: &str, read: &dyn Fn(&str, &str, &[u8]) -> Told) -> std::io::Result<usize> {
    let Some(shared) = std::env::var_os("POINTSMAN_SHARED").map(PathBuf::from) else {
        return Ok(0);
    };
    let out = std::env::var_os("POINTSMAN_ACTUAL").map(PathBuf::from);
    let mut count = 0;
    for split in std::fs::read_dir(shared.join("fixtures/payloads").join(channel))?.flatten().filter(|entry| entry.path().is_dir()) {
        for payload in std::fs::read_dir(split.path())?.flatten() {
            let name = payload.file_name().to_string_lossy().into_owned();
            let place = Path::new(channel).join(split.file_name()).join(&name);
            let transport = transport(&shared.join("fixtures/labels").join(&place));
            let outcome = read(&name, &transport, &std::fs::read(payload.path())?);
            if let Some(out) = &out {
                write(&out.join(&place), &transport, &outcome)?;
            }
            count += 1;
        }
    }
    Ok(count)
}

/// Runs the webhook of a connector over every payload of its channel as it is, twice, and then with everything that can go wrong with its bytes,
/// which must not panic.
///
/// # Panics
/// When the payloads cannot be read, or the same payload tells something else the second time.
#[expect(clippy::panic, reason = "for tests")]
pub fn webhook<P: pointsman_plugin::Webhook>(channel: &str, settings: Value) {
    const NOW: Timestamp = 1_800_000_000_000;
    let plugin: P = pointsman_plugin::testing::configured(settings);
    let receive = |body: &[u8]| {
        let delivery = pointsman_plugin::Delivery { method: "POST".to_owned(), body: body.to_vec(), ..Default::default() };
        let answered =
            |answer: &pointsman_plugin::Response| json!({"status": answer.status, "body": String::from_utf8_lossy(&answer.body)});
        let told = |reception: pointsman_plugin::Reception| (reception.facts, answered(&reception.answer));
        plugin.receive(&delivery, NOW).map(told).map_err(|refusal| format!("{refusal:?}"))
    };
    let run = run_all(channel, &|name, _, payload| {
        let facts = receive(payload);
        assert_eq!(facts, receive(payload), "{name}");
        cases::mutated(payload, |variant| drop(receive(variant)));
        facts
    });
    match run {
        Ok(0) => eprintln!("skipped: POINTSMAN_SHARED is not set"),
        Ok(count) => println!("{count} payloads"),
        Err(error) => panic!("{channel}: {error}"),
    }
}

/// Runs the feed of a connector over every payload of its channel as the answer to all that a poll asks.
///
/// # Panics
/// When the payloads cannot be read.
#[expect(clippy::panic, reason = "for tests")]
pub fn feed<P: pointsman_plugin::Feed>(channel: &str, settings: &Value) {
    const NOW: Timestamp = 1_800_000_000_000;
    let plugin: P = pointsman_plugin::testing::configured(settings.clone());
    let poll = |payload: &[u8]| {
        let answer = || Ok(pointsman_plugin::Response { status: 200, headers: Vec::new(), body: payload.to_vec() });
        let _host = (0..40).fold(pointsman_plugin::testing::Host::new(), |host, _| host.answer("GET ", answer()));
        plugin.poll(None, NOW).map(|page| page.facts).map_err(|failure| format!("{failure:?}"))
    };
    let run = run(channel, &|_, _, payload| {
        cases::mutated(payload, |variant| drop(poll(variant)));
        poll(payload)
    });
    match run {
        Ok(0) => eprintln!("skipped: POINTSMAN_SHARED is not set"),
        Ok(count) => println!("{count} payloads"),
        Err(error) => panic!("{channel}: {error}"),
    }
}

fn transport(label: &Path) -> String {
    let path = format!("{}.expected.json", label.display());
    let label: Value = std::fs::read(path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    label.get("transport").and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn write(path: &Path, transport: &str, outcome: &Told) -> std::io::Result<()> {
    let (facts, answer) = outcome.as_ref().map(|(facts, answer)| (facts.as_slice(), answer)).unwrap_or((&[], &Value::Null));
    let items: Vec<Value> = facts.iter().map(interaction).collect();
    let actual = json!({"transport": transport, "interactions": items, "handshake": answer, "malformed": outcome.is_err()});
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(format!("{}.actual.json", path.display()), actual.to_string())
}

/// A fact as the labels write it.
#[must_use]
pub fn interaction(fact: &Fact) -> Value {
    match &fact.event {
        Event::Said(said) => item(kind(said.kind), said),
        Event::Edited(edited) => item("edit", edited),
        Event::Removed(removal) => with_actor(
            json!({
                "kind": "delete", "source_id": removal.source_id, "conversation": removal.source_id, "occurred_at": time(removal.occurred_at),
            }),
            removal.actor.as_ref(),
        ),
        Event::Reacted(reaction) => with_actor(
            json!({
                "kind": "reaction", "source_id": reaction.source_id.as_ref().unwrap_or(&reaction.target), "in_reply_to": reaction.target,
                "conversation": reaction.source_id.as_ref().unwrap_or(&reaction.target), "occurred_at": time(reaction.occurred_at),
            }),
            reaction.actor.as_ref(),
        ),
        Event::Receipt(receipt) => with_actor(
            json!({
                "kind": "receipt", "visibility": "private", "direction": "in", "source_id": receipt.source_id.as_ref().or(receipt.target.as_ref()), "in_reply_to": receipt.target,
                // Nothing but the receipt is known here, so it belongs to itself unless it says otherwise.
                "conversation": receipt.conversation.as_ref().or(receipt.source_id.as_ref()).or(receipt.target.as_ref()),
                "occurred_at": time(receipt.occurred_at),
            }),
            receipt.actor.as_ref(),
        ),
        Event::System(system) => note("system", system),
        Event::Unsupported(unsupported) => note("unsupported", unsupported),
    }
}

fn item(kind: &str, item: &Item) -> Value {
    let fields = json!({
        "kind": kind,
        "visibility": visibility(item.visibility),
        "direction": if item.direction == Direction::Echo { "echo" } else { "in" },
        "source_id": item.source_id,
        "conversation": item.conversation.as_ref().unwrap_or(&item.source_id),
        "in_reply_to": item.in_reply_to,
        "text": item.text,
        "occurred_at": time(item.occurred_at),
    });
    with_actor(fields, item.author.as_ref())
}

fn note(kind: &str, note: &Note) -> Value {
    let fields = json!({
        "kind": kind,
        "visibility": note.visibility.map(visibility),
        "direction": "in",
        "source_id": note.source_id,
        "conversation": note.conversation.as_ref().or(note.source_id.as_ref()),
        "text": note.text,
        "occurred_at": time(note.occurred_at),
    });
    with_actor(fields, note.actor.as_ref())
}

fn with_actor(mut fields: Value, actor: Option<&Author>) -> Value {
    if let (Some(fields), Some(actor)) = (fields.as_object_mut(), actor) {
        fields.insert("author_id".to_owned(), json!(actor.id));
        fields.insert("author_name".to_owned(), json!(actor.display_name.as_ref().or(actor.handle.as_ref())));
    }
    fields
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Message => "message",
        Kind::Comment => "comment",
        Kind::Post => "post",
        Kind::Mention => "mention",
        Kind::Review => "review",
        Kind::Lead => "lead",
        Kind::Call => "call",
        Kind::Other => "other",
    }
}

fn visibility(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Public => "public",
        Visibility::Restricted => "restricted",
        Visibility::Private => "private",
        Visibility::Internal => "internal",
    }
}

/// RFC 3339 with milliseconds, UTC (civil date from days: Howard Hinnant's algorithm).
fn time(at: Option<Timestamp>) -> Option<String> {
    let at = at?;
    let (days, ms) = (at / 86_400_000, at % 86_400_000);
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second, ms) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60, ms % 1_000);
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z"))
}
