use std::error::Error;
use std::io;

use dispatch::port::{EgressError, EgressGrant};

use super::connect::ConnectError;

/// An error in the words of the contract. Nothing of the URL's path and query is in it: a credential may be there.
pub(super) fn outcome(error: &(dyn Error + 'static), grant: &EgressGrant) -> EgressError {
    let mut cause = Some(error);
    let mut deepest = String::new();
    while let Some(error) = cause {
        match (error.downcast_ref::<ConnectError>(), error.downcast_ref::<hyper::Error>(), error.downcast_ref::<io::Error>()) {
            (Some(ConnectError::Refused), ..) => return EgressError::RefusedAddress,
            (_, Some(error), _) if error.is_parse_too_large() => return EgressError::TooLarge(grant.header_bytes_max),
            (_, Some(error), _) if error.is_timeout() => return EgressError::Timeout,
            (.., Some(error)) if error.kind() == io::ErrorKind::TimedOut => return EgressError::Timeout,
            _ => {}
        }
        deepest = error.to_string();
        cause = inner(error);
    }
    EgressError::Unavailable(deepest)
}

/// What is inside an error; what was wrapped for the sake of its type alone is looked through.
fn inner<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    wrapped.map(|inner| inner as &(dyn Error + 'static)).or_else(|| error.source())
}
