//! The language of what people read: English or French, by `--lang` or the environment.

/// A language that the program speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Language {
    /// English.
    #[default]
    En,
    /// French.
    Fr,
}

impl Language {
    /// By the usual variables, first set counts (POSIX, locale).
    pub(crate) fn from_environment() -> Self {
        let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(|name| std::env::var(name).ok()).find(|value| !value.is_empty());
        set.map(|value| Self::of_tag(&value)).unwrap_or_default()
    }

    fn of_tag(tag: &str) -> Self {
        if tag.to_ascii_lowercase().starts_with("fr") { Self::Fr } else { Self::En }
    }

    /// BCP 47.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fr => "fr",
        }
    }

    /// The one of two that is in this language.
    pub(crate) fn choose(self, english: &'static str, french: &'static str) -> &'static str {
        match self {
            Self::En => english,
            Self::Fr => french,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn tags() {
        for (tag, expected) in
            [("fr_FR.UTF-8", Language::Fr), ("FR", Language::Fr), ("en_GB", Language::En), ("C", Language::En), ("de_DE", Language::En)]
        {
            assert_eq!(Language::of_tag(tag), expected, "{tag}");
        }
    }
}
