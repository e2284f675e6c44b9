//! What an edit makes of a known interaction.

use model::{Interaction, InteractionId, Item, Trigger};
use rusqlite::{Row, params};

use super::cell::at;
use super::change::Failure;
use super::conversation::Counts;
use super::fact::item_of;
use super::occasion::{self, Arising};
use super::session::Session;
use super::waiting::News;
use crate::name::Name;
use crate::noted::NotedFact;
use crate::wording;

/// The interaction that is edited, as it stands.
struct Edited {
    seq: i64,
    id: InteractionId,
    lane: Name,
    removed: bool,
    edited_at: Option<i64>,
    pending: bool,
    words: Option<String>,
    said: Option<String>,
    conversation: i64,
    counts: Counts,
}

/// Counts the edit; takes its words when it is the newest; asks for another decision when they read otherwise and the one before is made.
/// Nothing is known of the item yet: the edit waits as a fact for what was said. Erased words stay erased.
pub(crate) fn apply(session: &mut Session, noted: &NotedFact, edit: &Item) -> Result<Option<InteractionId>, Failure> {
    let Some(known) = load(session, noted)? else { return Ok(None) };
    let newest = known.edited_at.is_none_or(|before| before <= at(noted.at));
    session.run("UPDATE interaction SET edits = edits + 1 WHERE seq = ?", [known.seq])?;
    let (Some(words), Some(said), true) = (&known.words, &known.said, newest) else { return Ok(None) };
    let was: Interaction = serde_json::from_str(words)?;
    let Some(said) = item_of(said)? else { return Ok(None) };
    let now = wording::reworded(&was, said.author.as_ref(), edit);
    session.run("UPDATE interaction SET edited_at = ? WHERE seq = ?", (at(noted.at), known.seq))?;
    session.run("UPDATE interaction_content SET words = ? WHERE interaction = ?", params![serde_json::to_string(&now)?, known.seq])?;
    session.tell(News::Touched(known.conversation));
    if known.pending || known.removed || wording::reads_alike(&was, &now) {
        return Ok(None);
    }
    let Edited { seq: interaction, ref id, lane, conversation, counts, .. } = known;
    occasion::arise(session, &Arising { interaction, id, lane, conversation, trigger: &Trigger::Edited, counts }, None)?;
    Ok(Some(known.id))
}

fn load(session: &Session, noted: &NotedFact) -> Result<Option<Edited>, Failure> {
    let sql = "SELECT interaction.seq, interaction.id, lane, removed, edited_at,
                      EXISTS (SELECT 1 FROM occasion WHERE occasion.interaction = interaction.seq) AS pending,
                      interaction_content.words, fact_content.event AS said, conversation.seq,
                      conversation.inbound_count, conversation.unanswered_count, conversation.last_reply_at
               FROM interaction
               JOIN conversation ON conversation.seq = interaction.conversation
               LEFT JOIN interaction_content ON interaction_content.interaction = interaction.seq
               LEFT JOIN fact_content ON fact_content.fact = interaction.fact
               WHERE interaction.item = ?";
    Ok(session.first(sql, [noted.item.as_ref().map(|name| name.bytes())], read)?)
}

fn read(row: &Row<'_>) -> Result<Edited, rusqlite::Error> {
    Ok(Edited {
        seq: row.get(0)?,
        id: InteractionId(row.get(1)?),
        lane: Name::kept(row.get(2)?),
        removed: row.get(3)?,
        edited_at: row.get(4)?,
        pending: row.get(5)?,
        words: row.get(6)?,
        said: row.get(7)?,
        conversation: row.get(8)?,
        counts: Counts { inbound: row.get(9)?, unanswered: row.get(10)?, last_reply_at: row.get(11)? },
    })
}
