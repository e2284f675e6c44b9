use model::{Arm, BreakerSpec, ConnectorSpec, Digest, Isolation, Limits, OnFault, QueueSpec, Role};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use serde_json::json;

use super::*;

fn step(plugin: &str, role: Role) -> StepSpec {
    StepSpec { plugin: plugin.to_owned(), role, when: None, on_fault: OnFault::Hold }
}

fn spec(name: &str, settings: Json) -> PluginSpec {
    PluginSpec { settings, ..PluginSpec::new(name, Digest::of(name.as_bytes())) }
}

fn sample() -> Configuration {
    let steps = vec![step("sentiment", Role::Classifier), step("four-factors", Role::Prioritizer), step("rules", Role::Router)];
    let chain = |name: &str, when: Option<&str>| ChainSpec {
        name: name.to_owned(),
        when: when.map(str::to_owned),
        hold_queue: "desk".to_owned(),
        deadline_ms: 10_000,
        arm: None,
        steps: steps.clone(),
    };
    Configuration {
        plugins: vec![spec("json", json!({})), spec("rules", json!({"rules": [{"queue": "desk"}, {"queue": "vip"}]}))],
        connectors: vec![ConnectorSpec {
            name: "shop".to_owned(),
            plugin: "json".to_owned(),
            channel: "shop".to_owned(),
            account: None,
            poll_interval_ms: None,
            lmtp_listen: None,
            smtp_listen: None,
            smtp_tls: None,
            connect: false,
            fallback: Vec::new(),
            public_texts: Vec::new(),
        }],
        chains: vec![chain("public", Some("kind == 'post'")), chain("rest", None)],
        queues: vec![QueueSpec { name: "desk".to_owned(), title: String::new() }],
        notify: Vec::new(),
    }
}

#[test]
fn reads_as_a_person_reads() {
    let (old, mut new) = (sample(), sample());
    new.connectors[0].account = Some("berlin".to_owned());
    new.plugins[0].digest = Digest::of(b"new");
    new.plugins[0].grants.fields.insert("text".to_owned());
    new.plugins[0].grants.secrets.insert("webhook".to_owned(), "shop-webhook".to_owned());
    new.plugins[1].settings = json!({"rules": [{"queue": "night"}, {"queue": "desk"}, {"queue": "vip"}]});
    new.plugins[1].limits.deadline_ms = 80;
    new.plugins[1].isolation = Isolation::Batch { interactions_max: 32 };
    new.plugins[1].breaker.faults_max = 3;
    new.chains[0].deadline_ms = 5_000;
    new.chains[0].arm = Some(Arm::DryRun);
    new.plugins.push(spec("spam", json!({})));
    new.chains[0].when = Some("kind == 'comment'".to_owned());
    new.chains[0].steps.swap(0, 1);
    new.chains[1].steps.remove(0);
    new.chains[1].steps[0].on_fault = OnFault::Skip;
    new.queues.clear();
    let lines: Vec<String> = diff(&old, &new).iter().map(Change::to_string).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    + connector shop: account "berlin"
    ~ plugin json: component 02bd175f3297 → 11507a0e2f5e
    + plugin json: grant of field `text`
    + plugin json: grant of secret webhook "shop-webhook"
    + plugin rules: settings /rules/0 {"queue":"night"}
    ~ plugin rules: limit deadline_ms 50 → 80
    ~ plugin rules: isolation "interaction" → {"batch":32}
    ~ plugin rules: breaker faults_max 5 → 3
    + plugin spam
    ~ chain public: when "kind == 'post'" → "kind == 'comment'"
    ~ chain public: deadline_ms 10000 → 5000
    + chain public: arm "dry-run"
    ~ chain public: order of steps sentiment (classifier), four-factors (prioritizer), rules (router) → four-factors (prioritizer), sentiment (classifier), rules (router)
    ~ chain rest: step four-factors (prioritizer) on_fault "hold" → "skip"
    - chain rest: step sentiment (classifier)
    - queue desk
    "#);
}

#[test]
fn chains_in_another_order_are_a_change() {
    let (old, mut new) = (sample(), sample());
    new.chains.reverse();
    let lines: Vec<String> = diff(&old, &new).iter().map(Change::to_string).collect();
    assert_eq!(lines, ["~ order of chains public, rest → rest, public"]);
}

