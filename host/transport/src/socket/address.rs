use dispatch::port::EgressRequest;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use super::{SocketError, SocketSettings};
use crate::egress::HttpEgress;
use crate::resolve::found;

/// Longest cursor that stands in an address.
const CURSOR_BYTES_MAX: usize = 1_024;

/// Where to connect now: the cursor in its place, and what had to be asked for.
pub(super) async fn address(egress: &HttpEgress, settings: &SocketSettings, cursor: Option<&[u8]>) -> Result<String, SocketError> {
    let mut text = settings.url.clone();
    if let Some(resolve) = &settings.resolve {
        let request = EgressRequest {
            method: resolve.method.clone().unwrap_or_else(|| "GET".to_owned()),
            url: resolve.url.clone(),
            credential: resolve.credential.clone(),
            ..EgressRequest::default()
        };
        let answer = egress.asked(&settings.grant, request).await.map_err(SocketError::Egress)?;
        if answer.status >= 400 {
            return Err(SocketError::Status(answer.status));
        }
        let found = found(resolve, &answer).ok_or_else(|| SocketError::Address("the answer does not name it".to_owned()))?;
        text = text.replace("{}", &found);
    }
    with_cursor(&text, cursor).ok_or_else(|| SocketError::Address("it is no URL".to_owned()))
}

/// The address with the cursor in its place; at first, and when the cursor is no text for a query, without the parameter.
pub(crate) fn with_cursor(text: &str, cursor: Option<&[u8]>) -> Option<String> {
    if !text.contains("{cursor}") {
        return Some(text.to_owned());
    }
    let cursor = cursor.and_then(|cursor| std::str::from_utf8(cursor).ok());
    let cursor = cursor.filter(|cursor| cursor.len() <= CURSOR_BYTES_MAX && !cursor.chars().any(char::is_control)).unwrap_or_default();
    let filled = text.replace("{cursor}", &utf8_percent_encode(cursor, NON_ALPHANUMERIC).to_string());
    if !cursor.is_empty() {
        return Some(filled);
    }
    let mut url = Url::parse(&filled).ok()?;
    let kept: Vec<String> = url.query().unwrap_or_default().split('&').filter(|pair| !pair.ends_with('=')).map(str::to_owned).collect();
    url.set_query((!kept.is_empty()).then(|| kept.join("&")).as_deref());
    Some(url.into())
}

#[cfg(test)]
mod tests {
    use super::with_cursor;

    #[test]
    fn the_cursor_in_an_address() {
        let check = |text: &str, cursor: Option<&str>, expected: &str| {
            assert_eq!(with_cursor(text, cursor.map(str::as_bytes)).as_deref(), Some(expected));
        };
        let url = "wss://a.example/subscribe?kind=post&cursor={cursor}";
        check(url, Some("1725911162329308"), "wss://a.example/subscribe?kind=post&cursor=1725911162329308");
        check(url, Some("a&b"), "wss://a.example/subscribe?kind=post&cursor=a%26b");
        check(url, None, "wss://a.example/subscribe?kind=post");
        check(url, Some("a\nb"), "wss://a.example/subscribe?kind=post");
        check("wss://a.example/?cursor={cursor}", None, "wss://a.example/");
        check("wss://a.example/?x=", Some("7"), "wss://a.example/?x=");
    }
}
