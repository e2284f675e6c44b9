//! Keeping one fact, and what it changes: the heart of an intake. The state that results depends on the set of facts about an item, not on
//! the order in which they arrive; only which occasions arise depends on what was decided in between.

use model::{Event, EventKind, Fact, InteractionId, Item, Trigger};

use super::cell::at;
use super::change::Failure;
use super::conversation;
use super::edit;
use super::script::Script;
use super::session::Session;
use crate::noted::{Bearing, NotedDelivery, NotedFact, NotedItem};
use crate::wording;

/// What became of a fact.
pub(crate) enum Kept {
    /// It was known; nothing was written.
    Known,
    /// It is new; the interaction that is to be decided because of it, if any.
    New(Option<InteractionId>),
}

/// Adds to the script what the fact changes. The script is empty or holds nothing that matters to this fact.
pub(crate) async fn keep(
    session: &mut Session,
    script: &mut Script,
    delivery: &NotedDelivery,
    delivery_seq: i64,
    noted: &NotedFact,
) -> Result<Kept, Failure> {
    let occasion = match &noted.bearing {
        Bearing::Said(item) => {
            let before = Before::load(session, noted, item).await?;
            if before.known {
                return Ok(Kept::Known);
            }
            let seq = insert(session, script, delivery_seq, noted);
            if before.item_known { None } else { Some(said(session, script, delivery, (delivery_seq, seq), noted, item, before).await?) }
        }
        bearing => {
            if is_known(session, noted).await? {
                return Ok(Kept::Known);
            }
            insert(session, script, delivery_seq, noted);
            match bearing {
                Bearing::Edited(item) => edit::apply(session, script, noted, item).await?,
                Bearing::Removed => removed(script, noted),
                Bearing::Echo(conversation) => {
                    conversation::answered(session, script, &delivery.connector, conversation, noted.at).await?;
                    None
                }
                Bearing::Said(_) | Bearing::Kept => None,
            }
        }
    };
    session.count(tally(noted.kind), 1);
    Ok(Kept::New(occasion))
}

/// The counter of a kind of fact.
pub(crate) fn tally(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Said => "facts.said",
        EventKind::Edited => "facts.edited",
        EventKind::Removed => "facts.removed",
        EventKind::Reacted => "facts.reacted",
        EventKind::Receipt => "facts.receipt",
        EventKind::System => "facts.system",
        EventKind::Unsupported => "facts.unsupported",
    }
}

/// The item in a stored fact.
pub(crate) fn item_of(content: &str) -> Result<Option<Item>, serde_json::Error> {
    let fact: Fact = serde_json::from_str(content)?;
    Ok(match fact.event {
        Event::Said(item) | Event::Edited(item) => Some(item),
        _ => None,
    })
}

/// What is known when a customer's words arrive.
#[derive(sqlx::FromRow)]
struct Before {
    known: bool,
    item_known: bool,
    edits: i64,
    newest_edit: Option<i64>,
    edited_at: Option<i64>,
    removed: bool,
    conversation: Option<i64>,
    inbound_count: Option<i64>,
    unanswered_count: Option<i64>,
    last_reply_at: Option<i64>,
}

impl Before {
    async fn load(session: &mut Session, noted: &NotedFact, item: &NotedItem) -> Result<Self, Failure> {
        let name = noted.item.as_ref().map(|name| name.bytes());
        let sql = "SELECT EXISTS (SELECT 1 FROM fact WHERE key = ?1) AS known,
                          EXISTS (SELECT 1 FROM interaction WHERE item = ?2) AS item_known,
                          (SELECT count(*) FROM fact WHERE item = ?2 AND kind = 'edited') AS edits,
                          newest.seq AS newest_edit, newest.at AS edited_at,
                          EXISTS (SELECT 1 FROM fact WHERE item = ?2 AND kind = 'removed') AS removed,
                          conversation.seq AS conversation, inbound_count, unanswered_count, last_reply_at
                   FROM (SELECT 1)
                   LEFT JOIN conversation ON conversation.id = ?3
                   LEFT JOIN fact AS newest ON newest.seq =
                       (SELECT seq FROM fact WHERE item = ?2 AND kind = 'edited' ORDER BY at DESC, seq DESC LIMIT 1)";
        let id = item.conversation.id.bytes();
        Ok(sqlx::query_as(sql).bind(noted.key.bytes()).bind(name).bind(id).fetch_one(&mut session.connection).await?)
    }

