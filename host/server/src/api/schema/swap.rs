//! How generations came and went, and what people did with what they decided.

use utoipa::ToSchema;

/// What made a swap happen.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum SwapTrigger {
    /// The host started.
    Start,
    /// A file of the configuration changed.
    Watch,
    /// `SIGHUP`.
    Signal,
    /// The API, which the command line uses too.
    Api,
    /// The thresholds or the steps of a canary.
    Canary,
}

/// What became of it.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum SwapKind {
    /// It serves.
    Applied,
    /// An earlier generation serves again.
    RolledBack,
    /// Something in it is wrong: what served serves on.
    Refused,
    /// Something is to be approved or proven first: what served serves on.
    Held,
    /// It serves a share of the conversations.
    CanaryBegan,
    /// It serves a larger share.
    CanaryWidened,
    /// It serves no conversation any more.
    CanaryWithdrawn,
}

/// One line of the history.
#[derive(ToSchema)]
pub(crate) struct Swap {
    /// Grows; the list's cursor.
    seq: u64,
    /// In Unix milliseconds.
    at: u64,
    /// Which generation; absent: the configuration could not be read.
    generation: Option<String>,
    /// The generation that served before.
    before: Option<String>,
    /// What became of it.
    kind: SwapKind,
    /// What made it happen.
    trigger: SwapTrigger,
    /// A token's name, a user, or the host itself.
    by: String,
    /// In their words; for refusals and holds what was wrong, for canaries what was measured.
    why: Option<String>,
    /// Share of the conversations in millionths, for canaries.
    share_ppm: Option<u32>,
    /// From the trigger until everything was ready, in milliseconds.
    staging_ms: u64,
    /// From ready to serving, in nanoseconds.
    publishing_ns: u64,
}

/// What somebody did with what was decided.
#[derive(ToSchema)]
pub(crate) struct Label {
    /// Grows.
    seq: u64,
    /// About which interaction.
    interaction: String,
    /// The decision that it judges.
    decision: String,
    /// In Unix milliseconds.
    at: u64,
    /// Who: a token's name.
    by: String,
    /// The queue where it belongs; absent: the decided one was right.
    queue: Option<String>,
    /// The priority that it deserves, 0 to 100; absent: the decided one was right.
    score: Option<f32>,
}
