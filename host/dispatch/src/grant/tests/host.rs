//! The grammar of host grants, what they match, and what two of them have in common.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::grant::{HostGrant, Target, common_hosts};

fn matches(grant: &str, method: &str, url: &str) -> bool {
    let url = url::Url::parse(url).unwrap();
    let usual_port = if url.scheme() == "http" { 80 } else { 443 };
    let (host, port) = (url.host_str().unwrap(), url.port_or_known_default().unwrap());
    HostGrant::parse(grant).unwrap().matches(&Target { method, host, port, usual_port, path: url.path() })
}

#[test]
fn entries_are_read_and_written_in_one_way() {
    let check = |text: &str, expected: Result<&str, &str>| {
        let read = HostGrant::parse(text).map(|grant| grant.to_string()).map_err(|error| error.to_string());
        assert_eq!(read, expected.map(str::to_owned).map_err(str::to_owned), "{text}");
    };
    check("api.example.com", Ok("api.example.com"));
    check("API.Example.com:8443", Ok("api.example.com:8443"));
    check("get, post api.example.com:8443/v1/", Ok("GET,POST api.example.com:8443/v1"));
    check("GET,HEAD,POST,PUT,PATCH,DELETE *.example.com/", Ok("*.example.com"));
    check("api.example.com/V1/users", Ok("api.example.com/V1/users"));
    check("127.0.0.1:3000", Ok("127.0.0.1:3000"));
    check("[0:0::1]:3000/x", Ok("[::1]:3000/x"));
    check("localhost", Ok("localhost"));
    check("https://api.example.com/v1", Err("`https://api.example.com/v1` is a URL, not a host"));
    check("CONNECT api.example.com", Err("`CONNECT` is no method that plugins may use"));
    check(", api.example.com", Err("`` is no method that plugins may use"));
    check("api.example.com:0", Err("`api.example.com:0` has no port from 1 to 65535 behind its colon"));
    check("api.example.com:", Err("`api.example.com:` has no port from 1 to 65535 behind its colon"));
    check("api.example.com:+80", Err("`api.example.com:+80` has no port from 1 to 65535 behind its colon"));
    check("*", Err("`*` is too wide: it would let the plugin speak to strangers"));
    check("*.com", Err("`*.com` is too wide: it would let the plugin speak to strangers"));
    for text in [
        "",
        "a..b",
        "user@example.com",
        "::1",
        "api.*.com",
        "127.1",
        "0x7f.1",
        "2130706433",
        "0177.0.0.1",
        "*.0.0.1",
        "bücher.example",
        "a.com?x",
    ] {
        check(text, Err(&format!("`{text}` is no host")));
    }
    for path in ["/a/../b", "/a%2fb", "/a//b", "/a;b", "/.", "/a?b", "/a#b", "/é", "/a\\b"] {
        assert!(HostGrant::parse(&format!("api.example.com{path}")).is_err(), "{path}");
    }
}

#[test]
fn requests_match_by_host_port_method_and_path() {
    let check = |grant: &str, method: &str, url: &str, expected: bool| {
        assert_eq!(matches(grant, method, url), expected, "{grant}: {method} {url}");
    };
    check("api.example.com", "GET", "https://API.example.com/x", true);
    check("api.example.com", "DELETE", "https://api.example.com./x", true);
    check("api.example.com", "GET", "https://api.example.com:8443/", false);
    check("api.example.com", "GET", "http://api.example.com/", true);
    check("api.example.com", "GET", "http://api.example.com:443/", false);
    check("api.example.com:443", "GET", "https://api.example.com/", true);
    check("api.example.com:443", "GET", "http://api.example.com:443/", false);
    check("api.example.com:8443", "GET", "https://api.example.com:8443/", true);
    check("*.example.com", "GET", "https://a.b.example.com/", true);
    check("*.example.com", "GET", "https://example.com/", false);
    check("*.example.com", "GET", "https://evilexample.com/", false);
    check("*.example.com", "GET", "https://example.com.evil.net/", false);
    check("GET,POST api.example.com", "POST", "https://api.example.com/", true);
    check("GET,POST api.example.com", "HEAD", "https://api.example.com/", false);
    check("GET api.example.com", "get", "https://api.example.com/", false);
    check("api.example.com/v1", "GET", "https://api.example.com/v1", true);
    check("api.example.com/v1/", "GET", "https://api.example.com/v1", true);
    check("api.example.com/v1", "GET", "https://api.example.com/v1/users?x=/../..", true);
    check("api.example.com/v1", "GET", "https://api.example.com/v10", false);
    check("api.example.com/v1", "GET", "https://api.example.com/V1", false);
    check("api.example.com/v1", "GET", "https://api.example.com/", false);
    check("api.example.com/v1", "GET", "https://api.example.com//v1", false);
    check("api.example.com/v1", "GET", "https://api.example.com/%76%31", false);
}

