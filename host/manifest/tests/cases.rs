//! Every folder of `cases/` is a configuration; what is found in it is the snapshot beside it. A new case is a new folder.
//!
//! Components are stand-ins: a file with the roles and manifest that inspecting would give.

#[cfg(test)]
mod cases {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;
    use std::path::Path;

    use manifest::{Checks, Findings, Inspected, Manifest};
    use model::{Arm, BreakerSpec, Isolation, Limits, PluginManifest, Problem, Role};
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct StandIn {
        roles: BTreeSet<Role>,
        manifest: PluginManifest,
        #[serde(default)]
        contract: BTreeMap<String, String>,
    }

    fn inspect(component: &[u8]) -> Result<Inspected, String> {
        let stand_in: StandIn = serde_json::from_slice(component).map_err(|_| "this is no component".to_owned())?;
        Ok(Inspected { roles: stand_in.roles, manifest: stand_in.manifest, contract: stand_in.contract })
    }

    fn condition(text: &str) -> Result<(), String> {
        let (open, close) = (text.matches('(').count(), text.matches(')').count());
        if open == close { Ok(()) } else { Err(format!("`{text}` opens {open} brackets and closes {close}")) }
    }

    fn load(path: &Path) -> Result<Manifest, Findings> {
        let variable = |name: &str| name != "NOT_SET";
        manifest::load(path, &Checks { condition: &condition, inspect: &inspect, variable: Some(&variable) })
    }

    fn load_text(text: &str) -> Result<Manifest, Findings> {
        let folder = tempfile::tempdir().unwrap();
        let plugins = folder.path().join("plugins");
        fs::create_dir(&plugins).unwrap();
        for file in fs::read_dir("tests/plugins").unwrap() {
            let path = file.unwrap().path();
            fs::copy(&path, plugins.join(path.with_extension("wasm").file_name().unwrap())).unwrap();
        }
        let path = folder.path().join("pointsman.toml");
        fs::write(&path, text).unwrap();
        load(&path)
    }

    fn generation(text: &str) -> String {
        load_text(text).unwrap_or_else(|findings| panic!("{findings}\n{text}")).configuration.generation().unwrap().0
    }

    #[test]
    fn findings() {
        let mut folders: Vec<_> = fs::read_dir("tests/cases").unwrap().map(|entry| entry.unwrap().path()).collect();
        folders.sort();
        assert!(folders.len() > 25, "{} cases", folders.len());
        for folder in folders {
            let findings = match load(&folder.join("pointsman.toml")) {
                Ok(manifest) => format!("accepted\n\n{}", manifest.warnings),
                Err(findings) => format!("refused\n\n{findings}"),
            };
            let mut settings = insta::Settings::clone_current();
            settings.set_snapshot_path(fs::canonicalize(&folder).unwrap());
            settings.set_prepend_module_to_snapshot(false);
            settings.set_omit_expression(true);
            settings.bind(|| insta::assert_snapshot!("findings", findings));
        }
    }

    #[test]
    fn the_template_loads() {
        let manifest = load_text(manifest::template()).unwrap_or_else(|findings| panic!("{findings}"));
        assert!(manifest.warnings.is_empty(), "{}", manifest.warnings);
        let names: Vec<_> = manifest.components.keys().map(String::as_str).collect();
        assert_eq!(names, ["four-factors", "json", "rules", "sentiment"]);
        assert_eq!(manifest.server.listen.to_string(), "127.0.0.1:8080");
    }

