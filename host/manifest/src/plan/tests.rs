use std::path::PathBuf;

use model::{
    Arm, ChainSpec, Configuration, Digest, FieldRequest, Grants, HostRequest, OnFault, PluginManifest, PluginSpec, Requests, Role,
    SecretRequest, StateRequest, StepSpec, Timestamp,
};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::approvals::{Approval, ApprovedAt};
use crate::source::Source;
use crate::{EgressSettings, Inspected, OutboxSettings, RuntimeSettings, ServerSettings, StoreSettings, SwapSettings};

/// A plugin that asks for everything.
fn asking() -> PluginManifest {
    let field = |name: &str, reason: &str| FieldRequest { name: name.to_owned(), reason: reason.to_owned() };
    PluginManifest {
        name: "probe".to_owned(),
        publisher: "Pointsman".to_owned(),
        requests: Requests {
            fields: vec![field("text", "Reads what was said."), field("author", "Counts how often somebody was seen.")],
            hosts: vec![HostRequest { host: "{/url}".to_owned(), reason: "The service that it asks.".to_owned() }],
            secrets: vec![SecretRequest {
                name: "service".to_owned(),
                reason: "Opens the service.".to_owned(),
                credential: None,
                hosts: Vec::new(),
            }],
            state: Some(StateRequest { bytes_max: 65_536, reason: "Remembers who was seen.".to_owned() }),
        },
        ..PluginManifest::default()
    }
}

fn grants(fields: &[&str]) -> Grants {
    Grants { fields: fields.iter().map(|field| (*field).to_owned()).collect(), ..Grants::default() }
}

fn configuration(grants: Grants) -> Configuration {
    let settings = json!({"url": "https://probe.example"});
    let probe = PluginSpec { settings, grants, ..PluginSpec::new("probe", Digest::of(b"probe")) };
    let step = StepSpec { plugin: "probe".to_owned(), role: Role::Enricher, when: None, on_fault: OnFault::Skip };
    let chain =
        ChainSpec { name: "main".to_owned(), when: None, hold_queue: "desk".to_owned(), deadline_ms: 1, arm: None, steps: vec![step] };
    Configuration { plugins: vec![probe], chains: vec![chain], ..Configuration::default() }
}

fn serving(configuration: Configuration) -> Serving {
    let manifests = [("probe".to_owned(), asking())].into();
    Serving { generation: configuration.generation().unwrap(), configuration, manifests }
}

fn candidate(configuration: Configuration, contract: &[(&str, &str)]) -> Manifest {
    let contract = contract.iter().map(|(name, version)| ((*name).to_owned(), (*version).to_owned())).collect();
    let inspected = Inspected { manifest: asking(), contract, ..Inspected::default() };
    Manifest {
        path: PathBuf::from("pointsman.toml"),
        server: ServerSettings {
            listen: ([127, 0, 0, 1], 8080).into(),
            external_url: None,
            trusted_proxies: Vec::new(),
            body_bytes_max: 0,
            header_bytes_max: 0,
            headers_max: 0,
            requests_per_minute: 0,
            address_requests_per_minute: 0,
            connections_max: 0,
            live_clients_max: 0,
            shutdown_grace_ms: 0,
            open_metrics: false,
            open_api_on_loopback: false,
        },
        store: StoreSettings { path: PathBuf::from("pointsman.db"), busy_timeout_ms: 0 },
        runtime: RuntimeSettings {
            cache_dir: PathBuf::new(),
            instances_max: 0,
            compile_memory_bytes_max: 0,
            compile_cpu_ms_max: 0,
            stack_bytes_max: 0,
        },
        egress: EgressSettings::default(),
        swap: SwapSettings { watch: false, kept_generations_max: 3, approvals: PathBuf::new() },
        outbox: OutboxSettings {
            sends_parallel_max: 0,
            account_sends_max: 0,
            tries_max: 0,
            find_tries_max: 0,
            backoff_ms: 0,
            backoff_ms_max: 0,
            find_after_ms: 0,
            automatic_answers_per_hour_max: 0,
            rescan_ms: 0,
        },
        secrets: BTreeMap::new(),
        tokens: Vec::new(),
        configuration,
        components: BTreeMap::new(),
        inspections: [("probe".to_owned(), inspected)].into(),
        warnings: Findings::new(Vec::new()),
        source: Source::default(),
    }
}

