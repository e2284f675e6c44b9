//! What is asked for how often, and what never is.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use dispatch::port::{EgressError, EgressGrant, EgressRequest};
use model::{Response, Timestamp};

use super::*;

/// A time that is set.
struct Hand(AtomicU64);

#[async_trait]
impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }

    async fn wait_until(&self, _at: Timestamp) {}
}

/// Status and body, or why there is none.
type Told = Result<(u16, String), EgressError>;

/// Answers by URL, and notes what it was asked.
#[derive(Default)]
struct World {
    answers: Mutex<BTreeMap<String, Told>>,
    asked: Mutex<Vec<String>>,
}

impl World {
    fn says(&self, url: &str, status: u16, body: &str) {
        self.answers.lock().unwrap().insert(url.to_owned(), Ok((status, body.to_owned())));
    }

    fn fails(&self, url: &str) {
        self.answers.lock().unwrap().insert(url.to_owned(), Err(EgressError::Timeout));
    }

    fn asked(&self) -> usize {
        std::mem::take(&mut *self.asked.lock().unwrap()).len()
    }
}

#[async_trait]
impl Egress for World {
    async fn send(&self, grant: &EgressGrant, request: EgressRequest) -> Result<Response, EgressError> {
        let url = url::Url::parse(&request.url).unwrap();
        if let Some(refusal) = grant.refusal(&request.method, &url) {
            return Err(EgressError::NotGranted(refusal));
        }
        assert!(grant.credentials.is_empty() && request.credential.is_none());
        self.asked.lock().unwrap().push(request.url.clone());
        // So that others come meanwhile.
        tokio::task::yield_now().await;
        let answer = self.answers.lock().unwrap().get(&request.url).cloned();
        let (status, body) = answer.unwrap_or(Ok((404, String::new())))?;
        Ok(Response { status, headers: Vec::new(), body: body.into_bytes() })
    }
}

struct Stand {
    world: Arc<World>,
    clock: Arc<Hand>,
    keys: FetchedKeys,
}

impl Stand {
    fn new() -> Self {
        let (world, clock) = (Arc::new(World::default()), Arc::new(Hand(AtomicU64::new(1_700_000_000_000))));
        let keys = FetchedKeys::new(world.clone(), clock.clone());
        Self { world, clock, keys }
    }

    fn later(&self, ms: u64) {
        self.clock.0.fetch_add(ms, Ordering::SeqCst);
    }
}

const SET: &str = "https://login.example/keys";

fn issuer() -> KeySource {
    KeySource::Issuer(SET.to_owned())
}

