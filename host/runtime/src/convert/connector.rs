//! `pointsman:connector`: deliveries, frames and pages in, facts out; the company's words out, what became of them back.

use model::{Event, FaultKind};
use wasmtime::component::ComponentType;

use super::Arena;
use super::host::{headers, lift_response};
use super::interaction::{
    attachments, attributes, lift_attachments, lift_attributes, lift_author, lift_direction, lift_engagement, lift_kind, lift_visibility,
    texts, time,
};
use super::lift::{Lift, unit};
use crate::bindings::exports::pointsman::connector::{connection, feed, sender, webhook};
use crate::bindings::pointsman::connector::facts as wit;

const FACTS_MAX: usize = 1_000;
const POINTERS_MAX: usize = 100;
const FRAMES_MAX: usize = 16;
const CURSOR_BYTES_MAX: usize = 64 << 10;
const ID_BYTES_MAX: usize = 512;
const TEXT_BYTES_MAX: usize = 256 << 10;
/// Most parts of something sent: not in the contract.
const PARTS_MAX: usize = 100;

/// The record for a delivery.
pub(crate) fn delivery<'a>(arena: &'a Arena, from: &'a model::Delivery) -> webhook::Delivery<'a> {
    webhook::Delivery {
        method: arena.text(&from.method),
        url: arena.text(&from.url),
        headers: headers(arena, &from.headers),
        body: arena.raw(&from.body),
        attributes: attributes(arena, &from.attributes),
    }
}

/// The record for a pointer.
pub(crate) fn pointer<'a>(arena: &'a Arena, from: &'a model::Pointer) -> wit::PointerParam<'a> {
    wit::PointerParam { id: arena.text(&from.id), attributes: attributes(arena, &from.attributes) }
}

/// The record for what is to go out.
pub(crate) fn outbound<'a>(arena: &'a Arena, from: &'a model::Outbound) -> sender::Outbound<'a> {
    match from {
        model::Outbound::Reply(from) => sender::Outbound::Reply(sender::Reply {
            conversation: arena.text(&from.conversation),
            in_reply_to: arena.optional(from.in_reply_to.as_ref()),
            recipient: arena.optional(from.recipient.as_ref()),
            private: from.private,
            text: arena.text(&from.text),
            attachments: attachments(arena, &from.attachments),
            last_inbound_at: from.last_inbound_at.map(|at| at.0),
            attributes: attributes(arena, &from.attributes),
        }),
        model::Outbound::Post(from) => sender::Outbound::Post(sender::Broadcast {
            account: arena.text(&from.account),
            text: arena.text(&from.text),
            attachments: attachments(arena, &from.attachments),
            attributes: attributes(arena, &from.attributes),
        }),
        model::Outbound::Template(from) => sender::Outbound::Template(sender::Template {
            recipient: arena.text(&from.recipient),
            name: arena.text(&from.name),
            language: arena.text(&from.language),
            params: texts(arena, &from.params),
        }),
        model::Outbound::Edit(from) => {
            sender::Outbound::Edit(sender::Edit { source_id: arena.text(&from.source_id), text: arena.text(&from.text) })
        }
        model::Outbound::Hide(id) => sender::Outbound::Hide(arena.text(id)),
    }
}

/// What a delivery tells.
pub(crate) fn lift_reception(lift: &mut Lift, from: webhook::Reception) -> Result<model::Reception, FaultKind> {
    Ok(model::Reception {
        answer: lift_response(lift, from.answer)?,
        facts: lift_facts(lift, from.facts)?,
        pointers: lift_pointers(lift, from.pointers)?,
    })
}

/// Why bytes cannot be read.
pub(crate) fn lift_refusal(lift: &mut Lift, from: wit::Refusal) -> Result<model::Refusal, FaultKind> {
    Ok(match from {
        wit::Refusal::Malformed(why) => model::Refusal::Malformed(lift.text(why)?),
        wit::Refusal::Unsupported(why) => model::Refusal::Unsupported(lift.text(why)?),
    })
}

