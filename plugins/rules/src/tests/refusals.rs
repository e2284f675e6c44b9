//! Settings that are refused, each with its place, what is wrong and what to do.

use super::*;

/// The problems, as `path: message`.
fn check(settings: Json, expected: &[&str]) {
    let found: Vec<String> = problems::<Rules>(settings).iter().map(|problem| format!("{}: {}", problem.path, problem.message)).collect();
    assert_eq!(found, expected);
}

/// A table of these rules and a rest.
fn with_rest(mut rules: Vec<Json>) -> Json {
    rules.push(json!({"name": "rest", "then": {"queue": "rest"}}));
    json!({ "rules": rules })
}

#[test]
fn tables() {
    check(json!({}), &["/rules: There are no rules."]);
    check(json!({"rules": [], "rulez": 1}), &["/rulez: `rulez` is no setting.", "/rules: There are no rules."]);
    check(json!({"rules": {"a": 1}}), &["/rules: A list is expected, this is a table.", "/rules: There are no rules."]);
    check(
        json!({"rules": [{"name": "a", "when": {"channel": "email"}, "then": {"queue": "q"}}]}),
        &["/rules: No rule takes what no other took."],
    );
    check(
        with_rest(vec![json!({"name": "a", "when": {}, "then": {"queue": "q"}})]),
        &["/rules/1: Nothing reaches this rule: /rules/0 takes everything."],
    );
    check(
        with_rest(vec![
            json!({"name": "a", "when": {"channel": "email"}, "then": {"queue": "q"}}),
            json!({"name": "a", "when": {"channel": "email"}, "then": {"queue": "r"}}),
        ]),
        &["/rules/1/name: `a` is the name of /rules/0 too.", "/rules/1: Nothing reaches this rule: /rules/0 has the same conditions."],
    );
}

#[test]
fn conditions() {
    check(
        with_rest(vec![json!({"name": "a", "when": {
            "kinds": "message", "kind": ["mesage"], "visibility": "open", "sentiment": "sad", "priority": {"min": 80, "max": 20},
            "rating_max": 4, "text_any": ["ok", "??"], "text_all": [], "signals": {"urgency": 1, "spam": {}}, "author": {"followers_min": 0},
            "customer": {"worth": {"min": 2}}, "situation": {"trigger": ["timr"], "unanswered_min": -1}, "channel": "",
        }, "then": {"queue": "q"}})]),
        &[
            "/rules/0/when/channel: An empty text says nothing.",
            "/rules/0/when/kind/0: `mesage` is no kind.",
            "/rules/0/when/visibility: `open` is no visibility.",
            "/rules/0/when/text_any/1: `??` has no word in it.",
            "/rules/0/when/text_all: An empty list never fits.",
            "/rules/0/when/sentiment: `sad` is no sentiment.",
            "/rules/0/when/signals/spam: The range has no end.",
            "/rules/0/when/signals/urgency: A text, a list of texts, `true` or `false`, or a range is expected.",
            "/rules/0/when/priority: Nothing is from 80 to 20.",
            "/rules/0/when/rating_max: 4 is outside 0 to 1.",
            "/rules/0/when/customer/worth/min: 2 is outside 0 to 1.",
            "/rules/0/when/author/followers_min: 0 is outside 1 to 18446744073709551615.",
            "/rules/0/when/situation/trigger/0: `timr` is no trigger.",
            "/rules/0/when/situation/unanswered_min: A whole number is expected, this is a number.",
            "/rules/0/when/kinds: `kinds` is no setting.",
        ],
    );
}

#[test]
fn a_misspelt_key_has_its_remedy() {
    let found = problems::<Rules>(with_rest(vec![json!({"name": "a", "when": {"chanel": "email"}, "then": {"queue": "q"}})]));
    assert_eq!(found[0].path, "/rules/0/when/chanel");
    assert!(found[0].remedy.as_deref().unwrap().starts_with("Did you mean `channel`?"));
}

