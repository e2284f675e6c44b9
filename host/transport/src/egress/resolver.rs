//! Resolving names for plugins: one look-up, every address checked, the connection made to what was checked.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use thiserror::Error;

use crate::address::is_public;

/// A name leads to an address that is not public.
#[derive(Debug, Error)]
#[error("the name leads to an address that is not public")]
pub(super) struct RefusedAddress;

/// Refuses a name when *any* of its addresses is not public: a mixed answer is how rebinding is tried.
#[derive(Clone, Copy, Debug)]
pub(super) struct CheckedResolver;

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host.as_str(), 0)).await?.collect();
            if found.iter().any(|address| !is_public(address.ip())) {
                return Err(RefusedAddress.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
