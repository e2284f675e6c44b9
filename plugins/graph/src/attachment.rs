//! Files: `{"type": "image", "payload": {"url"}}` of the Messenger Platform, and what the API lists beside a message.

use lenient::{count, id, list, text};
use pointsman_plugin::{Attachment, Content};
use serde_json::Value;

/// The media type by the file's name, else by what sort of file the channel calls it.
#[must_use]
pub fn media_type(sort: &str, name: &str) -> String {
    let by_sort = match sort.to_ascii_lowercase().as_str() {
        "image" | "photo" | "sticker" | "gif" | "animated_image" => "image/*",
        "video" | "reel" | "ig_reel" | "video_inline" => "video/*",
        "audio" => "audio/*",
        _ => "application/octet-stream",
    };
    lenient::media_type(name).unwrap_or(by_sort).to_owned()
}

/// A file at an address.
#[must_use]
pub fn file(sort: &str, url: &str) -> Attachment {
    Attachment { media_type: media_type(sort, url), content: Content::Url(url.to_owned()), name: None, size_bytes: None, description: None }
}

/// Files of a pushed message. Links that were shared (`fallback`, `template`) are no files.
pub(crate) fn pushed(message: &Value) -> Vec<Attachment> {
    let attachments = list(message, "attachments").iter().take(ATTACHMENTS_MAX);
    let files = attachments.filter_map(|attachment| {
        let sort = text(attachment, "type").unwrap_or_default();
        let url = text(attachment, "/payload/url").filter(|_| !matches!(sort, "fallback" | "template" | "location"))?;
        Some(Attachment { description: text(attachment, "/payload/title").map(str::to_owned), ..file(sort, url) })
    });
    files.collect()
}

/// Files of a message that was asked for: `attachments.data[]`.
#[must_use]
pub fn listed(message: &Value) -> Vec<Attachment> {
    let attachments = list(message, "/attachments/data").iter().take(ATTACHMENTS_MAX);
    let files = attachments.filter_map(|attachment| {
        let url = ["/image_data/url", "/video_data/url", "file_url"].iter().find_map(|place| text(attachment, place));
        let content = match url {
            Some(url) => Content::Url(url.to_owned()),
            None => Content::Reference(id(attachment, "id")?),
        };
        Some(Attachment {
            media_type: text(attachment, "mime_type").unwrap_or("application/octet-stream").to_owned(),
            content,
            name: text(attachment, "name").map(str::to_owned),
            size_bytes: Some(count(attachment, "size")).filter(|size| *size > 0),
            description: None,
        })
    });
    files.collect()
}

const ATTACHMENTS_MAX: usize = 32;
