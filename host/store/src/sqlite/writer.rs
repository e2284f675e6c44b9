//! The one writer: a task that owns the only connection that writes, and commits whatever waits with one sync.

use std::time::Duration;

use dispatch::port::StoreError;
use sqlx::sqlite::SqliteConnectOptions;
use tokio::sync::{mpsc, oneshot};

use super::change::{Change, Post, Posted};
use super::lock::Lock;
use super::session::Session;
use super::severity::Severity;
use crate::settings::StoreSettings;

/// The way to the writer. The task ends when all handles are gone, or after [`Writer::close`].
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
    /// Starts the task. The lock is held as long as it runs.
    pub(crate) fn start(session: Session, options: SqliteConnectOptions, lock: Lock, settings: &StoreSettings) -> Self {
        let (inbox, messages) = mpsc::channel(settings.writer_queue_max.max(1));
        let task = Task { session: Some(session), options, distrust: None, batch_jobs_max: settings.batch_jobs_max.max(1), _lock: lock };
        tokio::spawn(task.run(messages));
        Self { inbox, wait_max: Duration::from_millis(settings.queue_wait_ms_max) }
    }

    /// Writes it; returns when it is durable.
    pub(crate) async fn change<C: Change>(&self, change: C) -> Result<C::Output, StoreError> {
        let (post, answered) = Post::new(change);
        match self.inbox.send_timeout(Message::Change(post), self.wait_max).await {
            Ok(()) => {}
            Err(mpsc::error::SendTimeoutError::Timeout(_)) => return Err(unavailable("the disk does not keep up: its queue is full")),
            Err(mpsc::error::SendTimeoutError::Closed(_)) => return Err(unavailable("it is closed")),
        }
        answered.await.unwrap_or_else(|_| Err(unavailable("it was closed before the change was durable")))
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

struct Task {
    /// None after an accident: the next batch opens another.
    session: Option<Session>,
    options: SqliteConnectOptions,
    /// Why nothing may be acknowledged any more.
    distrust: Option<String>,
    batch_jobs_max: usize,
    _lock: Lock,
}

impl Task {
    async fn run(mut self, mut messages: mpsc::Receiver<Message>) {
        let mut received = Vec::with_capacity(self.batch_jobs_max);
        let mut closers = Vec::new();
        while messages.recv_many(&mut received, self.batch_jobs_max).await > 0 {
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
            self.commit(batch).await;
        }
        if let Some(session) = self.session.take() {
            session.close().await;
        }
        drop(self);
        for done in closers {
            let _gone = done.send(());
        }
    }

    async fn commit(&mut self, mut batch: Vec<Box<dyn Posted>>) {
        if batch.is_empty() {
            return;
        }
        match self.attempt(&mut batch).await {
            Ok(()) => batch.into_iter().for_each(Posted::settle),
            Err(why) => {
                tracing::error!(changes = batch.len(), %why, "nothing of this batch was committed or acknowledged");
                batch.into_iter().for_each(|post| post.refuse(&why));
            }
        }
    }

    async fn attempt(&mut self, batch: &mut [Box<dyn Posted>]) -> Result<(), String> {
        if let Some(why) = &self.distrust {
            return Err(why.clone());
        }
        let mut session = match self.session.take() {
            Some(session) => session,
            None => Session::open(&self.options).await.map_err(|error| error.to_string())?,
        };
        let Err(failure) = session.commit(batch).await else {
            self.session = Some(session);
            return Ok(());
        };
        match failure.severity() {
            Severity::Moment => self.session = Some(session),
            // A batch that fails as one change should have is a connection in a state that we do not understand.
            Severity::Change | Severity::Connection => drop(session),
            Severity::Sync => {
                drop(session);
                self.distrust = Some("a sync to the disk failed; nothing is acknowledged until the server is started again".to_owned());
            }
        }
        Err(failure.into_error().to_string())
    }
}
