//! Asking for a token, as the credential's form says.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dispatch::port::{EgressError, EgressGrant};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};
use model::{Credential, CredentialForm, Oauth2, OauthClient, OauthGrant, Response, Session, Timestamp};
use serde_json::Value as Json;
use url::form_urlencoded;

use super::Held;
use super::sealed::Origin;
use crate::egress::HttpEgress;

/// Longest error code of a server that is repeated.
const CODE_CHARS_MAX: usize = 40;
/// A token that lives longer than that lives for ever: ten years, in seconds.
const LIFETIME_S_MAX: u64 = 315_360_000;

/// Why no token was given.
pub(super) enum Refusal {
    /// The server did not answer, or cannot now.
    Later(String),
    /// The server will not, as things are.
    Refused(String),
}

/// A request for a token with all that it needs.
pub(super) struct Order {
    form: CredentialForm,
    origin: Origin,
}

/// A request as it is sent.
struct Letter {
    url: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Order {
    pub(super) fn new(credential: &Credential, origin: &Origin) -> Self {
        Self { form: credential.form.clone(), origin: origin.clone() }
    }

    /// Asks; `refresh` is the refresh token that came with the last token.
    pub(super) async fn send(
        &self,
        egress: &HttpEgress,
        grant: &EgressGrant,
        refresh: Option<&str>,
        now: Timestamp,
    ) -> Result<Held, Refusal> {
        let letter = match &self.form {
            CredentialForm::Oauth2(oauth) => self.oauth2(oauth, refresh)?,
            CredentialForm::Session(session) => self.session(session)?,
            _ => return Err(Refusal::Refused("its form obtains nothing".to_owned())),
        };
        let Letter { url, headers, body } = letter;
        let answer = egress.own(grant, &url, headers, body).await.map_err(|error| match error {
            EgressError::NotGranted(what) => Refusal::Refused(format!("not granted: {what}")),
            other => Refusal::Later(other.to_string()),
        })?;
        let said: Json = serde_json::from_slice(&answer.body).unwrap_or_default();
        match &self.form {
            CredentialForm::Session(session) => given_by_session(session, &answer, &said, now),
            _ => given_by_oauth2(&answer, &said, refresh, now),
        }
    }

    fn oauth2(&self, oauth: &Oauth2, refresh: Option<&str>) -> Result<Letter, Refusal> {
        let mut headers = asking("application/x-www-form-urlencoded");
        let mut form = form_urlencoded::Serializer::new(String::new());
        match oauth.grant {
            OauthGrant::RefreshToken => {
                let refresh = refresh.map_or_else(|| self.field("refresh_token"), Ok)?;
                form.append_pair("grant_type", "refresh_token").append_pair("refresh_token", refresh);
            }
            OauthGrant::ClientCredentials => {
                form.append_pair("grant_type", "client_credentials");
            }
            OauthGrant::Password => {
                form.append_pair("grant_type", "password").append_pair("username", self.field("username")?);
                form.append_pair("password", self.field("password")?);
            }
        }
        if let Some(scope) = &oauth.scope {
            form.append_pair("scope", scope);
        }
        form.extend_pairs(&oauth.parameters);
        let id = self.field("client_id")?;
        match oauth.client {
            OauthClient::Basic => {
                // Both parts are encoded first (RFC 6749 §2.3.1): letters and digits stay as they are.
                let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
                let code = STANDARD.encode(format!("{}:{}", encoded(id), encoded(self.field("client_secret")?)));
                let mut value = HeaderValue::from_str(&format!("Basic {code}")).map_err(|_| unusable("client_id"))?;
                value.set_sensitive(true);
                headers.insert(AUTHORIZATION, value);
            }
            OauthClient::Body => {
                form.append_pair("client_id", id).append_pair("client_secret", self.field("client_secret")?);
            }
            OauthClient::None => {
                form.append_pair("client_id", id);
            }
        }
        Ok(Letter { url: oauth.token_url.clone(), headers, body: form.finish().into_bytes() })
    }

    fn session(&self, session: &Session) -> Result<Letter, Refusal> {
        let body = self.filled(&session.body)?.to_string().into_bytes();
        Ok(Letter { url: session.url.clone(), headers: asking("application/json"), body })
    }

    /// A value whose texts have their `{field}` places filled; what fills a place is not read again.
    fn filled(&self, value: &Json) -> Result<Json, Refusal> {
        Ok(match value {
            Json::String(text) => Json::String(self.filled_text(text)?),
            Json::Array(items) => Json::Array(items.iter().map(|item| self.filled(item)).collect::<Result<_, _>>()?),
            Json::Object(fields) => {
                let filled = |(name, value): (&String, &Json)| Ok((name.clone(), self.filled(value)?));
                Json::Object(fields.iter().map(filled).collect::<Result<_, Refusal>>()?)
            }
            other => other.clone(),
        })
    }

    fn filled_text(&self, template: &str) -> Result<String, Refusal> {
        let (mut text, mut rest) = (String::new(), template);
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, behind)) = after.split_once('}') else { break };
            text.push_str(before);
            text.push_str(self.field(name)?);
            rest = behind;
        }
        text.push_str(rest);
        Ok(text)
    }

    fn field(&self, name: &str) -> Result<&str, Refusal> {
        self.origin.text(name).ok_or_else(|| unusable(name))
    }
}

