//! `pointsman:interaction`: what customers say.

use model::{Attributes, FaultKind, Timestamp};
use wasmtime::component::ComponentType;

use super::Arena;
use super::lift::{Lift, broken, finite, unit};
use crate::bindings::pointsman::interaction::types as wit;

/// Longest value of an attribute.
const VALUE_BYTES_MAX: usize = 4 << 10;
/// Longest list of attributes: not in the contract, far beyond anything sensible.
const ATTRIBUTES_MAX: usize = 1_024;
/// Longest list of texts in one value.
const TEXTS_MAX: usize = 1_024;
/// Most signals of one interaction.
const SIGNALS_MAX: usize = 64;
/// Most spans of one signal.
const EVIDENCE_MAX: usize = 16;
/// Most reasons of one signal.
const SIGNAL_REASONS_MAX: usize = 8;
/// Most attachments of one item: not in the contract.
const ATTACHMENTS_MAX: usize = 1_000;
/// Longest account, handle, address.
const ID_BYTES_MAX: usize = 64 << 10;

/// The record for an interaction as the plugin may see it.
pub(crate) fn interaction<'a>(arena: &'a Arena, from: &'a model::Interaction) -> wit::Interaction<'a> {
    wit::Interaction {
        id: arena.text(&from.id.0),
        connector: arena.text(&from.connector),
        channel: arena.text(&from.channel),
        account: arena.optional(from.account.as_ref()),
        conversation: arena.text(&from.conversation),
        in_reply_to: arena.optional(from.in_reply_to.as_ref()),
        kind: kind(from.kind),
        visibility: visibility(from.visibility),
        author: from.author.as_ref().map(|from| author(arena, from)),
        customer: from.customer.as_ref().map(|from| customer(arena, from)),
        subject: arena.optional(from.subject.as_ref()),
        text: arena.text(&from.text),
        language: arena.optional(from.language.as_ref()),
        attachments: attachments(arena, &from.attachments),
        engagement: from.engagement.map(engagement),
        rating: from.rating,
        occurred_at: from.occurred_at.0,
        received_at: from.received_at.0,
        signals: arena.list(from.signals.iter().map(|from| signal(arena, from))),
        attributes: attributes(arena, &from.attributes),
        withheld: texts(arena, &from.withheld),
    }
}

fn kind(from: model::Kind) -> wit::Kind {
    match from {
        model::Kind::Message => wit::Kind::Message,
        model::Kind::Comment => wit::Kind::Comment,
        model::Kind::Post => wit::Kind::Post,
        model::Kind::Mention => wit::Kind::Mention,
        model::Kind::Review => wit::Kind::Review,
        model::Kind::Lead => wit::Kind::Lead,
        model::Kind::Call => wit::Kind::Call,
        model::Kind::Other => wit::Kind::Other,
    }
}

fn visibility(from: model::Visibility) -> wit::Visibility {
    match from {
        model::Visibility::Public => wit::Visibility::Public,
        model::Visibility::Restricted => wit::Visibility::Restricted,
        model::Visibility::Private => wit::Visibility::Private,
        model::Visibility::Internal => wit::Visibility::Internal,
    }
}

fn author<'a>(arena: &'a Arena, from: &'a model::Author) -> wit::AuthorParam<'a> {
    wit::AuthorParam {
        id: arena.text(&from.id),
        handle: arena.optional(from.handle.as_ref()),
        display_name: arena.optional(from.display_name.as_ref()),
        profile_url: arena.optional(from.profile_url.as_ref()),
        followers: from.followers,
        verified: from.verified,
        bot: from.bot,
        attributes: attributes(arena, &from.attributes),
    }
}

fn customer<'a>(arena: &'a Arena, from: &'a model::Customer) -> wit::Customer<'a> {
    wit::Customer {
        id: arena.text(&from.id),
        lifecycle: arena.optional(from.lifecycle.as_ref()),
        worth: from.worth,
        attributes: attributes(arena, &from.attributes),
    }
}

fn engagement(from: model::Engagement) -> wit::Engagement {
    wit::Engagement { likes: from.likes, replies: from.replies, shares: from.shares, views: from.views }
}

pub(crate) fn attachments<'a>(arena: &'a Arena, from: &'a [model::Attachment]) -> &'a [wit::AttachmentParam<'a>] {
    arena.list(from.iter().map(|from| wit::AttachmentParam {
        media_type: arena.text(&from.media_type),
        content: match &from.content {
            model::Content::RawRange(start, bytes) => wit::ContentParam::RawRange((*start, *bytes)),
            model::Content::Url(url) => wit::ContentParam::Url(arena.text(url)),
            model::Content::Reference(id) => wit::ContentParam::Reference(arena.text(id)),
        },
        name: arena.optional(from.name.as_ref()),
        size_bytes: from.size_bytes,
        description: arena.optional(from.description.as_ref()),
    }))
}

