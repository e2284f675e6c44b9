//! `pointsman redecide`

use serde_json::{Value as Json, json};

use crate::args::{Cli, Redecide};
use crate::client::Client;
use crate::exit::Done;
use crate::language::Language;
use crate::output;

/// Lets a running host decide again what a withdrawn generation decided and nobody has acted on.
pub(crate) fn run(cli: &Cli, args: &Redecide) -> Done {
    let client = Client::of(&args.host)?;
    let body = json!({"generation": args.generation});
    let reopened: Json = tokio::runtime::Runtime::new()?.block_on(client.post("/redecide", &body))?;
    if cli.json {
        output::json(&reopened);
        return Ok(());
    }
    let figure = |name: &str| reopened.get(name).and_then(Json::as_u64).unwrap_or_default();
    let (interactions, effects) = (figure("interactions"), figure("effects_recalled"));
    output::line(&match cli.language() {
        Language::En => format!("{interactions} interactions wait for a decision again; {effects} effects are recalled"),
        Language::Fr => format!("{interactions} interactions attendent de nouveau une décision ; {effects} effets sont rappelés"),
    });
    Ok(())
}
