//! What deliveries only point at: the words of a mention, the answers of a lead, the messages of a conversation.

use graph::{Api, Settings, encoded};
use pointsman_plugin::{Event, Fact, Failure, Kind, Pointer, Timestamp};

use crate::document;

/// What is to be fetched for these facts.
pub(crate) fn pointers(facts: &[Fact]) -> Vec<Pointer> {
    let named = facts.iter().filter_map(|fact| match &fact.event {
        Event::Said(item) if item.kind == Kind::Lead => Some(format!("lead:{}", item.source_id)),
        Event::Said(item) if item.kind == Kind::Mention && item.text.is_empty() => Some(format!("mention:{}", item.source_id)),
        Event::System(note) if note.name == "conversations" => Some(format!("thread:{}", note.conversation.as_ref()?)),
        _ => None,
    });
    named.take(POINTERS_MAX).map(|id| Pointer { id, ..Pointer::default() }).collect()
}

/// Fetches what a pointer names, see [`graph::look`].
///
/// # Errors
/// When it is no pointer of this connector.
pub(crate) fn fetch(api: &Api, settings: &Settings, pointer: &Pointer, now: Timestamp) -> Result<Vec<Fact>, Failure> {
    let unknown = || Failure::Never(format!("`{}` is no pointer of this connector", pointer.id));
    let (sort, id) = pointer.id.split_once(':').ok_or_else(unknown)?;
    let id = graph::place(id).map_err(|_| unknown())?;
    let fields = match sort {
        "lead" => "id,created_time,field_data,form_id,ad_id,campaign_id",
        "mention" => "id,message,from,created_time,permalink_url",
        "thread" => {
            "messages.limit(20){id,message,from,to,created_time,attachments{id,mime_type,name,size,image_data,video_data,file_url}}"
        }
        _ => return Err(unknown()),
    };
    let kind = (sort == "mention").then_some(Kind::Mention);
    let path = encoded(&format!("/{id}?fields={fields}"));
    Ok(graph::look(api, &path, kind, now, |document| document::facts(document, sort, settings)))
}

const POINTERS_MAX: usize = 100;