    #[test]
    fn what_the_template_calls_defaults_are_defaults() {
        let default_lines = manifest::template().lines().filter_map(|line| line.strip_prefix("# "));
        let with_defaults: String = default_lines
            .take_while(|line| !line.starts_with("Secrets:"))
            .filter(|line| line.contains(" = ") && !line.contains("external_url") && !line.contains("trusted_proxies"))
            .map(|line| if line.contains("cache_dir") { format!("[runtime]\n{line}\n") } else { format!("{line}\n") })
            .collect();
        let with_defaults = with_defaults.replace("busy_timeout_ms", "[store]\nbusy_timeout_ms").replace("watch =", "[swap]\nwatch =");
        let rest = "[[queue]]\nname = 'desk'\n[[plugin]]\nname = 'rules'\nfile = 'plugins/rules.wasm'\n[[chain]]\nname = 'rest'\n\
                    hold_queue = 'desk'\n[[chain.step]]\nplugin = 'rules'\n";
        let written = load_text(&format!("[server]\n{with_defaults}{rest}")).unwrap_or_else(|findings| panic!("{findings}"));
        let left_out = load_text(rest).unwrap();
        assert_eq!(written.server, left_out.server);
        assert_eq!(written.store.busy_timeout_ms, left_out.store.busy_timeout_ms);
        assert_eq!(written.runtime.cache_dir.file_name(), left_out.runtime.cache_dir.file_name());
        assert_eq!(written.runtime.instances_max, left_out.runtime.instances_max);
        assert_eq!(written.runtime.compile_memory_bytes_max, left_out.runtime.compile_memory_bytes_max);
        assert_eq!(written.runtime.compile_cpu_ms_max, left_out.runtime.compile_cpu_ms_max);
        assert_eq!(written.runtime.stack_bytes_max, left_out.runtime.stack_bytes_max);
        let swap = |manifest: &Manifest| (manifest.swap.watch, manifest.swap.kept_generations_max);
        assert_eq!(swap(&written), swap(&left_out));
        assert_eq!(written.swap.approvals.file_name(), left_out.swap.approvals.file_name());
    }

    #[test]
    fn what_the_template_calls_a_plugins_defaults_are_defaults() {
        let template = manifest::template();
        let section = |from: &str| -> String {
            let lines = template.lines().skip_while(|line| !line.starts_with(from));
            let lines = lines.take_while(|line| line.starts_with("# ")).filter_map(|line| line.strip_prefix("# "));
            lines.map(|line| format!("{line}\n")).collect()
        };
        let parts = ["# isolation", "# [plugin.limits]", "# [plugin.breaker]"].map(section).concat();
        let rest = "[[queue]]\nname = 'desk'\n[[plugin]]\nname = 'rules'\nfile = 'plugins/rules.wasm'\nPARTS[[chain]]\nname = 'rest'\n\
                    hold_queue = 'desk'\nDEADLINE[[chain.step]]\nplugin = 'rules'\n";
        let deadline = section("# deadline_ms = 10_000");
        assert!(parts.lines().count() > 12 && deadline.lines().count() == 1, "{parts}{deadline}");
        let written = rest.replace("PARTS", &parts).replace("DEADLINE", &deadline);
        assert_eq!(generation(&written), generation(&rest.replace("PARTS", "").replace("DEADLINE", "")), "{written}");
    }

    #[test]
    fn roles_channels_and_limits_are_filled_in() {
        let manifest = load(Path::new("tests/cases/everything/pointsman.toml")).unwrap_or_else(|findings| panic!("{findings}"));
        let configuration = &manifest.configuration;
        let plugin = |name: &str| configuration.plugins.iter().find(|plugin| plugin.name == name).unwrap();
        assert_eq!(plugin("json").limits, Limits::CONNECTOR);
        assert_eq!(plugin("lookup").limits, Limits::CONNECTOR);
        assert_eq!(plugin("sentiment").limits, Limits { deadline_ms: 80, ..Limits::PURE });
        assert_eq!(configuration.connectors.iter().map(|it| it.channel.as_str()).collect::<Vec<_>>(), ["mastodon", "email", "shop"]);
        let roles: Vec<Role> = configuration.chains[1].steps.iter().map(|step| step.role).collect();
        assert_eq!(roles, [Role::Enricher, Role::Classifier, Role::Prioritizer, Role::Router, Role::Responder]);
        assert_eq!(plugin("sentiment").isolation, Isolation::Batch { interactions_max: 32 });
        assert_eq!(plugin("policy").isolation, Isolation::Warm { calls_max: 1_000 });
        assert_eq!(plugin("rules").isolation, Isolation::Interaction);
        assert_eq!(plugin("sentiment").breaker, BreakerSpec { faults_max: 3, open_ms: 1_000, ..BreakerSpec::default() });
        assert_eq!(configuration.chains.iter().map(|chain| chain.deadline_ms).collect::<Vec<_>>(), [10_000, 5_000]);
        assert_eq!((manifest.egress.nameservers[0].port(), manifest.runtime.stack_bytes_max), (5353, 1 << 20));
        assert_eq!((manifest.swap.watch, manifest.swap.kept_generations_max), (true, 5));
        assert!(manifest.swap.approvals.ends_with("everything/../approvals.toml"), "{:?}", manifest.swap);
        assert_eq!(configuration.chains.iter().map(|chain| chain.arm).collect::<Vec<_>>(), [None, Some(Arm::Backtest)]);
        assert_eq!(plugin("mastodon").grants.secrets["access-token"], "mastodon");
    }

