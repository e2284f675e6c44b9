//! Whether history still says what was written: each decision's link, its commitment, and what is derived from them.
//!
//! Links go over outlines and commitments, commitments over words: what was erased leaves no hole in the chain, and what was changed cannot
//! be made to fit without changing every link after it. The last link, noted elsewhere, proves all of history.

use dispatch::port::{AuditPoint, Audited, Tampering};
use model::{Decision, Effect};
use rusqlite::{Connection, Row};

use crate::sealed::{SALT_BYTES, commitment, former_commitment, link, outline};
use crate::sqlite::cell::{at, cell, number};
use crate::sqlite::change::Failure;

/// Decisions that one question looks at.
const DECISIONS_MAX: u32 = 10_000;
/// Of one answer.
const TAMPERING_MAX: usize = 100;

const DECISIONS: &str =
    "SELECT decision.seq, outline, commitment, link, whole, salt, trace, decision.id, interaction.id, disposition, queue,
            decided_at, decided_by
     FROM decision
     LEFT JOIN decision_content ON decision_content.decision = decision.seq
     LEFT JOIN interaction ON interaction.seq = decision.interaction
     WHERE decision.seq > ? ORDER BY decision.seq LIMIT ?";

/// Checks so many decisions after a point, all as they are at one moment.
pub(crate) fn stretch(connection: &Connection, from: AuditPoint, decisions_max: u32) -> Result<Audited, Failure> {
    let moment = connection.unchecked_transaction()?;
    let limit = decisions_max.min(DECISIONS_MAX);
    let mut audit = Audit { found: Audited::default(), at: from };
    audit.begin(&moment)?;
    let mut statement = moment.prepare_cached(DECISIONS)?;
    let mut rows = statement.query((cell(audit.at.seq), limit))?;
    while let Some(row) = rows.next()? {
        audit.check(&moment, row)?;
    }
    if audit.found.decisions < u64::from(limit) {
        audit.end(&moment)?;
    }
    audit.found.reached = audit.at;
    Ok(audit.found)
}

struct Audit {
    found: Audited,
    /// The last decision that was looked at.
    at: AuditPoint,
}

impl Audit {
    /// Where it begins must still be there.
    fn begin(&mut self, connection: &Connection) -> Result<(), Failure> {
        if self.at.seq == 0 {
            return Ok(());
        }
        let mut statement = connection.prepare_cached("SELECT link FROM decision WHERE seq = ?")?;
        let mut rows = statement.query([cell(self.at.seq)])?;
        let what = match rows.next()? {
            None => "the decision after which the check was to go on is not there",
            Some(row) if bytes(row, 0)? != self.at.link.as_bytes() => "its link is not the one that was noted",
            Some(_) => return Ok(()),
        };
        self.tampered(self.at.seq, None, what.to_owned());
        Ok(())
    }

    fn check(&mut self, connection: &Connection, row: &Row<'_>) -> Result<(), Failure> {
        let seq = number(row.get(0)?);
        let (written, committed, linked) = (bytes(row, 1)?, bytes(row, 2)?, bytes(row, 3)?);
        let id = Some(String::from_utf8_lossy(bytes(row, 7)?).into_owned());
        if seq > self.at.seq + 1 {
            self.missing(seq - 1, "");
        } else if link(self.at.link.as_bytes(), written, committed).as_bytes() != linked {
            self.tampered(
                seq,
                id.clone(),
                "its link does not follow from the decision before it, its outline and its commitment".to_owned(),
            );
        }
        self.at = AuditPoint { seq, link: String::from_utf8_lossy(linked).into_owned() };
        self.found.decisions += 1;
        let kept: Option<Decision> = serde_json::from_slice(written).ok();
        match &kept {
            None => self.tampered(seq, id.clone(), "its outline cannot be read".to_owned()),
            Some(kept) if !agrees(row, kept)? => self.tampered(seq, id.clone(), "its columns do not say what its outline says".to_owned()),
            Some(_) => {}
        }
        match Words::read(row)? {
            None => self.found.erased += 1,
            Some(words) => {
                for what in words.faults(connection, seq, committed, kept.as_ref())? {
                    self.tampered(seq, id.clone(), what.to_owned());
                }
            }
        }
        Ok(())
    }

