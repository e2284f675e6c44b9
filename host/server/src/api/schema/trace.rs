//! Why it was decided: what each step saw, said and cost.

use utoipa::ToSchema;

use super::interaction::Interaction;

/// What a policy is told about a conversation.
#[derive(ToSchema)]
pub(crate) struct Situation {
    /// Why the policy is asked.
    #[schema(value_type = Value)]
    trigger: (),
    /// The time to decide by, in Unix milliseconds.
    now: u64,
    /// A case is open for the conversation.
    case_open: bool,
    /// The queue that it waits in.
    queue: Option<String>,
    /// The agent who has it.
    agent: Option<String>,
    /// The agent who had it last.
    previous_agent: Option<String>,
    /// What the customer said in this conversation.
    inbound_count: u32,
    /// What the customer said since the last reply.
    unanswered_count: u32,
    /// When the case was opened, in Unix milliseconds.
    opened_at: Option<u64>,
    /// When somebody replied last, in Unix milliseconds.
    last_reply_at: Option<u64>,
    /// When the first response is due, in Unix milliseconds.
    first_response_due_at: Option<u64>,
    /// When the case is due, in Unix milliseconds.
    resolution_due_at: Option<u64>,
    /// What else the desk tells, by name.
    #[schema(value_type = Option<Object>)]
    attributes: (),
}

/// A call of the host by a plugin, with its answer.
#[derive(ToSchema)]
pub(crate) struct HostCall {
    /// Interface and function.
    function: String,
    /// What was asked; credentials are names here.
    #[schema(value_type = Value)]
    asked: (),
    /// What the host answered.
    #[schema(value_type = Value)]
    answered: (),
}

/// One line that a plugin wrote.
#[derive(ToSchema)]
pub(crate) struct LogLine {
    /// `debug`, `info`, `warn` or `error`.
    level: String,
    /// The line.
    message: String,
}

/// What a call cost.
#[derive(ToSchema)]
pub(crate) struct Cost {
    /// Units of fuel; 0 on the edge engine.
    fuel: u64,
    /// Wall time, instantiation included.
    duration_ns: u64,
    /// Largest sum of its memories.
    memory_bytes: u64,
    /// All calls of the host, in order.
    host_calls: Option<Vec<HostCall>>,
    /// What it wrote.
    logs: Option<Vec<LogLine>>,
    /// How many lines were dropped by the limits.
    logs_dropped: Option<u64>,
}

/// What came of one step: `not_met`, or an object with one of the others.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum StepOutcome {
    /// The plugin's answer: signals, a priority, a routing or suggestions.
    #[schema(value_type = Value)]
    Said(serde_json::Value),
    /// Its condition was not met.
    NotMet,
    /// Its condition could not be evaluated, and why.
    ConditionFailed(String),
    /// The plugin failed: its name, and the fault by its kind.
    #[schema(value_type = Object)]
    Faulted(serde_json::Value),
}

/// One step as it ran.
#[derive(ToSchema)]
pub(crate) struct StepRecord {
    /// The plugin's configured name.
    plugin: String,
    /// Of its component: what ran.
    digest: String,
    /// In which role.
    role: String,
    /// The plugin whose fault made this one run.
    fallback_for: Option<String>,
    /// What it was given, after field grants and pseudonyms; absent when it did not run.
    saw: Option<Interaction>,
    /// What came of it.
    outcome: StepOutcome,
    /// What it cost.
    cost: Cost,
}

/// A decision's whole record.
#[derive(ToSchema)]
pub(crate) struct Trace {
    /// As it stood when the chain began.
    interaction: Interaction,
    /// What the policies were told.
    situation: Situation,
    /// In order.
    steps: Vec<StepRecord>,
}
