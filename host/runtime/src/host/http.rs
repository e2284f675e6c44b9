//! `http`: requests to granted hosts, edge roles only.
//!
//! Which hosts, methods, addresses and headers are allowed is the egress adapter's to decide, with the plugin's grant in hand; caps on the
//! request's size are kept here, and the answer is recorded here.

use std::sync::Arc;
use std::time::Duration;

use dispatch::port::{EgressError, EgressRequest};
use model::{Header, Limits};
use serde_json::{Value as Json, json};
use wasmtime::component::Linker;

use super::{CallHost, json_bytes, json_of};
use crate::bindings::pointsman::host::http::{Error, Host, Request, Response};
use crate::convert::host::{check_header, response};
use crate::fault::Breach;

impl Host for CallHost {
    async fn send(&mut self, request: Request) -> wasmtime::Result<Result<Response, Error>> {
        let bytes = request_bytes(&request);
        let entered = self.enter(bytes)?;
        self.count_request()?;
        let asked = asked(&request);
        let answer = self.ask(request, bytes).await?;
        self.record("http.send", asked, answer_json(&answer));
        let bytes = answer.as_ref().map_or(0, response_bytes);
        self.used.http_bytes_received = self.used.http_bytes_received.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
        self.leave(&entered, bytes)?;
        Ok(answer.map(response).map_err(error))
    }
}

impl CallHost {
    fn count_request(&mut self) -> Result<(), Breach> {
        self.used.http_requests += 1;
        if self.used.http_requests > self.lent.limits.http_requests_max { Err(Breach::HttpRequests) } else { Ok(()) }
    }

    async fn ask(&mut self, request: Request, bytes: usize) -> Result<Result<model::Response, EgressError>, Breach> {
        let lent = Arc::clone(&self.lent);
        let (true, Some(services)) = (self.is_edge(), &lent.services) else {
            return Ok(Err(EgressError::NotGranted("this role may not use the network".to_owned())));
        };
        check(&request, &lent.limits)?;
        // An answer that comes after the call's end helps nobody.
        let wish_ms = request.timeout_ms.map_or(u64::MAX, u64::from);
        let time_ms = wish_ms.min(lent.limits.http_timeout_ms).min(self.left_ms());
        let sending = async {
            let Ok(_under_way) = lent.requests.acquire().await else { return Err(EgressError::Timeout) };
            self.used.http_bytes_sent = self.used.http_bytes_sent.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
            services.egress.send(&lent.egress, to_send(request, time_ms)).await
        };
        let answer = match tokio::time::timeout(Duration::from_millis(time_ms), sending).await {
            Ok(answer) => answer,
            Err(_) => Err(EgressError::Timeout),
        };
        Ok(answer.and_then(|answer| within(answer, &lent.limits)))
    }
}

fn to_send(request: Request, time_ms: u64) -> EgressRequest {
    EgressRequest {
        method: request.method,
        url: request.url,
        headers: request.headers.into_iter().map(|from| Header { name: from.name, value: from.value }).collect(),
        body: request.body,
        credential: request.credential,
        timeout_ms: Some(u32::try_from(time_ms).unwrap_or(u32::MAX)),
    }
}

/// A request that breaks the contract ends the call; what it leads to is a typed error.
fn check(request: &Request, limits: &Limits) -> Result<(), Breach> {
    let bytes = request.headers.iter().map(|header| header.name.len() + header.value.len()).sum();
    for (what, count, count_max) in [
        ("body has {} bytes", request.body.len(), limits.http_body_bytes_max),
        ("headers have {} bytes", bytes, limits.http_header_bytes_max),
        ("head has {} headers", request.headers.len(), limits.http_headers_max),
    ] {
        if u64::try_from(count).map_or(true, |count| count > count_max) {
            let what = what.replace("{}", &count.to_string());
            return Err(Breach::Contract(format!("a request's {what}, at most {count_max} are allowed")));
        }
    }
    request.headers.iter().try_for_each(|header| check_header(&header.name, &header.value)).map_err(Breach::Contract)
}

/// The answer, if it keeps the limits. The adapter keeps them while it reads; this is the last look.
fn within(answer: model::Response, limits: &Limits) -> Result<model::Response, EgressError> {
    let header_bytes = answer.headers.iter().map(|header| header.name.len() + header.value.len()).sum();
    let sizes = [(answer.body.len(), limits.http_body_bytes_max), (header_bytes, limits.http_header_bytes_max)];
    for (bytes, bytes_max) in sizes {
        if u64::try_from(bytes).map_or(true, |bytes| bytes > bytes_max) {
            return Err(EgressError::TooLarge(bytes_max));
        }
    }
    if u64::try_from(answer.headers.len()).map_or(true, |headers| headers > limits.http_headers_max) {
        return Err(EgressError::TooLarge(limits.http_header_bytes_max));
    }
    Ok(answer)
}

fn request_bytes(request: &Request) -> usize {
    let headers: usize = request.headers.iter().map(|header| header.name.len() + header.value.len()).sum();
    request.method.len() + request.url.len() + headers + request.body.len() + request.credential.as_ref().map_or(0, String::len)
}

fn response_bytes(response: &model::Response) -> usize {
    let headers: usize = response.headers.iter().map(|header| header.name.len() + header.value.len()).sum();
    headers + response.body.len()
}

/// In pure roles every request is refused, and recorded.
pub(super) fn refuse_all(linker: &mut Linker<CallHost>) -> wasmtime::Result<()> {
    linker.instance("pointsman:host/http@0.1.0")?.func_wrap("send", |mut store, (request,): (Request,)| {
        let host: &mut CallHost = store.data_mut();
        let entered = host.enter(request_bytes(&request))?;
        host.count_request()?;
        let refusal = EgressError::NotGranted("a pure role may not use the network".to_owned());
        let answer: Result<model::Response, EgressError> = Err(refusal);
        host.record("http.send", asked(&request), answer_json(&answer));
        host.leave(&entered, 0)?;
        Ok((answer.map(response).map_err(error),))
    })
}

fn response_json(response: &model::Response) -> Json {
    let mut answered = json!({ "status": response.status, "body": json_bytes(&response.body) });
    let headers: Vec<Json> = response.headers.iter().map(|header| header_json(&header.name, &header.value)).collect();
    if let (false, Some(fields)) = (headers.is_empty(), answered.as_object_mut()) {
        fields.insert("headers".to_owned(), Json::from(headers));
    }
    answered
}

fn header_json(name: &str, value: &[u8]) -> Json {
    json!({ "name": name, "value": json_bytes(value) })
}

fn asked(request: &Request) -> Json {
    let headers: Vec<Json> = request.headers.iter().map(|header| header_json(&header.name, &header.value)).collect();
    json!({
        "method": request.method,
        "url": request.url,
        "headers": headers,
        "body": json_bytes(&request.body),
        "credential": request.credential,
        "timeout_ms": request.timeout_ms,
    })
}

fn answer_json(answer: &Result<model::Response, EgressError>) -> Json {
    match answer {
        Ok(response) => json!({ "ok": response_json(response) }),
        Err(error) => json!({ "err": json_of(error) }),
    }
}

fn error(from: EgressError) -> Error {
    match from {
        EgressError::NotGranted(what) => Error::NotGranted(what),
        EgressError::RefusedAddress => Error::RefusedAddress,
        EgressError::Timeout => Error::Timeout,
        EgressError::TooLarge(bytes) => Error::TooLarge(bytes),
        EgressError::Unavailable(why) => Error::Unavailable(why),
    }
}
