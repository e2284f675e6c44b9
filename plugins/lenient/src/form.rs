use std::borrow::Cow;

/// A body of `application/x-www-form-urlencoded`, or a query. NUL bytes, which some channels let through, are dropped.
#[derive(Clone, Debug, Default)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Reads a body; it cannot fail.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Self {
        let clean = |text: Cow<'_, str>| text.replace('\0', "");
        Self(form_urlencoded::parse(bytes).take(FIELDS_MAX).map(|(name, value)| (clean(name), clean(value))).collect())
    }

    /// The first value of this name that is not empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(field, value)| field == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// All fields, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether there is no field.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// More fields than any channel sends.
const FIELDS_MAX: usize = 1_000;
