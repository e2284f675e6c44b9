//! Tokens that the host obtains, from a server that gives each refresh token once.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dispatch::port::{Clock, Egress as _, EgressError, EgressGrant, EgressRequest, Secrets, StoreError, Tokens};
use model::{CredentialForm, Response, Secret, Timestamp};
use serde_json::{Value as Json, json};

use super::house::{Server, answer, ask, credentials, egress_of, grant, header, http};
use crate::egress::HttpEgress;

/// Secrets whose value can be changed.
#[derive(Default)]
struct Changing(Mutex<Vec<Json>>);

impl Secrets for Changing {
    fn values(&self, _name: &str) -> Vec<Secret> {
        self.0.lock().unwrap().iter().map(|value| Secret::new(value.to_string())).collect()
    }
}

/// What outlasts a restart.
#[derive(Default)]
struct Kept {
    entries: Mutex<HashMap<String, Vec<u8>>>,
    broken: AtomicBool,
}

#[async_trait]
impl Tokens for Kept {
    async fn kept(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.entries.lock().unwrap().get(key).cloned())
    }

    async fn keep(&self, key: &str, sealed: Vec<u8>) -> Result<(), StoreError> {
        if self.broken.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable("full".to_owned()));
        }
        self.entries.lock().unwrap().insert(key.to_owned(), sealed);
        Ok(())
    }
}

struct Watch(AtomicU64);

#[async_trait]
impl Clock for Watch {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }

    async fn wait_until(&self, _at: Timestamp) {}
}

/// An identity server and the API that its tokens open: `/token` gives `access-N` for `refresh-(N-1)` once, `/login` gives `jwt-N`; `/api`
/// answers 401 to every token but the latest.
struct Provider {
    server: Server,
    given: Arc<AtomicU64>,
}

async fn provider() -> Provider {
    let given = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&given);
    let server = http([127, 0, 0, 1].into(), 0, move |heard| {
        let body = heard.split("\r\n\r\n").nth(1).unwrap_or_default();
        let said = match heard.split(' ').nth(1).unwrap_or_default() {
            "/token"
                if body.contains("grant_type=refresh_token")
                    && !body.contains(&format!("refresh_token=refresh-{}", count.load(Ordering::SeqCst))) =>
            {
                return answer(
                    "400 Bad Request",
                    "content-type: application/json\r\n",
                    r#"{"error":"invalid_grant","error_description":"no"}"#,
                );
            }
            "/token" => {
                let number = count.fetch_add(1, Ordering::SeqCst) + 1;
                json!({"access_token": format!("access-{number}"), "expires_in": 3600, "refresh_token": format!("refresh-{number}")})
            }
            "/login" => {
                let number = count.fetch_add(1, Ordering::SeqCst) + 1;
                json!({"in": {"jwt": format!("access-{number}")}, "heard": body})
            }
            _ if header(heard, "authorization") == Some(format!("Bearer access-{}", count.load(Ordering::SeqCst))) => {
                json!({"ok": true, "told": header(heard, "authorization")})
            }
            _ => return answer("401 Unauthorized", "", "{}"),
        };
        answer("200 OK", "content-type: application/json\r\n", &said.to_string())
    })
    .await;
    Provider { server, given }
}

/// A host with a provider.
struct House {
    provider: Provider,
    secrets: Arc<Changing>,
    kept: Arc<Kept>,
    clock: Arc<Watch>,
    egress: HttpEgress,
    grant: EgressGrant,
}

impl House {
    async fn new(form: impl FnOnce(&str) -> Json, secret: Json) -> Self {
        let provider = provider().await;
        let form: CredentialForm = serde_json::from_value(form(&provider.server.host())).unwrap();
        let grant = EgressGrant { credentials: credentials(form, &[]), ..grant(&[&provider.server.host()], true) };
        let (secrets, kept) = (Arc::new(Changing(Mutex::new(vec![secret]))), Arc::new(Kept::default()));
        let clock = Arc::new(Watch(AtomicU64::new(1_700_000_000_000)));
        let egress = egress_of(secrets.clone(), &[]).keeping(kept.clone(), clock.clone());
        Self { provider, secrets, kept, clock, egress, grant }
    }

