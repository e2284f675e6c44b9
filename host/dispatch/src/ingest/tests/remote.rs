//! Keys of others on the way in: asked for, asked for again when they changed, and what becomes of a delivery when they cannot be had.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use model::Algorithm;
use serde_json::json;

use super::*;
use crate::port::RemoteKeysError;
use crate::signature::tests::signing::{By, post, token};
use crate::signature::tests::{jwt, sns};
use crate::signature::{KeySource, Keyring};

/// Gives what it was given, and counts who asks.
struct World {
    keys: Result<Arc<Keyring>, RemoteKeysError>,
    newer: Option<Arc<Keyring>>,
    asked: AtomicUsize,
    confirmed: Mutex<Vec<String>>,
    confirms: bool,
}

impl World {
    fn new(keys: Result<Keyring, RemoteKeysError>, newer: Option<Keyring>) -> Arc<Self> {
        let (keys, newer) = (keys.map(Arc::new), newer.map(Arc::new));
        Arc::new(Self { keys, newer, asked: AtomicUsize::default(), confirmed: Mutex::default(), confirms: true })
    }
}

#[async_trait]
impl RemoteKeys for World {
    async fn keys(&self, _source: &KeySource, private_network: bool) -> Result<Arc<Keyring>, RemoteKeysError> {
        assert!(!private_network);
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.keys.clone()
    }

    async fn renewed(&self, _source: &KeySource, _private_network: bool, known: &Arc<Keyring>) -> Option<Arc<Keyring>> {
        assert!(self.keys.as_ref().is_ok_and(|keys| Arc::ptr_eq(keys, known)));
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.newer.clone()
    }

    async fn confirm(&self, url: &str) -> Result<(), RemoteKeysError> {
        self.confirmed.lock().unwrap().push(url.to_owned());
        if self.confirms { Ok(()) } else { Err(RemoteKeysError::Unavailable("not now".into())) }
    }
}

fn signed_by(scheme: SignatureScheme) -> Scripted {
    let plugin = Scripted::new("reader").known(|info| {
        info.manifest.signature = Some(SettingOr::Value(scheme));
        info.spec.grants.secrets.insert("key".into(), "reader-token".into());
    });
    plugin.receives(|_| Ok(Ok(Reception { answer: answer(), facts: vec![said("1")], pointers: vec![] })))
}

const TEAMS: &str = r#"{"channelId":"msteams","serviceUrl":"https://smba.example/emea/"}"#;

fn activity(by: By) -> Delivery {
    jwt::bearing(&token(&json!({"alg": "RS256", "kid": "key-1"}), &jwt::claims(), |data| by.sign(data)), TEAMS)
}

#[tokio::test]
async fn a_changed_key_is_asked_for_before_a_delivery_is_refused() {
    let check = async |world: Arc<World>, delivery: Delivery, expected: &str, asked: usize| {
        let (ingest, store, _) = ingest_with(signed_by(jwt::teams()), Arc::default(), world.clone(), &[]);
        assert_eq!(briefly(&ingest.webhook("shop", delivery).await), expected);
        assert_eq!(world.asked.load(Ordering::SeqCst), asked);
        assert!(store.memory().intakes.iter().all(|intake| intake.raw.header("authorization").is_none()));
    };
    let (old, new) = (|| jwt::keys(By::RsaV15Sha256), || jwt::keys(By::OtherRsa));
    check(World::new(Ok(old()), None), activity(By::RsaV15Sha256), "202 thanks", 1).await;
    check(World::new(Ok(old()), Some(new())), activity(By::OtherRsa), "202 thanks", 2).await;
    check(World::new(Ok(old()), None), activity(By::OtherRsa), "Unauthorised(Mismatch)", 2).await;
    check(World::new(Ok(old()), Some(old())), activity(By::OtherRsa), "Unauthorised(Mismatch)", 2).await;
    check(World::new(Ok(Keyring::default()), Some(new())), activity(By::OtherRsa), "202 thanks", 2).await;
    // What no key could mend is not asked for again.
    let mut other = activity(By::RsaV15Sha256);
    other.body = TEAMS.replace("smba", "evil").into_bytes();
    check(World::new(Ok(old()), Some(new())), other, "Unauthorised(Claim(\"serviceurl\"))", 1).await;
    // A channel that is asked to come back does so; one whose key is gone need not.
    let later = RemoteKeysError::Unavailable("no answer in time".into());
    check(World::new(Err(later), None), activity(By::RsaV15Sha256), "Busy", 1).await;
    let gone = RemoteKeysError::None("its server answered 410".into());
    check(World::new(Err(gone), None), activity(By::RsaV15Sha256), "Unauthorised(NoKey(\"its server answered 410\"))", 1).await;
}

