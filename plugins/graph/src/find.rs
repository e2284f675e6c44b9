//! Looking for our own words on the channel, when it is not known whether they went out.

use lenient::{id, text, time};
use pointsman_plugin::{Reply, Timestamp};
use serde_json::Value;

/// What our own words look like among others'.
#[derive(Clone, Copy, Debug)]
pub struct Ours<'a> {
    words: &'a str,
    /// Our account, when it is known by its id.
    account: Option<&'a str>,
    /// Whom we answer: what they say is not ours.
    customer: Option<&'a str>,
    since: Timestamp,
}

impl<'a> Ours<'a> {
    /// The words of a reply, which we said after the customer spoke last. `account`: ours, where the channel names it by the same id
    /// everywhere, else `me`.
    #[must_use]
    pub fn reply(reply: &'a Reply, words: &'a str, account: &'a str, now: Timestamp) -> Self {
        let since = reply.last_inbound_at.unwrap_or_else(|| now.saturating_sub(TRIES_MS));
        let account = Some(account).filter(|account| *account != "me");
        Self { words: words.trim(), account, customer: reply.recipient.as_deref(), since }
    }

    /// The same words, not said by this person.
    #[must_use]
    pub fn not_by(self, customer: &'a str) -> Self {
        Self { customer: Some(customer), ..self }
    }

    /// The words of a post, which we said not long ago: the same words may have been posted last week.
    #[must_use]
    pub fn post(words: &'a str, now: Timestamp) -> Self {
        Self { words: words.trim(), account: None, customer: None, since: now.saturating_sub(TRIES_MS) }
    }

    /// The id of the item that has the words in this field and is ours.
    pub fn among<'v>(&self, items: impl IntoIterator<Item = &'v Value>, field: &str) -> Option<String> {
        let said = |item: &&Value| text(item, field).is_some_and(|said| said.trim() == self.words);
        items.into_iter().filter(said).find(|item| self.is(item)).and_then(|item| id(item, "id"))
    }

    fn is(&self, item: &Value) -> bool {
        let at = time(item, "created_time").or_else(|| time(item, "timestamp"));
        let from = id(item, "/from/id");
        let by_us = match (&from, self.account) {
            (None, _) => true,
            (Some(from), Some(account)) if from == account => true,
            // Rather a stranger's same words than ours twice.
            (Some(from), _) => self.account.is_none() && Some(from.as_str()) != self.customer,
        };
        // The API counts in seconds, the webhook in milliseconds.
        by_us && at.is_none_or(|at| at.saturating_add(1_000) > self.since)
    }
}

/// How long the host tries to send something.
const TRIES_MS: u64 = 24 * 3_600_000;
