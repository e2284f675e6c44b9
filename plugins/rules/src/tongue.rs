//! A text of the operator's, in English and French.

use settings::{Fields, Findings};

/// One text for each language that Pointsman speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tongue {
    pub(crate) en: String,
    pub(crate) fr: String,
}

impl Tongue {
    /// One text for both, or a table with `en` and `fr`; what is missing is taken from the other.
    pub(crate) fn read(fields: &Fields<'_>, name: &'static str, findings: &mut Findings) -> Option<Self> {
        if fields.value(name)?.is_string() {
            let text = fields.text(name, findings)?.to_owned();
            return Some(Self { en: text.clone(), fr: text });
        }
        let texts = fields.fields(name, findings)?;
        let (en, fr) = (texts.text("en", findings), texts.text("fr", findings));
        if en.is_none() && fr.is_none() {
            findings.add(texts.place(), "There is no text.", "Write one text, or `en` and `fr`.");
        }
        texts.finish(findings);
        let any = en.or(fr)?;
        Some(Self { en: en.unwrap_or(any).to_owned(), fr: fr.unwrap_or(any).to_owned() })
    }

    /// The text for a reader of this language.
    pub(crate) fn for_language(&self, language: Option<&str>) -> &str {
        if language.is_some_and(|language| primary(language).eq_ignore_ascii_case("fr")) { &self.fr } else { &self.en }
    }
}

/// The primary tag of a language: `fr` of `fr-CA`.
pub(crate) fn primary(language: &str) -> &str {
    language.split(['-', '_']).next().unwrap_or(language)
}
