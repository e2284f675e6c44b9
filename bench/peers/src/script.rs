//! The policy in the languages of the peers, generated from the same data.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use policy::tongue::{Policy, Route, Tongue};
use serde_json::{Value, json};

/// JavaScript.
const JS: Tongue = Tongue { and: "&&", or: "||", not: "!", prefix: "i.", contains: "i.text.includes({})", score: "score" };
/// Rhai.
const RHAI: Tongue = Tongue { and: "&&", or: "||", not: "!", prefix: "i.", contains: "i.text.contains({})", score: "score" };
/// CEL.
pub const CEL: Tongue = Tongue { and: "&&", or: "||", not: "!", prefix: "i.", contains: "i.text.contains({})", score: "score" };
/// Lua; phrases are plain texts, not patterns.
const LUA: Tongue = Tongue { and: "and", or: "or", not: "not ", prefix: "i.", contains: "find(text, {}, 1, true)", score: "score" };
/// ZEN's expressions.
const ZEN: Tongue = Tongue { and: "and", or: "or", not: "not ", prefix: "", contains: "contains(text, {})", score: "score" };

/// The policy.
pub fn policy() -> Result<Policy> {
    serde_json::from_str(policy::POLICY).context("the policy")
}

fn last(policy: &Policy) -> Result<&Route> {
    policy.route.last().context("the policy has no last rule")
}

/// A function `decide(i)`.
pub fn js(policy: &Policy) -> String {
    let mut code = String::from("function decide(i) {\nlet score = 0;\n");
    for rule in &policy.score {
        let _ = writeln!(code, "if ({}) score += {};", JS.all(&rule.when), rule.points);
    }
    code.push_str("score = Math.max(0, Math.min(100, score));\n");
    for rule in &policy.route {
        let _ = writeln!(code, "if ({}) return {{score, rule: {:?}, queue: {:?}}};", JS.all(&rule.when), rule.name, rule.queue);
    }
    code + "}\n"
}

/// A script about `i`.
pub fn rhai(policy: &Policy) -> String {
    let mut code = String::from("let score = 0;\n");
    for rule in &policy.score {
        let _ = writeln!(code, "if {} {{ score += {}; }}", RHAI.all(&rule.when), rule.points);
    }
    code.push_str("if score < 0 { score = 0; }\nif score > 100 { score = 100; }\n");
    for rule in &policy.route {
        let _ =
            writeln!(code, "if {} {{ return #{{score: score, rule: {:?}, queue: {:?}}}; }}", RHAI.all(&rule.when), rule.name, rule.queue);
    }
    code
}

/// A chunk that returns a function of `i`, which returns score, rule and queue.
pub fn lua(policy: &Policy) -> String {
    let mut code = String::from("local find = string.find\nreturn function(i)\nlocal text = i.text\nlocal score = 0\n");
    for rule in &policy.score {
        let _ = writeln!(code, "if {} then score = score + ({}) end", LUA.all(&rule.when), rule.points);
    }
    code.push_str("if score < 0 then score = 0 end\nif score > 100 then score = 100 end\n");
    for rule in &policy.route {
        let _ = writeln!(code, "if {} then return score, {:?}, {:?} end", LUA.all(&rule.when), rule.name, rule.queue);
    }
    code + "end\n"
}

/// A package whose `decision` is an object.
pub fn rego(policy: &Policy) -> Result<String> {
    let mut code = String::from("package bench\nimport rego.v1\n");
    for rule in &policy.score {
        let _ = writeln!(code, "points contains [{:?}, {}] if {{\n{}}}", rule.name, rule.points, rego_body(&rule.when));
    }
    code.push_str("total := sum([hit[1] | some hit in points])\nscore := max([0, min([100, total])])\n");
    let (end, others) = policy.route.split_last().context("no rules")?;
    for (at, rule) in others.iter().enumerate() {
        let head = if at == 0 { "route :=" } else { "else :=" };
        let _ = writeln!(code, "{head} {:?} if {{\n{}}}", rule.queue, rego_body(&rule.when));
    }
    let _ = writeln!(code, "else := {:?}", end.queue);
    code.push_str("decision := {\"score\": score, \"queue\": route}\n");
    Ok(code)
}

