use crate::report::Report;

/// A host that may be spoken to, in the form that grants have: `api.example.com`, `*.example.com`, with `:port` when it is not the usual one.
pub(super) fn host(text: &str, key: &str, report: &Report) -> Option<String> {
    match judge(text) {
        Ok(host) => Some(host),
        Err((message, remedy)) => {
            report.error(key, message, &remedy);
            None
        }
    }
}

fn judge(text: &str) -> Result<String, (String, String)> {
    const REMEDY: &str = "write `api.example.com`, `*.example.com` or `api.example.com:8443`";
    if let Some((_, rest)) = text.split_once("://") {
        let bare = rest.split(['/', '?', '#']).next().unwrap_or_default();
        return Err((format!("`{text}` is a URL, not a host"), format!("write `{bare}`")));
    }
    let host = text.to_ascii_lowercase();
    let (name, port) = split_port(&host);
    if port.is_some_and(|port| port.parse::<u16>().unwrap_or(0) == 0) {
        return Err((format!("`{text}` has no port from 1 to 65535 behind its colon"), REMEDY.to_owned()));
    }
    if name == "*" || name.strip_prefix("*.").is_some_and(|domain| !domain.contains('.')) {
        return Err((format!("`{text}` is too wide: it would let the plugin speak to strangers"), "name the hosts one by one".to_owned()));
    }
    if !is_host(name.strip_prefix("*.").unwrap_or(name)) {
        return Err((format!("`{text}` is no host"), REMEDY.to_owned()));
    }
    Ok(host)
}

/// Host and port; an IPv6 address stands in brackets.
fn split_port(host: &str) -> (&str, Option<&str>) {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') && (!name.contains(':') || name.ends_with(']')) => (name, Some(port)),
        _ => (host, None),
    }
}

fn is_host(name: &str) -> bool {
    if let Some(address) = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
        return address.parse::<std::net::Ipv6Addr>().is_ok();
    }
    let label = |label: &str| {
        let letters = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        letters && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
    };
    name.len() <= 253 && name.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        for (text, expected) in [
            ("api.example.com", Some("api.example.com")),
            ("API.Example.com:8443", Some("api.example.com:8443")),
            ("*.example.com", Some("*.example.com")),
            ("127.0.0.1:3000", Some("127.0.0.1:3000")),
            ("[::1]:3000", Some("[::1]:3000")),
            ("[::1]", Some("[::1]")),
            ("localhost", Some("localhost")),
            ("https://api.example.com/v1", None),
            ("api.example.com/v1", None),
            ("api.example.com:0", None),
            ("api.example.com:", None),
            ("api.example.com:99999", None),
            ("*", None),
            ("*.com", None),
            ("api.*.com", None),
            ("", None),
            ("a..b", None),
            ("user@example.com", None),
            ("::1", None),
        ] {
            assert_eq!(judge(text).ok().as_deref(), expected, "{text}");
        }
    }
}