    /// The interaction as it reads with the edits that came before it.
    async fn words(&self, session: &mut Session, item: &NotedItem) -> Result<String, Failure> {
        let Some(edit) = self.newest_edit else { return Ok(serde_json::to_string(&item.interaction)?) };
        let content: Option<String> =
            sqlx::query_scalar("SELECT event FROM fact_content WHERE fact = ?").bind(edit).fetch_optional(&mut session.connection).await?;
        let edit = content.as_deref().map(item_of).transpose()?.flatten();
        let now = edit.map(|edit| wording::reworded(&item.interaction, &item.item, &edit));
        Ok(serde_json::to_string(now.as_ref().unwrap_or(&item.interaction))?)
    }
}

async fn is_known(session: &mut Session, noted: &NotedFact) -> Result<bool, Failure> {
    let sql = "SELECT EXISTS (SELECT 1 FROM fact WHERE key = ?)";
    Ok(sqlx::query_scalar(sql).bind(noted.key.bytes()).fetch_one(&mut session.connection).await?)
}

fn insert(session: &mut Session, script: &mut Script, delivery: i64, noted: &NotedFact) -> i64 {
    let seq = session.sequences.next_fact();
    script
        .then("INSERT INTO fact (seq, key, delivery, kind, item, at) VALUES (?, ?, ?, ?, ?, ?)")
        .bind(seq)
        .bind(noted.key.bytes())
        .bind(delivery)
        .bind(noted.kind.name())
        .bind(noted.item.as_ref().map(|name| name.bytes()))
        .bind(at(noted.at));
    script.then("INSERT INTO fact_content (fact, event) VALUES (?, ?)").bind(seq).bind(noted.content.as_str());
    seq
}

/// A new interaction, with whatever was already known about it, and an occasion to decide.
async fn said(
    session: &mut Session,
    script: &mut Script,
    delivery: &NotedDelivery,
    (delivery_seq, fact_seq): (i64, i64),
    noted: &NotedFact,
    item: &NotedItem,
    before: Before,
) -> Result<InteractionId, Failure> {
    let words = before.words(session, item).await?;
    let counts = conversation::Counts {
        inbound: before.inbound_count.unwrap_or_default(),
        unanswered: before.unanswered_count.unwrap_or_default(),
        last_reply_at: before.last_reply_at,
    };
    let (conversation, counts) =
        conversation::spoken(session, script, &delivery.connector, &item.conversation, noted.at, before.conversation, counts);
    let seq = session.sequences.next_interaction();
    script
        .then(
            "INSERT INTO interaction (seq, id, item, fact, delivery, conversation, connector, channel, lane, read_by, occurred_at, received_at,
                                      edits, edited_at, removed)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(seq)
        .bind(item.id.0.as_str())
        .bind(noted.item.as_ref().map(|name| name.bytes()))
        .bind(fact_seq)
        .bind(delivery_seq)
        .bind(conversation)
        .bind(delivery.connector.as_str())
        .bind(delivery.channel.as_str())
        .bind(item.lane.bytes())
        .bind(delivery.read_by.0.as_str())
        .bind(at(item.interaction.occurred_at))
        .bind(at(item.interaction.received_at))
        .bind(before.edits)
        .bind(before.edited_at)
        .bind(before.removed);
    script
        .then("INSERT INTO interaction_content (interaction, source_id, words) VALUES (?, ?, ?)")
        .bind(seq)
        .bind(item.item.source_id.as_str())
        .bind(words);
    occasion(script, seq, &Trigger::Arrived, counts)?;
    session.count("interactions", 1);
    Ok(item.id.clone())
}

/// A reason to decide, with the counts as they are when it arises.
pub(crate) fn occasion(script: &mut Script, interaction: i64, trigger: &Trigger, counts: conversation::Counts) -> Result<(), Failure> {
    script
        .then("INSERT INTO occasion (interaction, asked, inbound_count, unanswered_count, last_reply_at) VALUES (?, ?, ?, ?, ?)")
        .bind(interaction)
        .bind(serde_json::to_string(trigger)?)
        .bind(counts.inbound)
        .bind(counts.unanswered)
        .bind(counts.last_reply_at);
    Ok(())
}

fn removed(script: &mut Script, noted: &NotedFact) -> Option<InteractionId> {
    script.then("UPDATE interaction SET removed = 1 WHERE item = ?").bind(noted.item.as_ref().map(|name| name.bytes()));
    None
}