#[test]
fn decisions() {
    let rule = |then: Json| json!({"name": then.to_string(), "when": {"text_any": format!("x {then}")}, "then": then});
    check(
        with_rest(vec![
            rule(json!({})),
            rule(json!({"queue": "q", "hold": "h"})),
            rule(json!({"file": false})),
            rule(json!({"file": true, "skills": ["a"], "first_response_minutes": 5})),
            rule(json!({"queue": "q", "first_response_minutes": 60, "resolution_minutes": 5})),
            rule(json!({"targets": []})),
            rule(json!({"targets": [{"queue": "a"}, {"skills": ["x"]}]})),
            rule(json!({"queue": "q", "skills": [{"name": "a", "level": 7, "drop_after": 1}]})),
        ]),
        &[
            "/rules/0/then: The rule decides nothing.",
            "/rules/1/then: The rule decides several things: queue, hold.",
            "/rules/2/then/file: `file` is not `true`.",
            "/rules/3/then/skills: `skills` needs somebody to do it.",
            "/rules/3/then/first_response_minutes: `first_response_minutes` needs somebody to do it.",
            "/rules/4/then/resolution_minutes: It is to be done before it is answered.",
            "/rules/5/then/targets: There are 0 targets.",
            "/rules/6/then/targets/0: The targets after this one are never asked.",
            "/rules/6/then/targets/1/queue: `queue` is missing.",
            "/rules/7/then/skills/0/level: 7 is outside 0 to 1.",
            "/rules/7/then/skills/0/drop_after: `drop_after` is no setting.",
        ],
    );
    check(
        json!({"rules": [{"then": 1}, 2]}),
        &[
            "/rules/1: Nothing reaches this rule: /rules/0 takes everything.",
            "/rules/0/name: `name` is missing.",
            "/rules/0/then: A table is expected, this is a number.",
            "/rules/1: A table is expected, this is a number.",
        ],
    );
}

#[test]
fn effects() {
    check(
        json!({"rules": [{"name": "rest", "then": {"queue": "q", "effects": [
            {}, {"anser": {}}, {"answer": {"text": {}}}, {"notify": {"recipient": "r"}}, {"timer": {"name": "t"}}, {"mark": {"value": 1}},
            {"mark": {"name": "m", "value": null}},
        ]}}]}),
        &[
            "/rules/0/then/effects/0: An effect is one of `answer`, `notify`, `timer` and `mark`.",
            "/rules/0/then/effects/1/anser: `anser` is no setting.",
            "/rules/0/then/effects/2/answer/text: There is no text.",
            "/rules/0/then/effects/3/notify/text: `text` is missing.",
            "/rules/0/then/effects/4/timer/after_minutes: `after_minutes` is missing.",
            "/rules/0/then/effects/5/mark/name: `name` is missing.",
            "/rules/0/then/effects/6/mark/value: A text, a number, `true` or `false`, or a list of texts is expected.",
        ],
    );
}

#[test]
fn examples_that_come_out_otherwise() {
    let table = |example: Json| {
        with_rest(vec![json!({"name": "fraud", "when": {"text_any": "stolen"}, "then": {"queue": "fraud"}, "examples": [example]})])
    };
    check(table(json!({"interaction": {"text": "Stolen!"}})), &[]);
    check(table(json!({"interaction": {"text": "Stolen!"}, "queue": "fraud"})), &[]);
    check(table(json!({"interaction": {"text": "Hello"}, "queue": "rest"})), &[]);
    check(
        table(json!({"interaction": {"text": "Hello"}})),
        &["/rules/0/examples/0: The example is decided by rule `rest`, not by the rule that carries it."],
    );
    check(
        table(json!({"interaction": {"text": "Hello"}, "queue": "fraud"})),
        &["/rules/0/examples/0: The example should come to queue `fraud`; rule `rest` gives it queue `rest`."],
    );
    check(table(json!({"interaction": {"txt": "Hello"}})), &["/rules/0/examples/0/interaction/txt: `txt` is no setting."]);
    check(table(json!({})), &["/rules/0/examples/0/interaction: `interaction` is missing."]);
}
