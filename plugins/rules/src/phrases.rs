//! All phrases of all rules, looked for together.

use std::collections::BTreeMap;

use words::{Token, tokens, words_of};

/// A phrase's place in [`Found`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PhraseId(usize);

/// Every phrase once.
#[derive(Debug, Default)]
pub(crate) struct PhraseBook {
    phrases: words::Phrases<PhraseId>,
    known: BTreeMap<(Vec<String>, bool), PhraseId>,
}

/// Which phrases a text has.
#[derive(Debug, Default)]
pub(crate) struct Found(Vec<bool>);

impl PhraseBook {
    /// The phrase's id; none: there is no word in it.
    pub(crate) fn add(&mut self, phrase: &str) -> Option<PhraseId> {
        let stem = phrase.contains('*');
        let key = (if stem { vec![words::fold(phrase)] } else { words_of(phrase) }, stem);
        if let Some(id) = self.known.get(&key) {
            return Some(*id);
        }
        let id = PhraseId(self.known.len());
        if !self.phrases.insert(phrase, id) {
            return None;
        }
        self.known.insert(key, id);
        Some(id)
    }

    /// Looks for all phrases at once.
    pub(crate) fn find(&self, subject: &str, text: &str) -> Found {
        let mut found = vec![false; self.known.len()];
        if !found.is_empty() {
            self.mark(&tokens(subject), &mut found);
            self.mark(&tokens(text), &mut found);
        }
        Found(found)
    }

    fn mark(&self, tokens: &[Token], found: &mut [bool]) {
        for at in 0..tokens.len() {
            self.phrases.each(tokens, at, |_, id| {
                if let Some(place) = found.get_mut(id.0) {
                    *place = true;
                }
            });
        }
    }
}

impl Found {
    /// The text has it.
    pub(crate) fn has(&self, id: PhraseId) -> bool {
        self.0.get(id.0).copied().unwrap_or(false)
    }
}
