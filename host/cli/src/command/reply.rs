//! `pointsman reply`

use std::io::Read as _;

use serde_json::{Value as Json, json};

use crate::args::{Cli, HostArgs, Reply};
use crate::client::Client;
use crate::exit::{Done, Failure};
use crate::output;

/// The longest text that is read from stdin, in bytes: what the host takes.
const TEXT_BYTES_MAX: u64 = 64 << 10;

/// Answers an interaction over a running host; prints the id in the outbox.
pub(crate) fn run(cli: &Cli, args: &Reply) -> Done {
    let body = json!({
        "text": words(&args.text)?,
        "private": args.private,
        "attachments": attachments(&args.attachments),
        "human_agent": args.human_agent,
    });
    let path = format!("/interactions/{}/reply", segment(&args.interaction)?);
    taken(cli, &args.host, &path, &body, args.key.as_deref())
}

/// Asks the host for something that goes through its outbox.
pub(crate) fn taken(cli: &Cli, host: &HostArgs, path: &str, body: &Json, key: Option<&str>) -> Done {
    let client = Client::of(host)?;
    let taken: Json = tokio::runtime::Runtime::new()?.block_on(client.post_once(path, body, key))?;
    if cli.json {
        output::json(&taken);
    } else {
        output::line(taken.get("id").and_then(Json::as_str).unwrap_or_default());
    }
    Ok(())
}

/// The words as given, or those on stdin.
pub(crate) fn words(given: &str) -> Done<String> {
    if given != "-" {
        return Ok(given.to_owned());
    }
    let mut text = String::new();
    std::io::stdin().take(TEXT_BYTES_MAX).read_to_string(&mut text)?;
    Ok(text.trim_end().to_owned())
}

/// Files by their addresses; what they are the channel finds out.
pub(crate) fn attachments(urls: &[String]) -> Vec<Json> {
    urls.iter().map(|url| json!({"media_type": "application/octet-stream", "content": {"url": url}})).collect()
}

/// An id as a part of a path.
pub(crate) fn segment(id: &str) -> Done<&str> {
    let plain = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    if plain { Ok(id) } else { Err(Failure::wrong(format!("`{}` is no id", id.escape_default()))) }
}
