//! Marks that policies put on conversations.

use model::{Attributes, Value};
use rusqlite::params;

use crate::sqlite::change::Failure;
use crate::sqlite::session::Session;
use crate::sqlite::waiting::News;

/// Marks of one conversation; another one replaces none and is left out.
const MARKS_MAX: usize = 64;
/// Of a mark's name and value as JSON.
const MARK_BYTES_MAX: usize = 2 << 10;

/// Puts a mark on a conversation, in the place of the one of this name. What is too much or too large is left out; the effect stays in the
/// decision for everybody to see.
pub(super) fn mark(session: &mut Session, conversation: i64, name: &str, value: &Value) -> Result<(), Failure> {
    let known = "SELECT marks FROM conversation_content WHERE conversation = ?";
    let known: Option<Option<String>> = session.first(known, [conversation], |row| row.get(0))?;
    // Whose conversation was erased has no place for marks.
    let Some(known) = known else { return Ok(()) };
    let mut marks: Attributes = known.as_deref().map(serde_json::from_str).transpose()?.unwrap_or_default();
    let too_many = marks.len() >= MARKS_MAX && !marks.contains_key(name);
    if too_many || name.len().saturating_add(serde_json::to_string(value)?.len()) > MARK_BYTES_MAX {
        tracing::warn!(conversation, "a mark is left out: there are too many of them, or it is too large");
        return Ok(());
    }
    marks.insert(name.to_owned(), value.clone());
    let json = serde_json::to_string(&marks)?;
    session.run("UPDATE conversation_content SET marks = ? WHERE conversation = ?", params![json, conversation])?;
    session.run("UPDATE conversation SET marked = 1 WHERE seq = ?", [conversation])?;
    session.tell(News::Touched(conversation));
    Ok(())
}
