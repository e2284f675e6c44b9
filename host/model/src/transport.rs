use serde::{Deserialize, Serialize};

/// What the host holds for a `connection`. Texts may have `{/pointer}` places filled from the settings; where the settings say nothing, the
/// default of the settings' schema counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Transport {
    /// Mails: handed over by a mail server (LMTP, RFC 2033, or SMTP; the operator configures the listener), and those of a mailbox (IMAP)
    /// when there is one. Manifests may say `lmtp` for what takes mails from listeners only.
    #[serde(alias = "lmtp")]
    Mail {
        /// The mailbox, `imaps://host/folder`, or `imap://` for STARTTLS; without a folder the inbox.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        imap: Option<String>,
        /// The name of a secret request that opens it: of the form `basic` for a password, of the form `oauth2` for SASL's XOAUTH2 with the
        /// field `username` of its value.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credential: Option<String>,
    },
    /// Server-sent events.
    Sse {
        /// Where to listen.
        url: String,
        /// The name of a secret request to use as credential.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credential: Option<String>,
    },
    /// A WebSocket (RFC 6455).
    WebSocket {
        /// Where to connect, `wss://`. The text `{cursor}` in its query stands for the cursor where it is text, and for nothing at first; a
        /// parameter that is left empty is left out.
        url: String,
        /// The name of a secret request to use as credential of the handshake.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credential: Option<String>,
        /// The name of a secret request: the text `{secret}` in frames that the connector sends is replaced by its value.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fill: Option<String>,
        /// Where the address has to be asked for first; `{}` in `url` then stands for what was found.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        resolve: Option<Resolve>,
    },
}

impl Transport {
    /// The names of the secret requests that it needs.
    #[must_use]
    pub fn secrets(&self) -> Vec<&str> {
        let named = match self {
            Self::Sse { credential, .. } | Self::Mail { credential, .. } => vec![credential],
            Self::WebSocket { credential, fill, resolve, .. } => match resolve {
                Some(resolve) => vec![credential, fill, &resolve.credential],
                None => vec![credential, fill],
            },
        };
        named.into_iter().filter_map(Option::as_deref).collect()
    }
}

/// How bytes leave that a `sender` hands over instead of sending them itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Handover {
    /// Mails, over SMTP (RFC 5321).
    Smtp {
        /// The mail server, `smtps://host` for TLS from the start, `smtp://host` for STARTTLS, which is required unless the private network
        /// was granted.
        url: String,
        /// The name of a secret request of the form `basic` that opens it; absent: without a name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credential: Option<String>,
    },
}

/// How an address is asked for before something is fetched or opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolve {
    /// What to ask. `{reference}` stands for the id that is looked up, encoded.
    pub url: String,
    /// With GET unless this says POST.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The name of a secret request to use as credential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
    /// A JSON pointer to the address, or to a part of it, in the answer; absent: the answer is the file itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// The address; `{}` stands for what was found.
    #[serde(default = "what_was_found")]
    pub address: String,
}

fn what_was_found() -> String {
    "{}".to_owned()
}

/// How the files of attachments are fetched. Without it, addresses are fetched without a credential and references cannot be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Media {
    /// The name of a secret request to use as credential where it may go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
    /// How a reference becomes an address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolve: Option<Resolve>,
}

impl Media {
    /// The names of the secret requests that it needs.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        let looked_up = self.resolve.iter().filter_map(|resolve| resolve.credential.as_deref());
        self.credential.as_deref().into_iter().chain(looked_up)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_that_nobody_asks_for_are_named() {
        let manifest = json!({
            "requests": {"secrets": [{"name": "asked", "reason": ""}]},
            "transport": {"kind": "web-socket", "url": "", "credential": "asked", "fill": "spoken"},
            "handover": {"kind": "smtp", "url": "", "credential": "asked"},
            "media": {"credential": "asked", "resolve": {"url": "", "credential": "files"}}
        });
        let manifest: crate::PluginManifest = serde_json::from_value(manifest).unwrap();
        let expected = ["transport` names the secret `spoken`", "media` names the secret `files`"];
        let expected = expected.map(|what| format!("its `{what}, which it does not ask for"));
        assert_eq!(manifest.missing_for(&[]), expected);
    }

    #[test]
    fn transports_as_manifests_write_them() {
        let lmtp: Transport = serde_json::from_value(json!({"kind": "lmtp"})).unwrap();
        assert_eq!(lmtp, Transport::Mail { imap: None, credential: None });
        let socket: Transport = serde_json::from_value(json!({"kind": "web-socket", "url": "wss://a.example", "fill": "token"})).unwrap();
        assert!(matches!(socket, Transport::WebSocket { fill: Some(_), .. }));
        let handover: Handover = serde_json::from_value(json!({"kind": "smtp", "url": "smtp://a.example", "credential": "mail"})).unwrap();
        assert!(matches!(handover, Handover::Smtp { credential: Some(_), .. }));
        let resolve = json!({"url": "https://a.example/{reference}", "pointer": "/url"});
        let media: Media = serde_json::from_value(json!({"credential": "token", "resolve": resolve})).unwrap();
        assert_eq!(media.resolve.unwrap().address, "{}");
    }
}