/// What a frame tells.
pub(crate) fn lift_step(lift: &mut Lift, from: connection::Step) -> Result<model::Advance, FaultKind> {
    Ok(model::Advance {
        facts: lift_facts(lift, from.facts)?,
        cursor: from.cursor.map(|cursor| lift.bytes("the cursor", cursor, CURSOR_BYTES_MAX)).transpose()?,
        send: lift.list("frames to send", from.send, FRAMES_MAX, connection::Outgoing::SIZE32, |lift, from| {
            Ok(match from {
                connection::Outgoing::Text(text) => model::Frame::Text(lift.text(text)?),
                connection::Outgoing::Binary(bytes) => model::Frame::Binary(lift.bytes("a frame", bytes, usize::MAX)?),
            })
        })?,
        wake_at: time(from.wake_at),
    })
}

/// What a poll brought.
pub(crate) fn lift_page(lift: &mut Lift, from: feed::Page) -> Result<model::Page, FaultKind> {
    Ok(model::Page {
        facts: lift_facts(lift, from.facts)?,
        pointers: lift_pointers(lift, from.pointers)?,
        cursor: lift.bytes("the cursor", from.cursor, CURSOR_BYTES_MAX)?,
        more: from.more,
        next_poll_at: time(from.next_poll_at),
    })
}

/// Facts, in the channel's order.
pub(crate) fn lift_facts(lift: &mut Lift, from: Vec<wit::Fact>) -> Result<Vec<model::Fact>, FaultKind> {
    lift.list("facts", from, FACTS_MAX, wit::Fact::SIZE32, |lift, from| {
        Ok(model::Fact {
            account: lift.optional_id("a fact's account", from.account, ID_BYTES_MAX)?,
            dedup_key: lift.optional_id("a dedup key", from.dedup_key, ID_BYTES_MAX)?,
            event: lift_event(lift, from.event)?,
        })
    })
}

fn lift_pointers(lift: &mut Lift, from: Vec<wit::PointerResult>) -> Result<Vec<model::Pointer>, FaultKind> {
    lift.list("pointers", from, POINTERS_MAX, wit::PointerResult::SIZE32, |lift, from| {
        Ok(model::Pointer {
            id: lift.id("a pointer's id", from.id, CURSOR_BYTES_MAX)?,
            attributes: lift_attributes(lift, from.attributes)?,
        })
    })
}

fn lift_event(lift: &mut Lift, from: wit::Event) -> Result<Event, FaultKind> {
    Ok(match from {
        wit::Event::Said(from) => Event::Said(lift_item(lift, from)?),
        wit::Event::Edited(from) => Event::Edited(lift_item(lift, from)?),
        wit::Event::Removed(from) => Event::Removed(lift_removal(lift, from)?),
        wit::Event::Reacted(from) => Event::Reacted(lift_reaction(lift, from)?),
        wit::Event::Receipt(from) => Event::Receipt(lift_receipt(lift, from)?),
        wit::Event::System(from) => Event::System(lift_note(lift, from)?),
        wit::Event::Unsupported(from) => Event::Unsupported(lift_note(lift, from)?),
    })
}

fn lift_item(lift: &mut Lift, from: wit::Item) -> Result<model::Item, FaultKind> {
    let text_len = from.text.len();
    if text_len > TEXT_BYTES_MAX {
        return super::lift::broken(format!("an item's text has {text_len} bytes, at most {TEXT_BYTES_MAX} are allowed"));
    }
    Ok(model::Item {
        source_id: lift.id("an item's source id", from.source_id, ID_BYTES_MAX)?,
        kind: lift_kind(from.kind),
        visibility: lift_visibility(from.visibility),
        direction: lift_direction(from.direction),
        conversation: lift.optional_id("a conversation", from.conversation, CURSOR_BYTES_MAX)?,
        in_reply_to: lift.optional_id("what an item answers", from.in_reply_to, CURSOR_BYTES_MAX)?,
        order_key: lift.optional_id("an order key", from.order_key, CURSOR_BYTES_MAX)?,
        author: from.author.map(|from| lift_author(lift, from)).transpose()?,
        subject: lift.optional(from.subject)?,
        text: lift.text(from.text)?,
        markup: lift.optional(from.markup)?,
        language: lift.optional(from.language)?,
        attachments: lift_attachments(lift, from.attachments)?,
        engagement: from.engagement.map(lift_engagement),
        rating: from.rating.map(|rating| unit("a rating", rating)).transpose()?,
        occurred_at: time(from.occurred_at),
        attributes: lift_attributes(lift, from.attributes)?,
    })
}

