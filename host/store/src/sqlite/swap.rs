//! Writing the history of generations: their components by content, and what happened to them.

use std::sync::Arc;

use model::{Digest, GenerationId, Swap, SwapKind};
use rusqlite::params;

use super::cell::{at, cell};
use super::change::{Change, Failure};
use super::session::Session;

/// Of [`Swap::why`].
const WHY_BYTES_MAX: usize = 4_096;

/// Keeps a component; whoever makes it has compared the digest.
pub(crate) struct KeepComponent {
    pub(crate) digest: Digest,
    pub(crate) bytes: Arc<[u8]>,
}

/// Writes a line of the history.
pub(crate) struct NoteSwap(pub(crate) Swap);

impl Change for KeepComponent {
    type Output = ();

    fn apply(&self, session: &mut Session) -> Result<(), Failure> {
        let row = "INSERT INTO component (digest, bytes) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING";
        session.run(row, params![self.digest.as_str(), &*self.bytes])?;
        Ok(())
    }
}

impl Change for NoteSwap {
    type Output = u64;

    fn apply(&self, session: &mut Session) -> Result<u64, Failure> {
        let Swap { generation, before, kind, trigger, by, why, share_ppm, staging_ms, publishing_ns, .. } = &self.0;
        let row = "INSERT INTO swap (at, generation, former, kind, cause, actor, why, share_ppm, staging_ms, publishing_ns)
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        let name = |generation: &Option<GenerationId>| generation.as_ref().map(|id| id.0.clone());
        let (generation, former, times) = (name(generation), name(before), (cell(*staging_ms), cell(*publishing_ns)));
        #[rustfmt::skip]
        session.run(row, params![at(self.0.at), generation, former, kind.name(), trigger.name(), by, bounded(why), share_ppm, times.0,
                                 times.1])?;
        let seq = session.last_given();
        if let Some(generation) = self.0.generation.as_ref().filter(|_| kind.serves() || *kind == SwapKind::CanaryBegan) {
            session.withdrawals.forget(generation);
        }
        Ok(seq)
    }
}

/// Its beginning, cut between characters.
fn bounded(text: &str) -> &str {
    text.get(..text.floor_char_boundary(WHY_BYTES_MAX)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::{WHY_BYTES_MAX, bounded};

    #[test]
    fn words_are_cut_between_characters() {
        for (text, expected) in [
            ("short".to_owned(), 5),
            ("a".repeat(WHY_BYTES_MAX), WHY_BYTES_MAX),
            ("é".repeat(4_000), WHY_BYTES_MAX),
            (format!("a{}", "é".repeat(4_000)), WHY_BYTES_MAX - 1),
        ] {
            assert_eq!(bounded(&text).len(), expected);
        }
    }
}
