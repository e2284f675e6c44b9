//! What any durable server must do: take a body, write it, sync, answer. The same HTTP library, the same database with the same promises
//! (write-ahead log, `synchronous=FULL`), what waits is committed together.

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use anyhow::Result;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use rusqlite::{Connection, params};
use tokio::sync::oneshot;

/// Most bodies of a commit.
const COMMIT_MAX: usize = 512;
/// Most bodies that wait.
const WAITING_MAX: usize = 4_096;

type Waiting = (Bytes, oneshot::Sender<()>);

/// Serves until killed; says first where it listens.
pub fn serve(database: &Path) -> Result<()> {
    let connection = Connection::open(database)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE delivery (id INTEGER PRIMARY KEY, received_at INTEGER NOT NULL, body BLOB NOT NULL) STRICT;",
    )?;
    let (sender, receiver) = sync_channel(WAITING_MAX);
    std::thread::spawn(move || {
        if let Err(why) = write(connection, &receiver) {
            eprintln!("the writer ended: {why}");
        }
    });
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(listen(sender))
}

async fn listen(sender: SyncSender<Waiting>) -> Result<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let app = Router::new().route("/hooks/shop", post(keep)).with_state(sender);
    Ok(axum::serve(listener, app).await?)
}

async fn keep(State(sender): State<SyncSender<Waiting>>, body: Bytes) -> StatusCode {
    let (done, stored) = oneshot::channel();
    if sender.try_send((body, done)).is_err() {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    match stored.await {
        Ok(()) => StatusCode::OK,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// Group commit.
fn write(mut connection: Connection, receiver: &Receiver<Waiting>) -> Result<()> {
    let mut lot = Vec::with_capacity(COMMIT_MAX);
    while let Ok(first) = receiver.recv() {
        lot.push(first);
        while lot.len() < COMMIT_MAX
            && let Ok(next) = receiver.try_recv()
        {
            lot.push(next);
        }
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_millis();
        let now = i64::try_from(now)?;
        let transaction = connection.transaction()?;
        {
            let mut insert = transaction.prepare_cached("INSERT INTO delivery (received_at, body) VALUES (?1, ?2)")?;
            for (body, _) in &lot {
                insert.execute(params![now, body.as_ref()])?;
            }
        }
        transaction.commit()?;
        for (_, done) in lot.drain(..) {
            let _ = done.send(());
        }
    }
    Ok(())
}
