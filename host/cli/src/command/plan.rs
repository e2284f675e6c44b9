//! `pointsman plan`

use crate::args::{Cli, Plan};
use crate::exit::{Code, Done, Failure};
use crate::swap::{enquire, planned};
use crate::{configuration, output};

/// Shows what `apply` would change, and refuses what `apply` would refuse.
pub(crate) fn run(cli: &Cli, args: &Plan) -> Done {
    // Whoever plans need not have the secrets: where they stand is looked at by the host.
    let manifest = configuration::read(&args.config.config, false).map_err(|findings| configuration::refused(&findings))?;
    if !manifest.warnings.is_empty() && !cli.json {
        output::diagnostic(&format!("{}\n", manifest.warnings));
    }
    let plan = tokio::runtime::Runtime::new()?.block_on(enquire(&manifest))?;
    if cli.json {
        output::json(&planned(&plan))
    } else {
        output::line(plan.to_string().trim_end())
    }
    let held = plan.held();
    if held.is_empty() { Ok(()) } else { Err(Failure::new(Code::Held, held.join("\n"))) }
}
