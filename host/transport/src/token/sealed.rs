use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, KeyInit as _, Nonce};
use dispatch::Arithmetic;
use dispatch::port::{KeyAlgorithm, Keys as _, Secrets};
use model::{Credential, CredentialForm, Digest, Oauth2, OauthGrant, Secret};
use serde_json::{Map, Value as Json};

use super::Held;

/// What the key is made for.
const PURPOSE: &[u8] = b"pointsman: tokens that the host keeps";
/// Bytes of a nonce.
const NONCE_BYTES: usize = 12;

/// The part of a secret's value that a token comes from. As long as it stays, what was kept counts, whatever else of the value changes.
#[derive(Clone)]
pub(super) struct Origin {
    /// The secret's value: a JSON object.
    pub(super) fields: Map<String, Json>,
    /// Tells origins apart.
    pub(super) digest: Digest,
    key: Secret,
}

impl Origin {
    /// One for each value of the secret that is an object, newest first.
    pub(super) fn all(credential: &Credential, secrets: &dyn Secrets) -> Vec<Self> {
        let values = secrets.values(&credential.secret).into_iter();
        values.filter_map(|value| Self::new(credential, serde_json::from_slice(value.expose()).ok()?)).collect()
    }

    fn new(credential: &Credential, fields: Map<String, Json>) -> Option<Self> {
        let named = |name: &str| fields.get(name).cloned().unwrap_or_default();
        let material = match &credential.form {
            // A client's secret may be changed without the refresh token losing its worth.
            CredentialForm::Oauth2(Oauth2 { grant: OauthGrant::RefreshToken, .. }) => {
                Json::Array(vec![named("client_id"), named("refresh_token")])
            }
            _ => Json::Object(fields.clone()),
        };
        let key = Arithmetic.mac(&Secret::new(material.to_string()), KeyAlgorithm::HmacSha256, PURPOSE).ok()?;
        Some(Self { fields, digest: Digest::of(&key), key: Secret::new(key) })
    }

    /// Of a field that is text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name).and_then(Json::as_str)
    }

    /// Ready to be kept: AES-256-GCM, the nonce before it; `place` is where it will be kept and nowhere else.
    pub(super) fn seal(&self, place: &str, held: &Held) -> Result<Vec<u8>, String> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(|error| error.to_string())?;
        let plain = serde_json::to_vec(held).map_err(|_| "it cannot be written".to_owned())?;
        let cipher = Aes256Gcm::new_from_slice(self.key.expose()).map_err(|_| "it cannot be sealed".to_owned())?;
        let sealed = cipher.encrypt(Nonce::from_slice(&nonce), Payload { msg: &plain, aad: place.as_bytes() });
        Ok([&nonce[..], &sealed.map_err(|_| "it cannot be sealed".to_owned())?].concat())
    }

    /// What was kept; none when it was sealed from another origin, or damaged.
    pub(super) fn open(&self, place: &str, sealed: &[u8]) -> Option<Held> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_BYTES)?;
        let cipher = Aes256Gcm::new_from_slice(self.key.expose()).ok()?;
        let plain = cipher.decrypt(Nonce::from_slice(nonce), Payload { msg: sealed, aad: place.as_bytes() }).ok()?;
        serde_json::from_slice(&plain).ok()
    }
}

/// Under what a credential's token is kept: the same for all plugins that use the secret in the same way.
pub(super) fn key_of(credential: &Credential) -> String {
    let form = serde_json::to_vec(&credential.form).unwrap_or_default();
    Digest::of(&[credential.secret.as_bytes(), b"\n", &form].concat()).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn credential() -> Credential {
        let form = serde_json::from_value(json!({"oauth2": {"token_url": "https://id.example/token"}})).unwrap();
        Credential { secret: "x".to_owned(), form, hosts: vec![] }
    }

    fn origin(value: &Json) -> Origin {
        Origin::new(&credential(), value.as_object().unwrap().clone()).unwrap()
    }

    #[test]
    fn what_is_sealed_is_opened_by_the_same_origin_at_the_same_place_only() {
        let held = Held { token: "t0ken".into(), refresh: Some("again".into()), obtained_at: model::Timestamp(7), ends_at: None };
        let first = origin(&json!({"client_id": "a", "client_secret": "b", "refresh_token": "c"}));
        let sealed = first.seal("here", &held).unwrap();
        assert!(!sealed.windows(5).any(|part| part == b"t0ken"));
        assert_eq!(first.open("here", &sealed), Some(held.clone()));
        assert_eq!(first.open("there", &sealed), None);
        assert_eq!(origin(&json!({"client_id": "a", "client_secret": "B", "refresh_token": "c"})).open("here", &sealed), Some(held));
        assert_eq!(origin(&json!({"client_id": "a", "client_secret": "b", "refresh_token": "d"})).open("here", &sealed), None);
        let mut damaged = sealed;
        damaged[20] ^= 1;
        assert_eq!(first.open("here", &damaged), None);
    }
}
