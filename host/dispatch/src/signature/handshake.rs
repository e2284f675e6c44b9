use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Delivery, Handshake, Header, Response, Secret};

use super::{Forged, code, same, text};

/// Answers the channel's question whether the address is ours. `None`: this is no such question, and the delivery is to be verified.
///
/// What is echoed goes out as plain text, so that a browser makes nothing of it.
#[must_use]
pub fn handshake(handshake: &Handshake, secrets: &[Secret], delivery: &Delivery) -> Option<Result<Response, Forged>> {
    if delivery.method != "GET" {
        return None;
    }
    let secrets: Vec<&[u8]> = secrets.iter().map(Secret::expose).filter(|secret| !secret.is_empty()).collect();
    match handshake {
        Handshake::HubChallenge { .. } => {
            text::parameter(&delivery.url, "hub.mode").filter(|mode| mode == "subscribe")?;
            Some(hub_challenge(&secrets, &delivery.url))
        }
        Handshake::Crc { .. } => {
            let token = text::parameter(&delivery.url, "crc_token")?;
            Some(crc(&secrets, &token))
        }
    }
}

fn hub_challenge(secrets: &[&[u8]], url: &str) -> Result<Response, Forged> {
    let parameter = |name: &str| text::parameter(url, name).ok_or_else(|| Forged::Malformed(format!("`{name}` is not there once")));
    let token = parameter("hub.verify_token")?;
    let challenge = parameter("hub.challenge")?;
    if secrets.is_empty() {
        return Err(Forged::NoSecret);
    }
    super::any(secrets, |secret| same(token.as_bytes(), &[secret]))?;
    Ok(answer("text/plain; charset=utf-8", challenge.into_owned().into_bytes()))
}

fn crc(secrets: &[&[u8]], token: &str) -> Result<Response, Forged> {
    // The newest secret answers: there can be only one answer.
    let secret = secrets.first().ok_or(Forged::NoSecret)?;
    let response = format!("sha256={}", STANDARD.encode(code(secret, token.as_bytes())));
    Ok(answer("application/json", serde_json::json!({ "response_token": response }).to_string().into_bytes()))
}

fn answer(content_type: &str, body: Vec<u8>) -> Response {
    let headers = vec![Header::new("content-type", content_type), Header::new("x-content-type-options", "nosniff")];
    Response { status: 200, headers, body }
}
