//! Slash commands, buttons, shortcuts and forms: bodies that are themselves forms.

use lenient::{Form, attribute, list, object, text, time};
use pointsman_plugin::{Author, Event, Fact, Item, Kind, Note, Reception, Refusal, Visibility};
use serde_json::Value;

use crate::message::source_id;
use crate::settings::Settings;
use crate::{event, mrkdwn, person};

/// Fields of a form, actions of a click.
const PARTS_MAX: usize = 100;
/// Interactions whose types are documented.
const KNOWN: [&str; 9] = [
    "block_actions",
    "block_suggestion",
    "dialog_cancellation",
    "dialog_suggestion",
    "interactive_message",
    "message_action",
    "shortcut",
    "view_closed",
    "workflow_step_edit",
];

/// What a form tells.
///
/// # Errors
/// When its payload is no JSON.
pub(crate) fn reception(form: &Form, settings: &Settings) -> Result<Reception, Refusal> {
    if let Some(payload) = form.get("payload") {
        return Ok(Reception::of(facts(&lenient::document(payload.as_bytes())?, settings)));
    }
    if form.get("ssl_check").is_some() && form.get("command").is_none() {
        return Ok(Reception::of(Vec::new()));
    }
    Ok(Reception::of(vec![command(form)]))
}

fn command(form: &Form) -> Fact {
    let account = form.get("team_id").map(str::to_owned);
    let (Some(command), Some(user)) = (form.get("command"), form.get("user_id")) else {
        return Fact { account, dedup_key: None, event: Event::Unsupported(Note::new("form")) };
    };
    let fingerprint = || lenient::fingerprint(format!("{:?}", form.iter().collect::<Vec<_>>()).as_bytes());
    let item = Item {
        source_id: form.get("trigger_id").map_or_else(fingerprint, str::to_owned),
        kind: Kind::Message,
        // Only the app and the person see it.
        visibility: Visibility::Private,
        conversation: form.get("channel_id").map(str::to_owned),
        author: Some(Author {
            handle: form.get("user_name").map(str::to_owned),
            display_name: form.get("user_name").map(str::to_owned),
            ..person::by_id(user)
        }),
        text: format!("{command} {}", form.get("text").unwrap_or_default()).trim().to_owned(),
        attributes: vec![attribute("command", command)],
        ..Item::default()
    };
    Fact { account, dedup_key: None, event: Event::Said(item.bounded()) }
}

/// What a document tells: an event, a form that was filled in, or something that was clicked.
pub(crate) fn facts(payload: &Value, settings: &Settings) -> Vec<Fact> {
    let kind = text(payload, "type").unwrap_or_default();
    if kind == "app_rate_limited" || lenient::given(payload, "event") {
        return event::facts(payload, settings);
    }
    let event = match kind {
        "view_submission" | "dialog_submission" => submitted(payload),
        _ if KNOWN.contains(&kind) => Event::System(note(payload, kind)),
        _ => Event::Unsupported(note(payload, kind)),
    };
    let dedup_key = match &event {
        Event::Said(_) => None,
        _ => Some(format!("{kind}:{}", moment(payload))),
    };
    vec![Fact { account: event::account(payload), dedup_key, event }]
}

/// What tells one click from the next.
fn moment(payload: &Value) -> String {
    let own = ["trigger_id", "action_ts", "/actions/0/action_ts", "/view/hash"].iter().find_map(|place| text(payload, place));
    own.map_or_else(|| lenient::fingerprint(payload.to_string().as_bytes()), str::to_owned)
}