fn lift_removal(lift: &mut Lift, from: wit::Removal) -> Result<model::Removal, FaultKind> {
    Ok(model::Removal {
        source_id: lift.id("a removal's source id", from.source_id, ID_BYTES_MAX)?,
        actor: from.actor.map(|from| lift_author(lift, from)).transpose()?,
        occurred_at: time(from.occurred_at),
    })
}

fn lift_reaction(lift: &mut Lift, from: wit::Reaction) -> Result<model::Reaction, FaultKind> {
    Ok(model::Reaction {
        source_id: lift.optional_id("a reaction's source id", from.source_id, ID_BYTES_MAX)?,
        target: lift.id("a reaction's target", from.target, ID_BYTES_MAX)?,
        name: lift.text(from.name)?,
        added: from.added,
        actor: from.actor.map(|from| lift_author(lift, from)).transpose()?,
        occurred_at: time(from.occurred_at),
    })
}

fn lift_receipt(lift: &mut Lift, from: wit::Receipt) -> Result<model::Receipt, FaultKind> {
    Ok(model::Receipt {
        source_id: lift.optional_id("a receipt's source id", from.source_id, ID_BYTES_MAX)?,
        target: lift.optional_id("a receipt's target", from.target, ID_BYTES_MAX)?,
        progress: match from.progress {
            wit::Progress::Sent => model::Progress::Sent,
            wit::Progress::Delivered => model::Progress::Delivered,
            wit::Progress::Read => model::Progress::Read,
            wit::Progress::Failed => model::Progress::Failed,
        },
        detail: lift.optional(from.detail)?,
        actor: from.actor.map(|from| lift_author(lift, from)).transpose()?,
        conversation: lift.optional_id("a conversation", from.conversation, CURSOR_BYTES_MAX)?,
        occurred_at: time(from.occurred_at),
    })
}

fn lift_note(lift: &mut Lift, from: wit::Note) -> Result<model::Note, FaultKind> {
    Ok(model::Note {
        source_id: lift.optional_id("a note's source id", from.source_id, ID_BYTES_MAX)?,
        name: lift.id("a note's name", from.name, ID_BYTES_MAX)?,
        text: lift.optional(from.text)?,
        actor: from.actor.map(|from| lift_author(lift, from)).transpose()?,
        conversation: lift.optional_id("a conversation", from.conversation, CURSOR_BYTES_MAX)?,
        visibility: from.visibility.map(lift_visibility),
        occurred_at: time(from.occurred_at),
        attributes: lift_attributes(lift, from.attributes)?,
    })
}

/// How something went out.
pub(crate) fn lift_delivered(lift: &mut Lift, from: sender::Delivery) -> Result<model::Delivered, FaultKind> {
    Ok(match from {
        sender::Delivery::Sent(ids) => model::Delivered::Sent(
            lift.list("parts sent", ids, PARTS_MAX, String::SIZE32, |lift, id| lift.id("the id of what was sent", id, ID_BYTES_MAX))?,
        ),
        sender::Delivery::HandOver(bytes) => model::Delivered::HandOver(lift.bytes("what is handed over", bytes, usize::MAX)?),
    })
}

/// Why it did not go out.
pub(crate) fn lift_undelivered(lift: &mut Lift, from: sender::Undelivered) -> Result<model::Undelivered, FaultKind> {
    Ok(match from {
        sender::Undelivered::WindowClosed(why) => model::Undelivered::WindowClosed(lift.text(why)?),
        sender::Undelivered::TooLong(units) => model::Undelivered::TooLong(units),
        sender::Undelivered::Later((at, why)) => model::Undelivered::Later { at: time(at), why: lift.text(why)? },
        sender::Undelivered::Unauthorised(why) => model::Undelivered::Unauthorised(lift.text(why)?),
        sender::Undelivered::Never(why) => model::Undelivered::Never(lift.text(why)?),
        sender::Undelivered::Unknown(why) => model::Undelivered::Unknown(lift.text(why)?),
    })
}
