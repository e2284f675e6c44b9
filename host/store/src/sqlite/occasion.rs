//! Occasions: reasons to decide about an interaction.

use model::{InteractionId, Trigger};
use rusqlite::params;

use super::change::Failure;
use super::conversation::Counts;
use super::session::Session;
use super::waiting::{News, Occasion, Remembered};
use crate::name::Name;

/// A reason to decide, with the counts as they are when it arises.
pub(crate) struct Arising<'a> {
    pub(crate) interaction: i64,
    pub(crate) id: &'a InteractionId,
    pub(crate) lane: Name,
    pub(crate) conversation: i64,
    pub(crate) trigger: &'a Trigger,
    pub(crate) counts: Counts,
}

/// Makes an occasion. `work` is what the database would say that a chain needs, when that is at hand.
pub(crate) fn arise(session: &mut Session, arising: &Arising<'_>, work: Option<Remembered>) -> Result<(), Failure> {
    let row = "INSERT INTO occasion (interaction, asked, inbound_count, unanswered_count, last_reply_at) VALUES (?, ?, ?, ?, ?)";
    let asked = match arising.trigger {
        Trigger::Arrived => std::borrow::Cow::Borrowed("\"arrived\""),
        trigger => std::borrow::Cow::Owned(serde_json::to_string(trigger)?),
    };
    let Counts { inbound, unanswered, last_reply_at } = arising.counts;
    session.run(row, params![arising.interaction, asked, inbound, unanswered, last_reply_at])?;
    let seq = session.last_given();
    let (conversation, interaction, lane) = (arising.conversation, arising.id.clone(), arising.lane);
    session.tell(News::Arisen(Box::new(Occasion { seq, conversation, interaction, lane, work })));
    Ok(())
}