/// A form that was filled in.
fn submitted(payload: &Value) -> Event {
    let Some(author) = person::of_interaction(payload) else {
        return Event::Unsupported(note(payload, "view_submission"));
    };
    let view = text(payload, "/view/id").unwrap_or_default();
    let subject = text(payload, "/view/title/text").or_else(|| text(payload, "callback_id"));
    Event::Said(
        Item {
            source_id: format!("{view}:{}", moment(payload)),
            kind: Kind::Lead,
            visibility: Visibility::Private,
            // An answer goes to the person.
            conversation: Some(author.id.clone()),
            author: Some(author),
            subject: subject.map(str::to_owned),
            text: filled(payload).join("\n"),
            occurred_at: time(payload, "action_ts"),
            attributes: text(payload, "/view/callback_id").map(|id| attribute("callback-id", id)).into_iter().collect(),
            ..Item::default()
        }
        .bounded(),
    )
}

/// `label: value` of everything that was filled in.
fn filled(payload: &Value) -> Vec<String> {
    let fields = lenient::at(payload, "/view/state/values").and_then(Value::as_object).into_iter().flatten();
    let labelled = |block: &str| {
        let block = list(payload, "/view/blocks").iter().find(|one| text(one, "block_id") == Some(block))?;
        text(block, "/label/text")
    };
    let lines = fields.take(PARTS_MAX).flat_map(|(block, actions)| {
        let values = actions.as_object().into_iter().flatten().take(PARTS_MAX).filter_map(|(_, state)| value(state));
        let line = |value: String| labelled(block).map_or_else(|| value.clone(), |label| format!("{label}: {value}"));
        values.map(line).collect::<Vec<_>>()
    });
    let dialog = lenient::at(payload, "submission").and_then(Value::as_object).into_iter().flatten();
    let dialog = dialog.take(PARTS_MAX).filter_map(|(name, value)| Some(format!("{name}: {}", value.as_str()?)));
    lines.chain(dialog).collect()
}

/// What was typed or chosen in one element.
fn value(state: &Value) -> Option<String> {
    const PLACES: [&str; 11] = [
        "value",
        "/selected_option/text/text",
        "/selected_option/value",
        "selected_date",
        "selected_time",
        "selected_date_time",
        "selected_user",
        "selected_channel",
        "selected_conversation",
        "/text/text",
        "/name",
    ];
    let several = ["selected_options", "selected_users", "selected_channels", "selected_conversations"];
    let chosen = several.iter().flat_map(|place| list(state, place)).filter_map(|one| one.as_str().or_else(|| text(one, "/text/text")));
    let chosen: Vec<&str> = chosen.take(PARTS_MAX).collect();
    if chosen.is_empty() { PLACES.iter().find_map(|place| lenient::id(state, place)) } else { Some(chosen.join(", ")) }
}

fn note(payload: &Value, kind: &str) -> Note {
    let channel = ["/channel/id", "/container/channel_id"].iter().find_map(|place| text(payload, place));
    let message = channel.zip(["/message/ts", "/container/message_ts", "message_ts"].iter().find_map(|place| text(payload, place)));
    let actions = list(payload, "actions").iter().take(PARTS_MAX).filter_map(value).collect::<Vec<_>>();
    let said = if actions.is_empty() { text(payload, "/message/text").map(|said| mrkdwn::plain(said).0) } else { Some(actions.join(", ")) };
    let mut note = Note {
        name: if kind.is_empty() { "payload".to_owned() } else { kind.to_owned() },
        text: said,
        actor: person::of_interaction(payload),
        conversation: channel.map(str::to_owned),
        occurred_at: ["action_ts", "/actions/0/action_ts"].iter().find_map(|place| time(payload, place)),
        ..Note::default()
    };
    let named = [
        ("callback-id", text(payload, "callback_id").or_else(|| text(payload, "/view/callback_id")).map(str::to_owned)),
        ("action-id", text(payload, "/actions/0/action_id").map(str::to_owned)),
        ("action-value", text(payload, "/actions/0/value").map(str::to_owned)),
        ("message", message.map(|(channel, ts)| source_id(channel, ts))),
        ("view", object(payload, "view").and_then(|view| lenient::id(view, "id"))),
    ];
    note.attributes.extend(named.into_iter().filter_map(|(name, value)| Some(attribute(name, value?))));
    note
}
