//! What an interaction reads like: what was said, as its newest edit puts it.

use model::{Author, Interaction, Item};

/// Longest excerpt in lists.
pub(crate) const EXCERPT_CHARS_MAX: usize = 200;

/// The interaction as its newest edit puts it. Where it belongs and when it was said stay as they were; so does the author when the edit
/// names none: `author` is who said it. Depends on nothing but the two facts, so that the order in which edits arrive does not matter.
pub(crate) fn reworded(said: &Interaction, author: Option<&Author>, edit: &Item) -> Interaction {
    let mut now = said.clone();
    now.kind = edit.kind;
    now.visibility = edit.visibility;
    now.author = edit.author.clone().or_else(|| author.cloned());
    now.subject = edit.subject.clone();
    now.text = edit.text.clone();
    now.language = edit.language.clone();
    now.attachments = edit.attachments.clone();
    now.engagement = edit.engagement;
    now.rating = edit.rating;
    now.attributes = edit.attributes.clone();
    now
}

/// Whether a reader would notice: what a policy decides by is the words.
pub(crate) fn reads_alike(one: &Interaction, other: &Interaction) -> bool {
    one.text == other.text && one.subject == other.subject
}

/// The first [`EXCERPT_CHARS_MAX`] characters.
pub(crate) fn excerpt(text: &str) -> String {
    text.chars().take(EXCERPT_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excerpts_end_between_characters() {
        assert_eq!(excerpt("à bientôt"), "à bientôt");
        assert_eq!(excerpt(&"é".repeat(300)).chars().count(), EXCERPT_CHARS_MAX);
        assert_eq!(excerpt(""), "");
    }
}
