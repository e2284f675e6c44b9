use clap::{Args, Subcommand};

use super::{ConfigArgs, HostArgs};

/// The words go into the outbox of the host: its id is printed, and `pointsman outbox show` tells what becomes of it.
#[derive(Args, Debug)]
pub(crate) struct Reply {
    #[command(flatten)]
    pub(crate) host: HostArgs,
    /// The interaction that is answered.
    pub(crate) interaction: String,
    /// The words; `-` for stdin.
    pub(crate) text: String,
    /// Only for the customer's eyes.
    #[arg(long)]
    pub(crate) private: bool,
    /// A file to send along, by its address; may be repeated.
    #[arg(long = "attach")]
    pub(crate) attachments: Vec<String>,
    /// A person wrote it: some channels take such words for longer.
    #[arg(long)]
    pub(crate) human_agent: bool,
    /// What was asked under this key before is not asked again.
    #[arg(long)]
    pub(crate) key: Option<String>,
}

/// The words go into the outbox of the host: its id is printed, and `pointsman outbox show` tells what becomes of it.
#[derive(Args, Debug)]
pub(crate) struct Post {
    #[command(flatten)]
    pub(crate) host: HostArgs,
    /// The connector that speaks.
    pub(crate) connector: String,
    /// The words; `-` for stdin.
    pub(crate) text: String,
    /// The connected account; by default the connector's own.
    #[arg(long)]
    pub(crate) account: Option<String>,
    /// A file to send along, by its address; may be repeated.
    #[arg(long = "attach")]
    pub(crate) attachments: Vec<String>,
    /// What was asked under this key before is not asked again.
    #[arg(long)]
    pub(crate) key: Option<String>,
}

/// What goes out.
#[derive(Subcommand, Debug)]
pub(crate) enum OutboxCommand {
    /// What is in it, newest first.
    List(OutboxList),
    /// One of it, with every try.
    Show(OutboxShow),
    /// Try again, over a running host; what may have gone out is looked for first.
    Retry(OutboxRetry),
    /// Try no more, over a running host.
    Park(OutboxPark),
}

#[derive(Args, Debug)]
pub(crate) struct OutboxList {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Only in these states, with commas: pending, sending, waiting, unknown, done, parked, recalled.
    #[arg(long, value_delimiter = ',')]
    pub(crate) state: Vec<String>,
    /// Only of this kind: answer, notify, timer, mark, reply, post, edit or hide.
    #[arg(long)]
    pub(crate) kind: Option<String>,
    /// Only over this connector.
    #[arg(long)]
    pub(crate) connector: Option<String>,
    /// Only about this interaction.
    #[arg(long)]
    pub(crate) interaction: Option<String>,
    /// At most so many.
    #[arg(long, default_value_t = 50)]
    pub(crate) limit: u32,
}

#[derive(Args, Debug)]
pub(crate) struct OutboxShow {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Its id.
    pub(crate) id: String,
}

#[derive(Args, Debug)]
pub(crate) struct OutboxRetry {
    #[command(flatten)]
    pub(crate) host: HostArgs,
    /// Its id.
    pub(crate) id: String,
    /// Somebody has looked on the channel: it did not go out.
    #[arg(long)]
    pub(crate) not_sent: bool,
}

#[derive(Args, Debug)]
pub(crate) struct OutboxPark {
    #[command(flatten)]
    pub(crate) host: HostArgs,
    /// Its id.
    pub(crate) id: String,
    /// Why.
    #[arg(long, default_value = "")]
    pub(crate) why: String,
}
