use clap::Args;

use super::ConfigArgs;

#[derive(Args, Debug)]
pub(crate) struct History {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// At most so many lines, the newest.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: u32,
}
