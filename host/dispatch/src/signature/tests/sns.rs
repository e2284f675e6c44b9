use model::{Delivery, SignatureScheme};
use serde_json::{Value as Json, json};

use super::signing::{By, post};
use super::{NOW, scheme};
use crate::signature::{Forged, KeySource, Keyring, Means, Published, Verified, confirmation, verify, wanted};

pub(crate) const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:mails";
const CERTIFICATE: &str = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem";

pub(crate) fn listed() -> SignatureScheme {
    scheme(json!({"scheme": "sns", "topics": [TOPIC]}))
}

pub(crate) fn keys(by: By) -> Keyring {
    match Keyring::read(&KeySource::Certificate(CERTIFICATE.into()), by.certificate().as_bytes()) {
        Ok(Published::Keys(keys)) => keys,
        other => panic!("{other:?}"),
    }
}

fn notification() -> Json {
    json!({"Type": "Notification", "MessageId": "m-1", "TopicArn": TOPIC, "Subject": "News", "Message": "{\"a\": \"é\"}",
        "Timestamp": "2023-11-14T22:13:20.123Z", "SignatureVersion": "2", "SigningCertURL": CERTIFICATE})
}

pub(crate) fn subscription() -> Json {
    json!({"Type": "SubscriptionConfirmation", "MessageId": "m-2", "Token": "t0k", "TopicArn": TOPIC, "Message": "You have chosen …",
        "SubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=t0k",
        "Timestamp": "2023-11-14T22:13:20.123Z", "SignatureVersion": "2", "SigningCertURL": CERTIFICATE})
}

pub(crate) fn signed(mut message: Json, by: By) -> Delivery {
    let fields = ["Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];
    let line = |name: &str| Some(format!("{name}\n{}\n", message.get(name)?.as_str()?));
    let text: String = fields.iter().copied().filter_map(line).collect();
    message["Signature"] = json!(by.base64(text.as_bytes()));
    post("https://desk.example/hooks/mails", &[("content-type", "text/plain; charset=UTF-8")], &message.to_string())
}

fn verdict(delivery: Delivery, keys: &Keyring) -> Result<Verified, Forged> {
    verify(&listed(), Means { secrets: &[], published: Some(keys) }, delivery, NOW)
}

pub(crate) fn genuine() -> Delivery {
    signed(notification(), By::RsaV15Sha256)
}

#[test]
fn what_amazon_signed_is_taken() {
    let keys = keys(By::RsaV15Sha256);
    assert_eq!(wanted(&listed(), &genuine(), NOW), Ok(Some(KeySource::Certificate(CERTIFICATE.into()))));
    assert!(verdict(genuine(), &keys).is_ok());
    let mut plain = notification();
    plain.as_object_mut().unwrap().remove("Subject");
    assert!(verdict(signed(plain, By::RsaV15Sha256), &keys).is_ok());
    assert_eq!(verdict(genuine(), &self::keys(By::OtherRsa)), Err(Forged::Mismatch));
    let mut first = notification();
    first["SignatureVersion"] = json!("1");
    assert_eq!(verdict(signed(first, By::RsaV15Sha256), &keys), Err(Forged::Mismatch), "version 1 is SHA-1");
}

#[test]
fn every_signed_field_counts() {
    let keys = keys(By::RsaV15Sha256);
    for field in ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type", "Signature"] {
        let delivery = genuine();
        let mut message: Json = serde_json::from_slice(&delivery.body).unwrap();
        let value = message[field].as_str().unwrap().to_owned();
        for at in (0..value.len()).filter(|at| value.is_char_boundary(*at) && value.as_bytes()[*at].is_ascii()) {
            let mut bytes = value.clone().into_bytes();
            bytes[at] ^= 1;
            message[field] = json!(String::from_utf8(bytes).unwrap());
            let altered = Delivery { body: message.to_string().into_bytes(), ..delivery.clone() };
            assert!(verdict(altered, &keys).is_err(), "{field} {at}");
        }
    }
    let twice = String::from_utf8(genuine().body).unwrap().replacen('{', r#"{"Message":"other","#, 1);
    assert!(verdict(Delivery { body: twice.into_bytes(), ..genuine() }, &keys).is_err());
}

#[test]
fn only_amazons_own_places_are_asked() {
    let check = |url: &str, expected: bool| {
        let mut message = notification();
        message["SigningCertURL"] = json!(url);
        assert_eq!(wanted(&listed(), &signed(message, By::RsaV15Sha256), NOW).is_ok(), expected, "{url}");
    };
    check("https://sns.us-gov-west-1.amazonaws.com/a.pem", true);
    check("https://sns.cn-north-1.amazonaws.com.cn/a.pem", true);
    check("http://sns.eu-west-1.amazonaws.com/a.pem", false);
    check("https://sns.eu-west-1.amazonaws.com/a.txt", false);
    check("https://sns.eu-west-1.amazonaws.com:444/a.pem", false);
    check("https://sns.eu-west-1.amazonaws.com.evil.example/a.pem", false);
    check("https://evil.example/sns.eu-west-1.amazonaws.com/a.pem", false);
    check("https://sns.evil.example#.amazonaws.com/a.pem", false);
    check("https://x@sns.eu-west-1.amazonaws.com/a.pem", false);
    check("https://s3.eu-west-1.amazonaws.com/a.pem", false);
    check("https://sns.a.b.amazonaws.com/a.pem", false);
}

#[test]
fn other_topics_and_old_messages_are_refused() {
    let with = |name: &str, value: &str| {
        let mut message = notification();
        message[name] = json!(value);
        wanted(&listed(), &signed(message, By::RsaV15Sha256), NOW)
    };
    assert!(with("TopicArn", "arn:aws:sns:eu-west-1:999999999999:mails").is_err());
    assert!(with("Timestamp", "2023-11-14T20:13:19.000Z").is_err());
    assert!(with("Timestamp", "2023-11-14T20:13:20.000Z").is_ok());
    assert!(with("Timestamp", "yesterday").is_err());
}

#[test]
fn a_subscription_is_confirmed_when_it_is_genuine() {
    let keys = keys(By::RsaV15Sha256);
    let url = |message: Json| {
        let verified = verdict(signed(message, By::RsaV15Sha256), &keys).unwrap();
        confirmation(&listed(), &verified)
    };
    assert_eq!(url(subscription()).as_deref(), subscription()["SubscribeURL"].as_str());
    assert_eq!(url(notification()), None);
    let mut elsewhere = subscription();
    elsewhere["SubscribeURL"] = json!("https://evil.example/");
    assert_eq!(url(elsewhere), None);
    let mut without = subscription();
    without.as_object_mut().unwrap().remove("Token");
    assert!(verdict(signed(without, By::RsaV15Sha256), &keys).is_err());
}