fn settings_value() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![any::<bool>().prop_map(Json::from), (0_u8..4).prop_map(Json::from), "[ab]".prop_map(Json::from)];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Json::from),
            btree_map("[ab/~]", inner, 0..3).prop_map(|fields| Json::Object(fields.into_iter().collect())),
        ]
    })
}

prop_compose! {
    fn plugins()(all in btree_map("[a-c]", (0_u8..2, settings_value(), btree_set("[xy]", 0..2), btree_map("[st]", "[uv]", 0..2), 0_u64..2, isolation(), 0_u32..2), 0..3))
        -> Vec<PluginSpec> {
        all.into_iter().map(|(name, (digest, settings, fields, secrets, deadline_ms, isolation, faults_max))| PluginSpec {
            name,
            digest: Digest::of(&[digest]),
            settings,
            grants: Grants { fields, secrets, ..Grants::default() },
            limits: Limits { deadline_ms, ..Limits::PURE },
            isolation,
            breaker: BreakerSpec { faults_max, ..BreakerSpec::default() },
        }).collect()
    }
}

fn isolation() -> impl Strategy<Value = Isolation> {
    prop_oneof![
        Just(Isolation::Interaction),
        (1_u32..3).prop_map(|interactions_max| Isolation::Batch { interactions_max }),
        (1_u32..3).prop_map(|calls_max| Isolation::Warm { calls_max }),
    ]
}

fn arm() -> impl Strategy<Value = Option<Arm>> {
    prop_oneof![Just(None), Just(Some(Arm::Backtest)), Just(Some(Arm::DryRun))]
}

fn steps_strategy() -> impl Strategy<Value = Vec<StepSpec>> {
    let role = prop_oneof![Just(Role::Classifier), Just(Role::Router)];
    let on_fault = prop_oneof![Just(OnFault::Skip), "[ab]".prop_map(OnFault::Fallback)];
    let step = ("[ab]", role, proptest::option::of("[xy]"), on_fault);
    vec(step.prop_map(|(plugin, role, when, on_fault)| StepSpec { plugin, role, when, on_fault }), 0..4)
}

prop_compose! {
    fn configuration()(
        plugins in plugins(),
        chains in btree_map("[p-r]", (proptest::option::of("[xy]"), steps_strategy(), 1_u64..3, arm()), 0..3).prop_map(|all| all.into_iter().collect::<Vec<_>>()).prop_shuffle(),
        queues in btree_map("[q-s]", "[xy]", 0..3),
    ) -> Configuration {
        Configuration {
            plugins,
            connectors: Vec::new(),
            chains: chains.into_iter().map(|(name, (when, steps, deadline_ms, arm))| ChainSpec { name, when, hold_queue: String::new(), deadline_ms, arm, steps }).collect(),
            queues: queues.into_iter().map(|(name, title)| QueueSpec { name, title }).collect(),
            notify: Vec::new(),
        }
    }
}

proptest! {
    /// Empty exactly for the same generation: a plan that shows nothing changes nothing, and nothing changes unseen.
    #[test]
    fn no_change_is_the_same_generation(old in configuration(), new in configuration()) {
        prop_assert!(diff(&old, &old).is_empty());
        let same = old.generation().unwrap() == new.generation().unwrap();
        prop_assert_eq!(diff(&old, &new).is_empty(), same, "{:?}", diff(&old, &new));
    }

    /// Seen from the other side, what was added is removed.
    #[test]
    fn the_way_back_is_the_mirror_image(old in configuration(), new in configuration()) {
        let mut there: Vec<_> = diff(&old, &new).into_iter().map(|it| (it.section, it.part, it.after, it.before)).collect();
        let mut back: Vec<_> = diff(&new, &old).into_iter().map(|it| (it.section, it.part, it.before, it.after)).collect();
        let key = |it: &(String, String, Option<Json>, Option<Json>)| format!("{it:?}");
        there.sort_by_key(key);
        back.sort_by_key(key);
        prop_assert_eq!(there, back);
    }
}
