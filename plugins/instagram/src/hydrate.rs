//! What deliveries only point at: the words of a mention. They are asked for through our own account, because they belong to others.

use graph::{Api, Settings, encoded};
use lenient::attribute;
use pointsman_plugin::{Attribute, Event, Fact, Failure, Kind, Pointer, Timestamp};

use crate::document;

/// What is to be fetched for these facts.
pub(crate) fn pointers(facts: &[Fact]) -> Vec<Pointer> {
    let named = facts.iter().filter_map(|fact| match &fact.event {
        Event::Said(item) if item.kind == Kind::Mention && item.text.is_empty() => {
            let sort = if Attribute::find(&item.attributes, "caption").is_some() { "media" } else { "comment" };
            let attributes = fact.account.iter().map(|account| attribute("account", account.as_str())).collect();
            Some(Pointer { id: format!("{sort}:{}", item.source_id), attributes })
        }
        _ => None,
    });
    named.take(POINTERS_MAX).collect()
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
        "comment" => format!("mentioned_comment.comment_id({id}){{id,text,timestamp,username,like_count,media{{id}}}}"),
        "media" => format!("mentioned_media.media_id({id}){{id,caption,media_type,media_url,permalink,timestamp,username,like_count}}"),
        _ => return Err(unknown()),
    };
    let account = settings.account_id.as_deref().or_else(|| sending::attribute(&pointer.attributes, "account")).unwrap_or("me");
    let account = graph::place(account).map_err(|_| unknown())?;
    let path = encoded(&format!("/{account}?fields={fields}"));
    let of_account = |fact: Fact| Fact { account: Some(account.to_owned()).filter(|account| account != "me"), ..fact };
    let read = |document: &_| document::facts(document, "", settings).into_iter().map(of_account).collect();
    Ok(graph::look(api, &path, Some(Kind::Mention), now, read))
}

const POINTERS_MAX: usize = 100;
