//! `policy.json` as Rust: what native code and guests are compiled from.

#[path = "src/tongue.rs"]
#[allow(dead_code, reason = "shared with the library")]
mod tongue;

use std::fmt::Write as _;
use std::path::Path;

use tongue::{Policy, Tongue};

const RUST: Tongue = Tongue { and: "&&", or: "||", not: "!", prefix: "i.", contains: "contains({})", score: "score" };

fn main() {
    println!("cargo::rerun-if-changed=policy.json");
    let policy: Policy = serde_json::from_str(&std::fs::read_to_string("policy.json").expect("policy.json")).expect("a policy");
    let mut code = String::from(
        "/// Decides, as `policy.json` says.\n#[must_use]\n#[allow(unused_parens, reason = \"generated\")]\npub fn decide(i: &Subject<'_>) -> Outcome {\n\
         let contains = |phrase: &'static str| memmem(i.text.as_bytes(), phrase.as_bytes());\nlet mut score = 0_i64;\n",
    );
    for rule in &policy.score {
        writeln!(code, "if {} {{ score += {}; }}", RUST.all(&rule.when), rule.points).expect("memory");
    }
    code.push_str("let score = score.clamp(0, 100);\n");
    let (last, others) = policy.route.split_last().expect("a last rule");
    for rule in others {
        writeln!(code, "if {} {{ return Outcome {{ score, rule: {:?}, queue: {:?} }}; }}", RUST.all(&rule.when), rule.name, rule.queue)
            .expect("memory");
    }
    writeln!(code, "Outcome {{ score, rule: {:?}, queue: {:?} }}\n}}", last.name, last.queue).expect("memory");
    let out = std::env::var("OUT_DIR").expect("OUT_DIR");
    std::fs::write(Path::new(&out).join("decide.rs"), code).expect("writing decide.rs");
}
