//! Keeping one fact, and what it changes: the heart of an intake. The state that results depends on the set of facts about an item, not on
//! the order in which they arrive; only which occasions arise depends on what was decided in between.

use std::borrow::Cow;

use model::{Event, EventKind, Fact, InteractionId, Item, Situation, Trigger};
use rusqlite::{Row, params};

use super::cell::{at, count, time};
use super::change::Failure;
use super::conversation::{self, Counts};
use super::occasion::{self, Arising};
use super::read::conversations::Standing;
use super::session::Session;
use super::waiting::Remembered;
use super::{edit, fault, outbox};
use crate::noted::{Bearing, NotedDelivery, NotedFact, NotedItem};
use crate::wording;

/// What became of a fact.
pub(crate) enum Kept {
    /// It was known; nothing was written.
    Known,
    /// It is new; the interaction that is to be decided because of it, if any.
    New(Option<InteractionId>),
}

/// Keeps a fact that is not known yet, with what it changes.
pub(crate) fn keep(session: &mut Session, delivery: &NotedDelivery, delivery_seq: i64, noted: &NotedFact) -> Result<Kept, Failure> {
    let occasion = match &noted.bearing {
        Bearing::Said(item) => {
            let before = Before::load(session, noted, item)?;
            if before.known {
                return Ok(Kept::Known);
            }
            let seq = insert(session, delivery_seq, noted)?;
            if before.item_known { None } else { Some(said(session, delivery, (delivery_seq, seq), noted, item, before)?) }
        }
        bearing => {
            if is_known(session, noted)? {
                return Ok(Kept::Known);
            }
            insert(session, delivery_seq, noted)?;
            match bearing {
                Bearing::Edited(item) => edit::apply(session, noted, item)?,
                Bearing::Removed => removed(session, noted)?,
                Bearing::Echo(conversation, sent) => {
                    let known = conversation::find(session, conversation)?.map(|(seq, ..)| seq);
                    if !outbox::is_ours(session, sent, known)? {
                        conversation::answered(session, &delivery.connector, conversation, noted.at)?;
                    }
                    None
                }
                Bearing::Receipt(receipt) => {
                    outbox::heard(session, receipt, at(delivery.received_at))?;
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
struct Before {
    known: bool,
    item_known: bool,
    edits: i64,
    newest_edit: Option<i64>,
    edited_at: Option<i64>,
    removed: bool,
    /// Of its conversation, when that is known.
    conversation: Option<(i64, Counts, Standing)>,
}

impl Before {
    fn load(session: &Session, noted: &NotedFact, item: &NotedItem) -> Result<Self, Failure> {
        let name = noted.item.as_ref().map(|name| name.bytes());
        let sql = "SELECT EXISTS (SELECT 1 FROM fact WHERE key = ?1) AS known,
                          EXISTS (SELECT 1 FROM interaction WHERE item = ?2) AS item_known,
                          (SELECT count(*) FROM fact WHERE item = ?2 AND kind = 'edited') AS edits,
                          (SELECT seq FROM fact WHERE item = ?2 AND kind = 'edited' ORDER BY at DESC, seq DESC LIMIT 1) AS newest_edit,
                          (SELECT max(at) FROM fact WHERE item = ?2 AND kind = 'edited') AS edited_at,
                          EXISTS (SELECT 1 FROM fact WHERE item = ?2 AND kind = 'removed') AS removed";
        let mut before = session.first(sql, params![noted.key.bytes(), name], Self::read)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
        before.conversation = conversation::find(session, &item.conversation)?;
        Ok(before)
    }

    fn read(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            known: row.get(0)?,
            item_known: row.get(1)?,
            edits: row.get(2)?,
            newest_edit: row.get(3)?,
            edited_at: row.get(4)?,
            removed: row.get(5)?,
            conversation: None,
        })
    }

    /// The interaction as it reads with the edits that came before it.
    fn words<'a>(&self, session: &Session, item: &'a NotedItem) -> Result<Cow<'a, str>, Failure> {
        let as_said = Cow::Borrowed(item.words.as_str());
        let Some(edit) = self.newest_edit else { return Ok(as_said) };
        let content: Option<String> = session.first("SELECT event FROM fact_content WHERE fact = ?", [edit], |row| row.get(0))?;
        let Some(edit) = content.as_deref().map(item_of).transpose()?.flatten() else { return Ok(as_said) };
        let now = wording::reworded(&item.interaction, item.interaction.author.as_ref(), &edit);
        Ok(Cow::Owned(serde_json::to_string(&now)?))
    }
}

fn is_known(session: &Session, noted: &NotedFact) -> Result<bool, Failure> {
    Ok(session.first("SELECT 1 FROM fact WHERE key = ?", [noted.key.bytes()], |_| Ok(()))?.is_some())
}

fn insert(session: &mut Session, delivery: i64, noted: &NotedFact) -> Result<i64, Failure> {
    let seq = session.sequences.next_fact();
    let item = noted.item.as_ref().map(|name| name.bytes());
    let row = "INSERT INTO fact (seq, key, delivery, kind, item, at, sent) VALUES (?, ?, ?, ?, ?, ?, ?)";
    let sent = match &noted.bearing {
        Bearing::Receipt(receipt) => Some(receipt.sent.bytes()),
        _ => None,
    };
    session.run(row, params![seq, noted.key.bytes(), delivery, noted.kind.name(), item, at(noted.at), sent])?;
    session.run("INSERT INTO fact_content (fact, event) VALUES (?, ?)", params![seq, noted.content])?;
    Ok(seq)
}

/// A new interaction, with whatever was already known about it, and an occasion to decide.
fn said(
    session: &mut Session,
    delivery: &NotedDelivery,
    (delivery_seq, fact_seq): (i64, i64),
    noted: &NotedFact,
    item: &NotedItem,
    before: Before,
) -> Result<InteractionId, Failure> {
    let words = before.words(session, item)?;
    let Before { edits, edited_at, removed, conversation, .. } = before;
    let (known, counts, standing) = match conversation {
        Some((seq, counts, standing)) => (Some(seq), counts, standing),
        None => (None, Counts::default(), Standing::default()),
    };
    let (conversation, counts) = conversation::spoken(session, &delivery.connector, &item.conversation, noted.at, known, counts)?;
    let seq = session.sequences.next_interaction();
    let row = "INSERT INTO interaction (seq, id, item, fact, delivery, conversation, connector, channel, lane, read_by, occurred_at,
                                        received_at, edits, edited_at, removed)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let (id, name) = (&item.interaction.id, noted.item.as_ref().map(|name| name.bytes()));
    let (occurred_at, received_at) = (at(item.interaction.occurred_at), at(item.interaction.received_at));
    let (lane, read_by) = (item.lane.bytes(), &delivery.read_by.0);
    #[rustfmt::skip]
    session.run(row, params![seq, id.0, name, fact_seq, delivery_seq, conversation, delivery.connector, delivery.channel, lane, read_by,
                             occurred_at, received_at, edits, edited_at, removed])?;
    let content = "INSERT INTO interaction_content (interaction, source_id, words) VALUES (?, ?, ?)";
    session.run(content, params![seq, item.source_id, words])?;
    let arising = Arising { interaction: seq, id, lane: item.lane, conversation, trigger: &Trigger::Arrived, counts };
    let remembered = matches!(words, Cow::Borrowed(_)).then(|| Remembered {
        interaction: item.interaction.clone(),
        situation: situation(standing, counts, occurred_at),
        read_by: delivery.read_by.clone(),
        words_bytes: words.len(),
    });
    occasion::arise(session, &arising, remembered)?;
    session.count("interactions", 1);
    Ok(id.clone())
}

/// As the policy is told it.
fn situation(standing: Standing, counts: Counts, occurred_at: i64) -> Situation {
    Situation {
        trigger: Trigger::Arrived,
        inbound_count: count(counts.inbound),
        unanswered_count: count(counts.unanswered),
        last_reply_at: counts.last_reply_at.map(time),
        ..standing.situation_about(occurred_at)
    }
}

fn removed(session: &mut Session, noted: &NotedFact) -> Result<Option<InteractionId>, Failure> {
    let item = noted.item.as_ref().map(|name| name.bytes());
    let known = session.first("UPDATE interaction SET removed = 1 WHERE item = ? RETURNING seq", params![item], |row| row.get(0))?;
    if let Some(interaction) = known {
        // Nobody decides about it again.
        fault::settle(session, interaction)?;
    }
    Ok(None)
}
