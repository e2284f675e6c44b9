//! `pointsman token new`

use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::args::{Cli, NewToken};
use crate::exit::Done;
use crate::{output, random};

/// Bytes of randomness in a token.
const TOKEN_BYTES: usize = 32;

/// Prints the token once, and the table with its hash for the configuration.
pub(crate) fn new(cli: &Cli, new: &NewToken) -> Done {
    let token = format!("pm_{}", hex::encode(random::bytes::<TOKEN_BYTES>()?));
    let hash = hex::encode(Sha256::digest(token.as_bytes()));
    if cli.json {
        output::json(&json!({"name": new.name, "role": new.role, "token": token, "sha256": hash}));
        return Ok(());
    }
    output::line(&token);
    output::diagnostic("\nThis is the only time it is shown. Put this into pointsman.toml:\n");
    output::diagnostic(&format!("[[token]]\nname = {:?}\nrole = {:?}\nsha256 = {hash:?}", new.name, new.role));
    Ok(())
}
