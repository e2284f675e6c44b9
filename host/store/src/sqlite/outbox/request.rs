//! What a person wants enters the outbox.

use dispatch::port::{NewOutgoing, Requested, StoreError};
use model::{OutgoingId, OutgoingState, Wanted};
use rusqlite::params;

use super::{count, pace};
use crate::sqlite::cell::{at, cell};
use crate::sqlite::change::{Change, Failure};
use crate::sqlite::session::Session;

/// A person's wish, named and serialised.
pub(crate) struct Request {
    pub(crate) id: OutgoingId,
    pub(crate) new: NewOutgoing,
    /// Hash of who asked under which key.
    pub(crate) request: Option<Vec<u8>>,
    /// Hash of what was asked.
    pub(crate) asked: Vec<u8>,
}

/// Where it belongs.
struct Place {
    interaction: Option<i64>,
    conversation: Option<i64>,
    connector: String,
    account: Option<String>,
    wanted: Wanted,
}

impl Change for Request {
    type Output = Requested;

    fn apply(&self, session: &mut Session) -> Result<Requested, Failure> {
        if let Some(request) = &self.request {
            let known = "SELECT id, asked FROM outgoing WHERE request = ?";
            let known: Option<(String, Option<Vec<u8>>)> = session.first(known, [request], |row| Ok((row.get(0)?, row.get(1)?)))?;
            if let Some((id, asked)) = known {
                let id = OutgoingId(id);
                return Ok(if asked.as_ref() == Some(&self.asked) { Requested::Known(id) } else { Requested::Other(id) });
            }
        }
        let place = self.place(session)?;
        self.insert(session, &place)?;
        Ok(Requested::New(self.id.clone()))
    }
}

impl Request {
    fn place(&self, session: &Session) -> Result<Place, Failure> {
        let new = &self.new;
        if let Some(about) = &new.about {
            return self.place_of_sent(session, &about.0);
        }
        let Some(interaction) = &new.interaction else {
            let connector = new.connector.clone().unwrap_or_default();
            let account = new.account.clone();
            return Ok(Place { interaction: None, conversation: None, connector, account, wanted: new.wanted.clone() });
        };
        let sql = "SELECT interaction.seq, conversation, connector, words, source_id FROM interaction
                   JOIN interaction_content ON interaction_content.interaction = interaction.seq WHERE id = ?";
        let found: Option<(i64, i64, String, String, String)> =
            session.first(sql, [&interaction.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?;
        let Some((seq, conversation, connector, words, source_id)) = found else {
            return Err(Failure::Refused(StoreError::NotFound { kind: "interaction", id: interaction.0.clone() }));
        };
        let words: model::Interaction = serde_json::from_str(&words)?;
        let wanted = match &new.wanted {
            // The caller knows an interaction by our id; the channel knows it by its own.
            Wanted::Hide(_) => Wanted::Hide(source_id),
            other => other.clone(),
        };
        Ok(Place { interaction: Some(seq), conversation: Some(conversation), connector, account: words.account, wanted })
    }

    /// What was sent first stands for all parts: an edit of a text in parts is the text in its first part.
    fn place_of_sent(&self, session: &Session, about: &str) -> Result<Place, Failure> {
        let sql = "SELECT outgoing.interaction, outgoing.conversation, sent.connector, account, source_id FROM outgoing
                   JOIN outgoing_content ON outgoing_content.outgoing = outgoing.seq
                   JOIN sent ON sent.outgoing = outgoing.seq AND sent.rung = outgoing.rung
                   JOIN sent_content ON sent_content.sent = sent.seq
                   WHERE outgoing.id = ? ORDER BY sent.seq LIMIT 1";
        let place = |row: &rusqlite::Row<'_>| {
            let source_id: String = row.get(4)?;
            let wanted = match &self.new.wanted {
                Wanted::Edit(edit) => Wanted::Edit(model::Edit { source_id, text: edit.text.clone() }),
                Wanted::Hide(_) => Wanted::Hide(source_id),
                other => other.clone(),
            };
            Ok(Place { interaction: row.get(0)?, conversation: row.get(1)?, connector: row.get(2)?, account: row.get(3)?, wanted })
        };
        let found = session.first(sql, [about], place)?;
        found.ok_or_else(|| Failure::Refused(StoreError::NotFound { kind: "sent item", id: about.to_owned() }))
    }

    fn insert(&self, session: &Session, place: &Place) -> Result<(), Failure> {
        let row =
            "INSERT INTO outgoing (id, kind, state, connector, pace, interaction, conversation, lane, actor, request, asked, created_at,
                                         due_at, changed_at, rung, tries)
                   VALUES (?, ?, 'pending', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)";
        let (kind, now) = (place.wanted.kind(), at(self.new.at));
        let pace = pace(&place.connector, place.account.as_deref());
        let Place { interaction, conversation, connector, account, wanted } = place;
        #[rustfmt::skip]
        session.run(row, params![self.id.0, kind, connector, pace, interaction, conversation, conversation, self.new.by, self.request,
                                 self.asked, now, now, now])?;
        let seq = cell(session.last_given());
        let content = "INSERT INTO outgoing_content (outgoing, whole, account) VALUES (?, ?, ?)";
        session.run(content, params![seq, serde_json::to_string(wanted)?, account])?;
        count(session, (connector, kind), OutgoingState::Pending, 1)
    }
}
