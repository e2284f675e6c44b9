//! Taking secrets out of what is genuine, before guest code or the store see it.

use model::{Delivery, SignatureScheme};

use super::{Forged, body, text};

/// Headers that carry credentials, whatever the scheme.
const CREDENTIALS: [&str; 3] = ["authorization", "proxy-authorization", "cookie"];

/// What has to be changed.
pub(super) struct Changed {
    header: Option<String>,
    url: Option<(String, String)>,
    body: Option<Vec<u8>>,
}

/// What a scheme's secrets are to be taken out of.
///
/// # Errors
/// When a secret cannot be taken out, which is refused.
pub(super) fn stripped(scheme: &SignatureScheme, delivery: &Delivery) -> Result<Changed, Forged> {
    let header = match scheme {
        SignatureScheme::Token { header, .. } | SignatureScheme::Jwt { header, .. } => Some(header.clone()),
        _ => None,
    };
    let url = match scheme {
        SignatureScheme::QueryToken { parameter, .. } => {
            let token = text::parameter(&delivery.url, parameter).map(|token| token.into_owned()).unwrap_or_default();
            Some((without(&delivery.url, parameter), token))
        }
        _ => None,
    };
    let body = match scheme {
        SignatureScheme::BodyToken { pointer, .. } => Some(body::without(delivery, pointer)?),
        _ => None,
    };
    Ok(Changed { header, url, body })
}

impl Changed {
    /// The delivery without its secrets.
    pub(super) fn onto(self, mut delivery: Delivery) -> Delivery {
        let Self { header, url, body } = self;
        let is_credential = |name: &str| CREDENTIALS.iter().copied().chain(header.as_deref()).any(|own| name.eq_ignore_ascii_case(own));
        delivery.headers.retain(|header| !is_credential(&header.name));
        if let Some((url, token)) = url {
            // Proxies note the URL that they were asked for in headers of their own.
            delivery.headers.retain(|header| !contains(&header.value, token.as_bytes()));
            delivery.url = url;
        }
        if let Some(body) = body {
            delivery.body = body;
        }
        delivery
    }
}

fn without(url: &str, parameter: &str) -> String {
    let Some((before, query)) = url.split_once('?') else { return url.to_owned() };
    let left = text::without_parameter(query, parameter);
    if left.is_empty() { before.to_owned() } else { format!("{before}?{left}") }
}

fn contains(value: &[u8], token: &[u8]) -> bool {
    !token.is_empty() && value.windows(token.len()).any(|window| window == token)
}