    #[test]
    fn a_plugins_problem_is_shown_where_it_stands() {
        let manifest = load(Path::new("tests/cases/everything/pointsman.toml")).unwrap();
        let problem = |path: &str, line| Problem {
            path: path.to_owned(),
            line,
            column: line.map(|_| 3),
            message: "`urgnt` is no field".to_owned(),
            remedy: Some("did you mean `urgent`?".to_owned()),
        };
        let shown = [
            manifest.problem("rules", &problem("/rules/1/when", None)),
            manifest.problem("rules", &problem("/rules/1/when", Some(2))),
            manifest.problem("rules", &problem("/rules/7/queue", None)),
            manifest.problem("rules", &problem("", None)),
            manifest.problem("nobody", &problem("", None)),
            manifest.finding("server.listen", "the port is in use", None),
        ];
        insta::assert_snapshot!(shown.map(|finding| finding.to_string()).join("\n\n---\n\n"));
    }

    const SMALL: &str = r#"
        [secrets]
        shop = { env = "SHOP" }
        other = { env = "OTHER" }
        [[queue]]
        name = "desk"
        [[plugin]]
        name = "json"
        file = "plugins/json.wasm"
        settings = { b = 1, signature = { scheme = "hmac", header = "x-signature", secret = "webhook" } }
        grant = { secrets = { webhook = "shop" } }
        [[plugin]]
        name = "rules"
        file = "plugins/rules.wasm"
        grant = { fields = ["text"] }
        [[connector]]
        name = "shop"
        plugin = "json"
        channel = "shop"
        [[chain]]
        name = "public"
        when = "kind == 'post'"
        hold_queue = "desk"
        step = [{ plugin = "rules" }]
        [[chain]]
        name = "rest"
        hold_queue = "desk"
        step = [{ plugin = "rules" }]
    "#;

    #[test]
    fn what_decides_nothing_leaves_the_generation_alone() {
        let expected = generation(SMALL);
        for (what, from, to) in [
            ("comments and space", "[[queue]]", "# a comment\n\n   [[queue]]  # another"),
            (
                "the order of keys",
                "b = 1, signature = { scheme = \"hmac\", header = \"x-signature\",",
                "signature = { header = \"x-signature\", scheme = \"hmac\",",
            ),
            (
                "a role that follows anyway",
                "step = [{ plugin = \"rules\" }]",
                "step = [{ role = \"router\", plugin = \"rules\", on_fault = \"hold\" }]",
            ),
            ("a file's path", "plugins/json.wasm", "./plugins/../plugins/json.wasm"),
            ("where a secret stands", "{ env = \"SHOP\" }", "[{ env = \"SHOP_NEW\" }, { env = \"SHOP\" }]"),
            ("a limit's default", "grant = { fields = [\"text\"] }", "limits = { deadline_ms = 50 }\ngrant = { fields = [\"text\"] }"),
            ("a breaker's default", "grant = { fields = [\"text\"] }", "breaker = { faults_max = 5 }\ngrant = { fields = [\"text\"] }"),
            ("isolation by its default", "grant = { fields = [\"text\"] }", "isolation = 'interaction'\ngrant = { fields = [\"text\"] }"),
            ("nameservers", "[secrets]", "[egress]\nnameservers = ['127.0.0.1:53']\n[secrets]"),
            ("how a host is written", "fields = [\"text\"]", "fields = [\"text\"], hosts = []"),
            ("a chain's default budget", "name = \"public\"", "name = \"public\"\ndeadline_ms = 10_000"),
            ("where the server listens", "[secrets]", "[server]\nlisten = '0.0.0.0:80'\n[secrets]"),
            (
                "a token",
                "[[queue]]",
                "[[token]]\nname = 'x'\nrole = 'admin'\nsha256 = 'aa7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'\n[[queue]]",
            ),
            ("a pin", "file = \"plugins/rules.wasm\"", "sha256 = 'PIN'\nfile = \"plugins/rules.wasm\""),
        ] {
            let pin = model::Digest::of(&fs::read("tests/plugins/rules.component").unwrap());
            // The small configuration has `b`; where it was moved it must come back.
            let to = to.replace("PIN", pin.as_str()).replace("signature = { header", "b = 1, signature = { header");
            let text = SMALL.replace(from, &to);
            assert_ne!(text, SMALL, "{what}");
            assert_eq!(generation(&text), expected, "{what}");
        }
    }

