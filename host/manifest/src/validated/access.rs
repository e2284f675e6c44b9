use std::collections::BTreeMap;

use model::Digest;

use super::names::Names;
use crate::parsed;
use crate::report::Report;
use crate::settings::{Token, TokenRole};
use crate::suggest;

/// `[[token]]`
pub(super) fn tokens(tokens: Vec<parsed::Token>, report: &Report) -> Vec<Token> {
    let mut names = Names::new("token");
    let mut digests: BTreeMap<Digest, String> = BTreeMap::new();
    let mut admitted = Vec::new();
    for token in tokens {
        let role = token.role.and_then(|role| role_of(&role, &format!("{}.role", token.key), report));
        let sha256 = token.sha256.and_then(|sha256| digest(&sha256, &format!("{}.sha256", token.key), report));
        let name = token.name.map(|name| names.admit(name, &token.key, report));
        if let (Some(name), Some(role), Some(sha256)) = (name, role, sha256) {
            if let Some(first) = digests.insert(sha256.clone(), name.clone()) {
                report.error(
                    &format!("{}.sha256", token.key),
                    format!("the token `{first}` is the same"),
                    "give everyone a token of their own",
                );
            }
            admitted.push(Token { name, role, sha256 });
        }
    }
    admitted
}

/// A SHA-256, written by somebody. What is wrong is not repeated: it may be the token itself.
fn digest(text: &str, key: &str, report: &Report) -> Option<Digest> {
    const REMEDY: &str = "make it with `printf %s \"$TOKEN\" | sha256sum`";
    let digest = Digest::parse(text);
    match &digest {
        None => {
            report.error(key, format!("a SHA-256 has 64 hexadecimal digits, this has {} letters", text.chars().count()), REMEDY);
        }
        Some(digest) if *digest == Digest::of(b"") => report.error(key, "this is the SHA-256 of an empty token", REMEDY),
        Some(_) => {}
    }
    digest
}

fn role_of(text: &str, key: &str, report: &Report) -> Option<TokenRole> {
    let role = TokenRole::parse(text);
    if role.is_none() {
        report.error(key, format!("there is no role `{text}`"), &suggest::remedy(text, TokenRole::ALL.map(TokenRole::name)));
    }
    role
}