fn signal<'a>(arena: &'a Arena, from: &'a model::Signal) -> wit::SignalParam<'a> {
    wit::SignalParam {
        name: arena.text(&from.name),
        value: value(arena, &from.value),
        confidence: from.confidence,
        evidence: arena.list(from.evidence.iter().map(|span| wit::Span { start: span.start, end: span.end })),
        reasons: reasons(arena, &from.reasons),
    }
}

pub(crate) fn reasons<'a>(arena: &'a Arena, from: &'a [model::Reason]) -> &'a [wit::ReasonParam<'a>] {
    arena.list(from.iter().map(|from| reason(arena, from)))
}

pub(crate) fn reason<'a>(arena: &'a Arena, from: &'a model::Reason) -> wit::ReasonParam<'a> {
    wit::ReasonParam { code: arena.text(&from.code), params: attributes(arena, &from.params), text: arena.text(&from.text) }
}

pub(crate) fn attributes<'a>(arena: &'a Arena, from: &'a Attributes) -> &'a [wit::AttributeParam<'a>] {
    arena.list(from.iter().map(|(name, from)| wit::AttributeParam { name: arena.text(name), value: value(arena, from) }))
}

pub(crate) fn value<'a>(arena: &'a Arena, from: &'a model::Value) -> wit::ValueParam<'a> {
    match from {
        model::Value::Text(text) => wit::ValueParam::Text(arena.text(text)),
        model::Value::Number(number) => wit::ValueParam::Number(*number),
        model::Value::Flag(flag) => wit::ValueParam::Flag(*flag),
        model::Value::Texts(from) => wit::ValueParam::Texts(texts(arena, from)),
    }
}

pub(crate) fn texts<'a>(arena: &'a Arena, from: &'a [String]) -> &'a [&'a str] {
    arena.list(from.iter().map(|text| arena.text(text)))
}

/// The contract's time.
pub(crate) fn time(from: Option<u64>) -> Option<Timestamp> {
    from.map(Timestamp)
}

/// Why an edge plugin could not do its work.
pub(crate) fn lift_failure(lift: &mut Lift, from: wit::Failure) -> Result<model::Failure, FaultKind> {
    Ok(match from {
        wit::Failure::Later((at, why)) => model::Failure::Later { at: time(at), why: lift.text(why)? },
        wit::Failure::Unauthorised(why) => model::Failure::Unauthorised(lift.text(why)?),
        wit::Failure::Never(why) => model::Failure::Never(lift.text(why)?),
    })
}

/// The signals about one text, stamped with who found them. Spans that lie outside the text or cut a character are dropped: they are for
/// showing only, and a decision must not be lost over them.
pub(crate) fn lift_signals(
    lift: &mut Lift,
    from: Vec<wit::SignalResult>,
    text: &str,
    source: &str,
) -> Result<Vec<model::Signal>, FaultKind> {
    lift.list("signals", from, SIGNALS_MAX, wit::SignalResult::SIZE32, |lift, from| lift_signal(lift, from, text, source))
}

fn lift_signal(lift: &mut Lift, from: wit::SignalResult, text: &str, source: &str) -> Result<model::Signal, FaultKind> {
    let name = lift.name("signal", from.name)?;
    let value = lift_value(lift, &name, from.value)?;
    let confidence = from.confidence.map(|share| unit("a signal's confidence", share)).transpose()?;
    let mut evidence = lift
        .list("evidence", from.evidence, EVIDENCE_MAX, wit::Span::SIZE32, |_, span| Ok(model::Span { start: span.start, end: span.end }))?;
    evidence.retain(|span| lies_in(text, *span));
    let reasons = lift_reasons(lift, from.reasons, SIGNAL_REASONS_MAX)?;
    Ok(model::Signal { name, value, confidence, evidence, reasons, source: source.to_owned() })
}

fn lies_in(text: &str, span: model::Span) -> bool {
    let (Ok(start), Ok(end)) = (usize::try_from(span.start), usize::try_from(span.end)) else { return false };
    start < end && text.get(start..end).is_some()
}

pub(crate) fn lift_reasons(lift: &mut Lift, from: Vec<wit::ReasonResult>, len_max: usize) -> Result<Vec<model::Reason>, FaultKind> {
    lift.list("reasons", from, len_max, wit::ReasonResult::SIZE32, lift_reason)
}

pub(crate) fn lift_reason(lift: &mut Lift, from: wit::ReasonResult) -> Result<model::Reason, FaultKind> {
    Ok(model::Reason {
        code: lift.name("a reason's code", from.code)?,
        params: lift_attributes(lift, from.params)?,
        text: lift.text(from.text)?,
    })
}

