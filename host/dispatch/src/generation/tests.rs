use model::{OnFault, Role, SettingOr, SignatureScheme};
use serde_json::json;

use super::*;
use crate::testing::{Scripted, chain, configuration, connector, hold_in, signal, step, table};

fn problems(plugins: &[Arc<dyn Plugin>], connectors: Vec<model::ConnectorSpec>, chains: Vec<model::ChainSpec>) -> String {
    Generation::assemble(configuration(plugins, connectors, chains), table(plugins)).expect_err("problems").to_string()
}

fn router() -> Arc<dyn Plugin> {
    Scripted::new("router").routes(|_, _, _| Ok(hold_in("care"))).done()
}

fn classifier() -> Arc<dyn Plugin> {
    Scripted::new("classifier").classifies(|_| Ok(vec![signal("x", true)])).enriches(|_| Ok(vec![])).done()
}

#[test]
fn everything_that_is_wrong_with_chains_is_told() {
    let chains = vec![
        chain(
            "first",
            Some("signal.sentiment == 'negative'"),
            vec![
                step("router", Role::Router, None, OnFault::Hold),
                step("router", Role::Router, None, OnFault::Hold),
                step("classifier", Role::Enricher, Some("interaction.chanel == 'x'"), OnFault::Fallback("classifier".into())),
                step("classifier", Role::Prioritizer, None, OnFault::Fallback("nobody".into())),
                step("missing", Role::Sender, None, OnFault::Skip),
            ],
        ),
        model::ChainSpec { hold_queue: "nowhere".into(), ..chain("first", Some("true"), vec![]) },
    ];
    insta::assert_snapshot!(problems(&[router(), classifier()], vec![], chains));
}

#[test]
fn everything_that_is_wrong_with_connectors_is_told() {
    let scheme = |json| SettingOr::Value(serde_json::from_value::<SignatureScheme>(json).unwrap());
    let reader = |name: &str, signature: Option<SettingOr<SignatureScheme>>| {
        let plugin = Scripted::new(name).known(|info| info.manifest.signature = signature);
        plugin.receives(|_| Ok(Ok(model::Reception::default()))).done()
    };
    let by_setting = SettingOr::Setting { setting: "/signature".into() };
    let odd = Scripted::new("odd").known(|info| {
        info.manifest.signature = Some(by_setting.clone());
        info.spec.settings = json!({"signature": {"scheme": "hmax"}});
    });
    let plugins = [
        router(),
        reader("unsigned", Some(by_setting)),
        reader("ungranted", Some(scheme(json!({"scheme": "twilio", "secret": "token"})))),
        reader("open", Some(scheme(json!({"scheme": "hmac", "header": "x", "signed": "{timestamp}", "secret": "token"})))),
        odd.receives(|_| Ok(Ok(model::Reception::default()))).done(),
    ];
    let mut connectors: Vec<_> =
        ["router", "unsigned", "ungranted", "open", "odd", "missing"].iter().map(|name| connector(&format!("at-{name}"), name)).collect();
    connectors[1].poll_interval_ms = Some(0);
    connectors[2].lmtp_listen = Some("127.0.0.1:24".into());
    connectors[2].connect = true;
    let chains = vec![chain("main", None, vec![step("router", Role::Router, None, OnFault::Hold)])];
    insta::assert_snapshot!(problems(&plugins, connectors, chains));
}

