use dispatch::port::StoreError;
use tokio::sync::oneshot;

use super::session::Session;
use super::severity::Severity;
use crate::noted::broken;

/// Something to write. The writer may apply it twice, when the first try was rolled back.
pub(crate) trait Change: Send + 'static {
    /// What the caller is told once it is durable.
    type Output: Send + 'static;

    /// Writes inside the batch's transaction.
    ///
    /// # Errors
    /// [`Failure::Refused`] only before anything was written.
    fn apply(&self, session: &mut Session) -> Result<Self::Output, Failure>;
}

/// Why a change was not applied.
#[derive(Debug)]
pub(crate) enum Failure {
    /// An answer, not an accident; nothing was written.
    Refused(StoreError),
    /// The database failed.
    Database(rusqlite::Error),
    /// What is stored could not be read.
    Unreadable(String),
}

impl Failure {
    pub(crate) fn severity(&self) -> Severity {
        match self {
            Self::Refused(_) | Self::Unreadable(_) => Severity::Change,
            Self::Database(error) => Severity::of(error),
        }
    }

    /// For the one whose change it was.
    pub(crate) fn into_error(self) -> StoreError {
        match self {
            Self::Refused(error) => error,
            Self::Database(error) => store_error(&error),
            Self::Unreadable(why) => StoreError::Corrupt(why),
        }
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Unreadable(broken(&error))
    }
}

/// In the port's words.
pub(crate) fn store_error(error: &rusqlite::Error) -> StoreError {
    match Severity::of(error) {
        Severity::Change => StoreError::Corrupt(error.to_string()),
        Severity::Moment | Severity::Connection | Severity::Sync => StoreError::Unavailable(error.to_string()),
    }
}

/// A change on its way through the writer, with whoever waits for it.
pub(crate) trait Posted: Send {
    /// Applies it and keeps the answer until the batch is durable. A refusal is an answer.
    fn apply(&mut self, session: &mut Session) -> Result<(), Failure>;
    /// Keeps this answer instead: the change failed alone.
    fn fail(&mut self, failure: Failure);
    /// The batch is durable: answers.
    fn settle(self: Box<Self>);
    /// The batch is not: answers that.
    fn refuse(self: Box<Self>, why: &str);
}

/// See [`Posted`].
pub(crate) struct Post<C: Change> {
    change: C,
    answer: Option<Result<C::Output, StoreError>>,
    reply: oneshot::Sender<Result<C::Output, StoreError>>,
}

impl<C: Change> Post<C> {
    pub(crate) fn new(change: C) -> (Box<Self>, oneshot::Receiver<Result<C::Output, StoreError>>) {
        let (reply, answered) = oneshot::channel();
        (Box::new(Self { change, answer: None, reply }), answered)
    }
}

impl<C: Change> Posted for Post<C> {
    fn apply(&mut self, session: &mut Session) -> Result<(), Failure> {
        self.answer = match self.change.apply(session) {
            Ok(output) => Some(Ok(output)),
            Err(Failure::Refused(error)) => Some(Err(error)),
            Err(failure) => return Err(failure),
        };
        Ok(())
    }

    fn fail(&mut self, failure: Failure) {
        self.answer = Some(Err(failure.into_error()));
    }

    fn settle(self: Box<Self>) {
        let Self { change, answer, reply } = *self;
        // Before the answer: what the change shares with the caller is the caller's alone then.
        drop(change);
        let answer = answer.unwrap_or_else(|| Err(StoreError::Unavailable("the change was not applied".to_owned())));
        // Whoever asked may have gone; what is durable stays.
        let _gone = reply.send(answer);
    }

    fn refuse(self: Box<Self>, why: &str) {
        let _gone = self.reply.send(Err(StoreError::Unavailable(why.to_owned())));
    }
}
