//! `pointsman init`

use std::io::Write as _;

use crate::args::Init;
use crate::exit::{Code, Done, Failure};
use crate::output;

/// Writes the template, unless a file is there.
pub(crate) fn run(init: &Init) -> Done {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(!init.force).create(true).truncate(init.force);
    let mut file = options.open(&init.path).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Failure::new(
            Code::Unavailable,
            format!("{} is there already: choose another path, or replace it with --force", init.path.display()),
        ),
        _ => Failure::unavailable(format!("{} cannot be written: {error}", init.path.display())),
    })?;
    file.write_all(manifest::template().as_bytes())?;
    output::diagnostic(&format!("{} written; next: `pointsman check --config {}`", init.path.display(), init.path.display()));
    Ok(())
}
