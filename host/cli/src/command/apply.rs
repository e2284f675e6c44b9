//! `pointsman apply`

use dispatch::port::{Clock as _, SystemClock};
use manifest::{Approval, ApprovedAt};
use serde_json::{Value as Json, json};

use crate::args::{Apply, Cli};
use crate::client::Client;
use crate::command::applied;
use crate::exit::Done;
use crate::{approvals, configuration, output};

/// Lets a running host apply its configuration.
pub(crate) fn run(cli: &Cli, args: &Apply) -> Done {
    let client = Client::of(&args.host)?;
    tokio::runtime::Runtime::new()?.block_on(async {
        if args.approve {
            approve(cli, args, &client).await?;
        }
        applied::show(cli, &client.post("/apply", &json!({"why": args.why})).await?);
        Ok(())
    })
}

/// Writes what the host's plan asks for into the approvals file. The person who says `--approve` is shown it.
async fn approve(cli: &Cli, args: &Apply, client: &Client) -> Done {
    let plan: Json = client.post("/plan", &json!({})).await?;
    let text = |row: &Json, field: &str| row.get(field).and_then(Json::as_str).unwrap_or_default().to_owned();
    let asked = plan.get("grants").and_then(Json::as_array).into_iter().flatten();
    let open = asked.filter(|row| row.get("approved") == Some(&Json::Bool(false)));
    let (by, at) = (person(), ApprovedAt::Time(SystemClock.now().0));
    let agreed = |row| {
        let [plugin, of, grant] = ["plugin", "of", "grant"].map(|field| text(row, field));
        Approval { plugin, of, grant, by: by.clone(), at: at.clone() }
    };
    let agreed: Vec<Approval> = open.map(agreed).collect();
    if agreed.is_empty() {
        return Ok(());
    }
    if !cli.json {
        output::diagnostic(&format!("{}\n", text(&plan, "text").trim_end()));
    }
    let manifest = configuration::read(&args.host.config.config, false).map_err(|findings| configuration::refused(&findings))?;
    let path = &manifest.swap.approvals;
    approvals::add(path, &agreed)?;
    for Approval { plugin, grant, .. } in &agreed {
        let done = cli.language().choose("approved for", "accordé à");
        output::diagnostic(&format!("`{grant}` {done} `{plugin}` ({})", path.display()));
    }
    Ok(())
}

/// Who sits at this terminal, for the record.
fn person() -> String {
    let named = ["SUDO_USER", "USER", "LOGNAME"].into_iter().filter_map(|name| std::env::var(name).ok()).find(|name| !name.is_empty());
    named.unwrap_or_else(|| "somebody".to_owned())
}
