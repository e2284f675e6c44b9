//! Threads that read, each with a connection of its own: a query may wait for the disk, and nobody else waits with it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dispatch::port::StoreError;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::change::Failure;
use super::connect::Place;
use super::severity::Severity;
use crate::settings::StoreSettings;

/// Questions that wait for a reader; more wait outside.
const QUEUE_MAX: usize = 1_024;

/// The way to the readers. The threads end when all handles are gone, or after [`Readers::close`].
#[derive(Clone, Debug)]
pub(crate) struct Readers(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    inbox: Mutex<Option<mpsc::Sender<Question>>>,
    /// Closes when the last thread has ended.
    ended: tokio::sync::Mutex<mpsc::Receiver<()>>,
    wait_max: Duration,
}

type Question = Box<dyn FnOnce(&mut Reader) + Send>;

impl Readers {
    /// Starts the threads. Connections are made when they are needed.
    pub(crate) fn start(place: &Place, settings: &StoreSettings) -> Result<Self, std::io::Error> {
        let (inbox, questions) = mpsc::channel(QUEUE_MAX);
        let (alive, ended) = mpsc::channel(1);
        let questions = Arc::new(Mutex::new(questions));
        for _ in 0..settings.reader_connections_max.max(1) {
            let (questions, alive) = (Arc::clone(&questions), alive.clone());
            let mut reader = Reader { place: place.clone(), connection: None };
            std::thread::Builder::new().name("store-reader".to_owned()).spawn(move || {
                while let Some(question) = next(&questions) {
                    question(&mut reader);
                }
                drop(reader);
                drop(alive);
            })?;
        }
        let wait_max = Duration::from_millis(settings.busy_timeout_ms.max(1));
        Ok(Self(Arc::new(Inner { inbox: Mutex::new(Some(inbox)), ended: tokio::sync::Mutex::new(ended), wait_max })))
    }

    /// Asks the database.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        let closed = || StoreError::Unavailable("it is closed".to_owned());
        let inbox = self.0.inbox.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or_else(closed)?;
        let (reply, answered) = oneshot::channel();
        let question: Question = Box::new(move |reader| {
            // Whoever asked may have gone.
            let _gone = reply.send(reader.answer(ask));
        });
        match inbox.send_timeout(question, self.0.wait_max).await {
            Ok(()) => {}
            Err(mpsc::error::SendTimeoutError::Timeout(_)) => return Err(StoreError::Unavailable("too many read at a time".to_owned())),
            Err(mpsc::error::SendTimeoutError::Closed(_)) => return Err(closed()),
        }
        drop(inbox);
        answered.await.map_err(|_| closed())?.map_err(Failure::into_error)
    }

    /// Answers what waits, refuses what comes later, closes the file.
    pub(crate) async fn close(&self) {
        self.0.inbox.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.0.ended.lock().await.recv().await;
    }
}

/// The next question; the thread that holds the lock waits for all.
fn next(questions: &Mutex<mpsc::Receiver<Question>>) -> Option<Question> {
    questions.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv()
}

struct Reader {
    place: Place,
    connection: Option<Connection>,
}

impl Reader {
    fn answer<T>(&mut self, ask: impl FnOnce(&Connection) -> Result<T, Failure>) -> Result<T, Failure> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.place.reader()?,
        };
        let answer = ask(&connection);
        // A connection that cannot be trusted is dropped: the next question opens another.
        if answer.as_ref().err().is_none_or(|failure| matches!(failure.severity(), Severity::Change | Severity::Moment)) {
            self.connection = Some(connection);
        }
        answer
    }
}