#[tokio::test]
async fn a_subscription_is_confirmed_before_it_is_acknowledged() {
    let subscription = || sns::signed(sns::subscription(), By::RsaV15Sha256);
    let check = async |world: Arc<World>, delivery: Delivery, expected: &str, confirmed: usize, accepted: usize| {
        let (ingest, store, _) = ingest_with(signed_by(sns::listed()), Arc::default(), world.clone(), &[]);
        assert_eq!(briefly(&ingest.webhook("shop", delivery).await), expected);
        assert_eq!((world.confirmed.lock().unwrap().len(), store.memory().intakes.len()), (confirmed, accepted));
    };
    let genuine = || World::new(Ok(sns::keys(By::RsaV15Sha256)), None);
    check(genuine(), subscription(), "202 thanks", 1, 1).await;
    check(genuine(), sns::genuine(), "202 thanks", 0, 1).await;
    check(World::new(Ok(sns::keys(By::OtherRsa)), None), subscription(), "Unauthorised(Mismatch)", 0, 0).await;
    let mut world = World::new(Ok(sns::keys(By::RsaV15Sha256)), None);
    Arc::get_mut(&mut world).unwrap().confirms = false;
    check(world, subscription(), "Busy", 1, 0).await;
    // Another topic is not asked about at all.
    let mut other = sns::subscription();
    other["TopicArn"] = json!("arn:aws:sns:eu-west-1:999999999999:mails");
    let world = genuine();
    let (ingest, ..) = ingest_with(signed_by(sns::listed()), Arc::default(), world.clone(), &[]);
    assert!(matches!(ingest.webhook("shop", sns::signed(other, By::RsaV15Sha256)).await, Hooked::Unauthorised(_)));
    assert_eq!(world.asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_proof_without_its_body_counts_once_and_a_secret_has_an_overlap() {
    let scheme =
        json!({"scheme": "body-hmac", "signature": "/s/code", "signed": "{/s/time}{/s/token}", "timestamp": "/s/time", "secret": "key"});
    let scheme: SignatureScheme = serde_json::from_value(scheme).unwrap();
    let event = |key: &str, token: &str, what: &str| {
        let code = hex::encode(crate::arithmetic::hmac(Algorithm::Sha256, key.as_bytes(), &[b"1700000000", token.as_bytes()]));
        let body = json!({"s": {"time": "1700000000", "token": token, "code": code}, "event": what});
        post("https://desk.example/hooks/shop", &[("content-type", "application/json")], &body.to_string())
    };
    let (ingest, _, counters) = ingest_with(signed_by(scheme), Arc::default(), Arc::new(crate::port::Nothing), &["new", "old"]);
    let ask = async |delivery: Delivery| briefly(&ingest.webhook("shop", delivery).await);
    assert_eq!(ask(event("new", "a", "opened")).await, "202 thanks");
    assert_eq!(ask(event("old", "b", "opened")).await, "202 thanks");
    assert_eq!(ask(event("older", "c", "opened")).await, "Unauthorised(Mismatch)");
    assert_eq!(ask(event("new", "a", "opened")).await, "202 thanks", "a repetition");
    assert_eq!(ask(event("new", "a", "complained")).await, "Unauthorised(Replayed)");
    assert_eq!(counters.snapshot().connectors.get("shop").map(|counts| counts.forged), Some(2));
}
