use async_trait::async_trait;
use model::Undelivered;

use super::Nothing;
use crate::generation::Connector;

/// Takes bytes that a sender made ready and hands them to the transport that its manifest declares (`handover`), with the connector's own
/// credential: a mail to its SMTP server.
#[async_trait]
pub trait Handover: Send + Sync {
    /// Returns when the other side has taken responsibility for them: for SMTP, after its `250` to the data.
    ///
    /// # Errors
    /// As a sender says it. `Later` for what another try may help (no connection, 4xx before the data was given), `Unauthorised` for a
    /// credential that is refused, `Never` for what stays refused (5xx, no transport declared), `Unknown` when the connection was lost after
    /// the data was given and before it was answered: it may have been taken.
    async fn hand_over(&self, connector: &Connector, bytes: &[u8]) -> Result<(), Undelivered>;
}

#[async_trait]
impl Handover for Nothing {
    async fn hand_over(&self, _connector: &Connector, _bytes: &[u8]) -> Result<(), Undelivered> {
        Err(Undelivered::Never("nothing is handed over here".to_owned()))
    }
}
