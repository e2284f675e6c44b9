use std::sync::Arc;

use model::{Advance, Attributes, Call, Delivery, Fault, FaultKind, Refusal, Role, Transport};

use super::{Arrival, FrameOutcome, Ingest, IngestError, Inner, Unread, reading};

impl Ingest {
    /// Takes in one frame of a connection that the host holds, or one mail. When this returns, the frame survives a power cut, if it told
    /// anything; a mail is kept in any case.
    ///
    /// # Errors
    /// Nothing was kept: `Busy` and `Store` are worth another try.
    pub async fn frame(&self, connector: &str, frame: Vec<u8>, envelope: Attributes) -> Result<FrameOutcome, IngestError> {
        let arrival = self.0.connection(connector)?;
        let is_mail = matches!(arrival.connector.transport, Some(Transport::Mail { .. }));
        // Mails come from many senders at a time and have no cursor to race for.
        let _turn = if is_mail { None } else { Some(self.0.turn(connector).await) };
        // Where a mailbox was read up to is the host's own affair.
        let cursor = if is_mail { None } else { self.0.ports.store.cursor(connector).await? };
        let raw = Delivery { method: "FRAME".to_owned(), body: frame, attributes: envelope, ..Delivery::default() };
        let (raw, read) = self.0.read_frame(&arrival, raw, cursor).await?;
        match read {
            Ok(advance) if is_mail => self.0.advance(&arrival, raw, Advance { cursor: None, ..advance }, true).await,
            Ok(advance) => self.0.advance(&arrival, raw, advance, false).await,
            Err(unread) => {
                let quarantined = Some(self.0.quarantine(&arrival, raw, unread).await?);
                Ok(FrameOutcome { quarantined, ..FrameOutcome::default() })
            }
        }
    }

    /// Takes in one event of a stream that numbers its events. A connector that keeps no cursor of its own, and has no feed that does, resumes
    /// behind the last event that told something.
    ///
    /// # Errors
    /// Nothing was kept: `Busy` and `Store` are worth another try.
    pub async fn streamed(&self, connector: &str, event: Vec<u8>, id: &str) -> Result<FrameOutcome, IngestError> {
        let arrival = self.0.connection(connector)?;
        let _turn = self.0.turn(connector).await;
        let cursor = self.0.ports.store.cursor(connector).await?;
        let raw = Delivery { method: "FRAME".to_owned(), body: event, ..Delivery::default() };
        let (raw, read) = self.0.read_frame(&arrival, raw, cursor).await?;
        match read {
            Ok(advance) => {
                let own = advance.cursor.is_some() || advance.facts.is_empty() || arrival.connector.has(Role::Feed) || id.is_empty();
                let cursor = if own { advance.cursor } else { Some(id.as_bytes().to_vec()) };
                self.0.advance(&arrival, raw, Advance { cursor, ..advance }, false).await
            }
            Err(unread) => {
                let quarantined = Some(self.0.quarantine(&arrival, raw, unread).await?);
                Ok(FrameOutcome { quarantined, ..FrameOutcome::default() })
            }
        }
    }

    /// Takes in a mail of a mailbox that the host reads for the connector; `cursor` is where the host goes on behind it, committed with what
    /// the mail told.
    ///
    /// # Errors
    /// Nothing was kept: `Busy` and `Store` are worth another try.
    pub async fn mailed(&self, connector: &str, mail: Vec<u8>, envelope: Attributes, cursor: Vec<u8>) -> Result<FrameOutcome, IngestError> {
        let arrival = self.0.connection(connector)?;
        let _turn = self.0.turn(connector).await;
        let raw = Delivery { method: "FRAME".to_owned(), body: mail, attributes: envelope, ..Delivery::default() };
        let (raw, read) = self.0.read_frame(&arrival, raw, None).await?;
        match read {
            Ok(advance) => self.0.advance(&arrival, raw, Advance { cursor: Some(cursor), ..advance }, true).await,
            Err(unread) => {
                // Two commits: between them the mail may be taken in once more, but it is not lost.
                let quarantined = Some(self.0.quarantine(&arrival, raw, unread).await?);
                self.moved(connector, cursor).await?;
                Ok(FrameOutcome { quarantined, ..FrameOutcome::default() })
            }
        }
    }

    /// Keeps where the host goes on for a connector, when nothing was told there.
    ///
    /// # Errors
    /// Nothing was kept.
    pub async fn moved(&self, connector: &str, cursor: Vec<u8>) -> Result<(), IngestError> {
        let arrival = self.0.connection(connector)?;
        let raw = Delivery { method: "FRAME".to_owned(), url: "cursor".to_owned(), ..Delivery::default() };
        self.0.accept(&arrival, raw, Vec::new(), Some(cursor)).await?;
        Ok(())
    }

