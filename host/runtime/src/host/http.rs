//! `http`: requests to granted hosts, edge roles only.
//!
//! Which hosts, methods, addresses and headers are allowed is the egress adapter's to decide, with the plugin's grant in hand; caps on the
//! request's size are kept here, and the answer is recorded here.

use dispatch::port::{EgressError, EgressRequest};
use model::Header;
use serde_json::{Value as Json, json};
use wasmtime::component::Linker;

use super::{CallHost, json_bytes, json_of};
use crate::bindings::pointsman::host::http::{Error, Host, Request, Response};
use crate::convert::host::{check_header, response};
use crate::fault::Breach;

/// Most headers of one request.
const HEADERS_MAX: usize = 64;

impl Host for CallHost {
    async fn send(&mut self, request: Request) -> wasmtime::Result<Result<Response, Error>> {
        self.count()?;
        let asked = asked(&request);
        let answer = self.ask(request).await?;
        self.record("http.send", asked, answer_json(&answer));
        Ok(answer.map(response).map_err(error))
    }
}

impl CallHost {
    async fn ask(&self, request: Request) -> wasmtime::Result<Result<model::Response, EgressError>> {
        let (true, Some(services)) = (self.is_edge(), &self.lent.services) else {
            return Ok(Err(EgressError::NotGranted("this role may not use the network".to_owned())));
        };
        self.check(&request)?;
        let left_ms = u32::try_from(self.remaining_ms()).unwrap_or(u32::MAX);
        let request = EgressRequest {
            method: request.method,
            url: request.url,
            headers: request.headers.into_iter().map(|from| Header { name: from.name, value: from.value }).collect(),
            body: request.body,
            credential: request.credential,
            // An answer that comes after the call's end helps nobody.
            timeout_ms: Some(request.timeout_ms.map_or(left_ms, |wish| wish.min(left_ms))),
        };
        let bytes_max = self.lent.limits.http_body_bytes_max;
        let answer = services.egress.send(&self.lent.egress, request).await;
        Ok(answer.and_then(|answer| match u64::try_from(answer.body.len()) {
            Ok(bytes) if bytes <= bytes_max => Ok(answer),
            _ => Err(EgressError::TooLarge(bytes_max)),
        }))
    }

    fn check(&self, request: &Request) -> Result<(), Breach> {
        let bytes_max = self.lent.limits.http_body_bytes_max;
        if u64::try_from(request.body.len()).is_ok_and(|bytes| bytes > bytes_max) {
            return Err(Breach::Contract(format!("a request's body has {} bytes, at most {bytes_max} are allowed", request.body.len())));
        }
        if request.headers.len() > HEADERS_MAX {
            return Err(Breach::Contract(format!("a request has {} headers, at most {HEADERS_MAX} are allowed", request.headers.len())));
        }
        request.headers.iter().try_for_each(|header| check_header(&header.name, &header.value)).map_err(Breach::Contract)
    }
}

/// In pure roles every request is refused, and recorded.
pub(super) fn refuse_all(linker: &mut Linker<CallHost>) -> wasmtime::Result<()> {
    linker.instance("pointsman:host/http@0.1.0")?.func_wrap("send", |mut store, (request,): (Request,)| {
        let host: &mut CallHost = store.data_mut();
        host.count()?;
        let refusal = EgressError::NotGranted("a pure role may not use the network".to_owned());
        let answer: Result<model::Response, EgressError> = Err(refusal);
        host.record("http.send", asked(&request), answer_json(&answer));
        Ok((answer.map(response).map_err(error),))
    })
}

fn asked(request: &Request) -> Json {
    let headers: Vec<Json> =
        request.headers.iter().map(|header| json!({ "name": header.name, "value": json_bytes(&header.value) })).collect();
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
        Ok(response) => json!({ "ok": json_of(response) }),
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
