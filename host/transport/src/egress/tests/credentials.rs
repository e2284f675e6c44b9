//! Credentials: how they are added, and that nothing of them comes back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dispatch::Arithmetic;
use dispatch::port::{EgressError, EgressGrant, EgressRequest, KeyAlgorithm, Keys as _};
use model::{Algorithm, CredentialForm, Encoding, Header, Secret};

use super::house::{SECRET, Server, answer, ask, credentials, grant, header, http, send};

/// Repeats what it hears, in the body and in headers.
async fn parrot() -> Server {
    http([127, 0, 0, 1].into(), 0, |heard| {
        let told = [header(heard, "authorization"), header(heard, "x-signature")].into_iter().flatten().collect::<String>();
        answer("200 OK", &format!("x-told: {told}\r\nlocation: {}\r\n", heard.split(' ').nth(1).unwrap_or_default()), heard)
    })
    .await
}

async fn through(server: &Server, form: CredentialForm, request: EgressRequest) -> Result<(String, String), EgressError> {
    let granted = EgressGrant { credentials: credentials(form, &[]), ..grant(&[&server.host()], true) };
    let request = EgressRequest { credential: Some("token".to_owned()), ..request };
    let told = send(&granted, request).await?;
    let headers: String =
        told.headers.iter().map(|header| format!("{}: {}\n", header.name, String::from_utf8_lossy(&header.value))).collect();
    Ok((server.heard().pop().unwrap(), format!("{headers}\n{}", String::from_utf8_lossy(&told.body))))
}

#[tokio::test]
async fn every_form_is_sent_and_none_comes_back() {
    let server = parrot().await;
    let url = format!("http://{}/api?x=1", server.host());
    let basic = STANDARD.encode(format!("api:{SECRET}"));
    let header_form = |name: &str, prefix: &str| CredentialForm::Header { name: name.to_owned(), prefix: prefix.to_owned() };
    let cases = [
        (header_form("Authorization", "Bearer "), format!("authorization: Bearer {SECRET}")),
        (header_form("X-Key", ""), format!("x-key: {SECRET}")),
        (CredentialForm::Basic { username: "api".to_owned() }, format!("authorization: Basic {basic}")),
        (CredentialForm::Query { name: "key".to_owned() }, "GET /api?x=1&key=s3cret%2F%2Bvalue HTTP/1.1".to_owned()),
    ];
    for (form, expected) in cases {
        let (heard, told) = through(&server, form, ask("GET", &url)).await.unwrap();
        assert!(heard.contains(&expected), "{heard}");
        for part in [SECRET, "s3cret", "s3cret%2F%2Bvalue", basic.trim_end_matches('=')] {
            assert!(!told.contains(part), "`{part}` came back in {told}");
        }
    }
}

#[tokio::test]
async fn a_secret_in_the_path_is_sent_and_does_not_come_back() {
    let server = parrot().await;
    let form = || CredentialForm::Path { place: "{token}".to_owned() };
    let url = |path: &str| format!("http://{}{path}", server.host());
    let (heard, told) = through(&server, form(), ask("GET", &url("/bot{token}/send?x={token}"))).await.unwrap();
    assert!(heard.starts_with("GET /bots3cret%2F%2Bvalue/send?x={token} HTTP/1.1"), "{heard}");
    assert!(!told.contains("s3cret"), "{told}");
    let error = through(&server, form(), ask("GET", &url("/api"))).await.unwrap_err();
    assert_eq!(error, EgressError::NotGranted("a URL whose path has `{token}` not once".to_owned()));
}

