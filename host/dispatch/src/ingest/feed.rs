use model::{Delivery, Role};

use super::{Arrival, Ingest, IngestError, PollOutcome, reading};

impl Ingest {
    /// Asks a connector's feed for news once: its facts, what its pointers point at, and its cursor are committed as one. One poll at a time
    /// for each connector.
    ///
    /// # Errors
    /// Nothing was kept and the cursor stands where it stood: the next poll brings the same.
    pub async fn poll(&self, connector: &str) -> Result<PollOutcome, IngestError> {
        let inner = &self.0;
        // Asked before, so that only connectors have turns; and after, because the generation may have changed meanwhile.
        self.feed(connector)?;
        let _turn = inner.turn(connector).await;
        let arrival = self.feed(connector)?;
        let cursor = inner.ports.store.cursor(connector).await?;
        let pass = inner.admitted(&arrival)?;
        let call = arrival.connector.plugin.poll(cursor.as_deref(), arrival.at).await;
        let recorded = serde_json::to_vec(&call.cost.host_calls).unwrap_or_default();
        let mut page = inner.answered(&arrival, pass, call, |page| reading::check(&page.facts, &page.pointers, Some(&page.cursor)))?;
        page.facts.extend(inner.hydrate(&arrival, &page.pointers).await?);
        let moved = cursor.as_deref() != Some(page.cursor.as_slice());
        let accepted = if moved || !page.facts.is_empty() {
            let raw = Delivery { method: "POLL".to_owned(), body: recorded, ..Delivery::default() };
            Some(inner.accept(&arrival, raw, page.facts, Some(page.cursor)).await?)
        } else {
            None
        };
        // A page that neither moves nor tells anything cannot have more behind it: polling again at once would never end.
        Ok(PollOutcome { more: page.more && accepted.is_some(), accepted, next_poll_at: page.next_poll_at })
    }

    fn feed(&self, connector: &str) -> Result<Arrival, IngestError> {
        let arrival = self.0.arrival(connector).ok_or_else(|| IngestError::UnknownConnector(connector.to_owned()))?;
        if arrival.connector.has(Role::Feed) {
            Ok(arrival)
        } else {
            Err(IngestError::WrongRole { connector: connector.to_owned(), role: Role::Feed.name() })
        }
    }
}
