//! How the generation that serves came to serve: the history of swaps, and what people did with what was decided.

use serde::{Deserialize, Serialize};

use crate::{DecisionId, GenerationId, InteractionId, Timestamp};

/// What made a swap happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SwapTrigger {
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

impl SwapTrigger {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Start, Self::Watch, Self::Signal, Self::Api, Self::Canary];

    /// The name in columns and metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Watch => "watch",
            Self::Signal => "signal",
            Self::Api => "api",
            Self::Canary => "canary",
        }
    }
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SwapKind {
    /// It serves.
    Applied,
    /// An earlier generation serves again.
    RolledBack,
    /// Something in it is wrong: what served serves on.
    Refused,
    /// It asks for grants that nobody has approved, or for a proof that is not there: what served serves on.
    Held,
    /// It serves a share of the conversations.
    CanaryBegan,
    /// It serves a larger share.
    CanaryWidened,
    /// It serves no conversation any more.
    CanaryWithdrawn,
}

impl SwapKind {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Applied, Self::RolledBack, Self::Refused, Self::Held, Self::CanaryBegan, Self::CanaryWidened, Self::CanaryWithdrawn];

    /// The name in columns and metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::RolledBack => "rolled_back",
            Self::Refused => "refused",
            Self::Held => "held",
            Self::CanaryBegan => "canary_began",
            Self::CanaryWidened => "canary_widened",
            Self::CanaryWithdrawn => "canary_withdrawn",
        }
    }

    /// Whether another generation serves everybody after it.
    #[must_use]
    pub fn serves(self) -> bool {
        matches!(self, Self::Applied | Self::RolledBack)
    }
}

/// One line of the history: what happened to a generation, who did it, when and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Swap {
    /// Grows; the cursor of lists. Given by the store, 0 before.
    #[serde(default)]
    pub seq: u64,
    /// By the host's clock.
    pub at: Timestamp,
    /// Which generation. Absent when there was none: a configuration that cannot be read names nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<GenerationId>,
    /// The generation that served before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<GenerationId>,
    /// What became of it.
    pub kind: SwapKind,
    /// What made it happen.
    pub trigger: SwapTrigger,
    /// Who: a token's name, a user, or the host itself.
    pub by: String,
    /// Why, in their words; for refusals and holds what was wrong, for canaries what was measured. At most 4 KiB.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// Share of the conversations in millionths, for canaries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_ppm: Option<u32>,
    /// From the trigger until everything was ready, in milliseconds.
    #[serde(default)]
    pub staging_ms: u64,
    /// From ready to serving, in nanoseconds.
    #[serde(default)]
    pub publishing_ns: u64,
}

/// What a person did with what was decided: what a backtest holds candidates against.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Label {
    /// Grows. Given by the store, 0 before.
    #[serde(default)]
    pub seq: u64,
    /// About which interaction.
    pub interaction: InteractionId,
    /// The decision that it judges. Filled in by the store: the latest.
    #[serde(default)]
    pub decision: DecisionId,
    /// By the host's clock.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// The queue where it belongs; a transfer there is made at once. Absent: the decided one was right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<String>,
    /// The priority that it deserves, 0 to 100. Absent: the decided one was right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f32>,
}
