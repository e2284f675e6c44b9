//! `pointsman:policy`: what is found out and decided.

use model::FaultKind;
use wasmtime::component::ComponentType;

use super::Arena;
use super::interaction::{attributes, interaction, lift_attribute, lift_attributes, lift_reason, lift_reasons, reason, reasons, value};
use super::lift::{Lift, broken, finite, unit};
use crate::bindings::exports::pointsman::policy::{responder, sink};
use crate::bindings::pointsman::interaction::types::AttributeParam;
use crate::bindings::pointsman::policy::decisions as wit;

const FACTORS_MAX: usize = 16;
const TARGETS_MAX: usize = 8;
/// Most skills of one target: not in the contract.
const SKILLS_MAX: usize = 64;
const EFFECTS_MAX: usize = 16;
const REASONS_MAX: usize = 16;
const SUGGESTIONS_MAX: usize = 8;
/// Longest name of a queue, timer or recipient.
const NAME_BYTES_MAX: usize = 512;

/// The record for what the desk knows.
pub(crate) fn situation<'a>(arena: &'a Arena, from: &'a model::Situation) -> wit::Situation<'a> {
    wit::Situation {
        trigger: match &from.trigger {
            model::Trigger::Arrived => wit::Trigger::Arrived,
            model::Trigger::Edited => wit::Trigger::Edited,
            model::Trigger::AgentReplied => wit::Trigger::AgentReplied,
            model::Trigger::Reopened => wit::Trigger::Reopened,
            model::Trigger::Timer(name) => wit::Trigger::Timer(arena.text(name)),
            model::Trigger::Breached(name) => wit::Trigger::Breached(arena.text(name)),
            model::Trigger::Other(name) => wit::Trigger::Other(arena.text(name)),
        },
        now: from.now.0,
        case_open: from.case_open,
        queue: arena.optional(from.queue.as_ref()),
        agent: arena.optional(from.agent.as_ref()),
        previous_agent: arena.optional(from.previous_agent.as_ref()),
        inbound_count: from.inbound_count,
        unanswered_count: from.unanswered_count,
        opened_at: from.opened_at.map(|at| at.0),
        last_reply_at: from.last_reply_at.map(|at| at.0),
        first_response_due_at: from.first_response_due_at.map(|at| at.0),
        resolution_due_at: from.resolution_due_at.map(|at| at.0),
        attributes: attributes(arena, &from.attributes),
    }
}

/// The record for a priority.
pub(crate) fn priority<'a>(arena: &'a Arena, from: &'a model::Priority) -> wit::PriorityParam<'a> {
    let factors = from.factors.iter().map(|from| wit::FactorParam {
        name: arena.text(&from.name),
        level: from.level,
        weight: from.weight,
        reason: reason(arena, &from.reason),
    });
    wit::PriorityParam { score: from.score, factors: arena.list(factors) }
}

/// The record for a routing.
pub(crate) fn routing<'a>(arena: &'a Arena, from: &'a model::Routing) -> wit::RoutingParam<'a> {
    wit::RoutingParam {
        disposition: match &from.disposition {
            model::Disposition::Assign(from) => wit::DispositionParam::Assign(assignment(arena, from)),
            model::Disposition::Hold(queue) => wit::DispositionParam::Hold(arena.text(queue)),
            model::Disposition::File => wit::DispositionParam::File,
        },
        effects: arena.list(from.effects.iter().map(|from| effect(arena, from))),
        reasons: reasons(arena, &from.reasons),
    }
}

fn assignment<'a>(arena: &'a Arena, from: &'a model::Assignment) -> wit::AssignmentParam<'a> {
    let targets = from.targets.iter().map(|from| wit::TargetParam {
        queue: arena.text(&from.queue),
        skills: arena.list(from.skills.iter().map(|from| wit::SkillParam {
            name: arena.text(&from.name),
            level: from.level,
            drop_after_ms: from.drop_after_ms,
        })),
        preferred_agent: arena.optional(from.preferred_agent.as_ref()),
        timeout_ms: from.timeout_ms,
    });
    wit::AssignmentParam { targets: arena.list(targets), service_level: service_level(from.service_level) }
}

fn service_level(from: model::ServiceLevel) -> wit::ServiceLevel {
    wit::ServiceLevel { first_response_ms: from.first_response_ms, resolution_ms: from.resolution_ms }
}

fn effect<'a>(arena: &'a Arena, from: &'a model::Effect) -> wit::EffectParam<'a> {
    match from {
        model::Effect::Answer(from) => wit::EffectParam::Answer(wit::AnswerParam {
            text: arena.text(&from.text),
            private: from.private,
            attributes: attributes(arena, &from.attributes),
        }),
        model::Effect::Notify(from) => {
            wit::EffectParam::Notify(wit::NoticeParam { recipient: arena.text(&from.recipient), text: arena.text(&from.text) })
        }
        model::Effect::Timer { name, after_ms } => wit::EffectParam::Timer((arena.text(name), *after_ms)),
        model::Effect::Mark { name, value: from } => {
            wit::EffectParam::Mark(AttributeParam { name: arena.text(name), value: value(arena, from) })
        }
    }
}

