use pointsman_plugin::{Reply, Timestamp, Undelivered};

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