    /// As many decisions as were counted when they were made.
    fn end(&mut self, connection: &Connection) -> Result<(), Failure> {
        let mut statement = connection.prepare_cached("SELECT coalesce((SELECT count FROM tally WHERE name = 'decisions'), 0)")?;
        let counted = number(statement.query_row((), |row| row.get(0))?);
        if counted > self.at.seq {
            self.missing(counted, " at the end");
        }
        Ok(())
    }

    /// From the next decision to this one.
    fn missing(&mut self, last: u64, place: &str) {
        let first = self.at.seq + 1;
        let what = if first == last { format!("it is missing{place}") } else { format!("decisions {first} to {last} are missing{place}") };
        self.tampered(first, None, what);
    }

    fn tampered(&mut self, seq: u64, decision: Option<String>, what: String) {
        if self.found.tampering.len() < TAMPERING_MAX {
            self.found.tampering.push(Tampering { seq, decision, what });
        }
    }
}

/// A decision's words, as long as nobody has erased them.
struct Words<'a> {
    whole: &'a [u8],
    salt: &'a [u8],
    trace: &'a [u8],
}

impl<'a> Words<'a> {
    fn read(row: &'a Row<'_>) -> Result<Option<Self>, Failure> {
        let Some(whole) = row.get_ref(4)?.as_bytes_or_null().map_err(rusqlite::Error::from)? else { return Ok(None) };
        Ok(Some(Self { whole, salt: bytes(row, 5)?, trace: bytes(row, 6)? }))
    }

    /// Whether its trace, its words and their salt are what was committed to. Nothing may move from one to the next: a salt has its length,
    /// and a trace no line breaks.
    fn committed_to(&self, committed: &[u8]) -> bool {
        let apart = self.salt.len() == SALT_BYTES && !self.trace.contains(&b'\n');
        apart
            && (commitment(self.salt, self.trace, self.whole).as_str().as_bytes() == committed
                || former_commitment(self.salt, self.trace).as_str().as_bytes() == committed)
    }

    /// What does not fit.
    fn faults(&self, connection: &Connection, seq: u64, committed: &[u8], kept: Option<&Decision>) -> Result<Vec<&'static str>, Failure> {
        let mut faults = Vec::new();
        if !self.committed_to(committed) {
            faults.push("its trace, its words or their salt are not what was committed to");
        }
        let Ok(said) = serde_json::from_slice::<Decision>(self.whole) else {
            faults.push("what was decided cannot be read");
            return Ok(faults);
        };
        if kept.is_some_and(|kept| outline(&said) != *kept) {
            faults.push("what was decided is not what its outline says");
        }
        if !effects_agree(connection, seq, &said)? {
            faults.push("its effects are not those that were decided");
        }
        Ok(faults)
    }
}

fn agrees(row: &Row<'_>, kept: &Decision) -> Result<bool, Failure> {
    let disposition = &kept.routing.disposition;
    let texts = [
        (7, Some(kept.id.0.as_str())),
        (8, Some(kept.interaction.0.as_str())),
        (9, Some(disposition.name())),
        (10, disposition.queue()),
        (12, Some(kept.decided_by.0.as_str())),
    ];
    for (column, expected) in texts {
        if row.get_ref(column)?.as_bytes_or_null().map_err(rusqlite::Error::from)? != expected.map(str::as_bytes) {
            return Ok(false);
        }
    }
    Ok(row.get::<_, i64>(11)? == at(kept.decided_at))
}

/// Erased effects agree with everything.
fn effects_agree(connection: &Connection, seq: u64, said: &Decision) -> Result<bool, Failure> {
    let sql = "SELECT key, kind, whole FROM effect LEFT JOIN effect_content ON effect_content.effect = effect.key
               WHERE decision = ? ORDER BY position";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([cell(seq)])?;
    for (position, effect) in (1..).zip(&said.routing.effects) {
        let Some(row) = rows.next()? else { return Ok(false) };
        let named = bytes(row, 0)? == format!("{}.{position}", said.id).as_bytes() && bytes(row, 1)? == effect.name().as_bytes();
        let whole = row.get_ref(2)?.as_bytes_or_null().map_err(rusqlite::Error::from)?;
        if !named || whole.is_some_and(|whole| serde_json::from_slice::<Effect>(whole).ok().as_ref() != Some(effect)) {
            return Ok(false);
        }
    }
    Ok(rows.next()?.is_none())
}

/// Of a text or blob: whoever tampers with it may have left no text.
fn bytes<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a [u8], Failure> {
    Ok(row.get_ref(column)?.as_bytes().map_err(rusqlite::Error::from)?)
}