/// The records for a sink's batch.
pub(crate) fn decided<'a>(arena: &'a Arena, batch: &'a [model::Decided]) -> &'a [sink::Decided<'a>] {
    arena.list(batch.iter().map(|from| sink::Decided {
        interaction: interaction(arena, &from.interaction),
        priority: from.priority.as_ref().map(|from| priority(arena, from)),
        routing: routing(arena, &from.routing),
        generation: arena.text(&from.generation.0),
    }))
}

/// A priority: the score is cut to 0..100, NaN and infinities are refused.
pub(crate) fn lift_priority(lift: &mut Lift, from: wit::PriorityResult) -> Result<model::Priority, FaultKind> {
    if !from.score.is_finite() {
        return broken(format!("the score is {}, not a finite number", from.score));
    }
    let factors = lift.list("factors", from.factors, FACTORS_MAX, wit::FactorResult::SIZE32, |lift, from| {
        finite("a factor's weight", f64::from(from.weight))?;
        Ok(model::Factor {
            name: lift.name("factor", from.name)?,
            level: unit("a factor's level", from.level)?,
            weight: from.weight,
            reason: lift_reason(lift, from.reason)?,
        })
    })?;
    Ok(model::Priority { score: from.score.clamp(0.0, 100.0), factors })
}

/// A routing.
pub(crate) fn lift_routing(lift: &mut Lift, from: wit::RoutingResult) -> Result<model::Routing, FaultKind> {
    Ok(model::Routing {
        disposition: match from.disposition {
            wit::DispositionResult::Assign(from) => model::Disposition::Assign(lift_assignment(lift, from)?),
            wit::DispositionResult::Hold(queue) => model::Disposition::Hold(lift.id("the hold queue", queue, NAME_BYTES_MAX)?),
            wit::DispositionResult::File => model::Disposition::File,
        },
        effects: lift.list("effects", from.effects, EFFECTS_MAX, wit::EffectResult::SIZE32, lift_effect)?,
        reasons: lift_reasons(lift, from.reasons, REASONS_MAX)?,
    })
}

fn lift_assignment(lift: &mut Lift, from: wit::AssignmentResult) -> Result<model::Assignment, FaultKind> {
    if from.targets.is_empty() {
        return broken("an assignment has no target".to_owned());
    }
    Ok(model::Assignment {
        targets: lift.list("targets", from.targets, TARGETS_MAX, wit::TargetResult::SIZE32, lift_target)?,
        service_level: model::ServiceLevel {
            first_response_ms: from.service_level.first_response_ms,
            resolution_ms: from.service_level.resolution_ms,
        },
    })
}

fn lift_target(lift: &mut Lift, from: wit::TargetResult) -> Result<model::Target, FaultKind> {
    Ok(model::Target {
        queue: lift.id("a target's queue", from.queue, NAME_BYTES_MAX)?,
        skills: lift.list("skills", from.skills, SKILLS_MAX, wit::SkillResult::SIZE32, |lift, from| {
            Ok(model::Skill {
                name: lift.name("skill", from.name)?,
                level: unit("a skill's level", from.level)?,
                drop_after_ms: from.drop_after_ms,
            })
        })?,
        preferred_agent: lift.optional(from.preferred_agent)?,
        timeout_ms: from.timeout_ms,
    })
}

fn lift_effect(lift: &mut Lift, from: wit::EffectResult) -> Result<model::Effect, FaultKind> {
    Ok(match from {
        wit::EffectResult::Answer(from) => model::Effect::Answer(model::Answer {
            text: lift.text(from.text)?,
            private: from.private,
            attributes: lift_attributes(lift, from.attributes)?,
        }),
        wit::EffectResult::Notify(from) => model::Effect::Notify(model::Notice {
            recipient: lift.id("a notice's recipient", from.recipient, NAME_BYTES_MAX)?,
            text: lift.text(from.text)?,
        }),
        wit::EffectResult::Timer((name, after_ms)) => {
            model::Effect::Timer { name: lift.id("a timer's name", name, NAME_BYTES_MAX)?, after_ms }
        }
        wit::EffectResult::Mark(from) => {
            let (name, value) = lift_attribute(lift, from)?;
            model::Effect::Mark { name, value }
        }
    })
}

/// Suggested replies.
pub(crate) fn lift_suggestions(lift: &mut Lift, from: Vec<responder::Suggestion>) -> Result<Vec<model::Suggestion>, FaultKind> {
    lift.list("suggestions", from, SUGGESTIONS_MAX, responder::Suggestion::SIZE32, |lift, from| {
        Ok(model::Suggestion {
            text: lift.text(from.text)?,
            private: from.private,
            source: lift.optional(from.source)?,
            confidence: unit("a suggestion's confidence", from.confidence)?,
        })
    })
}
