//! What operators get wrong: the program does not start, says what is wrong, where and what to do, and leaves everything as it was.

use std::fs::{Permissions, set_permissions, write};
use std::os::unix::fs::PermissionsExt as _;

use harness::{Host, HostOptions, plugins_dir};

use crate::desk::{CHAIN, Desk, HOOK, PATIENCE, configuration};
use crate::program::{Told, call};
use crate::setup::Place;

/// `check` and `serve` say the same about a configuration; `serve` because it must not begin.
fn refused(place: &Place, body: &str) -> String {
    let config = place.configure(&configuration(place, body)).display().to_string();
    let checked = call(&["check", "--config", &config]).refusal(place);
    assert_eq!(call(&["serve", "--config", &config]).refusal(place), checked);
    assert_eq!(call(&["--json", "check", "--config", &config]).code, 3);
    checked
}

fn serve(place: &Place) -> Told {
    call(&["serve", "--config", &place.path("pointsman.toml").display().to_string()])
}

/// A good configuration in a place of its own, never started.
fn good() -> Place {
    let place = Place::new();
    place.configure(&configuration(&place, &[HOOK, CHAIN].concat()));
    place
}

#[test]
fn unknown_keys_are_named_with_what_was_meant() {
    let place = Place::new();
    let hook = HOOK.replace("[[connector]]", "[[connector]]\npol_interval_ms = 5000");
    let chain = CHAIN.replace("hold_queue", "hold_queu");
    insta::assert_snapshot!(refused(&place, &[hook.as_str(), &chain].concat()), @r#"
    exit code 3
    error: the configuration is refused

    [place]/pointsman.toml:28:1 connector[0].pol_interval_ms: unknown key `pol_interval_ms` in `connector[0]`

    help: did you mean `poll_interval_ms`?

    [place]/pointsman.toml:39:1 chain[0]: `hold_queue` is missing

    help: name the queue for interactions that nobody could decide about

    [place]/pointsman.toml:41:1 chain[0].hold_queu: unknown key `hold_queu` in `chain[0]`

    help: did you mean `hold_queue`?

    3 errors
    "#);
}

#[test]
fn what_is_no_toml_is_said_with_its_place() {
    let place = Place::new();
    insta::assert_snapshot!(refused(&place, "[[plugin]\nname = \"json\"\n"), @r#"
    exit code 3
    error: the configuration is refused

    [place]/pointsman.toml:14:10: this is not TOML: unclosed array table, expected `]`

    14 | [[plugin]
       |          ^

    1 error
    "#);
    let nowhere = call(&["check", "--config", &place.path("nowhere.toml").display().to_string()]);
    insta::assert_snapshot!(nowhere.refusal(&place), @r#"
    exit code 3
    error: the configuration is refused

    [place]/nowhere.toml: there is no such file

    help: make one with `pointsman init`, or name another with `--config`

    1 error
    "#);
}

#[test]
fn a_plugin_file_that_is_not_there() {
    let place = Place::new();
    insta::assert_snapshot!(refused(&place, &[&HOOK.replace("json.wasm", "jason.wasm"), CHAIN].concat()), @r#"
    exit code 3
    error: the configuration is refused

    [place]/pointsman.toml:17:8 plugin[0].file: there is no file `[dist]/jason.wasm`

    help: paths start at the folder of this file: `[dist]/jason.wasm`

    1 error
    "#);
}

#[test]
fn files_that_are_no_plugin() {
    let place = Place::new();
    write(place.path("module.wasm"), b"\0asm\x01\0\0\0").expect("writing");
    write(place.path("garbage.wasm"), b"GIF89a, or whatever this is").expect("writing");
    write(place.path("bare.wasm"), b"\0asm\x0d\0\x01\0").expect("writing");
    write(place.path("empty.wasm"), b"").expect("writing");
    let whole = std::fs::read(plugins_dir().join("json.wasm")).expect("reading");
    write(place.path("cut.wasm"), &whole[..whole.len() / 2]).expect("writing");
    let mut said = Vec::new();
    for name in ["module", "garbage", "bare", "empty", "cut"] {
        let file = place.path(&format!("{name}.wasm")).display().to_string();
        said.push(refused(&place, &[&HOOK.replace("DIST/json.wasm", &file), CHAIN].concat()));
        assert_eq!(call(&["plugin", "inspect", &file]).code, 3, "{name}");
    }
    insta::assert_snapshot!(said.join("\n\n"), @r#"
    exit code 3
    error: the configuration is refused

    [place]/pointsman.toml:17:8 plugin[0].file: this is not a WebAssembly component: it is a core module: make a component of it

    help: it must be a component with a plugin manifest

    1 error

    exit code 3
    error: the configuration is refused

    [place]/pointsman.toml:17:8 plugin[0].file: this is not a WebAssembly component: it is not WebAssembly

    help: it must be a component with a plugin manifest

    1 error

    exit code 3
    error: the configuration is refused

    [place]/pointsman.toml:17:8 plugin[0].file: the component carries no manifest (custom section `pointsman:manifest`)

    help: it must be a component with a plugin manifest

    1 error

    exit code 3
    error: the configuration is refused

    [place]/pointsman.toml:17:8 plugin[0].file: this is not a WebAssembly component: it is not WebAssembly

    help: it must be a component with a plugin manifest

    1 error

    exit code 3
    error: the configuration is refused

    [place]/pointsman.toml:17:8 plugin[0].file: the component is not valid: unexpected end-of-file

    help: it must be a component with a plugin manifest

    1 error
    "#);
}

#[test]
fn a_component_of_a_wrong_world_is_told_which_world_it_has() {
    let place = Place::new();
    let hook = HOOK.replace("json.wasm", "sentiment.wasm").split("[plugin.settings]").next().expect("a plugin").to_owned();
    let connector = "[[connector]]\nname = \"hook\"\nplugin = \"json\"\nchannel = \"hook\"\n";
    insta::assert_snapshot!(refused(&place, &[hook.as_str(), connector, &CHAIN.replace("role = \"router\"", "role = \"sink\"")].concat()), @r#"
    exit code 3
    error: the configuration is refused

    [place]/pointsman.toml:20:10 connector[0].plugin: the plugin `json` reads no channel: it is `classifier`

    help: name a plugin that is a webhook, a connection, a feed or a sender

    [place]/pointsman.toml:32:1 chain[0].step[0]: the plugin `calm` can be `classifier`, `prioritizer` or `router` here

    help: say which, such as `role = "classifier"`

    [place]/pointsman.toml:34:8 chain[0].step[0].role: `sink` is no role for a step of a chain

    help: a step is `enricher`, `classifier`, `prioritizer`, `router` or `responder`

    3 errors
    "#);
}

#[test]
fn settings_that_a_plugin_refuses_are_shown_in_its_own_words() {
    let place = Place::new();
    let chain = CHAIN.replace("queue = \"front\"\n[[chain]]", "configure = \"refuse\"\n[[chain]]");
    let hook = HOOK.replace("event = { pointer", "evnt = { pointer");
    insta::assert_snapshot!(refused(&place, &[hook.as_str(), &chain].concat()), @r#"
    exit code 3
    error: the configuration is refused

    [place]/pointsman.toml:20:8 plugin[0].settings.evnt: the plugin `json` refuses this: `evnt` is no setting.

    help: Did you mean `event`? Known: `signature`, `handshake`, `challenge`, `answer`, `items`, `account`, `dedup_key`, `event`, `item`.

    [place]/pointsman.toml:37:2 plugin[1].settings: the plugin `calm` refuses this: This is a second problem, inside a text.

    [place]/pointsman.toml:37:13 plugin[1].settings.configure: the plugin `calm` refuses this: The settings say that they are to be refused.

    help: Leave `configure` out.

    3 errors
    "#);
}

#[test]
fn settings_on_which_a_plugin_hangs_or_breaks_are_a_fault_of_staging() {
    let place = Place::new();
    let mut said = Vec::new();
    for misdeed in ["trap", "loop", "memory"] {
        let chain = CHAIN.replace("queue = \"front\"\n[[chain]]", &format!("configure = \"{misdeed}\"\n[[chain]]"));
        said.push(refused(&place, &[HOOK, &chain].concat()));
    }
    insta::assert_snapshot!(said.join("\n\n"), @r#"
    exit code 3
    error: the configuration is refused

    [place]/pointsman.toml:34:8 plugin[1].file: the plugin `calm` cannot be staged: `configure` trapped: wasm `unreachable` instruction executed

    help: the plugin's author has to mend it; `pointsman plugin inspect` tells who that is. Or name another file

    1 error

    exit code 3
    error: the configuration is refused

    [place]/pointsman.toml:34:8 plugin[1].file: the plugin `calm` cannot be staged: `configure` used more than 5000000000 units of fuel

    help: the plugin's author has to mend it; `pointsman plugin inspect` tells who that is. Or name another file

    1 error

    exit code 3
    error: the configuration is refused

    [place]/pointsman.toml:34:8 plugin[1].file: the plugin `calm` cannot be staged: `configure` needed more than 67108864 bytes of memory

    help: the plugin's author has to mend it; `pointsman plugin inspect` tells who that is. Or name another file

    1 error
    "#);
}

#[test]
fn what_only_the_assembly_finds_has_its_place_in_the_file_too() {
    let place = Place::new();
    let again = "[[chain.step]]\nplugin = \"calm\"\nrole = \"router\"\non_fault = \"hold\"\n";
    insta::assert_snapshot!(refused(&place, &[HOOK, CHAIN, again].concat()), @r#"
    exit code 3
    error: the configuration is refused

    [place]/pointsman.toml:45:1 chain[0].step[1]: this router is never asked: the one before always decides

    help: guard the one before with `when`

    1 error
    "#);
}

#[test]
fn a_port_in_use_is_named() {
    let desk = Desk::open(&[HOOK, CHAIN].concat());
    let address = desk.host.url().replace("http://", "");
    let other = good();
    let config = other.path("pointsman.toml").display().to_string();
    let told = call(&["serve", "--config", &config, "--listen", &address]);
    insta::assert_snapshot!(told.refusal(&other).replace(&address, "[address]"), @r#"
    exit code 5
    error: the address [address] is in use by another program; stop that program or configure another port
    "#);
    assert!(!other.path("pointsman.db").exists(), "nothing was made");
    desk.still_serves();
}

#[test]
fn a_second_server_on_the_same_store_is_refused_and_the_first_goes_on() {
    let desk = Desk::open(&[HOOK, CHAIN].concat());
    desk.still_serves();
    let told = serve(&desk.place).refusal(&desk.place).replace(&desk.host.pid().to_string(), "[pid]");
    insta::assert_snapshot!(told, @r#"
    exit code 5
    error: `[place]/pointsman.db` is in use by another server (process [pid]): stop that one, or give this one a database of its own
    "#);
    // Who only reads is let in.
    assert_eq!(desk.call(&["--json", "decisions"]).good().lines().len(), 1);
    desk.say("hook", &serde_json::json!({"id": "2", "text": "and now?"}));
    desk.decisions(2);
}

#[test]
fn a_read_only_store_is_left_alone() {
    let Desk { place, host } = Desk::open(&[HOOK, CHAIN].concat());
    let answer = harness::request("POST", &format!("{}/hooks/hook", host.url()), &[], br#"{"id":"1","text":"kept"}"#).expect("an answer");
    assert_eq!(answer.status, 200);
    host.wait_for_totals(PATIENCE, |totals| totals["decisions"] == 1).expect("decided");
    host.stop().expect("a graceful end");
    let store = place.path("pointsman.db");
    set_permissions(&store, Permissions::from_mode(0o444)).expect("permissions");
    insta::assert_snapshot!(serve(&place).refusal(&place), @r#"
    exit code 5
    error: `[place]/pointsman.db` cannot be written to: give the server's user the right to write to the file and its directory
    "#);
    set_permissions(&store, Permissions::from_mode(0o600)).expect("permissions");
    set_permissions(place.dir.path(), Permissions::from_mode(0o555)).expect("permissions");
    let folder = serve(&place).refusal(&place);
    set_permissions(place.dir.path(), Permissions::from_mode(0o700)).expect("permissions");
    insta::assert_snapshot!(folder, @r#"
    exit code 5
    error: `[place]/pointsman.db` cannot be written to: give the server's user the right to write to the file and its directory
    "#);
    let host = Host::start(&place.path("pointsman.toml"), &HostOptions::default()).expect("after the mend");
    host.wait_for_totals(PATIENCE, |totals| totals["decisions"] == 1 && totals["interactions"] == 1).expect("nothing was lost");
}

#[test]
fn a_store_that_is_none_is_not_overwritten() {
    let place = good();
    let store = place.path("pointsman.db");
    let garbage = b"Dear diary, today I was taken for a database.".repeat(100);
    write(&store, &garbage).expect("writing");
    insta::assert_snapshot!(serve(&place).refusal(&place), @r#"
    exit code 5
    error: `[place]/pointsman.db` is not an SQLite database: name another path, or restore the file from a backup
    "#);
    assert_eq!(std::fs::read(&store).expect("reading"), garbage);
    insta::assert_snapshot!(call(&["decisions", "--config", &place.path("pointsman.toml").display().to_string()]).refusal(&place), @r#"
    exit code 5
    error: `[place]/pointsman.db` is not an SQLite database: name another path, or restore the file from a backup
    "#);
    std::fs::remove_file(&store).expect("removing");
    insta::assert_snapshot!(call(&["decisions", "--config", &place.path("pointsman.toml").display().to_string()]).refusal(&place), @r#"
    exit code 5
    error: there is no database `[place]/pointsman.db`: start the server once, or name another path
    "#);
}

#[test]
fn a_secret_that_is_not_there_is_named_but_never_shown() {
    let place = Place::new();
    let hook = HOOK
        .replace("[[plugin]]", "[secrets]\nshop = { env = \"POINTSMAN_TEST_NO_SUCH_SECRET\" }\n[[plugin]]")
        .replace("scheme = \"none\"", "scheme = \"token\", header = \"x-token\", secret = \"webhook\"")
        .replace("[plugin.settings]", "[plugin.grant]\nsecrets = { webhook = \"shop\" }\n[plugin.settings]");
    let config = place.configure(&configuration(&place, &[hook.as_str(), CHAIN].concat())).display().to_string();
    insta::assert_snapshot!(call(&["serve", "--config", &config]).refusal(&place), @r#"
    exit code 3
    error: the configuration is refused

    [place]/pointsman.toml:16:16 secrets.shop.env: the environment variable `POINTSMAN_TEST_NO_SUCH_SECRET` is not set

    help: set it where the host is started

    1 error
    "#);
}

#[test]
fn isolation_breakers_budgets_and_nameservers_that_are_none() {
    let place = Place::new();
    let hook = HOOK.replace("json.wasm\"", "json.wasm\"\nisolation = { batch = 2_000 }\nlimits = { http_redirects_max = 99 }");
    let chain = CHAIN
        .replace("fault.wasm\"", "fault.wasm\"\nisolation = \"warm\"\nbreaker = { fault_percent_min = 200 }")
        .replace("hold_queue", "deadline_ms = 0\nhold_queue");
    let egress = "[egress]\nnameservers = [\"127.0.0.1\"]\n";
    insta::assert_snapshot!(refused(&place, &[egress, &hook, &chain].concat()), @r#"
    exit code 3
    error: the configuration is refused

    [place]/pointsman.toml:15:16 egress.nameservers[0]: `127.0.0.1` is no address of a nameserver

    help: write `127.0.0.1:53`

    [place]/pointsman.toml:20:23 plugin[0].isolation.batch: 2_000 is too large

    help: give it 1_024 or less

    [place]/pointsman.toml:21:33 plugin[0].limits.http_redirects_max: 99 is too large

    help: give it 10 or less

    [place]/pointsman.toml:39:13 plugin[1].isolation: `warm` is no kind of isolation by itself

    help: say how many calls: `isolation = { warm = 1_000 }`

    [place]/pointsman.toml:40:33 plugin[1].breaker.fault_percent_min: 200 is too large

    help: give it 100 or less

    [place]/pointsman.toml:46:15 chain[0].deadline_ms: 0 is too small

    help: give it 1 or more

    6 errors
    "#);
}
