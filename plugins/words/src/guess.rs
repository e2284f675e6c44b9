//! Which of the languages that the policies speak a text is in, by its small words.

use crate::token::{Kind, Token};

/// The most frequent small words that the two languages do not share.
const EN: &[&str] = &[
    "the", "is", "are", "was", "were", "and", "of", "to", "it", "you", "your", "my", "i", "we", "they", "this", "that", "with", "for",
    "have", "has", "had", "not", "dont", "been", "be", "at", "from", "what", "when", "how", "why", "where", "can", "could", "will",
    "would", "do", "does", "did", "just", "still", "been", "no", "but", "so", "all", "there", "our", "their", "please", "thanks", "thank",
    "hi", "hello", "get",
];
const FR: &[&str] = &[
    "le", "la", "les", "des", "est", "sont", "une", "un", "et", "du", "que", "qui", "vous", "nous", "je", "j", "mon", "ma", "mes", "votre",
    "vos", "pas", "ne", "n", "ce", "c", "cette", "ces", "avec", "pour", "dans", "sur", "au", "aux", "suis", "ai", "avez", "ont", "il",
    "elle", "ils", "elles", "mais", "ou", "donc", "quand", "comment", "pourquoi", "tres", "bonjour", "merci", "svp", "toujours", "depuis",
    "chez", "l", "d", "qu", "s", "en", "plus", "bien", "tout", "rien", "jamais", "ca", "y", "on", "sans", "encore", "etait", "fait",
    "quel", "quelle",
];

/// `en` or `fr`; `None` when neither stands out.
#[must_use]
pub fn guess(tokens: &[Token]) -> Option<&'static str> {
    let (mut en, mut fr) = (0_u32, 0_u32);
    for token in tokens.iter().filter(|token| token.kind == Kind::Word) {
        en += u32::from(EN.contains(&token.folded.as_str()));
        fr += u32::from(FR.contains(&token.folded.as_str()));
    }
    match en.cmp(&fr) {
        std::cmp::Ordering::Greater => Some("en"),
        std::cmp::Ordering::Less => Some("fr"),
        std::cmp::Ordering::Equal => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens;

    #[test]
    fn guesses() {
        for (text, expected) in [
            ("Where is my parcel?", Some("en")),
            ("Où est mon colis ?", Some("fr")),
            ("Toujours rien reçu depuis lundi", Some("fr")),
            ("The app does not open", Some("en")),
            ("¿Dónde está?", None),
            ("", None),
        ] {
            assert_eq!(guess(&tokens(text)), expected, "{text}");
        }
    }
}