#[test]
fn schemes_that_prove_less_than_they_seem_to_are_told() {
    let cases = [
        json!({"scheme": "jwt", "issuer": "i", "keys": "http://login.example/keys"}),
        json!({"scheme": "jwt", "issuer": "i", "audience": "{/app_id}", "keys": "https://login.example/keys"}),
        json!({"scheme": "jwt", "issuer": "i", "audience": "a"}),
        json!({"scheme": "sns", "topics": []}),
        json!({"scheme": "sns", "topics": ["my-topic"]}),
        json!({"scheme": "http-signature", "algorithm": "ed25519", "covers": [], "actor": "actor"}),
        json!({"scheme": "body-hmac", "signature": "code", "signed": "{/token}", "timestamp": "/time", "secret": "key"}),
        json!({"scheme": "body-token", "pointer": "secret", "secret": "key"}),
    ];
    let reader = |number: usize, scheme: &serde_json::Value| {
        let plugin = Scripted::new(&format!("p{number}")).known(|info| {
            info.manifest.signature = Some(SettingOr::Value(serde_json::from_value(scheme.clone()).unwrap()));
            info.spec.grants.secrets.insert("key".into(), "key".into());
        });
        plugin.receives(|_| Ok(Ok(model::Reception::default()))).done()
    };
    let plugins: Vec<_> = cases.iter().enumerate().map(|(number, scheme)| reader(number, scheme)).chain([router()]).collect();
    let connectors = (0..cases.len()).map(|number| connector(&format!("c{number}"), &format!("p{number}"))).collect();
    let chains = vec![chain("main", None, vec![step("router", Role::Router, None, OnFault::Hold)])];
    insta::assert_snapshot!(problems(&plugins, connectors, chains));
}

#[test]
fn a_schemes_places_are_filled_from_the_settings() {
    let signed = |poll: bool, settings: serde_json::Value| {
        let plugin = Scripted::new("signed").known(|info| {
            let scheme = json!({"scheme": "jwt", "issuer": "https://{/region}.example", "audience": "{/app_id}", "keys": "https://login.example",
                "claims": {"email": "{/email}"}});
            info.manifest.signature = Some(SettingOr::Value(serde_json::from_value(scheme).unwrap()));
            info.spec.settings = settings;
        });
        let plugin = plugin.receives(|_| Ok(Ok(model::Reception::default())));
        let plugins = [router(), if poll { plugin.polls(|_| Ok(Ok(model::Page::default()))).done() } else { plugin.done() }];
        let chains = vec![chain("main", None, vec![step("router", Role::Router, None, OnFault::Hold)])];
        let spec = model::ConnectorSpec { poll_interval_ms: poll.then_some(60_000), ..connector("in", "signed") };
        crate::testing::generation(&plugins, vec![spec], chains).connector("in").unwrap().signature.clone()
    };
    let filled = signed(false, json!({"region": "eu", "app_id": 17, "email": "a@example.com"}));
    let Some(SignatureScheme::Jwt { issuer, audience, claims, .. }) = filled else { panic!("{filled:?}") };
    assert_eq!((issuer.as_str(), audience.as_deref(), claims["email"].as_str()), ("https://eu.example", Some("17"), "a@example.com"));
    // Who has another way in needs no settings for this one.
    assert_eq!(signed(true, json!({})), None);
}

#[test]
fn what_is_right_is_resolved() {
    let signed = Scripted::new("signed").known(|info| {
        info.manifest.signature = Some(SettingOr::Setting { setting: "/signature".into() });
        info.manifest.transport = Some(model::Transport::Sse { url: "{/instance}/stream".into(), credential: None });
        info.spec.settings = json!({"instance": "https://social.example", "signature": {"scheme": "twilio", "secret": "token"}});
        info.spec.grants.secrets.insert("token".into(), "twilio-token".into());
        info.spec.grants.hosts.insert("social.example".into());
    });
    let plugins = [router(), signed.receives(|_| Ok(Ok(model::Reception::default()))).done()];
    let chains = vec![chain("main", None, vec![step("router", Role::Router, None, OnFault::Hold)])];
    let generation = crate::testing::generation(&plugins, vec![connector("sms", "signed")], chains.clone());
    let sms = generation.connector("sms").unwrap();
    assert_eq!(sms.signature, Some(SignatureScheme::Twilio { secret: "token".into() }));
    assert_eq!(sms.transport, Some(model::Transport::Sse { url: "https://social.example/stream".into(), credential: None }));
    let secrets = crate::testing::SecretTable(BTreeMap::from([("twilio-token".into(), vec!["new".into(), "old".into()])]));
    assert_eq!(sms.secrets("token", &secrets).len(), 2);
    assert!(sms.secrets("other", &secrets).is_empty());

    let current = Current::new(Arc::clone(&generation));
    let other = crate::testing::generation(&plugins, vec![], chains);
    assert_ne!(other.id(), generation.id());
    assert_eq!(current.replace(Arc::clone(&other)).id(), generation.id());
    assert_eq!(current.load().id(), other.id());
}
