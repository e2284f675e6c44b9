//! What `plugin call` gives to a function: made from options, or read from stdin.

use std::io::BufRead as _;
use std::path::Path;

use model::{Attributes, Decided, Delivery, Header, Interaction, Outbound, Priority, Routing, Situation, Timestamp, Value};
use serde::Deserialize;
use serde_json::Value as Json;

use crate::args::Call;
use crate::exit::{Code, Done, Failure};

/// A line of stdin: what the function at hand needs of these, or a bare interaction.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Ask {
    pub(crate) interaction: Interaction,
    pub(crate) situation: Situation,
    pub(crate) priority: Option<Priority>,
    routing: Option<Routing>,
    key: String,
    outbound: Option<Outbound>,
    pub(crate) batch: Vec<Decided>,
    subject: Option<String>,
}

/// Keys that tell an [`Ask`] from a bare interaction.
const PARTS: [&str; 7] = ["interaction", "situation", "routing", "outbound", "batch", "key", "priority"];

impl Ask {
    pub(crate) fn read(line: &str, now: Timestamp) -> Done<Self> {
        let wrong = |error: serde_json::Error| Failure::wrong(format!("stdin: {error}"));
        Self::of(serde_json::from_str(line).map_err(wrong)?, now).map_err(wrong)
    }

    /// The same, read already.
    pub(crate) fn of(json: Json, now: Timestamp) -> Result<Self, serde_json::Error> {
        let whole = json.as_object().is_some_and(|map| PARTS.iter().any(|part| map.contains_key(*part)) || is_erasure(map));
        let mut ask =
            if whole { serde_json::from_value(json)? } else { Self { interaction: serde_json::from_value(json)?, ..Self::default() } };
        complete(&mut ask.interaction, now);
        if ask.situation.now == Timestamp::default() {
            ask.situation.now = now;
        }
        Ok(ask)
    }

    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    pub(crate) fn routing(&self) -> Done<&Routing> {
        self.routing.as_ref().ok_or_else(|| missing("routing"))
    }

    pub(crate) fn outbound(&self) -> Done<&Outbound> {
        self.outbound.as_ref().ok_or_else(|| missing("outbound"))
    }

    pub(crate) fn subject(&self) -> Done<&str> {
        self.subject.as_deref().ok_or_else(|| missing("subject"))
    }
}

/// `{"subject": …}` alone: an interaction has a subject too, but also says something.
fn is_erasure(map: &serde_json::Map<String, Json>) -> bool {
    map.len() == 1 && map.contains_key("subject")
}

fn missing(key: &str) -> Failure {
    Failure::wrong(format!("stdin: this function needs `{key}`"))
}

/// One interaction; what it leaves out is filled in.
pub(crate) fn interaction(line: &str, now: Timestamp) -> Done<Interaction> {
    let mut interaction: Interaction = serde_json::from_str(line).map_err(|error| Failure::wrong(format!("stdin: {error}")))?;
    complete(&mut interaction, now);
    Ok(interaction)
}

/// An interaction with what it left out filled in.
pub(crate) fn completed(mut interaction: Interaction, now: Timestamp) -> Interaction {
    complete(&mut interaction, now);
    interaction
}

fn complete(interaction: &mut Interaction, now: Timestamp) {
    if interaction.received_at == Timestamp::default() {
        interaction.received_at = now;
    }
    if interaction.occurred_at == Timestamp::default() {
        interaction.occurred_at = interaction.received_at;
    }
}

/// The lines of stdin that are not empty.
pub(crate) fn lines() -> Done<Vec<String>> {
    let all = std::io::stdin().lock().lines().collect::<Result<Vec<_>, _>>()?;
    Ok(all.into_iter().filter(|line| !line.trim().is_empty()).collect())
}

/// The delivery that `--body`, `--header`, `--method` and `--url` make.
pub(crate) fn delivery(call: &Call) -> Done<Delivery> {
    let body = call.body.as_deref().map(file).transpose()?.unwrap_or_default();
    let headers = headers(&call.headers)?;
    Ok(Delivery { method: call.method.to_ascii_uppercase(), url: call.url.clone(), headers, body, attributes: Attributes::new() })
}

/// `name: value` as headers.
pub(crate) fn headers(given: &[String]) -> Done<Vec<Header>> {
    let header = |text: &String| match text.split_once(':') {
        Some((name, value)) => Ok(Header::new(name.trim(), value.trim())),
        None => Err(Failure::wrong(format!("`{text}` is no header: write `name: value`"))),
    };
    given.iter().map(header).collect()
}

/// The frame and its envelope.
pub(crate) fn frame(call: &Call) -> Done<(Vec<u8>, Attributes)> {
    let path = call.frame.as_deref().ok_or_else(|| Failure::wrong("`connection.received` needs `--frame FILE`"))?;
    let mut envelope = Attributes::new();
    for pair in &call.envelope {
        let (name, value) = pair.split_once('=').ok_or_else(|| Failure::wrong(format!("`{pair}` is not `name=value`")))?;
        envelope.insert(name.to_owned(), Value::Text(value.to_owned()));
    }
    Ok((file(path)?, envelope))
}

fn file(path: &Path) -> Done<Vec<u8>> {
    std::fs::read(path).map_err(|error| Failure::new(Code::NotFound, format!("{}: {error}", path.display())))
}