#[tokio::test]
async fn requests_are_signed() {
    let server = parrot().await;
    let template = "v0:{timestamp}:{method}:{host}:{path}:{body}:{other}{";
    let form = |algorithm, encoding| CredentialForm::Hmac {
        header: "X-Signature".to_owned(),
        algorithm,
        signed: template.to_owned(),
        encoding,
        prefix: "v0=".to_owned(),
        timestamp_header: Some("X-Time".to_owned()),
    };
    for (algorithm, key, encoding) in [
        (Algorithm::Sha1, KeyAlgorithm::HmacSha1, Encoding::Hex),
        (Algorithm::Sha256, KeyAlgorithm::HmacSha256, Encoding::Hex),
        (Algorithm::Sha512, KeyAlgorithm::HmacSha512, Encoding::Base64),
    ] {
        let request = EgressRequest { body: b"{path} stays".to_vec(), ..ask("POST", &format!("http://{}/a%20b?x=1", server.host())) };
        let (heard, told) = through(&server, form(algorithm, encoding), request).await.unwrap();
        let time = header(&heard, "x-time").unwrap();
        assert!(time.parse::<u64>().unwrap() > 1_700_000_000, "{time}");
        let data = format!("v0:{time}:POST:{}:/a%20b?x=1:{{path}} stays:{{other}}{{", server.host());
        let code = Arithmetic.mac(&Secret::new(SECRET), key, data.as_bytes()).unwrap();
        let code = if encoding == Encoding::Hex { hex::encode(code) } else { STANDARD.encode(code) };
        assert_eq!(header(&heard, "x-signature"), Some(format!("v0={code}")));
        assert!(!told.contains(code.trim_end_matches('=')), "{told}");
    }
}

#[tokio::test]
async fn what_cannot_be_sent_is_said_without_the_secret() {
    let server = parrot().await;
    let url = format!("http://{}/", server.host());
    let signed = |timestamp_header| CredentialForm::Hmac {
        header: "x-signature".to_owned(),
        algorithm: Algorithm::Sha256,
        signed: "{timestamp}".to_owned(),
        encoding: Encoding::Hex,
        prefix: String::new(),
        timestamp_header,
    };
    let header_form = |name: &str| CredentialForm::Header { name: name.to_owned(), prefix: String::new() };
    let unusable = "the secret `configured` cannot be sent in the form that the manifest names";
    let check = async |form: CredentialForm, request: EgressRequest, expected: EgressError| {
        assert_eq!(through(&server, form, request).await, Err(expected));
    };
    check(signed(None), ask("GET", &url), EgressError::Unavailable("a time is signed that no header tells".to_owned())).await;
    check(header_form("host"), ask("GET", &url), EgressError::Unavailable(unusable.to_owned())).await;
    check(header_form("a b"), ask("GET", &url), EgressError::Unavailable(unusable.to_owned())).await;
    let own = EgressRequest { headers: vec![Header::new("X-Key", "mine")], ..ask("GET", &url) };
    check(header_form("X-Key"), own, EgressError::NotGranted("header `x-key`".to_owned())).await;
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_secret_left_behind_does_not_come_back_later() {
    let server = http([127, 0, 0, 1].into(), 0, |_| {
        answer("200 OK", &format!("x-{}: 1\r\nx-b: {SECRET}\r\n", "s3cret"), &format!("kept: {SECRET}"))
    })
    .await;
    let told = send(&grant(&[&server.host()], true), ask("GET", &format!("http://{}/", server.host()))).await.unwrap();
    assert_eq!(told.body, b"kept: *************");
    assert!(told.headers.contains(&Header::new("x-b", "*************")));
}

#[tokio::test]
async fn errors_tell_neither_the_secret_nor_the_query() {
    let server = http([127, 0, 0, 1].into(), 0, |_| {
        answer("302 Found", &format!("location: https://{}.evil.example/{SECRET}\r\n", "s3cret--value"), "")
    })
    .await;
    let granted =
        EgressGrant { credentials: credentials(CredentialForm::Query { name: "key".to_owned() }, &[]), ..grant(&[&server.host()], true) };
    let request = |url: String| EgressRequest { credential: Some("token".to_owned()), ..ask("GET", &url) };
    let redirected = send(&granted, request(format!("http://{}/?q=hidden", server.host()))).await.unwrap_err().to_string();
    assert!(!redirected.contains(SECRET) && !redirected.contains("hidden"), "{redirected}");
    let granted = EgressGrant { hosts: ["127.0.0.1:1".to_owned()].into(), ..granted };
    let nobody = send(&granted, request("http://127.0.0.1:1/?q=hidden".to_owned())).await.unwrap_err().to_string();
    assert!(!nobody.contains("s3cret") && !nobody.contains("hidden"), "{nobody}");
}
