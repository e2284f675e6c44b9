//! One spelling of an address only: what a parser would mend is refused, because the next parser may mend it otherwise.

use dispatch::port::EgressError;
use url::{Host, Url};

/// Longest URL.
const URL_BYTES_MAX: usize = 8 << 10;

/// An absolute URL as it is written.
///
/// # Errors
/// What is odd about it.
pub(super) fn absolute(text: &str) -> Result<Url, EgressError> {
    check_text(text)?;
    let (scheme, rest) = text.split_once("://").ok_or_else(|| refused("a URL without scheme and host"))?;
    if !scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte)) {
        return Err(refused("a URL without scheme and host"));
    }
    let url = Url::parse(text).map_err(|error| refused(&format!("URL ({error})")))?;
    if matches!(url.scheme(), "http" | "https") {
        check_authority(authority(rest), &url)?;
    }
    Ok(without_fragment(url))
}

/// Where a redirect leads.
///
/// # Errors
/// What is odd about it.
pub(super) fn redirect(from: &Url, location: &str) -> Result<Url, EgressError> {
    check_text(location)?;
    if location.split(['/', '?', '#']).next().is_some_and(|first| first.contains(':')) {
        return absolute(location);
    }
    let url = from.join(location).map_err(|error| refused(&format!("URL ({error})")))?;
    if let Some(rest) = location.strip_prefix("//") {
        check_authority(authority(rest), &url)?;
    }
    Ok(without_fragment(url))
}

fn check_text(text: &str) -> Result<(), EgressError> {
    if text.len() > URL_BYTES_MAX {
        return Err(refused(&format!("a URL of more than {URL_BYTES_MAX} bytes")));
    }
    if text.chars().any(|letter| letter.is_control() || letter == '\\') || text.trim() != text {
        return Err(refused("control characters, backslashes or spaces around a URL"));
    }
    Ok(())
}

fn authority(rest: &str) -> &str {
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

/// The authority has no user, and its host is written as it is understood: names may be in other scripts, addresses have one form.
fn check_authority(authority: &str, url: &Url) -> Result<(), EgressError> {
    if authority.contains('@') {
        return Err(refused("user information in a URL"));
    }
    let host = url.host_str().unwrap_or_default();
    let written = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => host,
        _ => authority,
    };
    let plain = match url.host() {
        Some(Host::Domain(_)) if written.is_ascii() => written.eq_ignore_ascii_case(host),
        Some(Host::Domain(_)) => host.contains("xn--") && !written.contains(['%', ' ']),
        Some(_) => written.eq_ignore_ascii_case(host),
        None => false,
    };
    if plain { Ok(()) } else { Err(refused("an unusual spelling of a host")) }
}

fn without_fragment(mut url: Url) -> Url {
    url.set_fragment(None);
    url
}

pub(super) fn refused(what: &str) -> EgressError {
    EgressError::NotGranted(what.to_owned())
}