fn plan(old: Configuration, new: Configuration, inputs: PlanInputs) -> Plan {
    Plan::new(Some(&serving(old)), &candidate(new, &[]), inputs).unwrap()
}

fn all_grants() -> Grants {
    Grants {
        hosts: ["GET probe.example/v1".to_owned()].into(),
        secrets: [("service".to_owned(), "desk".to_owned())].into(),
        state_bytes_max: 4_096,
        private_network: true,
        ..grants(&["text", "author"])
    }
}

/// What a person reads, on one screen.
#[test]
fn a_plan_that_is_held() {
    let mut new = configuration(all_grants());
    new.plugins[0].settings["limit"] = json!(3);
    new.chains[0].arm = Some(Arm::Backtest);
    let approvals = Approvals::parse("[[approval]]\nplugin = 'probe'\nof = 'Pointsman/probe'\ngrant = 'field author'\n").unwrap();
    let restart = vec!["`[server]` has changed since the host started".to_owned()];
    let host: Versions = [("pointsman:policy".to_owned(), "0.1.2".to_owned()), ("pointsman:host".to_owned(), "0.1.2".to_owned())].into();
    let inputs = PlanInputs { approvals, host, restart, proofs: Vec::new() };
    let built = [("pointsman:policy", "0.1.2"), ("pointsman:host", "0.1.1")];
    let plan = Plan::new(Some(&serving(configuration(grants(&["text"])))), &candidate(new, &built), inputs).unwrap();
    insta::assert_snapshot!(plan);
    insta::assert_snapshot!(plan.held().join("\n"), @r"
    nobody has approved `host GET probe.example/v1` for the plugin `probe`
    nobody has approved `secret service = desk` for the plugin `probe`
    nobody has approved `state 4096 bytes` for the plugin `probe`
    nobody has approved `private network` for the plugin `probe`
    the chain `main` is armed, and there is no backtest of this candidate
    ");
}

#[test]
fn a_plan_that_can_be_applied() {
    let mut new = configuration(grants(&["text"]));
    new.plugins[0].limits.deadline_ms = 80;
    new.chains[0].arm = Some(Arm::Backtest);
    let generation = new.generation().unwrap();
    let summary = json!({"judged": 1_200, "flips": 3, "by_queue": {"a": 1}});
    let proof = Proof { kind: Arm::Backtest, generation, at: Timestamp(1), passed: true, summary };
    let plan = plan(configuration(grants(&["text"])), new, PlanInputs { proofs: vec![proof], ..PlanInputs::default() });
    assert_eq!(plan.held(), Vec::<String>::new());
    insta::assert_snapshot!(plan);
}

#[test]
fn the_first_start_and_no_change() {
    let new = configuration(all_grants());
    let first = Plan::new(None, &candidate(new.clone(), &[]), PlanInputs::default()).unwrap();
    assert_eq!((first.held(), first.is_empty()), (Vec::new(), false));
    let same = plan(new.clone(), new, PlanInputs::default());
    assert!(same.is_empty() && same.held().is_empty());
    insta::assert_snapshot!(format!("{first}\n\n{same}"));
}

#[test]
fn what_is_had_already_is_not_asked_anew() {
    let hosts = |host: &str| Grants { hosts: [host.to_owned()].into(), ..Grants::default() };
    let secret = |name: &str| Grants { secrets: [("service".to_owned(), name.to_owned())].into(), ..Grants::default() };
    let state = |state_bytes_max| Grants { state_bytes_max, ..Grants::default() };
    for (before, after, expected) in [
        (grants(&[]), grants(&["text"]), vec!["field text"]),
        (grants(&["text"]), grants(&["text"]), vec![]),
        // Less of the same is nothing new, the other way round it is.
        (grants(&["text"]), grants(&["redacted-text"]), vec![]),
        (grants(&["redacted-text"]), grants(&["text"]), vec!["field text"]),
        (hosts("probe.example"), hosts("GET probe.example/v1"), vec![]),
        (hosts("GET probe.example/v1"), hosts("GET probe.example"), vec!["host GET probe.example"]),
        (hosts("*.example"), hosts("probe.example"), vec!["host probe.example"]),
        (state(9), state(8), vec![]),
        (state(8), state(9), vec!["state 9 bytes"]),
        (secret("one"), secret("one"), vec![]),
        (secret("one"), secret("two"), vec!["secret service = two"]),
        // What the plugin does not ask for is no grant at all.
        (grants(&[]), grants(&["customer"]), vec![]),
    ] {
        let plan = plan(configuration(before), configuration(after.clone()), PlanInputs::default());
        let found: Vec<&str> = plan.grants.iter().map(|asked| asked.grant.as_str()).collect();
        assert_eq!(found, expected, "{after:?}");
    }
}

#[test]
fn another_plugin_under_a_known_name_inherits_nothing() {
    let mut old = serving(configuration(grants(&["text"])));
    let mut new = configuration(grants(&["text"]));
    new.plugins[0].digest = Digest::of(b"another");
    let asked = |old: &Serving, of: &str| {
        let text = format!("[[approval]]\nplugin = 'probe'\ngrant = 'field text'\n{of}");
        let inputs = PlanInputs { approvals: Approvals::parse(&text).unwrap(), ..PlanInputs::default() };
        Plan::new(Some(old), &candidate(new.clone(), &[]), inputs).unwrap().held()
    };
    assert_eq!(asked(&old, ""), Vec::<String>::new());
    old.manifests.entry("probe".to_owned()).or_default().publisher = "Somebody".to_owned();
    // Neither what the other plugin had, nor what somebody agreed to for it.
    for (of, expected) in [("", 1), ("of = 'Somebody/probe'\n", 1), ("of = 'Pointsman/other'\n", 1), ("of = 'Pointsman/probe'\n", 0)] {
        assert_eq!(asked(&old, of).len(), expected, "{of}");
    }
}

#[test]
fn all_that_is_to_be_approved_is_shown() {
    let asked = |number: usize| GrantAsked {
        plugin: "probe".to_owned(),
        of: "Pointsman/probe".to_owned(),
        grant: format!("field extra{number:02}"),
        reason: "Reads it.".to_owned(),
        approved: number < 8,
    };
    let mut plan = plan(configuration(grants(&["text"])), configuration(grants(&["author"])), PlanInputs::default());
    plan.grants = (0..28).map(asked).collect();
    let text = plan.to_string();
    let rows: Vec<&str> = text.lines().filter(|line| line.contains("probe: field extra")).collect();
    assert_eq!(rows.len(), 20, "{text}");
    for (row, number) in rows.iter().zip(8..) {
        assert_eq!(*row, format!("  ! probe: field extra{number:02}  (not approved for Pointsman/probe)  Reads it."));
    }
    assert!(text.contains("… and 8 more"), "{text}");
}

#[test]
fn an_armed_chain_stays_armed_under_another_name() {
    let renamed = |name: &str, arm| {
        let mut configuration = configuration(Grants::default());
        (configuration.chains[0].name, configuration.chains[0].arm) = (name.to_owned(), arm);
        configuration
    };
    let armed = renamed("main", Some(Arm::Backtest));
    let mut beside = armed.clone();
    beside.chains.push(renamed("other", None).chains.remove(0));
    for (what, before, after, expected) in [
        ("it is renamed", &armed, renamed("other", None), Some(Arm::Backtest)),
        ("it is renamed and has its own", &armed, renamed("other", Some(Arm::DryRun)), Some(Arm::DryRun)),
        ("it was not armed", &renamed("main", None), renamed("other", None), None),
        ("it stays beside a new one", &armed, beside.clone(), None),
        ("one that was there stays", &beside, renamed("other", None), None),
    ] {
        let plan = plan(before.clone(), after, PlanInputs::default());
        let missing = plan.arming.iter().find(|arming| arming.missing()).map(|arming| arming.arm);
        assert_eq!(missing, expected, "{what}");
        assert_eq!(plan.held().len(), usize::from(expected.is_some()), "{what}");
    }
}

#[test]
fn what_arms_a_chain() {
    let armed = |arm, deadline_ms, plugin_deadline_ms| {
        let mut configuration = configuration(Grants::default());
        (configuration.chains[0].arm, configuration.chains[0].deadline_ms) = (arm, deadline_ms);
        configuration.plugins[0].limits.deadline_ms = plugin_deadline_ms;
        configuration
    };
    let backtest = Some(Arm::Backtest);
    for (what, before, after, expected) in [
        ("nothing changes", armed(backtest, 1, 1), armed(backtest, 1, 1), 0),
        ("it is armed", armed(None, 1, 1), armed(backtest, 1, 1), 0),
        ("it is disarmed", armed(backtest, 1, 1), armed(None, 1, 1), 0),
        ("it changes", armed(backtest, 1, 1), armed(backtest, 2, 1), 1),
        ("a plugin of it changes", armed(backtest, 1, 1), armed(backtest, 1, 2), 1),
        ("it is disarmed and changes", armed(backtest, 1, 1), armed(None, 2, 1), 1),
        ("it is not armed", armed(None, 1, 1), armed(None, 2, 1), 0),
    ] {
        let generation = after.generation().unwrap();
        let held = |proofs: Vec<Proof>| plan(before.clone(), after.clone(), PlanInputs { proofs, ..PlanInputs::default() }).held().len();
        let proof = |kind, passed| Proof { kind, generation: generation.clone(), at: Timestamp(1), passed, summary: json!("") };
        assert_eq!(held(Vec::new()), expected, "{what}");
        assert_eq!(held(vec![proof(Arm::Backtest, false)]), expected, "{what}");
        assert_eq!(held(vec![proof(Arm::DryRun, true)]), expected, "{what}");
        assert_eq!(held(vec![proof(Arm::Backtest, true)]), 0, "{what}");
        let through = |decisions: u64| Proof { summary: json!({"chains": {"main": decisions}}), ..proof(Arm::Backtest, true) };
        assert_eq!(held(vec![through(0)]), expected, "{what}");
        assert_eq!(held(vec![through(1)]), 0, "{what}");
    }
}

proptest! {
    /// Whatever is given: after it was approved, nothing is held.
    #[test]
    fn what_is_approved_is_not_held(
        text in any::<bool>(), author in any::<bool>(), host in any::<bool>(), state in 0_u64..100_000, private in any::<bool>(),
    ) {
        let fields: Vec<&str> = [(text, "text"), (author, "author")].into_iter().filter_map(|(given, name)| given.then_some(name)).collect();
        let mut given = Grants { state_bytes_max: state, private_network: private, ..grants(&fields) };
        given.hosts.extend(host.then(|| "probe.example".to_owned()));
        let (old, mut new) = (configuration(Grants::default()), configuration(given));
        new.chains[0].deadline_ms = 2;
        let asked = plan(old.clone(), new.clone(), PlanInputs::default());
        prop_assert_eq!(asked.held().is_empty(), asked.grants.is_empty());
        let agreed: Vec<Approval> = asked.unapproved().into_iter().map(|asked| {
            let GrantAsked { plugin, of, grant, .. } = asked.clone();
            Approval { plugin, of, grant, by: "ada".to_owned(), at: ApprovedAt::Time(1) }
        }).collect();
        let approvals = Approvals::parse(&Approvals::addition(&agreed)).unwrap();
        let approved = plan(old, new, PlanInputs { approvals, ..PlanInputs::default() });
        prop_assert!(approved.held().is_empty());
    }
}