/// Of two with one name the last counts.
pub(crate) fn lift_attributes(lift: &mut Lift, from: Vec<wit::AttributeResult>) -> Result<Attributes, FaultKind> {
    let list = lift.list("attributes", from, ATTRIBUTES_MAX, wit::AttributeResult::SIZE32, lift_attribute)?;
    Ok(list.into_iter().collect())
}

pub(crate) fn lift_attribute(lift: &mut Lift, from: wit::AttributeResult) -> Result<(String, model::Value), FaultKind> {
    let name = lift.name("attribute", from.name)?;
    let value = lift_value(lift, &name, from.value)?;
    Ok((name, value))
}

fn lift_value(lift: &mut Lift, name: &str, from: wit::ValueResult) -> Result<model::Value, FaultKind> {
    let value = match from {
        wit::ValueResult::Text(text) => model::Value::Text(lift.text(text)?),
        wit::ValueResult::Number(number) => model::Value::Number(finite(name, number)?),
        wit::ValueResult::Flag(flag) => model::Value::Flag(flag),
        wit::ValueResult::Texts(texts) => model::Value::Texts(lift.list(name, texts, TEXTS_MAX, String::SIZE32, Lift::text)?),
    };
    let bytes = match &value {
        model::Value::Text(text) => text.len(),
        model::Value::Texts(texts) => texts.iter().map(String::len).sum(),
        model::Value::Flag(_) | model::Value::Number(_) => 0,
    };
    if bytes > VALUE_BYTES_MAX {
        return broken(format!("the value of `{name}` has {bytes} bytes, at most {VALUE_BYTES_MAX} are allowed"));
    }
    Ok(value)
}

pub(crate) fn lift_kind(from: wit::Kind) -> model::Kind {
    match from {
        wit::Kind::Message => model::Kind::Message,
        wit::Kind::Comment => model::Kind::Comment,
        wit::Kind::Post => model::Kind::Post,
        wit::Kind::Mention => model::Kind::Mention,
        wit::Kind::Review => model::Kind::Review,
        wit::Kind::Lead => model::Kind::Lead,
        wit::Kind::Call => model::Kind::Call,
        wit::Kind::Other => model::Kind::Other,
    }
}

pub(crate) fn lift_visibility(from: wit::Visibility) -> model::Visibility {
    match from {
        wit::Visibility::Public => model::Visibility::Public,
        wit::Visibility::Restricted => model::Visibility::Restricted,
        wit::Visibility::Private => model::Visibility::Private,
        wit::Visibility::Internal => model::Visibility::Internal,
    }
}

pub(crate) fn lift_direction(from: wit::Direction) -> model::Direction {
    match from {
        wit::Direction::Inbound => model::Direction::Inbound,
        wit::Direction::Echo => model::Direction::Echo,
    }
}

pub(crate) fn lift_author(lift: &mut Lift, from: wit::AuthorResult) -> Result<model::Author, FaultKind> {
    Ok(model::Author {
        id: lift.id("an author's id", from.id, ID_BYTES_MAX)?,
        handle: lift.optional(from.handle)?,
        display_name: lift.optional(from.display_name)?,
        profile_url: lift.optional(from.profile_url)?,
        followers: from.followers,
        verified: from.verified,
        bot: from.bot,
        attributes: lift_attributes(lift, from.attributes)?,
    })
}

pub(crate) fn lift_engagement(from: wit::Engagement) -> model::Engagement {
    model::Engagement { likes: from.likes, replies: from.replies, shares: from.shares, views: from.views }
}

pub(crate) fn lift_attachments(lift: &mut Lift, from: Vec<wit::AttachmentResult>) -> Result<Vec<model::Attachment>, FaultKind> {
    lift.list("attachments", from, ATTACHMENTS_MAX, wit::AttachmentResult::SIZE32, |lift, from| {
        Ok(model::Attachment {
            media_type: lift.text(from.media_type)?,
            content: lift_content(lift, from.content)?,
            name: lift.optional(from.name)?,
            size_bytes: from.size_bytes,
            description: lift.optional(from.description)?,
        })
    })
}

fn lift_content(lift: &mut Lift, from: wit::ContentResult) -> Result<model::Content, FaultKind> {
    Ok(match from {
        wit::ContentResult::RawRange((start, bytes)) => {
            let end = start.checked_add(bytes);
            if end.is_none() || lift.raw_bytes.is_some_and(|raw| end > Some(raw)) {
                return broken(format!("an attachment's raw range of {bytes} bytes from {start} lies outside the delivery"));
            }
            model::Content::RawRange(start, bytes)
        }
        wit::ContentResult::Url(url) => model::Content::Url(lift.text(url)?),
        wit::ContentResult::Reference(id) => model::Content::Reference(lift.text(id)?),
    })
}
