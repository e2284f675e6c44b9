//! Amazon SNS: an RSA signature over the canonical fields of a message, by a certificate that Amazon serves.
//! <https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html>

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Delivery, Timestamp};
use serde::Deserialize;
use url::Url;

use super::keyring::{KeySource, Keyring};
use super::public_key::Way;
use super::{Forged, text};

/// Longest message: SNS sends at most 256 KiB, which JSON may escape.
const MESSAGE_BYTES_MAX: usize = 2 << 20;

/// The fields of a message. A field that is there twice refuses it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Message {
    #[serde(rename = "Type")]
    kind: Kind,
    message: String,
    message_id: String,
    topic_arn: String,
    timestamp: String,
    subject: Option<String>,
    token: Option<String>,
    #[serde(rename = "SubscribeURL")]
    subscribe_url: Option<String>,
    signature_version: String,
    signature: String,
    #[serde(rename = "SigningCertURL", alias = "SigningCertUrl")]
    certificate_url: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
enum Kind {
    Notification,
    SubscriptionConfirmation,
    UnsubscribeConfirmation,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Notification => "Notification",
            Self::SubscriptionConfirmation => "SubscriptionConfirmation",
            Self::UnsubscribeConfirmation => "UnsubscribeConfirmation",
        }
    }
}

/// Where the certificate of a message is, when the message is of one of the topics and of now.
///
/// # Errors
/// When no certificate could make it genuine.
pub(super) fn source(topics: &[String], tolerance_s: u64, delivery: &Delivery, now: Timestamp) -> Result<KeySource, Forged> {
    let message = Message::of(topics, tolerance_s, delivery, now)?;
    let url = of_amazon(&message.certificate_url).filter(|url| url.path().ends_with(".pem"));
    let url = url.ok_or_else(|| malformed("the certificate is not one of Amazon's"))?;
    Ok(KeySource::Certificate(url.into()))
}

/// With the certificate.
pub(super) fn verify(topics: &[String], tolerance_s: u64, keys: &Keyring, delivery: &Delivery, now: Timestamp) -> Result<(), Forged> {
    let message = Message::of(topics, tolerance_s, delivery, now)?;
    let certified = keys.only().ok_or(Forged::UnknownKey)?;
    let now_s = now.0 / 1_000;
    if certified.valid_s.is_none_or(|(from_s, until_s)| now_s < from_s || now_s > until_s) {
        return Err(Forged::Expired);
    }
    let way = match message.signature_version.as_str() {
        "1" => Way::RsaV15Sha1,
        "2" => Way::RsaV15Sha256,
        _ => return Err(malformed("the signature's version is not known")),
    };
    let signature = STANDARD.decode(&message.signature).map_err(|_| malformed("the signature is not base64"))?;
    if certified.key.verifies(way, message.canonical()?.as_bytes(), &signature) { Ok(()) } else { Err(Forged::Mismatch) }
}

/// The URL that confirms a subscription, when a genuine message asks for it.
pub(super) fn confirmation(delivery: &Delivery) -> Option<String> {
    let message: Message = serde_json::from_slice(&delivery.body).ok()?;
    let url = message.subscribe_url.filter(|_| message.kind == Kind::SubscriptionConfirmation)?;
    of_amazon(&url).map(Url::into)
}

impl Message {
    fn of(topics: &[String], tolerance_s: u64, delivery: &Delivery, now: Timestamp) -> Result<Self, Forged> {
        if delivery.body.len() > MESSAGE_BYTES_MAX {
            return Err(malformed("the body is larger than a message of SNS"));
        }
        let message: Self =
            serde_json::from_slice(&delivery.body).map_err(|error| Forged::Malformed(format!("the body is no message of SNS: {error}")))?;
        if !topics.contains(&message.topic_arn) {
            return Err(malformed("the message is of a topic that is not listed"));
        }
        text::near(text::rfc3339_seconds(&without_fraction(&message.timestamp))?, tolerance_s, now)?;
        Ok(message)
    }

    /// Name and value of each signed field on lines of their own, in the order of the names.
    fn canonical(&self) -> Result<String, Forged> {
        let missing = |name: &str| Forged::Missing(format!("{name} of the body"));
        let mut fields = vec![("Message", self.message.as_str()), ("MessageId", &self.message_id)];
        if self.kind == Kind::Notification {
            fields.extend(self.subject.as_deref().map(|subject| ("Subject", subject)));
        } else {
            fields.push(("SubscribeURL", self.subscribe_url.as_deref().ok_or_else(|| missing("SubscribeURL"))?));
        }
        fields.push(("Timestamp", &self.timestamp));
        if self.kind != Kind::Notification {
            fields.push(("Token", self.token.as_deref().ok_or_else(|| missing("Token"))?));
        }
        fields.extend([("TopicArn", self.topic_arn.as_str()), ("Type", self.kind.name())]);
        Ok(fields.iter().map(|(name, value)| format!("{name}\n{value}\n")).collect())
    }
}

/// An `https:` URL on `sns.<region>.amazonaws.com` (or `.com.cn`), and nothing that only looks like one.
fn of_amazon(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let region = url.host_str()?.strip_prefix("sns.")?;
    let region = region.strip_suffix(".amazonaws.com").or_else(|| region.strip_suffix(".amazonaws.com.cn"))?;
    let is_region =
        (3..=32).contains(&region.len()) && region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    let plain = url.scheme() == "https" && url.port().is_none() && url.username().is_empty() && url.password().is_none();
    (is_region && plain).then_some(url)
}

/// `2012-04-26T20:45:04.751Z` without its milliseconds.
fn without_fraction(timestamp: &str) -> String {
    match timestamp.split_once('.') {
        Some((whole, rest)) if rest.len() <= 10 && rest.ends_with('Z') => format!("{whole}Z"),
        _ => timestamp.to_owned(),
    }
}

fn malformed(why: &str) -> Forged {
    Forged::Malformed(why.to_owned())
}
