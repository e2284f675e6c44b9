//! Mails out, over SMTP (RFC 5321), to the mail server that a connector's manifest and settings name.
//!
//! What became of a mail is told as exactly as the protocol knows it. Until its last dot is given nothing was sent, and another try does no
//! harm; from then on, until the server's answer, nobody knows. The line is dialled like all lines of plugins, to a granted host whose address
//! was checked, and outside private networks nothing but the wish for TLS is said in plain: that is why no client library connects here.

mod dialogue;
mod letter;

use std::time::Duration;

use async_trait::async_trait;
use dispatch::Connector;
use dispatch::grant::{self, Endpoint};
use dispatch::port::{EgressError, EgressGrant, Handover};
use model::{Secret, Undelivered};

use self::dialogue::{Dialogue, Trouble};
use self::letter::Letter;
use crate::egress::HttpEgress;
use crate::login::Login;

/// How long the other side is waited for.
#[derive(Clone, Copy, Debug)]
pub struct SmtpLimits {
    /// For the answer to a command.
    pub answer_ms_max: u64,
    /// For the answer to the whole mail; RFC 5321 §4.5.3.2.6 allows ten minutes.
    pub taken_ms_max: u64,
    /// Largest mail.
    pub mail_bytes_max: usize,
    /// Recipients of one mail.
    pub recipients_max: usize,
}

impl Default for SmtpLimits {
    fn default() -> Self {
        Self { answer_ms_max: 60_000, taken_ms_max: 300_000, mail_bytes_max: 25 << 20, recipients_max: 100 }
    }
}

/// Hands mails to mail servers.
#[derive(Clone)]
pub struct SmtpHandover {
    egress: HttpEgress,
    limits: SmtpLimits,
}

impl SmtpHandover {
    /// Connects through this egress.
    #[must_use]
    pub fn new(egress: HttpEgress, limits: SmtpLimits) -> Self {
        Self { egress, limits }
    }

    /// Hands a mail to the server of an endpoint.
    ///
    /// # Errors
    /// See [`Handover::hand_over`].
    pub(crate) async fn send(
        &self,
        grant: &EgressGrant,
        endpoint: &Endpoint,
        credential: Option<&str>,
        bytes: &[u8],
    ) -> Result<(), Undelivered> {
        let letter = Letter::read(bytes, self.limits).map_err(Undelivered::Never)?;
        let mut refused: Option<Secret> = None;
        loop {
            let login = Login::of(&self.egress, grant, credential, endpoint, refused.as_ref()).await.map_err(before)?;
            let sent = self.once(grant, endpoint, login.as_ref(), &letter).await;
            match (&sent, login.as_ref().and_then(Login::token)) {
                (Err(Undelivered::Unauthorised(_)), Some(token)) if refused.is_none() => refused = Some(token),
                _ => return sent,
            }
        }
    }

    async fn once(&self, grant: &EgressGrant, endpoint: &Endpoint, login: Option<&Login>, letter: &Letter<'_>) -> Result<(), Undelivered> {
        let line = self.egress.dial(grant, endpoint).await.map_err(before)?;
        let mut dialogue = Dialogue::new(line, Duration::from_millis(self.limits.answer_ms_max));
        dialogue.open(&self.egress, grant, endpoint, letter.domain()).await.map_err(Trouble::of_the_server)?;
        if let Some(login) = login {
            dialogue.log_in(login).await.map_err(Trouble::of_the_log_in)?;
        }
        dialogue.envelope(letter).await.map_err(Trouble::of_the_mail)?;
        let sent = dialogue.data(letter, Duration::from_millis(self.limits.taken_ms_max)).await;
        // The outcome stands: how the line ends changes nothing.
        dialogue.quit().await;
        sent
    }
}

#[async_trait]
impl Handover for SmtpHandover {
    async fn hand_over(&self, connector: &Connector, bytes: &[u8]) -> Result<(), Undelivered> {
        let info = connector.plugin.info();
        let never = |why: String| Undelivered::Never(format!("plugin `{}` {why}", info.spec.name));
        let declared = grant::handover(&info.spec, &info.manifest).map_err(|error| never(error.to_string()))?;
        let Some(model::Handover::Smtp { url, credential }) = declared else {
            return Err(never("declares no `handover`".to_owned()));
        };
        let endpoint = Endpoint::parse(&url).ok_or_else(|| never("names no mail server".to_owned()))?;
        let granted = grant::egress_grant(&info.spec, &info.manifest);
        // A secret that the operator did not grant: a mail server in one's own network may ask for none.
        let credential = credential.filter(|name| granted.credentials.contains_key(name));
        self.send(&granted, &endpoint, credential.as_deref(), bytes).await
    }
}

/// What went wrong before anything was said.
#[expect(clippy::needless_pass_by_value, reason = "the shape of map_err")]
fn before(error: EgressError) -> Undelivered {
    match error {
        EgressError::NotGranted(_) | EgressError::RefusedAddress => Undelivered::Never(error.to_string()),
        _ => Undelivered::Later { at: None, why: error.to_string() },
    }
}

#[cfg(test)]
mod tests;
