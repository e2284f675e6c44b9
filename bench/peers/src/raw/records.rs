//! The records of calls: made of bodies, and of what a step said for the next.

pub use super::bindings::exports::pointsman::connector::webhook::{Delivery, Reception};
pub use super::bindings::pointsman::connector::facts::{Event, Fact, Refusal};
pub use super::bindings::pointsman::host::types::Header;
pub use super::bindings::pointsman::interaction::types::{Interaction, Signal};
pub use super::bindings::pointsman::policy::decisions::{Priority, Routing, Situation, Trigger};

/// A push of this body.
pub fn delivery(body: &str) -> Delivery {
    Delivery {
        method: "POST".to_owned(),
        url: "/hooks/shop".to_owned(),
        headers: vec![Header { name: "content-type".to_owned(), value: b"application/json".to_vec() }],
        body: body.as_bytes().to_vec(),
        attributes: Vec::new(),
    }
}

/// A conversation that begins.
pub fn situation(now: u64) -> Situation {
    Situation {
        trigger: Trigger::Arrived,
        now,
        case_open: false,
        queue: None,
        agent: None,
        previous_agent: None,
        inbound_count: 0,
        unanswered_count: 0,
        opened_at: None,
        last_reply_at: None,
        first_response_due_at: None,
        resolution_due_at: None,
        attributes: Vec::new(),
    }
}

/// What was said, as the next step is asked about it.
pub fn said(fact: Fact, now: u64) -> Option<Interaction> {
    let Event::Said(item) = fact.event else { return None };
    Some(Interaction {
        id: item.source_id.clone(),
        connector: "shop".to_owned(),
        channel: "shop".to_owned(),
        account: None,
        conversation: item.conversation.unwrap_or(item.source_id),
        in_reply_to: None,
        kind: item.kind,
        visibility: item.visibility,
        author: item.author,
        customer: None,
        subject: item.subject,
        text: item.text,
        language: item.language,
        attachments: item.attachments,
        engagement: item.engagement,
        rating: item.rating,
        occurred_at: item.occurred_at.unwrap_or(now),
        received_at: now,
        signals: Vec::new(),
        attributes: item.attributes,
        withheld: Vec::new(),
    })
}