    async fn with_refresh_token() -> Self {
        let secret = json!({"client_id": "app", "client_secret": "hush-hush", "refresh_token": "refresh-0"});
        Self::new(|host| json!({"oauth2": {"token_url": format!("http://{host}/token")}}), secret).await
    }

    /// The same host after a restart.
    fn restarted(self) -> Self {
        let egress = egress_of(self.secrets.clone(), &[]).keeping(self.kept.clone(), self.clock.clone());
        Self { egress, ..self }
    }

    fn request(&self) -> EgressRequest {
        let url = format!("http://{}/api", self.provider.server.host());
        EgressRequest { credential: Some("token".to_owned()), ..ask("GET", &url) }
    }

    async fn call(&self) -> Result<Response, EgressError> {
        self.egress.send(&self.grant, self.request()).await
    }

    fn given(&self) -> u64 {
        self.provider.given.load(Ordering::SeqCst)
    }

    fn pass(&self, ms: u64) {
        self.clock.0.fetch_add(ms, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn a_token_is_obtained_once_renewed_before_its_end_and_never_seen() {
    let house = House::with_refresh_token().await;
    for _ in 0..3 {
        let told = house.call().await.unwrap();
        assert_eq!(told.status, 200);
        let text = String::from_utf8(told.body).unwrap();
        assert!(text.contains("\"told\":\"Bearer ********\""), "{text}");
    }
    assert_eq!(house.given(), 1);
    let heard = house.provider.server.heard();
    assert!(heard[0].contains(&format!("authorization: Basic {}", STANDARD.encode("app:hush-hush"))), "{}", heard[0]);
    house.pass(3_600_000 - 59_000);
    assert_eq!(house.call().await.unwrap().status, 200);
    assert_eq!(house.given(), 2, "renewed a minute before its end");
    let kept: Vec<u8> = house.kept.entries.lock().unwrap().values().flatten().copied().collect();
    assert!(!String::from_utf8_lossy(&kept).contains("refresh-2"), "what is kept is sealed");
}

#[tokio::test]
async fn a_refresh_token_is_used_once_by_however_many_at_a_time() {
    let house = House::with_refresh_token().await;
    for expected in 1..4 {
        let calls = (0..32).map(|_| house.call());
        let statuses: Vec<u16> = futures::future::join_all(calls).await.into_iter().map(|told| told.unwrap().status).collect();
        assert_eq!(statuses, [200; 32]);
        assert_eq!(house.given(), expected);
        house.pass(3_600_000);
    }
}

#[tokio::test]
async fn after_a_restart_the_token_is_still_there_and_the_new_refresh_token_too() {
    let house = House::with_refresh_token().await;
    assert_eq!(house.call().await.unwrap().status, 200);
    let house = house.restarted();
    assert_eq!(house.call().await.unwrap().status, 200);
    assert_eq!(house.given(), 1, "no new one");
    house.pass(3_600_000);
    let house = house.restarted();
    assert_eq!(house.call().await.unwrap().status, 200);
    assert_eq!(house.given(), 2, "by the refresh token that came with the first");
}

#[tokio::test]
async fn what_could_not_be_kept_is_not_used_and_not_lost() {
    let house = House::with_refresh_token().await;
    house.kept.broken.store(true, Ordering::SeqCst);
    let error = house.call().await.unwrap_err();
    assert!(error.to_string().contains("could not be kept"), "{error}");
    assert!(house.call().await.is_err());
    assert_eq!((house.given(), house.provider.server.heard().len()), (1, 1), "asked once, not used");
    house.kept.broken.store(false, Ordering::SeqCst);
    assert_eq!(house.call().await.unwrap().status, 200);
    assert_eq!(house.given(), 1);
}

#[tokio::test]
async fn a_renewal_goes_on_when_whoever_asked_gave_up() {
    let house = House::with_refresh_token().await;
    let mut call = Box::pin(house.call());
    // The request for the token is under way when the caller is gone.
    while house.provider.server.heard().is_empty() {
        let _ = futures::poll!(&mut call);
        tokio::task::yield_now().await;
    }
    drop(call);
    assert_eq!(house.call().await.unwrap().status, 200);
    assert_eq!(house.given(), 1);
}

#[tokio::test]
async fn a_token_that_is_refused_is_renewed_once_and_not_in_a_storm() {
    let house = House::with_refresh_token().await;
    assert_eq!(house.call().await.unwrap().status, 200);
    house.pass(60_000);
    // Somebody else was given a token: ours is worth nothing any more, nor is its refresh token.
    let body = format!("grant_type=refresh_token&refresh_token=refresh-{}", house.given());
    let headers = http::HeaderMap::new();
    house.egress.own(&house.grant, &format!("http://{}/token", house.provider.server.host()), headers, body.into_bytes()).await.unwrap();
    let error = house.call().await.unwrap_err().to_string();
    assert_eq!(error, "no token for the secret `configured`: the server answered 400 with `invalid_grant`");
    let asked = house.provider.server.heard().len();
    assert!(house.call().await.is_err());
    assert_eq!(house.provider.server.heard().len(), asked + 1, "the API is asked, the identity server is not");
    // The operator signs in again.
    let value = json!({"client_id": "app", "client_secret": "hush-hush", "refresh_token": format!("refresh-{}", house.given())});
    *house.secrets.0.lock().unwrap() = vec![value];
    assert_eq!(house.call().await.unwrap().status, 200);
}

#[tokio::test]
async fn by_the_clients_own_credentials_in_the_body() {
    let form = |host: &str| {
        let token_url = format!("http://{host}/token");
        json!({"oauth2": {"token_url": token_url, "grant": "client_credentials", "client": "body", "scope": "a b", "parameters": {"audience": "x"}}})
    };
    let house = House::new(form, json!({"client_id": "app", "client_secret": "hush"})).await;
    assert_eq!(house.call().await.unwrap().status, 200);
    let heard = house.provider.server.heard();
    let expected = "grant_type=client_credentials&scope=a+b&audience=x&client_id=app&client_secret=hush";
    assert!(heard[0].ends_with(expected) && header(&heard[0], "authorization").is_none(), "{}", heard[0]);
    // The API forgets it: one renewal, and the request is repeated.
    house.pass(60_000);
    house.provider.given.fetch_add(1, Ordering::SeqCst);
    assert_eq!(house.call().await.unwrap().status, 200);
    assert_eq!(house.given(), 3);
    // Forgotten again at once: the answer is the plugin's, the identity server is left in peace.
    house.provider.given.fetch_add(1, Ordering::SeqCst);
    assert_eq!(house.call().await.unwrap().status, 401);
    assert_eq!(house.given(), 4);
}

#[tokio::test]
async fn a_session_is_opened_with_the_fields_of_the_secret() {
    let form = |host: &str| {
        let body = json!({"identifier": "{name}", "password": "{password}", "kind": ["{name}!"], "n": 1});
        json!({"session": {"url": format!("http://{host}/login"), "body": body, "token": "/in/jwt", "lifetime_s": 60}})
    };
    let house = House::new(form, json!({"name": "Ada \"L\"", "password": "{name}"})).await;
    assert_eq!(house.call().await.unwrap().status, 200);
    let heard = house.provider.server.heard();
    let body: Json = serde_json::from_str(heard[0].split("\r\n\r\n").nth(1).unwrap()).unwrap();
    assert_eq!(body, json!({"identifier": "Ada \"L\"", "password": "{name}", "kind": ["Ada \"L\"!"], "n": 1}));
    assert_eq!(house.call().await.unwrap().status, 200);
    house.pass(60_000);
    assert_eq!(house.call().await.unwrap().status, 200);
    assert_eq!(house.given(), 2);
}

#[tokio::test]
async fn tokens_are_asked_for_at_granted_hosts_only_and_what_is_missing_is_named() {
    let form = |_: &str| json!({"oauth2": {"token_url": "http://127.0.0.1:1/token"}});
    let house = House::new(form, json!({"client_id": "app", "client_secret": "hush", "refresh_token": "refresh-0"})).await;
    let error = house.call().await.unwrap_err().to_string();
    assert!(error.contains("not granted: host `127.0.0.1` port 1"), "{error}");
    let house = House::with_refresh_token().await;
    *house.secrets.0.lock().unwrap() = vec![json!({"client_id": "app", "refresh_token": "refresh-0"})];
    let error = house.call().await.unwrap_err().to_string();
    assert!(error.ends_with("its value has no usable field `client_secret`"), "{error}");
    *house.secrets.0.lock().unwrap() = vec![json!("text")];
    let error = house.call().await.unwrap_err().to_string();
    assert!(error.contains("no value of the form"), "{error}");
}
