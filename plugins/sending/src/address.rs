use pointsman_plugin::Problem;

/// The address of the channel's API: what the settings say at `/base_url`, or the provider's own. Without the slash at the end.
///
/// # Errors
/// When it is no address of a server.
pub fn base_url(given: Option<&str>, own: &str) -> Result<String, Problem> {
    let url = given.unwrap_or(own).trim_end_matches('/');
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or_default();
    let odd = |character: char| character.is_whitespace() || matches!(character, '@' | '?' | '#' | '\\');
    if rest.is_empty() || rest.starts_with('/') || rest.contains(odd) {
        let remedy = format!("Leave it out for `{own}`, or write an address such as `https://proxy.example`.");
        return Err(Problem::new("/base_url", format!("`{url}` is not the address of a server.")).remedy(remedy));
    }
    Ok(url.to_owned())
}

/// A part of a path or query, percent-encoded, see [`lenient::escaped`].
#[must_use]
pub fn encoded(part: &str) -> String {
    lenient::escaped(part)
}

/// A query of these names and values, percent-encoded, with its question mark; nothing when there are none.
#[must_use]
pub fn query(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}
