//! What an edit makes of a known interaction.

use model::{Interaction, InteractionId, Item, Trigger};

use super::cell::at;
use super::change::Failure;
use super::conversation::Counts;
use super::fact::{item_of, occasion};
use super::script::Script;
use super::session::Session;
use crate::noted::NotedFact;
use crate::wording;

/// The interaction that is edited, as it stands.
#[derive(sqlx::FromRow)]
struct Edited {
    seq: i64,
    id: String,
    removed: bool,
    edited_at: Option<i64>,
    pending: bool,
    words: Option<String>,
    said: Option<String>,
    inbound_count: i64,
    unanswered_count: i64,
    last_reply_at: Option<i64>,
}

/// Counts the edit; takes its words when it is the newest; asks for another decision when they read otherwise and the one before is made.
/// Nothing is known of the item yet: the edit waits as a fact for what was said. Erased words stay erased.
pub(crate) async fn apply(
    session: &mut Session,
    script: &mut Script,
    noted: &NotedFact,
    edit: &Item,
) -> Result<Option<InteractionId>, Failure> {
    let Some(known) = load(session, noted).await? else { return Ok(None) };
    let newest = known.edited_at.is_none_or(|before| before <= at(noted.at));
    script.then("UPDATE interaction SET edits = edits + 1 WHERE seq = ?").bind(known.seq);
    let (Some(words), Some(said), true) = (&known.words, &known.said, newest) else { return Ok(None) };
    let was: Interaction = serde_json::from_str(words)?;
    let Some(said) = item_of(said)? else { return Ok(None) };
    let now = wording::reworded(&was, &said, edit);
    script.then("UPDATE interaction SET edited_at = ? WHERE seq = ?").bind(at(noted.at)).bind(known.seq);
    let words = serde_json::to_string(&now)?;
    script.then("UPDATE interaction_content SET words = ? WHERE interaction = ?").bind(words).bind(known.seq);
    if known.pending || known.removed || wording::reads_alike(&was, &now) {
        return Ok(None);
    }
    let counts = Counts { inbound: known.inbound_count, unanswered: known.unanswered_count, last_reply_at: known.last_reply_at };
    occasion(script, known.seq, &Trigger::Edited, counts)?;
    Ok(Some(InteractionId(known.id)))
}

async fn load(session: &mut Session, noted: &NotedFact) -> Result<Option<Edited>, Failure> {
    let sql = "SELECT interaction.seq, interaction.id, removed, edited_at,
                      EXISTS (SELECT 1 FROM occasion WHERE occasion.interaction = interaction.seq) AS pending,
                      interaction_content.words, fact_content.event AS said,
                      conversation.inbound_count, conversation.unanswered_count, conversation.last_reply_at
               FROM interaction
               JOIN conversation ON conversation.seq = interaction.conversation
               LEFT JOIN interaction_content ON interaction_content.interaction = interaction.seq
               LEFT JOIN fact_content ON fact_content.fact = interaction.fact
               WHERE interaction.item = ?";
    let item = noted.item.as_ref().map(|name| name.bytes());
    Ok(sqlx::query_as(sql).bind(item).fetch_optional(&mut session.connection).await?)
}
