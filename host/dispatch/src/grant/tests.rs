use std::collections::{BTreeMap, BTreeSet};

use model::{
    CredentialForm, Digest, FieldRequest, Grants, HostRequest, Limits, PluginManifest, PluginSpec, Requests, SecretRequest, StateRequest,
    Transport,
};
use serde_json::json;

use super::place::Places;
use super::*;

mod host;
mod projection;

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn spec(grants: Grants) -> PluginSpec {
    let settings = json!({"instance": "https://Social.example:8443/path", "hosts": ["https://a.brand.example", "b.brand.example"], "n": 7});
    PluginSpec { settings, grants, ..PluginSpec::new("p", Digest::of(b"")) }
}

fn manifest(hosts: &[&str]) -> PluginManifest {
    let host = |host: &&str| HostRequest { host: (*host).to_owned(), reason: String::new() };
    let field = |name: &&str| FieldRequest { name: (*name).to_owned(), reason: String::new() };
    let secret = |name: &str, credential| SecretRequest { name: name.into(), reason: String::new(), credential, hosts: vec![] };
    let bearer = CredentialForm::Header { name: "authorization".into(), prefix: "Bearer ".into() };
    PluginManifest {
        requests: Requests {
            fields: ["text", "author"].iter().map(field).collect(),
            hosts: hosts.iter().map(host).collect(),
            secrets: vec![secret("token", Some(bearer)), secret("signing", None)],
            state: Some(StateRequest { bytes_max: 1_000, reason: String::new() }),
        },
        ..PluginManifest::default()
    }
}

#[test]
fn a_grant_is_what_is_asked_and_given() {
    let given = Grants {
        fields: set(&["text", "customer"]),
        hosts: set(&["social.example:8443"]),
        secrets: BTreeMap::from([("token".into(), "mastodon-token".into()), ("other".into(), "unasked".into())]),
        state_bytes_max: 64,
        private_network: false,
    };
    let effective = effective(&spec(given), &manifest(&["{/instance}"]));
    assert_eq!(effective.fields, set(&["text"]));
    assert_eq!(effective.hosts, set(&["social.example:8443"]));
    assert_eq!(effective.secrets, BTreeMap::from([("token".to_owned(), "mastodon-token".to_owned())]));
    assert_eq!(effective.state_bytes_max, 64);
    let egress = egress_grant(&PluginSpec { limits: Limits::PURE, ..spec(effective) }, &manifest(&[]));
    assert_eq!(egress.credentials.keys().collect::<Vec<_>>(), ["token"]);
    assert_eq!(egress.credentials["token"].secret, "mastodon-token");
}

#[test]
fn hosts_meet_at_the_narrower_pattern() {
    let check = |asked: &str, given: &str, expected: &[&str]| {
        let grants = Grants { hosts: set(&[given]), ..Grants::default() };
        assert_eq!(effective(&spec(grants), &manifest(&[asked])).hosts, set(expected), "{asked} and {given}");
    };
    check("api.example.com", "api.example.com", &["api.example.com"]);
    check("API.example.com", "api.EXAMPLE.com", &["api.example.com"]);
    check("api.example.com", "*.example.com", &["api.example.com"]);
    check("*.example.com", "api.example.com", &["api.example.com"]);
    check("*.eu.example.com", "*.example.com", &["*.eu.example.com"]);
    check("*.example.com", "example.com", &[]);
    check("example.com", "*.example.com", &[]);
    check("api.example.com", "api.example.com:8443", &[]);
    check("api.example.com", "evil-api.example.com", &[]);
    check("badexample.com", "*.example.com", &[]);
    check("{/instance}", "social.example:8443", &["social.example:8443"]);
    check("{/instance}", "social.example", &[]);
    check("{/hosts}", "*.brand.example", &["a.brand.example", "b.brand.example"]);
    check("{/missing}", "*.brand.example", &[]);
    check("{/missing}", "{/missing}", &[]);
    check("GET {/instance}/api/", "social.example:8443", &["GET social.example:8443/api"]);
    check("GET,POST api.example.com/v1", "POST,PUT *.example.com/v1/items", &["POST api.example.com/v1/items"]);
    check("GET api.example.com", "POST api.example.com", &[]);
    check("api.example.com/v1", "api.example.com/v10", &[]);
    check("api.example.com:443", "api.example.com", &["api.example.com:443"]);
    check("PURGE api.example.com", "api.example.com", &[]);
}

