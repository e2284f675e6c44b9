//! `pointsman post`

use serde_json::json;

use crate::args::{Cli, Post};
use crate::command::reply::{attachments, taken, words};
use crate::exit::Done;

/// Speaks to everyone over a running host; prints the id in the outbox.
pub(crate) fn run(cli: &Cli, args: &Post) -> Done {
    let body = json!({
        "connector": args.connector,
        "account": args.account,
        "text": words(&args.text)?,
        "attachments": attachments(&args.attachments),
    });
    taken(cli, &args.host, "/posts", &body, args.key.as_deref())
}