fn unusable(field: &str) -> Refusal {
    Refusal::Refused(format!("its value has no usable field `{field}`"))
}

fn asking(content_type: &'static str) -> HeaderMap {
    let json = HeaderValue::from_static("application/json");
    HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type)), (ACCEPT, json)])
}

fn given_by_oauth2(answer: &Response, said: &Json, refresh: Option<&str>, now: Timestamp) -> Result<Held, Refusal> {
    let token = said.get("access_token").and_then(Json::as_str).filter(|token| is_sendable(token));
    let Some(token) = token.filter(|_| is_success(answer)) else { return Err(refusal(answer, said)) };
    let lifetime_s = said.get("expires_in").and_then(|given| given.as_u64().or_else(|| given.as_str()?.parse().ok()));
    Ok(Held {
        token: token.to_owned(),
        // Where no new one is given, the old one stays (§6).
        refresh: said.get("refresh_token").and_then(Json::as_str).or(refresh).map(str::to_owned),
        obtained_at: now,
        ends_at: lifetime_s.filter(|seconds| *seconds <= LIFETIME_S_MAX).map(|seconds| now.plus_ms(seconds * 1_000)),
    })
}

fn given_by_session(session: &Session, answer: &Response, said: &Json, now: Timestamp) -> Result<Held, Refusal> {
    let token = said.pointer(&session.token).and_then(Json::as_str).filter(|token| is_sendable(token));
    let Some(token) = token.filter(|_| is_success(answer)) else { return Err(refusal(answer, said)) };
    let ends_at = Some(now.plus_ms(session.lifetime_s.min(LIFETIME_S_MAX) * 1_000));
    Ok(Held { token: token.to_owned(), refresh: None, obtained_at: now, ends_at })
}

fn is_success(answer: &Response) -> bool {
    (200..300).contains(&answer.status)
}

/// Whether it can stand in a header.
fn is_sendable(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| (0x21..0x7f).contains(&byte))
}

/// The server's own code where it is one; its sentences may repeat what it was sent.
fn refusal(answer: &Response, said: &Json) -> Refusal {
    let code = said.get("error").and_then(|error| error.as_str().or_else(|| error.get("status")?.as_str())).unwrap_or_default();
    let plain = code.len() <= CODE_CHARS_MAX && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
    let code = if plain && !code.is_empty() { format!(" with `{code}`") } else { String::new() };
    let why = format!("the server answered {}{code}", answer.status);
    match answer.status {
        408 | 425 | 429 | 500..=599 => Refusal::Later(why),
        _ => Refusal::Refused(why),
    }
}
