//! `pointsman rollback`

use serde_json::json;

use crate::args::{Cli, Rollback};
use crate::client::Client;
use crate::command::applied;
use crate::exit::Done;

/// Lets an earlier generation serve again.
pub(crate) fn run(cli: &Cli, args: &Rollback) -> Done {
    let client = Client::of(&args.host)?;
    let body = json!({"generation": args.generation, "why": args.why});
    applied::show(cli, &tokio::runtime::Runtime::new()?.block_on(client.post("/rollback", &body))?);
    Ok(())
}
