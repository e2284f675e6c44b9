use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Delivery, Handshake, Header, Response, Secret, Timestamp};

use super::{Forged, beside, code, only, same, text};

/// How far the time of a `WeChat` question may be from ours.
const WECHAT_TOLERANCE_S: u64 = 300;
/// Longest challenge that is answered with a code.
const CHALLENGE_BYTES_MAX: usize = 256;
/// Longest origin or rate that is echoed.
const ECHO_BYTES_MAX: usize = 1 << 10;

/// Answers the channel's question whether the address is ours. `None`: this is no such question, and the delivery is to be verified.
///
/// What is echoed goes out as plain text, so that a browser makes nothing of it.
#[must_use]
pub fn handshake(handshake: &Handshake, secrets: &[Secret], delivery: &Delivery, now: Timestamp) -> Option<Result<Response, Forged>> {
    let method = if matches!(handshake, Handshake::CloudEvents { .. }) { "OPTIONS" } else { "GET" };
    if delivery.method != method {
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
        Handshake::Linkedin { .. } => {
            let code = text::parameter(&delivery.url, "challengeCode")?;
            Some(linkedin(&secrets, &code))
        }
        Handshake::Wechat { .. } => {
            let echo = text::parameter(&delivery.url, "echostr")?;
            let genuine = beside::in_query(WECHAT_TOLERANCE_S, &secrets, &delivery.url, now);
            Some(genuine.map(|_| answer("text/plain; charset=utf-8", echo.into_owned().into_bytes())))
        }
        Handshake::CloudEvents { origins } => {
            delivery.header("webhook-request-origin")?;
            Some(cloud_events(origins.as_deref(), delivery))
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

/// The answer to a challenge is a code by the same secret that signs deliveries, and anybody may ask: so nothing is answered that could be a
/// delivery's body. Challenges are identifiers and base64.
fn check_challenge(challenge: &str) -> Result<(), Forged> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=_-. ".contains(&byte);
    let whole = (1..=CHALLENGE_BYTES_MAX).contains(&challenge.len()) && challenge.bytes().all(plain);
    let signs_bodies = challenge.starts_with("hmacsha256=");
    if whole && !signs_bodies { Ok(()) } else { Err(Forged::Malformed("the challenge is none that a channel would send".to_owned())) }
}

fn crc(secrets: &[&[u8]], token: &str) -> Result<Response, Forged> {
    check_challenge(token)?;
    // The newest secret answers: there can be only one answer.
    let secret = secrets.first().ok_or(Forged::NoSecret)?;
    let response = format!("sha256={}", STANDARD.encode(code(secret, token.as_bytes())));
    Ok(answer("application/json", serde_json::json!({ "response_token": response }).to_string().into_bytes()))
}

fn linkedin(secrets: &[&[u8]], challenge: &str) -> Result<Response, Forged> {
    check_challenge(challenge)?;
    let secret = secrets.first().ok_or(Forged::NoSecret)?;
    let response = hex::encode(code(secret, challenge.as_bytes()));
    let json = serde_json::json!({ "challengeCode": challenge, "challengeResponse": response });
    Ok(answer("application/json", json.to_string().into_bytes()))
}

/// <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md#4-abuse-protection>. An origin is only a name: what it then
/// delivers is verified like everything else.
fn cloud_events(origins: Option<&[String]>, delivery: &Delivery) -> Result<Response, Forged> {
    let origin = only(delivery, "webhook-request-origin")?;
    let plain = |text: &str| !text.is_empty() && text.len() <= ECHO_BYTES_MAX && text.bytes().all(|byte| byte.is_ascii_graphic());
    if !plain(origin) || !origins.is_none_or(|allowed| allowed.iter().any(|name| name.eq_ignore_ascii_case(origin))) {
        return Err(Forged::Malformed("this origin may not deliver".to_owned()));
    }
    let mut headers = vec![Header::new("allow", "POST"), Header::new("webhook-allowed-origin", origin)];
    if delivery.header("webhook-request-rate").is_some() {
        let rate = only(delivery, "webhook-request-rate")?;
        let counted = plain(rate) && rate.bytes().all(|byte| byte.is_ascii_digit());
        headers.push(Header::new("webhook-allowed-rate", if counted { rate } else { "*" }));
    }
    Ok(Response { status: 200, headers, body: Vec::new() })
}

fn answer(content_type: &str, body: Vec<u8>) -> Response {
    let headers = vec![Header::new("content-type", content_type), Header::new("x-content-type-options", "nosniff")];
    Response { status: 200, headers, body }
}