#[test]
fn no_spelling_of_a_path_leads_out_of_its_prefix() {
    let check = |path: &str, expected: bool| {
        assert_eq!(matches("api.example.com/v1", "GET", &format!("https://api.example.com{path}")), expected, "{path}");
    };
    check("/v1/group%2Fproject", true);
    check("/v1/caf%C3%A9?x=%2e%2e", true);
    check("/v1/100%25", true);
    check("/v1/...", true);
    check("/v1/.well-known", true);
    check("/admin/../v1/x", true);
    for out in [
        "/v1/../admin",
        "/v1/%2e%2e/admin",
        "/v1/.%2e/admin",
        "/v1/%2E./admin",
        "/v1\\..\\admin",
        "/v1/..%2fadmin",
        "/v1/..%5cadmin",
        "/v1%2f..%2fadmin",
        "/v1/%2e%2e%2fadmin",
        "/v1/%252e%252e/admin",
        "/v1/%252e%252e%252fadmin",
        "/v1/%25252e%25252e%25252fadmin",
        "/v1/..;/admin",
        "/v1/..;x=1/admin",
        "/v1/%2e%2e;/admin",
        "/v1/..%00/admin",
        "/v1/..%0d%0a/admin",
        "/v1/%c0%ae%c0%ae/admin",
        "/v1/..%c0%afadmin",
        "/v1/%u002e%u002e/admin",
        "/v1/%",
        "/v1/%2",
        "/v1/%zz",
        "/v1%2fx/../../admin",
        "/v1/.%252e/admin",
        "/v1/%2e/x",
    ] {
        // The URL standard resolves some of them itself: then nothing is left of the prefix or nothing leads up.
        let url = url::Url::parse(&format!("https://api.example.com{out}")).unwrap();
        if !url.path().starts_with("/v1/x") {
            check(out, false);
        }
    }
}

fn entry() -> impl Strategy<Value = String> {
    let methods = prop::sample::select(vec!["", "GET ", "GET,POST ", "POST,DELETE "]);
    let host = prop::sample::select(vec!["a.example.com", "b.a.example.com", "*.example.com", "*.a.example.com", "b.example.com"]);
    let port = prop::sample::select(vec!["", ":443", ":80", ":8443"]);
    let path = prop::sample::select(vec!["", "/v1", "/v10", "/v1/users", "/v1/users/", "/v2"]);
    (methods, host, port, path).prop_map(|(methods, host, port, path)| format!("{methods}{host}{port}{path}"))
}

fn request() -> impl Strategy<Value = (&'static str, String)> {
    let method = prop::sample::select(vec!["GET", "POST", "PUT", "DELETE"]);
    let scheme = prop::sample::select(vec!["https", "http"]);
    let host = prop::sample::select(vec!["a.example.com", "b.a.example.com", "c.b.a.example.com", "b.example.com", "example.com"]);
    let port = prop::sample::select(vec!["", ":443", ":80", ":8443"]);
    let path = prop::sample::select(vec!["/", "/v1", "/v1/", "/v10", "/v1/users", "/v1/users/7", "/v1/%2e%2e%2fv2", "/v2/x"]);
    (method, scheme, host, port, path).prop_map(|(method, scheme, host, port, path)| (method, format!("{scheme}://{host}{port}{path}")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn what_is_common_allows_exactly_what_both_allow(
        asked in prop::collection::btree_set(entry(), 1..4), given in prop::collection::btree_set(entry(), 1..4), (method, url) in request(),
    ) {
        let any = |entries: &BTreeSet<String>| entries.iter().any(|entry| matches(entry, method, &url));
        let common = common_hosts(&asked, &given);
        prop_assert_eq!(any(&common), any(&asked) && any(&given), "{:?} for {} {}", common, method, url);
    }

    #[test]
    fn reading_what_was_written_changes_nothing(text in entry()) {
        let grant = HostGrant::parse(&text).unwrap();
        prop_assert_eq!(HostGrant::parse(&grant.to_string()).unwrap(), grant);
    }
}