    #[test]
    fn sections_in_another_order_are_the_same_generation() {
        let mut sections: Vec<String> = SMALL.split("        [[").map(str::to_owned).collect();
        let head = sections.remove(0);
        let chains: Vec<String> = sections.iter().filter(|section| section.starts_with("chain")).cloned().collect();
        sections.retain(|section| !section.starts_with("chain"));
        sections.reverse();
        let text = sections.into_iter().chain(chains).fold(head, |text, section| format!("{text}        [[{section}"));
        assert_eq!(generation(&text), generation(SMALL));
    }

    #[test]
    fn what_decides_changes_the_generation() {
        let mut seen = BTreeSet::from([generation(SMALL)]);
        for (what, from, to) in [
            ("a setting", "b = 1", "b = 2"),
            ("a component", "plugins/rules.wasm", "plugins/policy.wasm"),
            ("a grant", "[\"text\"]", "[]"),
            ("a secret's name", "webhook = \"shop\"", "webhook = \"other\""),
            ("a limit", "grant = { fields", "limits = { fuel_max = 77_777 }\ngrant = { fields"),
            ("a limit of this version", "grant = { fields", "limits = { list_items_max = 77 }\ngrant = { fields"),
            ("an isolation", "grant = { fields", "isolation = { batch = 8 }\ngrant = { fields"),
            ("another isolation", "grant = { fields", "isolation = { batch = 9 }\ngrant = { fields"),
            ("a third isolation", "grant = { fields", "isolation = { warm = 9 }\ngrant = { fields"),
            ("a breaker", "grant = { fields", "breaker = { open_ms = 77 }\ngrant = { fields"),
            ("masked text", "[\"text\"]", "[\"redacted-text\"]"),
            ("an armed chain", "name = \"public\"", "name = \"public\"\narm = \"dry-run\""),
            ("a chain's budget", "name = \"public\"", "name = \"public\"\ndeadline_ms = 77"),
            ("a condition", "kind == 'post'", "kind == 'mention'"),
            ("a fault's consequence", "step = [{ plugin = \"rules\" }]", "step = [{ plugin = \"rules\", on_fault = \"skip\" }]"),
            ("a channel", "channel = \"shop\"", "channel = \"store\""),
            ("a queue", "name = \"desk\"", "name = \"desk\"\n[[queue]]\nname = \"night\""),
            ("a chain's name", "name = \"public\"", "name = \"open\""),
        ] {
            let text = SMALL.replace(from, to);
            // `policy` is two things for a chain, so the step has to say which.
            let text = if what == "a component" {
                text.replace("{ plugin = \"rules\" }", "{ plugin = \"rules\", role = \"router\" }")
            } else {
                text
            };
            assert_ne!(text, SMALL, "{what}");
            assert!(seen.insert(generation(&text)), "{what}");
        }
    }

    #[test]
    fn secrets_are_not_looked_for_where_they_are_not_wanted() {
        let text = SMALL.replace("{ env = \"SHOP\" }", "[{ env = \"NOT_SET\" }, { file = \"nowhere\" }]");
        assert!(load_text(&text).is_err());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pointsman.toml");
        fs::write(
            &path,
            text.replace("plugins/", &format!("{}/tests/plugins/", env!("CARGO_MANIFEST_DIR"))).replace(".wasm", ".component"),
        )
        .unwrap();
        let checks = Checks { condition: &condition, inspect: &inspect, variable: None };
        assert!(manifest::load(&path, &checks).is_ok());
    }

    #[test]
    fn a_file_that_is_not_there() {
        let missing = load(Path::new("tests/nowhere/pointsman.toml")).unwrap_err();
        insta::assert_snapshot!(missing, @r"
        tests/nowhere/pointsman.toml: there is no such file

        help: make one with `pointsman init`, or name another with `--config`

        1 error
        ");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pointsman.toml");
        fs::write(&path, b"a = 1\nb = \"\xff\"\n").unwrap();
        assert!(load(&path).unwrap_err().to_string().contains("line 2 is not UTF-8"));
        assert!(load(folder.path()).unwrap_err().to_string().contains("it is a folder"));
    }
}
