//! What is handed to plugins, and what is looked at of their answers.

use std::sync::LazyLock;

use anyhow::Result;
use model::{Call, Delivery, Event, Fact, Header, Interaction, InteractionId, Routing, Situation, Timestamp, Trigger};

use crate::native::NOW;
use crate::sample::Sample;

/// A conversation that begins.
pub(crate) static SITUATION: LazyLock<Situation> =
    LazyLock::new(|| Situation { trigger: Trigger::Arrived, now: Timestamp(NOW), ..Situation::default() });

/// What the shop pushes.
pub(crate) fn deliveries(sample: &Sample) -> Vec<Delivery> {
    sample.forms.iter().map(|form| delivery(form.to_string())).collect()
}

/// A push of this body.
pub(crate) fn delivery(body: String) -> Delivery {
    Delivery {
        method: "POST".to_owned(),
        url: "/hooks/shop".to_owned(),
        headers: vec![Header::new("content-type", "application/json")],
        body: body.into_bytes(),
        ..Delivery::default()
    }
}

/// The same over and over, in whole lots of this size: at least one.
pub(crate) fn cycled<T: Clone>(of: Vec<T>, lot: usize) -> Vec<T> {
    let count = (of.len() / lot).max(1) * lot;
    of.into_iter().cycle().take(count).collect()
}

/// What was said, as a chain is asked about it.
pub(crate) fn said(fact: Fact) -> Option<Interaction> {
    let Event::Said(item) = fact.event else { return None };
    Some(Interaction {
        id: InteractionId(item.source_id.clone()),
        connector: "shop".to_owned(),
        channel: "shop".to_owned(),
        conversation: item.conversation.unwrap_or(item.source_id),
        kind: item.kind,
        visibility: item.visibility,
        author: item.author,
        subject: item.subject,
        text: item.text,
        language: item.language,
        attachments: item.attachments,
        engagement: item.engagement,
        rating: item.rating,
        occurred_at: item.occurred_at.unwrap_or(Timestamp(NOW)),
        received_at: Timestamp(NOW),
        attributes: item.attributes,
        ..Interaction::default()
    })
}

/// The reasons, in words.
pub(crate) fn texts(routing: &Routing) -> Vec<String> {
    routing.reasons.iter().map(|reason| reason.text.clone()).collect()
}

/// What a plugin said; a fault ends the measurement.
pub(crate) fn good<T>(call: Call<T>) -> Result<T> {
    call.outcome.map_err(|fault| anyhow::anyhow!("{fault:?}"))
}
