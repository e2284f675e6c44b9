//! The reserved signal names: whoever finds them, their values have one type, so that a vendor can be swapped without touching a rule.

use model::{FaultKind, Signal, Value};

/// A reserved name and the type of its value.
const RESERVED: [(&str, Type); 10] = [
    ("language", Type::Text),
    ("sentiment", Type::OneOf(&["negative", "neutral", "positive", "mixed"])),
    ("sentiment-score", Type::Between(-1.0, 1.0)),
    ("type", Type::Text),
    ("urgency", Type::Between(0.0, 1.0)),
    ("churn-risk", Type::Between(0.0, 1.0)),
    ("spam", Type::Flag),
    ("sarcasm", Type::Flag),
    ("topic", Type::TextOrTexts),
    ("intent", Type::TextOrTexts),
];

/// Everything that starts so is a text or several.
const ENTITY: &str = "entity-";

#[derive(Clone, Copy)]
enum Type {
    Text,
    OneOf(&'static [&'static str]),
    Between(f64, f64),
    Flag,
    TextOrTexts,
}

/// Refuses a plugin's signals when a reserved name has a value of another type: a broken contract, not an opinion.
///
/// # Errors
/// `FaultKind::Contract`, naming the signal.
pub fn check(signals: &[Signal]) -> Result<(), FaultKind> {
    signals.iter().try_for_each(|signal| match type_of(&signal.name) {
        Some(wanted) if !wanted.fits(&signal.value) => {
            Err(FaultKind::Contract(format!("the signal `{}` must be {}", signal.name, wanted.words())))
        }
        _ => Ok(()),
    })
}

fn type_of(name: &str) -> Option<Type> {
    if name.starts_with(ENTITY) {
        return Some(Type::TextOrTexts);
    }
    RESERVED.iter().find(|(reserved, _)| *reserved == name).map(|(_, wanted)| *wanted)
}

impl Type {
    fn fits(self, value: &Value) -> bool {
        match (self, value) {
            (Self::Text, Value::Text(_)) | (Self::Flag, Value::Flag(_)) | (Self::TextOrTexts, Value::Text(_) | Value::Texts(_)) => true,
            (Self::OneOf(words), Value::Text(text)) => words.contains(&text.as_str()),
            (Self::Between(least, most), Value::Number(number)) => (least..=most).contains(number),
            _ => false,
        }
    }

    fn words(self) -> String {
        match self {
            Self::Text => "a text".to_owned(),
            Self::OneOf(words) => format!("one of {}", words.join(", ")),
            Self::Between(least, most) => format!("a number from {least} to {most}"),
            Self::Flag => "yes or no".to_owned(),
            Self::TextOrTexts => "a text or several".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_names_have_their_type() {
        let check = |name: &str, value: Value, expected: Option<&str>| {
            let signal = Signal { name: name.into(), value, confidence: None, evidence: vec![], reasons: vec![], source: String::new() };
            let found = super::check(&[signal]).err().map(|fault| fault.to_string());
            assert_eq!(found.as_deref(), expected, "{name}");
        };
        check("language", "fr".into(), None);
        check("language", 1.0.into(), Some("broke the contract: the signal `language` must be a text"));
        check("sentiment", "negative".into(), None);
        check(
            "sentiment",
            "angry".into(),
            Some("broke the contract: the signal `sentiment` must be one of negative, neutral, positive, mixed"),
        );
        check("urgency", 0.5.into(), None);
        check("urgency", 1.5.into(), Some("broke the contract: the signal `urgency` must be a number from 0 to 1"));
        check("urgency", f64::NAN.into(), Some("broke the contract: the signal `urgency` must be a number from 0 to 1"));
        check("entity-order", Value::Texts(vec!["42".into()]), None);
        check("entity-order", true.into(), Some("broke the contract: the signal `entity-order` must be a text or several"));
        check("their-own", true.into(), None);
    }
}
