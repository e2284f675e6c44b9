//! `/hooks/{connector}`: bytes from a channel to the core, and the core's answer back, both untouched.
//!
//! In order: who calls and how often, whether there is such a connector, the body within its bounds, then the core. Only the core's word
//! that a delivery is durable becomes a 2xx; what it could not keep is answered so that the channel sends it again.

use std::net::{IpAddr, Ipv4Addr};

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use dispatch::generation::Generation;
use dispatch::ingest::Hooked;
use model::{Delivery, Handshake, Header, Role};
use serde::Serialize;
use utoipa::ToSchema;

use crate::address::Caller;
use crate::api::Id;
use crate::front::Verbatim;
use crate::problem::{Code, Problem, ProblemDetails};
use crate::settings::Ends;
use crate::site::Shared;

/// The answer for a delivery that is kept, but waits for a mend of its connector.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Kept {
    /// The delivery's id in `/api/v1/quarantine`.
    quarantined: DeliveryIdText,
}

/// A delivery's id.
#[derive(Debug, Serialize, ToSchema)]
#[serde(transparent)]
pub(crate) struct DeliveryIdText(String);

/// Takes a delivery, or answers a channel's question whether this address is ours.
///
/// The signature scheme and the answer are the connector's: see its README. Bodies come without `Content-Encoding`. A connector that takes
/// CloudEvents also answers `OPTIONS` with `WebHook-Request-Origin`.
#[utoipa::path(method(get, post), path = "/hooks/{connector}", tag = "hooks",
    params(("connector" = String, Path, description = "The connector's configured name.")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "Whatever the channel sends."),
    responses(
        (status = 200, description = "It is durable; status, headers and body are the connector's, or answer a handshake."),
        (status = 202, description = "It is durable, but its connector could not read it yet.", body = Kept),
        (status = 401, description = "It is not proven to be genuine; nothing was kept.", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "It could not be kept; send it again.", body = ProblemDetails, content_type = "application/problem+json"),
    ))]
pub(crate) async fn hook(State(site): State<Shared>, Id(connector): Id, request: Request) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let remote = parts.extensions.get::<Ends>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ends| ends.remote.ip());
    let caller = Caller::find(&parts.headers, remote, &site.settings().trusted_proxies);
    site.gates.address(caller.address)?;
    if !serves(&site.services.current.load(), &connector) {
        return Err(unknown());
    }
    if parts.method == Method::OPTIONS && !answers_options(&site.services.current.load(), &connector) {
        return Err(other_method().await);
    }
    site.gates.connector(&connector)?;
    let url = caller.url(site.settings(), &parts.uri, &parts.headers)?;
    let mut held = site.room.read(&parts.headers, body).await?;
    let delivery = Delivery {
        method: parts.method.as_str().to_owned(),
        url,
        headers: lowered(&parts.headers),
        body: std::mem::take(&mut held.bytes),
        ..Delivery::default()
    };
    answer(site.services.ingest.webhook(&connector, delivery).await)
}

/// Any other method. Without it `HEAD` would be answered as `GET`, which is a question to the connector.
pub(crate) async fn other_method() -> Problem {
    Problem::new(Code::MethodNotAllowed, "Deliveries are sent by `POST`; `GET` asks for a handshake.")
        .with(header::ALLOW, HeaderValue::from_static("GET, POST"))
}

fn unknown() -> Problem {
    Problem::new(Code::UnknownConnector, "The path ends with a connector's configured name, and that connector takes webhooks.")
}

fn lowered(headers: &HeaderMap) -> Vec<Header> {
    headers.iter().map(|(name, value)| Header { name: name.as_str().to_owned(), value: value.as_bytes().to_vec() }).collect()
}

fn answer(hooked: Hooked) -> Result<Response, Problem> {
    match hooked {
        Hooked::Answer(response) => Ok(verbatim(response)),
        Hooked::Handshake(response) => Ok(verbatim(response)),
        Hooked::Unauthorised(why) => Err(forged().logged(why.to_string())),
        Hooked::UnknownConnector | Hooked::NotAWebhook => Err(unknown()),
        Hooked::Quarantined(id) => {
            tracing::warn!(delivery = %id, "kept in quarantine");
            Ok((StatusCode::ACCEPTED, Json(Kept { quarantined: DeliveryIdText(id.0) })).into_response())
        }
        Hooked::Busy => Err(Problem::new(Code::Busy, "Nothing of this delivery was kept. Send it again.").retry_after(2)),
        Hooked::Unavailable(error) => Err(Problem::new(Code::StoreUnavailable, "Nothing of this delivery was kept. Send it again.")
            .logged(error.to_string())
            .retry_after(5)),
    }
}

/// The same whatever the cause: how a forgery failed is a help to the forger.
fn forged() -> Problem {
    Problem::new(Code::Forged, "The connector's signature scheme does not confirm this delivery; nothing was kept.")
        .with(header::WWW_AUTHENTICATE, HeaderValue::from_static("Signature realm=\"hooks\""))
}

/// What concerns the connection, or the host as a whole, is not a plugin's to say.
const NOT_THE_PLUGINS: [HeaderName; 14] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::PROXY_AUTHENTICATE,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::CONTENT_LENGTH,
    header::DATE,
    header::SERVER,
    header::SET_COOKIE,
    header::STRICT_TRANSPORT_SECURITY,
    header::ALT_SVC,
];

fn verbatim(answer: model::Response) -> Response {
    // The delivery is durable by now: a status that is none must not make the channel send it again.
    let status = StatusCode::from_u16(answer.status).ok().filter(|status| status.as_u16() >= 200).unwrap_or(StatusCode::OK);
    let empty = matches!(status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED);
    let mut response = Response::new(if empty { Body::empty() } else { Body::from(answer.body) });
    *response.status_mut() = status;
    for field in answer.headers {
        let (Ok(name), Ok(value)) = (HeaderName::try_from(field.name.as_str()), HeaderValue::from_bytes(&field.value)) else { continue };
        if !NOT_THE_PLUGINS.contains(&name) && !name.as_str().starts_with("access-control-") {
            response.headers_mut().append(name, value);
        }
    }
    // Without a type a browser would guess one; a challenge that is echoed must never be taken for a page.
    response.headers_mut().entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static("text/plain; charset=utf-8"));
    response.extensions_mut().insert(Verbatim);
    response
}

/// Whether there is such a connector and it takes webhooks.
pub(crate) fn serves(generation: &Generation, connector: &str) -> bool {
    generation.connector(connector).is_some_and(|connector| connector.has(Role::Webhook))
}

/// Whether its channel asks by `OPTIONS` whether the address is ours. Nobody else's `OPTIONS` is a delivery.
fn answers_options(generation: &Generation, connector: &str) -> bool {
    let handshake = generation.connector(connector).and_then(|connector| connector.handshake.as_ref());
    matches!(handshake, Some(Handshake::CloudEvents { .. }))
}
