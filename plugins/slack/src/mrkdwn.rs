//! Slack's markup: `<…>` for links and names, three escaped characters.

/// What a text says to people, and the addresses in it.
pub(crate) fn plain(text: &str) -> (String, Vec<String>) {
    let (mut out, mut links, mut rest) = (String::with_capacity(text.len()), Vec::new(), text);
    while let Some((before, after)) = rest.split_once('<') {
        unescape(&mut out, before);
        let Some((inside, after)) = after.split_once('>').filter(|(inside, _)| !inside.contains('\n')) else {
            out.push('<');
            rest = after;
            continue;
        };
        named(&mut out, &mut links, inside);
        rest = after;
    }
    unescape(&mut out, rest);
    (out, links)
}

/// The people whom a text names.
pub(crate) fn people(text: &str) -> Vec<String> {
    let ids = text.split("<@").skip(1).filter_map(|after| after.split(['>', '|']).next());
    ids.filter(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric())).map(str::to_owned).collect()
}

/// A text as Slack wants it: nothing in it is a link, a name or a command to notify everybody.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A text as Slack gives it back.
pub(crate) fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

fn unescape(out: &mut String, text: &str) {
    out.push_str(&unescaped(text));
}

/// `@U1|name`, `#C1|name`, `!here`, `!subteam^S1|@team`, `!date^…|fallback`, or an address with a label.
fn named(out: &mut String, links: &mut Vec<String>, inside: &str) {
    let (what, label) =
        inside.split_once('|').map_or((inside, None), |(what, label)| (what, Some(label).filter(|label| !label.is_empty())));
    let shown = |sign: char, name: &str| format!("{sign}{}", name.trim_start_matches(sign));
    if let Some(user) = what.strip_prefix('@') {
        out.push_str(&shown('@', label.unwrap_or(user)));
    } else if let Some(channel) = what.strip_prefix('#') {
        out.push_str(&shown('#', label.unwrap_or(channel)));
    } else if let Some(command) = what.strip_prefix('!') {
        match label {
            Some(label) => unescape(out, label),
            None => out.push_str(&shown('@', command.split('^').next().unwrap_or(command))),
        }
    } else {
        let address = unescaped(what);
        match label {
            Some(label) => unescape(out, label),
            None => out.push_str(address.strip_prefix("mailto:").unwrap_or(&address)),
        }
        links.push(address);
    }
}
