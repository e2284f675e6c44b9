//! Redirects: which are followed, as what, and what is left behind.

use dispatch::port::{Egress as _, EgressError, EgressRequest};
use model::{CredentialForm, Header};

use super::house::{STRANGER, Server, answer, ask, credentials, egress, grant, header, http, https, send};
use super::nameserver::{self, Record};

const LOCAL: [u8; 4] = [127, 0, 0, 1];

/// Answers `/STATUS/LOCATION` with that redirect, and anything else with itself.
async fn leading(location: &'static str) -> Server {
    http(LOCAL.into(), 0, move |heard| {
        let path = heard.split(' ').nth(1).unwrap_or_default();
        match path.strip_prefix("/from/").and_then(|status| status.parse::<u16>().ok()) {
            Some(status) => answer(&format!("{status} Elsewhere"), &format!("location: {location}\r\n"), ""),
            None => answer("200 OK", "", &heard[..heard.find(' ').unwrap()]),
        }
    })
    .await
}

#[tokio::test]
async fn methods_and_bodies_follow_the_status() {
    let server = leading("/to?x=1#y").await;
    let granted = grant(&[&server.host()], true);
    let cases = [
        ("GET", 301, "GET"),
        ("POST", 301, "GET"),
        ("PUT", 301, "PUT"),
        ("POST", 302, "GET"),
        ("DELETE", 302, "DELETE"),
        ("HEAD", 302, "HEAD"),
        ("POST", 303, "GET"),
        ("PUT", 303, "GET"),
        ("HEAD", 303, "HEAD"),
        ("POST", 307, "POST"),
        ("PATCH", 308, "PATCH"),
    ];
    for (method, status, expected) in cases {
        let headers = vec![Header::new("content-type", "text/plain"), Header::new("x-kept", "1")];
        let request = EgressRequest { body: b"body".to_vec(), headers, ..ask(method, &format!("http://{}/from/{status}", server.host())) };
        assert_eq!(send(&granted, request).await.unwrap().status, 200, "{method} {status}");
        let heard = server.heard().pop().unwrap();
        let kept = method == expected;
        assert!(heard.starts_with(&format!("{expected} /to?x=1 HTTP/1.1\r\n")), "{heard}");
        assert_eq!(heard.ends_with("\r\n\r\nbody"), kept, "{heard}");
        assert_eq!(header(&heard, "content-type").is_some(), kept, "{heard}");
        assert_eq!(header(&heard, "x-kept").as_deref(), Some("1"));
    }
    for status in [300, 304, 305, 306] {
        let told = send(&granted, ask("GET", &format!("http://{}/from/{status}", server.host()))).await.unwrap();
        assert_eq!(told.status, status, "is no redirect that is followed");
    }
}

#[tokio::test]
async fn loops_end_at_the_limit_and_the_answer_carries_the_rest() {
    let server = http(LOCAL.into(), 0, |_| answer("302 Found", "location: /again\r\n", "")).await;
    for redirects_max in [0, 1, 3] {
        let before = server.connections();
        let granted = dispatch::port::EgressGrant { redirects_max, ..grant(&[&server.host()], true) };
        let told = send(&granted, ask("GET", &format!("http://{}/", server.host()))).await.unwrap();
        assert_eq!(told.status, 302);
        assert!(told.headers.contains(&Header::new("location", "/again")));
        assert_eq!(server.connections() - before, usize::try_from(redirects_max).unwrap() + 1);
    }
}