#[test]
fn places_are_filled_or_named() {
    let settings = json!({"instance": "https://social.example", "n": 7});
    let schema = json!({"properties": {"base_url": {"default": "https://api.example"}, "n": {"default": 3}}});
    let spec = PluginSpec { settings, ..PluginSpec::new("p", Digest::of(b"")) };
    let manifest = PluginManifest { settings_schema: schema, ..PluginManifest::default() };
    let filled = |template: &str| Places::new(&spec, &manifest).filled(template);
    assert_eq!(filled("{/instance}/api/v{/n}/streaming"), Ok("https://social.example/api/v7/streaming".to_owned()));
    assert_eq!(filled("{/base_url}/token"), Ok("https://api.example/token".to_owned()));
    assert_eq!(filled("plain"), Ok("plain".to_owned()));
    assert_eq!(filled("{/nothing}"), Err("/nothing".to_owned()));
}

#[test]
fn of_the_two_grants_for_text_the_lesser_holds() {
    let check = |asked: &[&str], given: &[&str], expected: &[&str]| {
        assert_eq!(common_fields(&set(asked), &set(given)), set(expected), "{asked:?} and {given:?}");
    };
    check(&["text"], &["text"], &["text"]);
    check(&["text"], &["redacted-text"], &["redacted-text"]);
    check(&["redacted-text"], &["text"], &["redacted-text"]);
    check(&["redacted-text"], &["redacted-text"], &["redacted-text"]);
    check(&["text", "redacted-text"], &["text", "redacted-text"], &["text"]);
    check(&["text", "redacted-text"], &["redacted-text"], &["redacted-text"]);
    check(&["author"], &["text", "redacted-text"], &[]);
    check(&["redacted-text"], &[], &[]);
}

#[test]
fn a_credential_goes_to_its_own_hosts_and_to_none_when_they_came_to_nothing() {
    let check = |hosts: &[&str], expected: Option<&[&str]>| {
        let mut manifest = manifest(&[]);
        for request in &mut manifest.requests.secrets {
            request.hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
        }
        let granted = Grants { secrets: BTreeMap::from([("token".to_owned(), "x".to_owned())]), ..Grants::default() };
        let found = credential(&spec(granted), &manifest, "token").map(|credential| credential.hosts);
        assert_eq!(found, expected.map(|hosts| hosts.iter().map(|host| (*host).to_owned()).collect()), "{hosts:?}");
    };
    check(&[], Some(&[]));
    check(&["api.example.com/v1"], Some(&["api.example.com/v1"]));
    check(&["GET {/instance}/api"], Some(&["GET Social.example:8443/api".to_lowercase().replace("get", "GET").as_str()]));
    check(&["{/missing}"], None);
    assert_eq!(credential(&spec(Grants::default()), &manifest(&[]), "token"), None);
}

#[test]
fn a_declared_connection_needs_a_granted_host() {
    let check = |hosts: &[&str], url: &str, expected: Result<&str, &str>| {
        let transport_of = Transport::Sse { url: url.to_owned(), credential: None };
        let manifest = PluginManifest { transport: Some(transport_of), ..manifest(&[]) };
        let found = transport(&spec(Grants { hosts: set(hosts), ..Grants::default() }), &manifest);
        let said = found.map(|found| match found {
            Some(Transport::Sse { url, .. }) => url,
            other => format!("{other:?}"),
        });
        assert_eq!(said.map_err(|error| error.to_string()), expected.map(str::to_owned).map_err(str::to_owned), "{url}");
    };
    check(&["social.example:8443"], "https://social.example:8443/stream", Ok("https://social.example:8443/stream"));
    check(
        &[],
        "https://social.example:8443/stream?token=x",
        Err("was not granted `https://social.example:8443`, where it wants to connect"),
    );
    check(&["a.example"], "{/nothing}", Err("needs the setting `/nothing` to know where to connect"));
}