/// A set of one key; the numbers are only numbers.
fn set(id: &str) -> String {
    format!(r#"{{"keys": [{{"kty": "RSA", "kid": "{id}", "n": "wQ", "e": "AQAB"}}]}}"#)
}

fn is_none(found: &Result<Arc<Keyring>, RemoteKeysError>) -> bool {
    matches!(found, Err(RemoteKeysError::None(_)))
}

fn is_unavailable(found: &Result<Arc<Keyring>, RemoteKeysError>) -> bool {
    matches!(found, Err(RemoteKeysError::Unavailable(_)))
}

#[tokio::test]
async fn an_answer_counts_for_an_hour_and_all_who_wait_share_it() {
    let stand = Stand::new();
    stand.world.says(SET, 200, &set("a"));
    let source = issuer();
    let all = futures::future::join_all((0..20).map(|_| stand.keys.keys(&source, false))).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!(stand.world.asked(), 1);
    stand.later(3_599_000);
    assert!(stand.keys.keys(&source, false).await.is_ok());
    assert_eq!(stand.world.asked(), 0);
    stand.later(1_000);
    assert!(stand.keys.keys(&source, false).await.is_ok());
    assert_eq!(stand.world.asked(), 1);
}

#[tokio::test]
async fn what_is_not_there_is_not_asked_for_again_at_once() {
    let stand = Stand::new();
    assert!(is_none(&stand.keys.keys(&issuer(), false).await));
    stand.later(299_000);
    assert!(is_none(&stand.keys.keys(&issuer(), false).await));
    assert_eq!(stand.world.asked(), 1);
    stand.world.says(SET, 200, &set("a"));
    stand.later(1_000);
    assert!(stand.keys.keys(&issuer(), false).await.is_ok());

    let stand = Stand::new();
    for (status, body) in [(503, ""), (429, "")] {
        stand.world.says(SET, status, body);
        assert!(is_unavailable(&stand.keys.keys(&issuer(), false).await), "{status}");
        stand.later(15_000);
    }
    for (status, body) in [(200, "no keys"), (410, ""), (302, ""), (401, "")] {
        stand.world.says(SET, status, body);
        assert!(is_none(&stand.keys.keys(&issuer(), false).await), "{status}");
        stand.later(300_000);
    }
}

#[tokio::test]
async fn keys_outlive_an_outage_of_their_issuer_but_not_a_revocation() {
    let stand = Stand::new();
    stand.world.says(SET, 200, &set("a"));
    assert!(stand.keys.keys(&issuer(), false).await.is_ok());
    stand.world.fails(SET);
    stand.later(3_600_000);
    assert!(stand.keys.keys(&issuer(), false).await.is_ok());
    stand.later(10_000);
    assert!(stand.keys.keys(&issuer(), false).await.is_ok());
    assert_eq!(stand.world.asked(), 2, "asked again only after a while");
    stand.later(86_400_000);
    assert!(is_unavailable(&stand.keys.keys(&issuer(), false).await));
    stand.world.says(SET, 200, &set("a"));
    stand.later(15_000);
    assert!(stand.keys.keys(&issuer(), false).await.is_ok());
    stand.world.says(SET, 404, "");
    stand.later(3_600_000);
    assert!(is_none(&stand.keys.keys(&issuer(), false).await));
}

#[tokio::test]
async fn a_changed_key_is_asked_for_once() {
    let stand = Stand::new();
    stand.world.says(SET, 200, &set("a"));
    let known = stand.keys.keys(&issuer(), false).await.unwrap();
    stand.world.says(SET, 200, &set("b"));
    assert_eq!(stand.keys.renewed(&issuer(), false, &known).await, None, "it was asked for just now");
    stand.later(30_000);
    let source = issuer();
    let all = futures::future::join_all((0..20).map(|_| stand.keys.renewed(&source, false, &known))).await;
    assert!(all.iter().all(|keys| keys.as_ref().is_some_and(|keys| **keys != *known)));
    assert_eq!(stand.world.asked(), 2);
    // Forgeries do not make us ask again.
    let now_known = stand.keys.keys(&issuer(), false).await.unwrap();
    assert_eq!(stand.keys.renewed(&issuer(), false, &now_known).await, None);
    stand.later(30_000);
    assert_eq!(stand.keys.renewed(&issuer(), false, &now_known).await, None, "there is nothing else");
    assert_eq!(stand.world.asked(), 1);
    stand.world.fails(SET);
    stand.later(30_000);
    assert_eq!(stand.keys.renewed(&issuer(), false, &now_known).await, None);
    assert!(stand.keys.keys(&issuer(), false).await.is_ok(), "what is known stays known");
}

#[tokio::test]
async fn an_openid_configuration_leads_to_the_keys_and_no_further() {
    let stand = Stand::new();
    let source = KeySource::Issuer("https://login.example/openid".to_owned());
    stand.world.says(source.url(), 200, r#"{"jwks_uri": "https://keys.example/set"}"#);
    stand.world.says("https://keys.example/set", 200, &set("a"));
    assert!(stand.keys.keys(&source, false).await.is_ok());
    let stand = Stand::new();
    stand.world.says(source.url(), 200, r#"{"jwks_uri": "http://keys.example/set"}"#);
    assert!(is_none(&stand.keys.keys(&source, false).await));
    let stand = Stand::new();
    stand.world.says(source.url(), 200, r#"{"jwks_uri": "https://login.example/openid"}"#);
    assert!(is_none(&stand.keys.keys(&source, false).await));
    assert_eq!(stand.world.asked(), 2);
}

#[tokio::test]
async fn a_host_is_not_flooded() {
    let stand = Stand::new();
    for number in 0..300 {
        let source = KeySource::Actor(format!("https://victim.example/users/{number}"));
        assert!(stand.keys.keys(&source, false).await.is_err());
    }
    assert_eq!(stand.world.asked(), 240);
    stand.later(60_000);
    let source = KeySource::Actor("https://victim.example/users/x".to_owned());
    assert!(is_none(&stand.keys.keys(&source, false).await));
    assert_eq!(stand.world.asked(), 1);
}

#[tokio::test]
async fn nothing_but_https_is_asked() {
    let stand = Stand::new();
    for url in ["http://login.example/keys", "file:///etc/passwd", "ftp://login.example/keys", "keys", ""] {
        assert!(is_none(&stand.keys.keys(&KeySource::Issuer(url.to_owned()), false).await), "{url}");
        assert!(stand.keys.confirm(url).await.is_err(), "{url}");
    }
    assert_eq!(stand.world.asked(), 0);
    stand.world.says("http://10.0.0.1/keys", 200, &set("a"));
    let private = KeySource::Issuer("http://10.0.0.1/keys".to_owned());
    assert!(is_none(&stand.keys.keys(&private, false).await));
    assert!(stand.keys.keys(&private, true).await.is_ok());
    stand.world.says("https://sns.example/?Action=ConfirmSubscription", 200, "<xml/>");
    assert_eq!(stand.keys.confirm("https://sns.example/?Action=ConfirmSubscription").await, Ok(()));
}
