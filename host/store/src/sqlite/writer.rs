//! The one writer: a thread that owns the only connection that writes, and commits whatever waits with one sync.

use std::sync::Arc;
use std::time::Duration;

use dispatch::port::StoreError;
use tokio::sync::{mpsc, oneshot};

use super::change::{Change, Post, Posted};
use super::connect::Place;
use super::lock::Lock;
use super::session::Session;
use super::severity::Severity;
use super::waiting::Waiting;
use super::withdrawals::Withdrawals;
use crate::settings::StoreSettings;

/// The way to the writer. The thread ends when all handles are gone, or after [`Writer::close`].
#[derive(Clone, Debug)]
pub(crate) struct Writer {
    inbox: mpsc::Sender<Message>,
    wait_max: Duration,
}

enum Message {
    Change(Box<dyn Posted>),
    Close(oneshot::Sender<()>),
}

impl Writer {
    /// Starts the thread. The lock is held as long as it runs.
    pub(crate) fn start(
        (session, lock): (Session, Lock),
        place: Place,
        waiting: Arc<Waiting>,
        settings: &StoreSettings,
    ) -> Result<Self, std::io::Error> {
        let (inbox, messages) = mpsc::channel(settings.writer_queue_max.max(1));
        waiting.begin(session.sequences.occasion);
        let batch_jobs_max = settings.batch_jobs_max.max(1);
        let desk = Desk {
            session: Some(session),
            withdrawals: Withdrawals::default(),
            place,
            waiting,
            distrust: None,
            batch_jobs_max,
            _lock: lock,
        };
        std::thread::Builder::new().name("store-writer".to_owned()).spawn(move || desk.run(messages))?;
        Ok(Self { inbox, wait_max: Duration::from_millis(settings.queue_wait_ms_max) })
    }

    /// Writes it; returns when it is durable.
    pub(crate) async fn change<C: Change>(&self, change: C) -> Result<C::Output, StoreError> {
        let (post, answered) = Post::new(change);
        if let Err(refused) = self.inbox.try_send(Message::Change(post)) {
            self.send_patiently(refused).await?;
        }
        answered.await.unwrap_or_else(|_| Err(unavailable("it was closed before the change was durable")))
    }

    async fn send_patiently(&self, refused: mpsc::error::TrySendError<Message>) -> Result<(), StoreError> {
        match self.inbox.send_timeout(refused.into_inner(), self.wait_max).await {
            Ok(()) => Ok(()),
            Err(mpsc::error::SendTimeoutError::Timeout(_)) => Err(unavailable("the disk does not keep up: its queue is full")),
            Err(mpsc::error::SendTimeoutError::Closed(_)) => Err(unavailable("it is closed")),
        }
    }

    /// Writes what waits, refuses what comes later, closes the file.
    pub(crate) async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.inbox.send(Message::Close(done)).await.is_ok() {
            let _ended = closed.await;
        }
    }
}

fn unavailable(why: &str) -> StoreError {
    StoreError::Unavailable(why.to_owned())
}

/// Where the writer sits.
struct Desk {
    /// None after an accident: the next batch opens another.
    session: Option<Session>,
    /// What the session before knew, after an accident.
    withdrawals: Withdrawals,
    place: Place,
    waiting: Arc<Waiting>,
    /// Why nothing may be acknowledged any more.
    distrust: Option<String>,
    batch_jobs_max: usize,
    _lock: Lock,
}

impl Desk {
    fn run(mut self, mut messages: mpsc::Receiver<Message>) {
        let mut received = Vec::with_capacity(self.batch_jobs_max);
        let mut closers = Vec::new();
        while messages.blocking_recv_many(&mut received, self.batch_jobs_max) > 0 {
            let mut batch = Vec::with_capacity(received.len());
            for message in received.drain(..) {
                match message {
                    Message::Change(post) => batch.push(post),
                    Message::Close(done) => {
                        messages.close();
                        closers.push(done);
                    }
                }
            }
            self.commit(batch);
        }
        if let Some(session) = self.session.take() {
            session.close();
        }
        drop(self);
        for done in closers {
            let _gone = done.send(());
        }
    }

    fn commit(&mut self, mut batch: Vec<Box<dyn Posted>>) {
        if batch.is_empty() {
            return;
        }
        match self.attempt(&mut batch) {
            Ok(()) => batch.into_iter().for_each(Posted::settle),
            Err(why) => {
                tracing::error!(changes = batch.len(), %why, "nothing of this batch was committed or acknowledged");
                batch.into_iter().for_each(|post| post.refuse(&why));
            }
        }
    }

    fn attempt(&mut self, batch: &mut [Box<dyn Posted>]) -> Result<(), String> {
        if let Some(why) = &self.distrust {
            return Err(why.clone());
        }
        let mut session = match self.session.take() {
            Some(session) => session,
            None => self.reopen().map_err(|error| error.to_string())?,
        };
        let failure = match session.commit(batch) {
            Ok(news) => {
                self.waiting.learn(news);
                self.session = Some(session);
                return Ok(());
            }
            Err(failure) => failure,
        };
        match failure.severity() {
            Severity::Moment => self.session = Some(session),
            // A batch that fails as one change should have is a connection in a state that we do not understand.
            Severity::Change | Severity::Connection => self.withdrawals = session.withdrawals,
            Severity::Sync => {
                drop(session);
                self.distrust = Some("a sync to the disk failed; nothing is acknowledged until the server is started again".to_owned());
            }
        }
        Err(failure.into_error().to_string())
    }

    /// Whether the last batch is in the database is known only now: what was remembered may be wrong.
    fn reopen(&mut self) -> Result<Session, rusqlite::Error> {
        let mut session = Session::open(&self.place)?;
        session.withdrawals = std::mem::take(&mut self.withdrawals);
        self.waiting.begin(session.sequences.occasion);
        Ok(session)
    }
}
