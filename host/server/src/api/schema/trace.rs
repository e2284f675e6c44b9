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

/// Several interactions were worked on in one instance: the cost is that of all of them together.
#[derive(ToSchema)]
pub(crate) struct Share {
    /// How many share the cost.
    size: u32,
    /// Which of them this is, from 0.
    at: u32,
}

/// What a call cost.
#[derive(ToSchema)]
pub(crate) struct Cost {
    /// Units of fuel; 0 on the edge engine.
    fuel: u64,
    /// Wall time, instantiation included.
    duration_ns: u64,
    /// CPU time, of guest and host together.
    cpu_ns: u64,
    /// Wall time spent in calls of the host.
    host_ns: u64,
    /// The wall time that the call was given.
    deadline_ms: u64,
    /// Largest sum of its memories.
    memory_bytes: u64,
    /// Bytes handed in.
    bytes_in: u64,
    /// Bytes that came out.
    bytes_out: u64,
    /// Requests over HTTP.
    http_requests: Option<u64>,
    /// Bytes that they sent.
    http_bytes_sent: Option<u64>,
    /// Bytes that their answers brought.
    http_bytes_received: Option<u64>,
    /// How many share the cost, and which of them this is; absent when it is this interaction's alone.
    share: Option<Share>,
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

/// An interaction about which a plugin failed.
#[derive(ToSchema)]
pub(crate) struct FaultedInteraction {
    /// Grows with every fault; the cursor of the list.
    seq: u64,
    /// Which interaction.
    interaction: String,
    /// The decision in whose course it happened.
    decision: String,
    /// The connector that read the interaction.
    connector: String,
    /// When it was decided, in Unix milliseconds.
    decided_at: u64,
    /// The chain.
    chain: String,
    /// In which role the plugin failed.
    role: String,
    /// Of the component that failed.
    digest: String,
    /// The plugin's name, and the fault by its kind.
    #[schema(value_type = Object)]
    fault: (),
    /// Whether the interaction is held because of it; otherwise the step was skipped or a fallback answered.
    held: bool,
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
