use std::future::Future;
use std::time::Duration;

use async_imap::types::Fetch;
use async_imap::{Authenticator, Client, Session};
use dispatch::grant::{Endpoint, Scheme};
use dispatch::ingest::Ingest;
use dispatch::port::{Clock, EgressError};
use futures::TryStreamExt as _;
use model::{Attributes, Secret, Value};
use percent_encoding::percent_decode_str;

use super::place::{Place, day_before};
use super::{MailboxError, MailboxSettings};
use crate::egress::{HttpEgress, Line};
use crate::login::{Login, xoauth2};

/// Mails that are read before the server is asked again what else there is.
const BATCH_MAX: usize = 500;
/// Headers by which mail servers tell for whom a mail came.
const RECIPIENTS: [&str; 2] = ["delivered-to:", "x-original-to:"];

type Mailbox = Session<Line>;

/// One connection from its opening to its end.
pub(super) struct Reading<'a> {
    pub(super) ingest: &'a Ingest,
    pub(super) egress: &'a HttpEgress,
    pub(super) settings: &'a MailboxSettings,
    pub(super) clock: &'a dyn Clock,
}

impl Reading<'_> {
    /// Opens the mailbox and reads what comes, until the connection breaks.
    pub(super) async fn hold(&self) -> Result<(), MailboxError> {
        let endpoint = Endpoint::parse(&self.settings.url).ok_or_else(|| EgressError::NotGranted("a URL of this form".to_owned()))?;
        let mut session = self.open(&endpoint).await?;
        let idles = self.timely(session.capabilities()).await?.has_str("IDLE");
        let mut place = self.enter(&mut session, &endpoint).await?;
        loop {
            while self.catch_up(&mut session, &mut place).await? {}
            session = if idles { self.listen(session).await? } else { self.wait(session).await? };
        }
    }

    async fn open(&self, endpoint: &Endpoint) -> Result<Mailbox, MailboxError> {
        let mut refused: Option<Secret> = None;
        loop {
            let MailboxSettings { grant, credential, .. } = self.settings;
            let login = Login::of(self.egress, grant, credential.as_deref(), endpoint, refused.as_ref()).await?;
            let client = self.connect(endpoint).await?;
            let (opened, token) = match &login {
                None => return Err(MailboxError::LogIn),
                Some(Login::Password { user, password }) => (self.timely_login(client.login(user, password)).await, None),
                Some(Login::Token { user, token }) => {
                    let said = Once(Some(xoauth2(user, token)));
                    (self.timely_login(client.authenticate("XOAUTH2", said)).await, login.as_ref().and_then(Login::token))
                }
            };
            match (opened, token) {
                (Err(MailboxError::LogIn), Some(token)) if refused.is_none() => refused = Some(token),
                (opened, _) => return opened,
            }
        }
    }

    async fn connect(&self, endpoint: &Endpoint) -> Result<Client<Line>, MailboxError> {
        let line = self.egress.dial(&self.settings.grant, endpoint).await?;
        let mut client = Client::new(line);
        let greeting = self.timely_io(client.read_response()).await?;
        greeting.ok_or_else(|| MailboxError::Connection("it was closed at once".to_owned()))?;
        if endpoint.scheme == Scheme::Imaps {
            return Ok(client);
        }
        match self.timely(client.run_command_and_check_ok("STARTTLS", None)).await {
            // What was said before TLS counts for nothing: the reading begins anew.
            Ok(()) => Ok(Client::new(self.egress.secured(client.into_inner(), endpoint).await?)),
            Err(MailboxError::Connection(_)) if self.settings.grant.private_network => Ok(client),
            Err(MailboxError::Connection(why)) => Err(MailboxError::NoTls(why)),
            Err(error) => Err(error),
        }
    }

    /// Opens the folder for reading only, and finds the place to go on from.
    async fn enter(&self, session: &mut Mailbox, endpoint: &Endpoint) -> Result<Place, MailboxError> {
        let folder = percent_decode_str(endpoint.path.trim_matches('/')).decode_utf8_lossy().into_owned();
        let folder = if folder.is_empty() { "INBOX" } else { &folder };
        let mailbox = self.timely(session.examine(folder)).await?;
        let uid_validity = mailbox.uid_validity.unwrap_or_default();
        let cursor = self.ingest.cursor(&self.settings.connector).await.map_err(not_taken)?;
        let at = self.clock.now();
        match Place::read(cursor.as_deref()) {
            Some(place) if place.uid_validity == uid_validity => Ok(place),
            Some(place) => {
                let query = format!("SINCE {}", day_before(place.at));
                let since = self.timely(session.uid_search(query)).await?;
                let before = since.into_iter().min().or(mailbox.uid_next).unwrap_or(1).saturating_sub(1);
                Ok(Place { uid_validity, uid: before, at: place.at })
            }
            None => {
                let place = Place { uid_validity, uid: mailbox.uid_next.unwrap_or(1).saturating_sub(1), at };
                self.ingest.moved(&self.settings.connector, place.written()).await.map_err(not_taken)?;
                Ok(place)
            }
        }
    }

    /// Reads what came since; whether there may be more.
    async fn catch_up(&self, session: &mut Mailbox, place: &mut Place) -> Result<bool, MailboxError> {
        let first = place.uid.saturating_add(1);
        // `n:*` names the last mail even when its number is smaller.
        let found = self.timely(session.uid_search(format!("UID {first}:*"))).await?;
        let mut uids: Vec<u32> = found.into_iter().filter(|uid| *uid >= first).collect();
        uids.sort_unstable();
        let more = uids.len() > BATCH_MAX;
        for uid in uids.into_iter().take(BATCH_MAX) {
            let mail = self.fetch(session, uid).await?;
            let next = Place { uid, at: self.clock.now(), ..*place };
            // One that went meanwhile is nothing that was said to us.
            if let Some((mail, envelope)) = mail {
                self.ingest.mailed(&self.settings.connector, mail, envelope, next.written()).await.map_err(not_taken)?;
            }
            *place = next;
        }
        Ok(more)
    }

    async fn fetch(&self, session: &mut Mailbox, uid: u32) -> Result<Option<(Vec<u8>, Attributes)>, MailboxError> {
        let bytes_max = self.settings.limits.mail_bytes_max;
        let query = format!("(UID RFC822.SIZE BODY.PEEK[]<0.{bytes_max}>)");
        let fetched = async { session.uid_fetch(uid.to_string(), query).await?.try_collect::<Vec<Fetch>>().await };
        let fetched = self.timely(fetched).await?;
        let Some((fetched, body)) = fetched.iter().filter(|fetched| fetched.uid == Some(uid)).find_map(|one| Some((one, one.body()?)))
        else {
            return Ok(None);
        };
        let mut envelope = Attributes::new();
        let recipients = recipients(body);
        if !recipients.is_empty() {
            envelope.insert("envelope-to".to_owned(), Value::Texts(recipients));
        }
        if fetched.size.is_some_and(|size| size > bytes_max) {
            envelope.insert("cut".to_owned(), Value::Flag(true));
        }
        Ok(Some((body.to_vec(), envelope)))
    }

    /// Returns when the server says that something changed, or after a while.
    async fn listen(&self, session: Mailbox) -> Result<Mailbox, MailboxError> {
        let mut idle = session.idle();
        self.timely(idle.init()).await?;
        let (changed, _go_on) = idle.wait_with_timeout(Duration::from_millis(self.settings.limits.idle_ms));
        changed.await.map_err(|error| broken(&error))?;
        self.timely(idle.done()).await
    }

    async fn wait(&self, mut session: Mailbox) -> Result<Mailbox, MailboxError> {
        self.clock.wait_until(self.clock.now().plus_ms(self.settings.limits.ask_ms)).await;
        self.timely(session.noop()).await?;
        Ok(session)
    }

    async fn timely<T>(&self, answer: impl Future<Output = async_imap::error::Result<T>>) -> Result<T, MailboxError> {
        self.in_time(answer).await?.map_err(|error| broken(&error))
    }

    async fn timely_io<T>(&self, answer: impl Future<Output = std::io::Result<T>>) -> Result<T, MailboxError> {
        self.in_time(answer).await?.map_err(|error| MailboxError::Connection(error.to_string()))
    }

    /// A server's own refusal is a log-in that failed; the rest is the connection's fault.
    async fn timely_login(
        &self,
        answer: impl Future<Output = Result<Mailbox, (async_imap::error::Error, Client<Line>)>>,
    ) -> Result<Mailbox, MailboxError> {
        self.in_time(answer).await?.map_err(|(error, _)| match error {
            async_imap::error::Error::No(_) | async_imap::error::Error::Bad(_) => MailboxError::LogIn,
            other => broken(&other),
        })
    }

    async fn in_time<T>(&self, answer: impl Future<Output = T>) -> Result<T, MailboxError> {
        let ms = self.settings.limits.answer_ms_max;
        tokio::time::timeout(Duration::from_millis(ms), answer).await.map_err(|_| MailboxError::Silence(ms))
    }
}

