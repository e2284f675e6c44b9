//! The network of `plugin call`: one file answers everything.

use std::path::Path;

use async_trait::async_trait;
use dispatch::port::{Egress, EgressError, EgressGrant, EgressRequest};
use model::{Header, Response};

use crate::exit::{Code, Done, Failure};

/// Answers every request with the same bytes, or with the lack of them.
pub(crate) struct Respond(Option<Response>);

impl Respond {
    pub(crate) fn new(file: Option<&Path>) -> Done<Self> {
        let Some(file) = file else { return Ok(Self(None)) };
        let body = std::fs::read(file).map_err(|error| Failure::new(Code::NotFound, format!("{}: {error}", file.display())))?;
        let media_type = match file.extension().and_then(|extension| extension.to_str()) {
            Some("json") => "application/json",
            Some("xml" | "rss" | "atom") => "application/xml",
            _ => "application/octet-stream",
        };
        Ok(Self(Some(Response { status: 200, headers: vec![Header::new("content-type", media_type)], body })))
    }
}

#[async_trait]
impl Egress for Respond {
    async fn send(&self, _grant: &EgressGrant, request: EgressRequest) -> Result<Response, EgressError> {
        let missing =
            || EgressError::Unavailable(format!("nothing answers {} {}: give an answer with --respond FILE", request.method, request.url));
        self.0.clone().ok_or_else(missing)
    }
}
