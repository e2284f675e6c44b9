use pointsman_plugin::{Attachment, Attribute, Content, Reply, Timestamp, Undelivered};

/// Whether a reply window of so many hours, which starts when the customer spoke last by the channel's clock, is still open.
///
/// # Errors
/// `WindowClosed`, also when it is not known when the customer spoke: a reply that the channel would refuse is not sent.
pub fn window(reply: &Reply, hours: u64, now: Timestamp) -> Result<(), Undelivered> {
    match reply.last_inbound_at {
        Some(at) if now < at.saturating_add(hours.saturating_mul(3_600_000)) => Ok(()),
        Some(_) => Err(Undelivered::WindowClosed(format!("the customer spoke last more than {hours} hours ago"))),
        None => Err(Undelivered::WindowClosed("it is not known when the customer spoke last".to_owned())),
    }
}

/// The words of a reply, when it has any.
///
/// # Errors
/// `Never`: there is nothing to send.
pub fn words(text: &str) -> Result<&str, Undelivered> {
    let text = text.trim();
    if text.is_empty() { Err(Undelivered::Never("there are no words to send".to_owned())) } else { Ok(text) }
}

/// The text of the attribute of this name, when it is one and not empty.
#[must_use]
pub fn attribute<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a str> {
    Attribute::find(attributes, name)?.as_text().filter(|text| !text.is_empty())
}

/// The addresses of the attachments.
///
/// # Errors
/// `Never`, when one has none: a sender cannot hand over bytes.
pub fn files<'a>(attachments: &'a [Attachment]) -> Result<Vec<(&'a Attachment, &'a str)>, Undelivered> {
    let with_address = |attachment: &'a Attachment| match &attachment.content {
        Content::Url(url) => Ok((attachment, url.as_str())),
        _ => Err(Undelivered::Never("an attachment has no address that the channel could fetch".to_owned())),
    };
    attachments.iter().map(with_address).collect()
}

/// The text with the addresses of the attachments below it, for channels that take no files by address.
///
/// # Errors
/// `Never`, when there is neither text nor attachment, or an attachment has no address.
pub fn with_links(text: &str, attachments: &[Attachment]) -> Result<String, Undelivered> {
    let mut lines = vec![text.trim()];
    lines.extend(files(attachments)?.into_iter().map(|(_, url)| url));
    words(&lines.join("\n")).map(str::to_owned)
}