    /// Where the connector's connection resumes.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn cursor(&self, connector: &str) -> Result<Option<Vec<u8>>, IngestError> {
        Ok(self.0.ports.store.cursor(connector).await?)
    }

    /// Tells the connector that its connection is open, at first or again.
    ///
    /// # Errors
    /// See [`IngestError`]; nothing was kept.
    pub async fn opened(&self, connector: &str) -> Result<FrameOutcome, IngestError> {
        self.0.event(connector, "opened").await
    }

    /// Tells the connector that the time it asked to be woken at has come.
    ///
    /// # Errors
    /// See [`IngestError`]; nothing was kept.
    pub async fn woken(&self, connector: &str) -> Result<FrameOutcome, IngestError> {
        self.0.event(connector, "woken").await
    }
}

impl Inner {
    fn connection(&self, connector: &str) -> Result<Arrival, IngestError> {
        let arrival = self.arrival(connector).ok_or_else(|| IngestError::UnknownConnector(connector.to_owned()))?;
        if arrival.connector.has(Role::Connection) {
            Ok(arrival)
        } else {
            Err(IngestError::WrongRole { connector: connector.to_owned(), role: Role::Connection.name() })
        }
    }

    /// What the connector makes of a frame, on a computing thread.
    pub(super) async fn read_frame(
        self: &Arc<Self>,
        arrival: &Arrival,
        raw: Delivery,
        cursor: Option<Vec<u8>>,
    ) -> Result<(Delivery, Result<Advance, Unread>), IngestError> {
        let pass = match self.admit(arrival, 1) {
            Ok(pass) => pass,
            Err(kind) => return Ok((raw, Err(Unread::faulted(&kind)))),
        };
        let (inner, held) = (Arc::clone(self), arrival.clone());
        let work = move || {
            let plugin = &held.connector.plugin;
            let call: Call<Result<Advance, Refusal>> = plugin.received(&raw.body, &raw.attributes, cursor.as_deref(), held.at);
            let call = call.and_then(|read| match read {
                Ok(advance) => checked(advance).map(Ok),
                Err(refusal) => Ok(Err(refusal)),
            });
            inner.told(&held, pass, &call);
            (raw, call.outcome.map_err(|kind| Unread::faulted(&kind)).and_then(|read| read.map_err(Unread::refused)))
        };
        self.ports.hop.run(&arrival.connector.spec.plugin, work).await.map_err(|_| IngestError::Busy)
    }

    async fn event(self: &Arc<Self>, connector: &str, name: &'static str) -> Result<FrameOutcome, IngestError> {
        let arrival = self.connection(connector)?;
        let _turn = self.turn(connector).await;
        let cursor = self.ports.store.cursor(connector).await?;
        let fault = |kind| IngestError::Fault(Fault { plugin: arrival.connector.spec.plugin.clone(), kind });
        let pass = self.admit(&arrival, 1).map_err(fault)?;
        let (inner, held) = (Arc::clone(self), arrival.clone());
        let work = move || {
            let plugin = &held.connector.plugin;
            let call = if name == "opened" { plugin.opened(cursor.as_deref(), held.at) } else { plugin.woken(cursor.as_deref(), held.at) };
            let call = call.and_then(checked);
            inner.told(&held, pass, &call);
            call.outcome
        };
        let outcome = self.ports.hop.run(&arrival.connector.spec.plugin, work).await.map_err(|_| IngestError::Busy)?;
        let advance = outcome.map_err(fault)?;
        let raw = Delivery { method: "FRAME".to_owned(), url: name.to_owned(), ..Delivery::default() };
        self.advance(&arrival, raw, advance, false).await
    }

    /// Commits what a frame told. A frame that told nothing, such as a heartbeat, is not kept.
    async fn advance(&self, arrival: &Arrival, raw: Delivery, advance: Advance, always: bool) -> Result<FrameOutcome, IngestError> {
        let told = always || !advance.facts.is_empty() || advance.cursor.is_some();
        let accepted = match told {
            true => Some(self.accept(arrival, raw, advance.facts, advance.cursor).await?),
            false => None,
        };
        Ok(FrameOutcome { accepted, quarantined: None, send: advance.send, wake_at: advance.wake_at })
    }
}

fn checked(advance: Advance) -> Result<Advance, FaultKind> {
    reading::check(&advance.facts, &[], advance.cursor.as_deref()).map_err(FaultKind::Contract)?;
    Ok(advance)
}
