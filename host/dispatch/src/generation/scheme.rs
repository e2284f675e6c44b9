//! A signature scheme as its connector uses it: its places filled from the settings, and everything in it told that would prove less than it
//! seems to.

use model::SignatureScheme;
use url::Url;

use super::assembly::Problems;
use crate::grant;
use crate::port::PluginInfo;

/// The scheme with its places filled.
///
/// # Errors
/// The pointer that leads nowhere.
pub(super) fn filled(mut scheme: SignatureScheme, info: &PluginInfo) -> Result<SignatureScheme, String> {
    let fill = |text: &mut String| -> Result<(), String> {
        *text = grant::filled(&info.spec, &info.manifest, text)?;
        Ok(())
    };
    match &mut scheme {
        SignatureScheme::Jwt { issuer, audience, keys, claims, .. } => {
            let places = std::iter::once(issuer).chain(audience).chain(keys).chain(claims.values_mut());
            places.into_iter().try_for_each(fill)?;
        }
        SignatureScheme::Sns { topics, .. } => topics.iter_mut().try_for_each(fill)?,
        _ => {}
    }
    Ok(scheme)
}

/// What is wrong with a scheme, whatever its secrets are.
pub(super) fn check(scheme: &SignatureScheme, info: &PluginInfo, place: &str, problems: &mut Problems) {
    let mut wrong = |message: &str, remedy: &str| problems.add(place, message.to_owned(), remedy);
    match scheme {
        SignatureScheme::Hmac { signed, timestamp_header, .. } => {
            if !signed.contains("{body}") {
                wrong("what is signed does not contain `{body}`, so that anything could be delivered", "add `{body}`");
            }
            if signed.contains("{timestamp}") != timestamp_header.is_some() {
                wrong("`{timestamp}` in what is signed and `timestamp_header` need each other", "give both or neither");
            }
        }
        SignatureScheme::BodyHmac { signed, timestamp, signature, .. } => {
            if !signed.contains(&format!("{{{timestamp}}}")) {
                wrong(
                    "the time of signing is not in what is signed, so that anything could be sent again for ever",
                    "add its pointer as a place",
                );
            }
            if [timestamp, signature].iter().any(|pointer| !pointer.starts_with('/')) {
                wrong("`timestamp` and `signature` have to be pointers", "begin them with `/`");
            }
        }
        SignatureScheme::BodyToken { pointer, .. } if !pointer.starts_with('/') => wrong("`pointer` is none", "begin it with `/`"),
        SignatureScheme::HttpSignature { secret, algorithm, covers, actor, .. } => {
            if secret.is_none() && algorithm.is_some() {
                wrong("`algorithm` says what a configured key is, and there is none", "name the key in `secret`, or leave `algorithm` out");
            }
            if covers.as_ref().is_some_and(Vec::is_empty) {
                wrong("`covers` is empty, so that nothing of a delivery has to be signed", "leave it out, or list what has to be signed");
            }
            if !actor.starts_with('/') {
                wrong("`actor` is no pointer", "begin it with `/`");
            }
        }
        SignatureScheme::Jwt { keys, secret, audience, .. } => {
            if keys.is_some() == secret.is_some() {
                wrong("a token is verified either with the issuer's `keys` or with a shared `secret`", "give exactly one of them");
            }
            if keys.is_some() && audience.as_ref().is_none_or(String::is_empty) {
                wrong("without `audience` the issuer's tokens for anybody would be taken", "give the audience that is yours");
            }
            if keys.as_ref().is_some_and(|url| !may_be_asked(url, info.spec.grants.private_network)) {
                wrong("`keys` is no `https:` URL", "give the URL of the issuer's JWK set or OpenID configuration");
            }
        }
        SignatureScheme::Sns { topics, .. } if topics.is_empty() || !topics.iter().all(|topic| is_topic(topic)) => {
            wrong(
                "`topics` has to list the topics that may deliver",
                "give the ARNs of your topics: `arn:aws:sns:eu-west-1:123456789012:name`",
            );
        }
        _ => {}
    }
}

fn may_be_asked(url: &str, private_network: bool) -> bool {
    Url::parse(url).is_ok_and(|url| url.has_host() && (url.scheme() == "https" || (private_network && url.scheme() == "http")))
}

/// `arn:aws:sns:region:account:name`; other partitions are called `aws-cn` and the like.
fn is_topic(arn: &str) -> bool {
    let parts: Vec<&str> = arn.split(':').collect();
    matches!(parts.as_slice(), ["arn", partition, "sns", region, account, name]
        if partition.starts_with("aws") && ![region, account, name].iter().any(|part| part.is_empty()))
}
