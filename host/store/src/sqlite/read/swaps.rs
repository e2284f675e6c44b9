use model::{Digest, GenerationId, Swap, SwapKind, SwapTrigger};
use rusqlite::{Connection, Row};

use super::{Query, not_found};
use crate::sqlite::cell::{cell, number, time};
use crate::sqlite::change::Failure;

const SWAPS: &str = "SELECT seq, at, generation, former, kind, cause, actor, why, share_ppm, staging_ms, publishing_ns FROM swap WHERE ";

struct Found {
    kind: String,
    cause: String,
    swap: Swap,
}

/// Lines of the history, newest first.
pub(crate) fn list(connection: &Connection, before: Option<u64>, limit: u32) -> Result<Vec<Swap>, Failure> {
    let mut query = Query::new(SWAPS);
    query.push("seq < ").bind(before.map_or(i64::MAX, cell)).push(" ORDER BY seq DESC").page(limit);
    query.all(connection, Found::read)?.into_iter().map(Found::swap).collect()
}

/// The newest line after which a generation served everybody.
pub(crate) fn serving(connection: &Connection) -> Result<Option<Swap>, Failure> {
    let mut query = Query::new(SWAPS);
    query.push("kind IN ('applied', 'rolled_back') ORDER BY seq DESC LIMIT 1");
    query.first(connection, Found::read)?.map(Found::swap).transpose()
}

/// Whether a component is kept.
pub(crate) fn has_component(connection: &Connection, digest: &Digest) -> Result<bool, Failure> {
    let mut query = Query::new("SELECT 1 FROM component WHERE digest = ");
    query.bind(digest.to_string());
    Ok(query.first(connection, |_| Ok(()))?.is_some())
}

/// The bytes of a component, if they are still what they were.
pub(crate) fn component(connection: &Connection, digest: &Digest) -> Result<Vec<u8>, Failure> {
    let mut query = Query::new("SELECT bytes FROM component WHERE digest = ");
    query.bind(digest.to_string());
    let bytes: Vec<u8> = query.first(connection, |row| row.get(0))?.ok_or_else(|| not_found("component", digest.as_str()))?;
    match Digest::of(&bytes) {
        found if found == *digest => Ok(bytes),
        found => Err(Failure::Unreadable(format!("the component that was kept as {digest} is {found} now"))),
    }
}

impl Found {
    fn read(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        let generation = |column| Ok::<_, rusqlite::Error>(row.get::<_, Option<String>>(column)?.map(GenerationId));
        Ok(Self {
            kind: row.get(4)?,
            cause: row.get(5)?,
            swap: Swap {
                seq: number(row.get(0)?),
                at: time(row.get(1)?),
                generation: generation(2)?,
                before: generation(3)?,
                kind: SwapKind::Applied,
                trigger: SwapTrigger::Start,
                by: row.get(6)?,
                why: row.get(7)?,
                share_ppm: row.get(8)?,
                staging_ms: number(row.get(9)?),
                publishing_ns: number(row.get(10)?),
            },
        })
    }

    fn swap(self) -> Result<Swap, Failure> {
        let kind = SwapKind::ALL.into_iter().find(|kind| kind.name() == self.kind);
        let trigger = SwapTrigger::ALL.into_iter().find(|trigger| trigger.name() == self.cause);
        Ok(Swap {
            kind: kind.ok_or_else(|| Failure::Unreadable(format!("`{}` is no kind of swap", self.kind)))?,
            trigger: trigger.ok_or_else(|| Failure::Unreadable(format!("`{}` is no trigger of a swap", self.cause)))?,
            ..self.swap
        })
    }
}
