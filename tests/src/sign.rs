//! Signing as channels do, from their documentation: the other side of `dispatch::signature`, written apart from it on purpose.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

/// How a channel of the sample signs.
#[derive(Clone, Debug)]
pub enum Signer {
    /// Not at all.
    Nothing,
    /// `X-Hub-Signature-256: sha256=<hex>` over the body.
    Hub {
        /// The shared secret.
        secret: String,
    },
    /// Standard Webhooks v1; the secret is `whsec_<base64>`.
    StandardWebhooks {
        /// The shared secret.
        secret: String,
    },
}

/// The time as signatures name it.
#[must_use]
pub fn now_s() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map(|since| since.as_secs()).unwrap_or_default()
}

impl Signer {
    /// The headers that prove `body`; `id` is the delivery's own.
    #[must_use]
    pub fn headers(&self, id: &str, body: &[u8]) -> Vec<(String, String)> {
        match self {
            Self::Nothing => Vec::new(),
            Self::Hub { secret } => {
                let code = hex::encode(hmac(secret.as_bytes(), &[body]));
                vec![("x-hub-signature-256".to_owned(), format!("sha256={code}"))]
            }
            Self::StandardWebhooks { secret } => {
                let key = STANDARD.decode(secret.trim_start_matches("whsec_")).unwrap_or_default();
                let at = now_s().to_string();
                let code = STANDARD.encode(hmac(&key, &[id.as_bytes(), b".", at.as_bytes(), b".", body]));
                vec![
                    ("webhook-id".to_owned(), id.to_owned()),
                    ("webhook-timestamp".to_owned(), at),
                    ("webhook-signature".to_owned(), format!("v1,{code}")),
                ]
            }
        }
    }
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}
