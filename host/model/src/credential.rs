use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::{Algorithm, Encoding};

/// How the host adds a secret to a request. Texts may have `{/pointer}` places filled from the settings; where the settings say nothing, the
/// default of the settings' schema counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CredentialForm {
    /// In a header, such as `authorization: Bearer …`.
    Header {
        /// The header's name.
        name: String,
        /// What stands before the secret.
        #[serde(default)]
        prefix: String,
    },
    /// As basic authentication with this user name.
    Basic {
        /// The user's name.
        username: String,
    },
    /// In a query parameter.
    Query {
        /// The parameter's name.
        name: String,
    },
    /// In the path of the URL, where the plugin writes `place`, such as `{token}`; it has to stand there once, in the path and nowhere else.
    Path {
        /// The text that is replaced, at least three bytes.
        place: String,
    },
    /// As a code of the request, HMAC under the secret (RFC 2104).
    Hmac {
        /// Where the code goes.
        header: String,
        /// With which hash.
        #[serde(default)]
        algorithm: Algorithm,
        /// What is signed: a text with the places `{method}`, `{host}`, `{path}` (with the query), `{timestamp}` and `{body}`.
        signed: String,
        /// How the code is written.
        #[serde(default)]
        encoding: Encoding,
        /// What stands before it.
        #[serde(default)]
        prefix: String,
        /// Where the time goes, in Unix seconds; needed when it is signed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timestamp_header: Option<String>,
    },
    /// As a bearer token that the host obtains, keeps and renews (RFC 6749). The secret's value is a JSON object: `client_id`,
    /// `client_secret`, and what the grant needs, `refresh_token` or `username` and `password`.
    Oauth2(Oauth2),
    /// As a token that a log-in gives, obtained, kept and renewed by the host. The secret's value is a JSON object.
    Session(Session),
    /// Signed with HMAC-SHA1 (OAuth 1, RFC 5849). The secret's value is a JSON object: `consumer_key`, `consumer_secret`, and for requests in a
    /// user's name `token` and `token_secret`.
    Oauth1 {},
}

/// How tokens of OAuth 2 are obtained. The host of `token_url` has to be granted like any other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Oauth2 {
    /// Where tokens are given.
    pub token_url: String,
    /// For what.
    #[serde(default)]
    pub grant: OauthGrant,
    /// How the client proves who it is.
    #[serde(default)]
    pub client: OauthClient,
    /// What the token is to open, words with spaces between them; absent: what the server gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// More parameters of the request for a token, such as `audience`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
    /// In which header the token goes.
    #[serde(default = "authorization")]
    pub header: String,
    /// What stands before it.
    #[serde(default = "bearer")]
    pub prefix: String,
}

/// What a token is obtained for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OauthGrant {
    /// For a refresh token (RFC 6749 §6). Where the server gives a new one with each token, it is kept before the token is used.
    #[default]
    RefreshToken,
    /// For the client's own credentials (§4.4).
    ClientCredentials,
    /// For a user's name and password (§4.3).
    Password,
}

/// How a client proves who it is (RFC 6749 §2.3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OauthClient {
    /// By basic authentication.
    #[default]
    Basic,
    /// By parameters in the body.
    Body,
    /// Not at all: a public client, which has an id and no secret.
    None,
}

/// How a log-in gives a token. The host of `url` has to be granted like any other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Where to log in.
    pub url: String,
    /// The JSON body; `{field}` in its texts is a field of the secret's value.
    pub body: Json,
    /// A JSON pointer to the token in the answer.
    pub token: String,
    /// How long the token is used, in seconds, unless it is refused before.
    #[serde(default = "an_hour_s")]
    pub lifetime_s: u64,
    /// In which header the token goes.
    #[serde(default = "authorization")]
    pub header: String,
    /// What stands before it.
    #[serde(default = "bearer")]
    pub prefix: String,
}

fn authorization() -> String {
    "authorization".to_owned()
}

fn bearer() -> String {
    "Bearer ".to_owned()
}

fn an_hour_s() -> u64 {
    3_600
}

/// A credential as the host holds it: the form and the configured secret's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// The configured secret's name.
    pub secret: String,
    /// How it is added.
    pub form: CredentialForm,
    /// Where it may go, places filled; empty: to all granted hosts.
    #[serde(default)]
    pub hosts: Vec<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn forms_as_manifests_write_them() {
        for form in [
            json!({"header": {"name": "x-key"}}),
            json!({"path": {"place": "{token}"}}),
            json!({"oauth2": {"token_url": "https://id.example/token", "grant": "client_credentials", "client": "body", "scope": "read"}}),
            json!({"session": {"url": "https://id.example/login", "body": {"user": "{name}"}, "token": "/jwt", "lifetime_s": 60}}),
            json!({"oauth1": {}}),
        ] {
            let parsed: CredentialForm = serde_json::from_value(form.clone()).unwrap();
            let again = serde_json::to_value(&parsed).unwrap();
            assert_eq!(serde_json::from_value::<CredentialForm>(again).unwrap(), parsed, "{form}");
        }
    }

    #[test]
    fn what_a_manifest_leaves_out() {
        let form: CredentialForm = serde_json::from_value(json!({"oauth2": {"token_url": "https://id.example/token"}})).unwrap();
        let CredentialForm::Oauth2(oauth) = form else { panic!("{form:?}") };
        assert_eq!((oauth.grant, oauth.client), (OauthGrant::RefreshToken, OauthClient::Basic));
        assert_eq!((oauth.header.as_str(), oauth.prefix.as_str()), ("authorization", "Bearer "));
    }
}
