use clap::Args;

use super::ConfigArgs;

/// Each decision is made again by the generation that made it, from its record alone, and compared byte for byte: what each step saw, said and
/// burnt, the decision, its reasons; never durations. The exit code is 1 when anything differs.
#[derive(Args, Debug)]
pub(crate) struct Replay {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Decisions and interactions.
    #[arg(required_unless_present_any = ["since", "all"])]
    pub(crate) ids: Vec<String>,
    /// All decisions since then: `7d`, `36h`, `2026-11-01`, RFC 3339.
    #[arg(long, value_name = "TIME", conflicts_with = "ids")]
    pub(crate) since: Option<String>,
    /// All decisions.
    #[arg(long, conflicts_with_all = ["ids", "since"])]
    pub(crate) all: bool,
}