#[tokio::test]
async fn every_hop_is_checked_like_the_first() {
    let check = async |location: &'static str, expected: &str| {
        let server = leading(location).await;
        let granted = grant(&[&format!("GET {}/from", server.host()), "POST api.example.com/v1"], true);
        let told = send(&granted, ask("GET", &format!("http://{}/from/307", server.host()))).await;
        let expected = expected.replace("HOST", "127.0.0.1");
        assert_eq!(told, Err(EgressError::NotGranted(format!("a redirect: {expected}"))), "{location}");
        assert_eq!(server.connections(), 1);
    };
    check("https://other.example/", "host `other.example` port 443").await;
    check("//other.example/", "host `other.example` port 80").await;
    check("https://api.example.com/v1", "method `GET` on host `api.example.com`").await;
    check("/elsewhere", "`GET` of this path on host `HOST`").await;
    check("/from/%2e%2e%2fadmin", "`GET` of this path on host `HOST`").await;
    check("file:///etc/passwd", "scheme `file`").await;
    check("gopher://127.0.0.1:6379/_", "scheme `gopher`").await;
    check("unix:/var/run/docker.sock", "a URL without scheme and host").await;
    check("https:other.example", "a URL without scheme and host").await;
    check("///other.example/", "URL (empty host)").await;
    check("/\\other.example/", "control characters, backslashes or spaces around a URL").await;
    check("https://user@other.example/", "user information in a URL").await;
    check("//user@other.example/", "user information in a URL").await;
    check("https://0x7f.1/", "an unusual spelling of a host").await;
}

#[tokio::test]
async fn https_never_becomes_http() {
    let server = https(STRANGER.into(), 0, |_| answer("302 Found", "location: http://shop.test/\r\n", "")).await;
    let (names, _) = nameserver::serve(|_, _| vec![Record::Address(STRANGER.into())]).await;
    let url = format!("https://shop.test:{}/", server.port);
    let host = format!("shop.test:{}", server.port);
    for private in [false, true] {
        let granted = grant(&[&host, "shop.test"], private);
        let told = egress(&[names]).send(&granted, ask("GET", &url)).await;
        assert_eq!(told, Err(EgressError::NotGranted("a redirect: scheme `http` after https".to_owned())));
    }
}

#[tokio::test]
async fn credentials_and_cookies_stay_with_their_origin() {
    let other = http(LOCAL.into(), 0, |_| answer("200 OK", "", "")).await;
    let back = other.port;
    let there = http(LOCAL.into(), 0, move |heard| {
        let to = if heard.starts_with("GET /same") { "/in".to_owned() } else { format!("http://127.0.0.1:{back}/") };
        let arrived = heard.starts_with("GET /in") || heard.starts_with("GET /out");
        if arrived { answer("200 OK", "", "") } else { answer("307 Elsewhere", &format!("location: {to}\r\n"), "") }
    })
    .await;
    let send_from = async |path: &str, hosts: &[&str]| {
        let form = CredentialForm::Header { name: "x-key".to_owned(), prefix: String::new() };
        let granted = dispatch::port::EgressGrant { credentials: credentials(form, hosts), ..grant(&[&there.host(), &other.host()], true) };
        let headers = vec![Header::new("cookie", "a=b"), Header::new("x-kept", "1")];
        let request =
            EgressRequest { credential: Some("token".to_owned()), headers, ..ask("GET", &format!("http://{}{path}", there.host())) };
        send(&granted, request).await
    };
    send_from("/same", &[]).await.unwrap();
    let same = there.heard().pop().unwrap();
    assert!(same.starts_with("GET /in") && header(&same, "x-key").is_some() && header(&same, "cookie").is_some(), "{same}");
    send_from("/away", &[]).await.unwrap();
    let away = other.heard().pop().unwrap();
    assert_eq!((header(&away, "x-key"), header(&away, "cookie"), header(&away, "x-kept").as_deref()), (None, None, Some("1")));
    send_from("/same", &[&format!("{}/same", there.host())]).await.unwrap();
    let path = there.heard().pop().unwrap();
    assert!(path.starts_with("GET /in") && header(&path, "x-key").is_none(), "{path}");
    let refused = send_from("/same", &["api.example.com"]).await;
    assert_eq!(refused, Err(EgressError::NotGranted("credential `token` on host `127.0.0.1`".to_owned())));
}