/// Rego has no `or` in a body: a phrase or value is looked for with `some … in`.
fn rego_body(when: &[policy::tongue::Condition]) -> String {
    use policy::tongue::Condition;
    let field = |name: &str| if name == "score" { "score".to_owned() } else { format!("input.{name}") };
    let mut body = String::new();
    for condition in when {
        let _ = match condition {
            Condition::Any(phrases) => writeln!(body, "  some phrase in {phrases:?}\n  contains(input.text, phrase)"),
            Condition::In(name, values) => writeln!(body, "  {} in {values:?}", field(name)),
            Condition::Min(name, number) => writeln!(body, "  {} >= {number}", field(name)),
            Condition::Max(name, number) => writeln!(body, "  {} <= {number}", field(name)),
            Condition::Is(name) => writeln!(body, "  {}", field(name)),
            Condition::Not(name) => writeln!(body, "  not {}", field(name)),
        };
    }
    body
}

/// A graph of GoRules: a table that collects points, their sum, a table that routes.
pub fn zen(policy: &Policy) -> Result<Value> {
    let rows = |rules: Vec<(String, String)>| -> Vec<Value> {
        let row = |(at, (when, then)): (usize, (String, String))| json!({"_id": at.to_string(), "if": when, "then": then});
        rules.into_iter().enumerate().map(row).collect()
    };
    let table = |id: &str, rules: Vec<Value>, hit: &str, field: &str, path: Option<&str>| {
        json!({"id": id, "name": id, "type": "decisionTableNode", "content": {
            "hitPolicy": hit, "rules": rules, "inputs": [{"id": "if", "name": "if"}],
            "outputs": [{"id": "then", "name": field, "field": field}], "passThrough": true, "outputPath": path,
        }})
    };
    let scores = policy.score.iter().map(|rule| (ZEN.all(&rule.when), rule.points.to_string())).collect();
    let end = last(policy)?;
    let mut routes: Vec<_> = policy.route.iter().map(|rule| (ZEN.all(&rule.when), format!("{:?}", rule.queue))).collect();
    // A cell without a condition always fits.
    if let Some(row) = routes.last_mut() {
        *row = (String::new(), format!("{:?}", end.queue));
    }
    let sum = json!({"id": "sum", "name": "sum", "type": "expressionNode", "content": {
        "expressions": [{"id": "1", "key": "score", "value": "max([0, min([100, sum(map(hits, #.points))])])"}], "passThrough": true,
    }});
    let nodes = vec![
        json!({"id": "in", "name": "in", "type": "inputNode", "content": {}}),
        table("score", rows(scores), "collect", "points", Some("hits")),
        sum,
        table("route", rows(routes), "first", "queue", None),
        json!({"id": "out", "name": "out", "type": "outputNode", "content": {}}),
    ];
    let edge = |(from, to): &(&str, &str)| json!({"id": format!("{from}-{to}"), "sourceId": from, "targetId": to, "type": "edge"});
    let edges: Vec<Value> = [("in", "score"), ("score", "sum"), ("sum", "route"), ("route", "out")].iter().map(edge).collect();
    Ok(json!({"nodes": nodes, "edges": edges}))
}

/// Node-RED's flow: in, a function, out.
pub fn node_red_flow(policy: &Policy) -> Value {
    let function = format!("{}msg.payload = decide(msg.payload);\nreturn msg;", js(policy));
    json!([
        {"id": "policy-tab", "type": "tab", "label": "policy"},
        {"id": "hook-in", "type": "http in", "z": "policy-tab", "name": "", "url": "/hooks/shop", "method": "post", "upload": false, "wires": [["decide"]]},
        {"id": "decide", "type": "function", "z": "policy-tab", "name": "", "func": function, "outputs": 1, "wires": [["hook-out"]]},
        {"id": "hook-out", "type": "http response", "z": "policy-tab", "name": "", "statusCode": "200", "wires": []},
    ])
}
