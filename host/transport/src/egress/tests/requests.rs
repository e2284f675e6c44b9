//! What is let through, and what is refused before anything is sent.

use dispatch::port::{Egress as _, EgressError, EgressRequest};
use model::Header;

use super::house::{STRANGER, answer, ask, egress, grant, header, http, https, send};
use super::nameserver::{self, Record};

#[tokio::test]
async fn a_granted_request_is_sent_as_asked() {
    let server = http([127, 0, 0, 1].into(), 0, |heard| answer("201 Created", "x-a: 1\r\nkeep-alive: timeout=5\r\n", &heard[..4])).await;
    let mut request = ask("POST", &format!("http://{}/api?x=1#part", server.host()));
    request.headers = vec![Header::new("Accept", "application/json"), Header::new("User-Agent", "probe/1")];
    request.body = b"{}".to_vec();
    let told = send(&grant(&[&server.host()], true), request).await.unwrap();
    assert_eq!((told.status, told.body.as_slice()), (201, b"POST".as_slice()));
    assert_eq!(told.headers, [Header::new("x-a", "1"), Header::new("content-length", "4")]);
    let heard = server.heard().remove(0);
    assert!(heard.starts_with("POST /api?x=1 HTTP/1.1\r\n"), "{heard}");
    for (name, value) in
        [("host", server.host().as_str()), ("accept", "application/json"), ("accept-encoding", "identity"), ("user-agent", "probe/1")]
    {
        assert_eq!(header(&heard, name).as_deref(), Some(value), "{heard}");
    }
    assert_eq!(header(&heard, "authorization"), None, "no credential was named");
}

#[tokio::test]
async fn names_of_the_servers_given_and_certificates_are_what_counts() {
    let server = https(STRANGER.into(), 0, |_| answer("200 OK", "", "hello")).await;
    let (names, _) = nameserver::serve(|name, _| match name {
        "shop.test" | "shop.other" => vec![Record::Alias("web.test".into(), vec![Record::Address(STRANGER.into())])],
        _ => vec![],
    })
    .await;
    let egress = egress(&[names]);
    let port = server.port;
    let granted = grant(&[&format!("shop.test:{port}"), &format!("shop.other:{port}"), &format!("nobody.test:{port}")], false);
    let told = egress.send(&granted, ask("GET", &format!("https://shop.test:{port}/"))).await.unwrap();
    assert_eq!(told.body, b"hello");
    let other = egress.send(&granted, ask("GET", &format!("https://shop.other:{port}/"))).await;
    assert!(matches!(&other, Err(EgressError::Unavailable(why)) if why.contains("certificate")), "{other:?}");
    let nobody = egress.send(&granted, ask("GET", &format!("https://nobody.test:{port}/?key=hidden"))).await;
    assert_eq!(nobody, Err(EgressError::Unavailable("the name `nobody.test` leads to no address".to_owned())));
}

#[tokio::test]
async fn what_is_not_granted_is_refused_by_name() {
    let granted = grant(&["api.example.com", "GET,POST docs.example.com:8443/v1"], false);
    let api = || ask("GET", "https://api.example.com/");
    let with = |name: &str, value: &str| EgressRequest { headers: vec![Header::new(name, value)], ..api() };
    let cases = [
        (ask("GET", "https://other.example.com/"), "host `other.example.com` port 443"),
        (ask("GET", "https://api.example.com:8443/"), "host `api.example.com` port 8443"),
        (ask("DELETE", "https://docs.example.com:8443/v1/x"), "method `DELETE` on host `docs.example.com`"),
        (ask("GET", "https://docs.example.com:8443/v10"), "`GET` of this path on host `docs.example.com`"),
        (ask("GET", "https://docs.example.com:8443/v1/..%2f..%2fadmin"), "`GET` of this path on host `docs.example.com`"),
        (ask("GET", "https://docs.example.com:8443/v1/../admin"), "`GET` of this path on host `docs.example.com`"),
        (ask("GET", "http://api.example.com/"), "scheme `http`"),
        (ask("GET", "file:///etc/passwd"), "scheme `file`"),
        (ask("GET", "gopher://api.example.com/_"), "scheme `gopher`"),
        (ask("GET", "unix:/var/run/docker.sock"), "a URL without scheme and host"),
        (ask("GET", "https:api.example.com"), "a URL without scheme and host"),
        (ask("GET", "//api.example.com/"), "a URL without scheme and host"),
        (ask("GET", "https://user@api.example.com/"), "user information in a URL"),
        (ask("GET", "https://user:pw@api.example.com/"), "user information in a URL"),
        (ask("GET", "https://@api.example.com/"), "user information in a URL"),
        (ask("GET", "https://api.example.com\\@other.example/"), "control characters, backslashes or spaces around a URL"),
        (ask("GET", "https://api.example.com/\r\nx: y"), "control characters, backslashes or spaces around a URL"),
        (ask("GET", " https://api.example.com/"), "control characters, backslashes or spaces around a URL"),
        (ask("GET", "https://api%2eexample.com/"), "an unusual spelling of a host"),
        (ask("GET", "https://ａｐｉ.example.com/"), "an unusual spelling of a host"),
        (ask("CONNECT", "https://api.example.com/"), "method `CONNECT`"),
        (ask("get", "https://api.example.com/"), "method `get`"),
        (ask("GET / HTTP/1.1\r\nx: y", "https://api.example.com/"), "method `GET / HTTP/1.1\\r\\nx: y`"),
        (EgressRequest { credential: Some("other".to_owned()), ..api() }, "credential `other`"),
        (with("Host", "x"), "header `host`"),
        (with("Authorization", "Bearer mine"), "header `authorization`"),
        (with("Content-Length", "1"), "header `content-length`"),
        (with("Transfer-Encoding", "chunked"), "header `transfer-encoding`"),
        (with("Connection", "upgrade"), "header `connection`"),
        (with("Proxy-Authorization", "x"), "header `proxy-authorization`"),
        (with("X-HTTP-Method-Override", "DELETE"), "header `x-http-method-override`"),
        (with("X-Original-URL", "/admin"), "header `x-original-url`"),
        (with("x", "a\r\nb: c"), "header `x`"),
        (with("x", "a\0"), "header `x`"),
        (with("x y", "a"), "header `x y`"),
        (with("x\r\ny", "a"), "header `x\\r\\ny`"),
        (with("x:y", "a"), "header `x:y`"),
        (with("", "a"), "header ``"),
        (EgressRequest { headers: vec![Header::new("a", "b"); 65], ..api() }, "more than 64 headers"),
        (ask("GET", &format!("https://api.example.com/{}", "x".repeat(9_000))), "a URL of more than 8192 bytes"),
    ];
    for (request, expected) in cases {
        let url = request.url.clone();
        assert_eq!(send(&granted, request).await, Err(EgressError::NotGranted(expected.to_owned())), "{url}");
    }
    let large = EgressRequest { headers: vec![Header::new("a", &"b".repeat(20 << 10))], ..api() };
    assert_eq!(send(&granted, large).await, Err(EgressError::TooLarge(16 << 10)));
    let large = EgressRequest { body: vec![0; 10_001], ..api() };
    assert_eq!(send(&granted, large).await, Err(EgressError::TooLarge(10_000)));
}