/// Says its one message; what else it is asked it answers with nothing, and hears why it failed.
struct Once(Option<String>);

impl Authenticator for Once {
    type Response = String;

    fn process(&mut self, _challenge: &[u8]) -> String {
        self.0.take().unwrap_or_default()
    }
}

/// For whom a mail came, by the headers that mail servers add.
fn recipients(mail: &[u8]) -> Vec<String> {
    let end = mail.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(mail.len());
    let head = String::from_utf8_lossy(mail.get(..end).unwrap_or_default()).into_owned();
    let named = |line: &str| {
        let lower = line.to_ascii_lowercase();
        let name = RECIPIENTS.into_iter().find(|name| lower.starts_with(name))?;
        let address = line.get(name.len()..)?.trim().trim_matches(['<', '>']);
        (!address.is_empty()).then(|| address.to_owned())
    };
    let mut found: Vec<String> = head.lines().filter_map(named).take(16).collect();
    found.dedup();
    found
}

/// What a server says may repeat what it was sent: the kind of failure is enough.
fn broken(error: &async_imap::error::Error) -> MailboxError {
    use async_imap::error::Error;
    MailboxError::Connection(match error {
        Error::Io(error) => error.to_string(),
        Error::ConnectionLost => "it was lost".to_owned(),
        Error::No(_) => "the server said no".to_owned(),
        Error::Bad(_) => "the server did not understand".to_owned(),
        _ => "the server said something unexpected".to_owned(),
    })
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of map_err")]
fn not_taken(error: dispatch::IngestError) -> MailboxError {
    MailboxError::NotTaken(error.to_string())
}
