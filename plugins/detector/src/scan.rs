//! One text while it is looked through: what was found, and which characters belong to something already.

use crate::entity::{Entity, Kind};
use crate::glyphs::Glyphs;

/// The text's characters and what was found in them.
#[derive(Debug)]
pub(crate) struct Scan {
    pub(crate) glyphs: Glyphs,
    taken: Vec<bool>,
    pub(crate) found: Vec<Entity>,
}

impl Scan {
    pub(crate) fn new(text: &str) -> Self {
        let glyphs = Glyphs::new(text);
        let taken = vec![false; glyphs.len()];
        Self { glyphs, taken, found: Vec::new() }
    }

    /// These characters are this.
    pub(crate) fn take(&mut self, kind: Kind, start: usize, end: usize, normal: String) {
        if let Some((first, after)) = self.glyphs.bytes(start, end) {
            self.taken.get_mut(start..end).into_iter().flatten().for_each(|taken| *taken = true);
            self.found.push(Entity { kind, start: first, end: after, normal });
        }
    }

    /// One of these characters belongs to something already.
    pub(crate) fn is_taken(&self, start: usize, end: usize) -> bool {
        self.taken.get(start..end).unwrap_or_default().contains(&true)
    }

    /// The piece belongs to something already.
    pub(crate) fn is_piece_taken(&self, at: usize) -> bool {
        self.glyphs.piece(at).is_some_and(|piece| self.is_taken(piece.start, piece.end))
    }
}
