//! What every request passes first and every answer last: its id, the limits on its head, the log, the metrics, problems and security headers.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

use crate::address::own_name;
use crate::metrics::HttpSample;
use crate::problem::{Code, Problem};
use crate::settings::ServerSettings;
use crate::site::Shared;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Marks an answer that is not ours to rewrite: a plugin's, or a handshake's.
#[derive(Clone, Copy)]
pub(crate) struct Verbatim;

/// The outermost layer.
pub(crate) async fn front(State(site): State<Shared>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = format!("r{}", ulid::Ulid::generate());
    let method = known(request.method());
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    // The target itself is not logged: anybody can write anything into it.
    let span = tracing::info_span!("request", id, method, route);
    // A length beside the chunks is left out by the parser before anybody could see it: nothing is read after such a request, so that two
    // readers cannot make two requests of it (RFC 9112 §6.1).
    let is_last = request.headers().contains_key(header::TRANSFER_ENCODING);
    let answer = async {
        match check(&request, site.settings()) {
            Ok(()) => next.run(request).await,
            Err(problem) => problem.into_response(),
        }
    };
    let response = answer.instrument(span.clone()).await;
    span.in_scope(|| {
        let mut response = finish(response, &id);
        if is_last {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        let seconds = began.elapsed().as_secs_f64();
        tracing::debug!(status = response.status().as_u16(), seconds, "answered");
        site.http.observe(&HttpSample { route: &route, method, status: response.status().as_u16(), seconds });
        response
    })
}

/// The method for labels and logs, from a fixed set.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// What is wrong with the head, whatever route it is for.
fn check(request: &Request, settings: &ServerSettings) -> Result<(), Problem> {
    if matches!(*request.method(), Method::CONNECT | Method::TRACE) {
        return Err(Problem::new(Code::MethodNotAllowed, "This server is no proxy.")
            .with(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST")));
    }
    let uri = request.uri();
    if uri.authority().is_some() {
        return Err(Problem::new(Code::BadRequest, "This server is no proxy: send the path only, and the name in `Host`."));
    }
    if uri.path_and_query().is_some_and(|target| target.as_str().len() > settings.target_bytes_max) {
        return Err(Problem::new(Code::TargetTooLong, format!("Path and query may have {} bytes together.", settings.target_bytes_max)));
    }
    let headers = request.headers();
    if headers.len() > settings.headers_max || size_bytes(headers) > settings.headers_bytes_max {
        let (count, bytes) = (settings.headers_max, settings.headers_bytes_max);
        return Err(Problem::new(Code::HeadersTooLarge, format!("A request may have {count} headers of {bytes} bytes together.")));
    }
    own_name(headers).map(|_| ())
}

fn size_bytes(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len().saturating_add(value.len())).fold(0, usize::saturating_add)
}

fn finish(mut response: Response, id: &str) -> Response {
    if response.extensions().get::<Verbatim>().is_none() && response.status().as_u16() >= 400 {
        response = as_problem(response, id);
    }
    let fresh = [
        (X_REQUEST_ID, HeaderValue::from_str(id).unwrap_or_else(|_| HeaderValue::from_static("unknown"))),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    for (name, value) in fresh {
        response.headers_mut().insert(name, value);
    }
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Writes the body of a problem. Errors that some layer below made by itself become one too.
fn as_problem(response: Response, id: &str) -> Response {
    let (parts, _) = response.into_parts();
    let problem = parts.extensions.get::<Problem>().cloned().unwrap_or_else(|| unnamed(parts.status));
    log(&problem);
    let details = problem.details(id);
    let mut response = match serde_json::to_vec(&details) {
        Ok(body) => (parts.status, body).into_response(),
        Err(_) => parts.status.into_response(),
    };
    for (name, value) in &parts.headers {
        if !matches!(*name, header::CONTENT_LENGTH | header::CONTENT_TYPE) {
            response.headers_mut().append(name, value.clone());
        }
    }
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}

fn log(problem: &Problem) {
    let (code, detail) = (problem.code().name(), problem.log().unwrap_or_default());
    if problem.code().status().is_server_error() {
        tracing::error!(code, detail, "failed")
    } else {
        tracing::info!(code, detail, "refused")
    }
}

fn unnamed(status: StatusCode) -> Problem {
    match status {
        StatusCode::NOT_FOUND => Problem::new(Code::NoSuchRoute, "See `/api/v1/openapi.json` for what there is."),
        StatusCode::METHOD_NOT_ALLOWED => Problem::new(Code::MethodNotAllowed, "The `Allow` header tells which methods there are."),
        status if status.is_client_error() => Problem::new(Code::BadRequest, "The request cannot be understood."),
        status => Problem::internal(format!("an answer of status {status} without a problem")),
    }
}

/// What a panic below becomes. The text of a panic may quote what a customer said, so it is not repeated here.
pub(crate) fn caught(_panic: Box<dyn std::any::Any + Send>) -> Response {
    Problem::internal("a handler panicked").into_response()
}
