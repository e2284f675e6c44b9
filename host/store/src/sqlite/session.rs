use std::collections::BTreeMap;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};

use super::cell::{cell, number};
use super::change::{Failure, Posted};
use super::script::Script;
use super::severity::Severity;

/// The writer's connection with what it knows by heart.
pub(crate) struct Session {
    pub(crate) connection: SqliteConnection,
    pub(crate) sequences: Sequences,
    tally: BTreeMap<&'static str, i64>,
}

/// The last number given in each table, and the last decision's link. Kept here and not asked for: there is one writer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sequences {
    delivery: u64,
    fact: u64,
    conversation: u64,
    interaction: u64,
    decision: u64,
    pub(crate) link: String,
}

impl Session {
    pub(crate) async fn open(options: &SqliteConnectOptions) -> Result<Self, sqlx::Error> {
        let mut connection = options.connect().await?;
        let sequences = Sequences::load(&mut connection).await?;
        Ok(Self { connection, sequences, tally: BTreeMap::new() })
    }

    /// Counts something, in the same commit.
    pub(crate) fn count(&mut self, name: &'static str, by: i64) {
        *self.tally.entry(name).or_default() += by;
    }

    /// Applies all changes in one transaction with one sync; afterwards all of them are durable, or none is.
    pub(crate) async fn commit(&mut self, posts: &mut [Box<dyn Posted>]) -> Result<(), Failure> {
        match self.transact(posts, Isolation::Together).await {
            // Rare enough to do everything again, so that the usual batch pays for no savepoints.
            Err(failure) if failure.severity() == Severity::Change => self.transact(posts, Isolation::Apart).await,
            outcome => outcome,
        }
    }

    pub(crate) async fn close(self) {
        if let Err(error) = self.connection.close().await {
            tracing::warn!(%error, "the database was not closed cleanly; it will be recovered when it is opened");
        }
    }

    async fn transact(&mut self, posts: &mut [Box<dyn Posted>], isolation: Isolation) -> Result<(), Failure> {
        let before = self.sequences.clone();
        let outcome = self.attempt(posts, isolation).await;
        if outcome.is_err() {
            self.sequences = before;
            self.tally.clear();
            // Fails when SQLite has rolled back by itself; a connection that is still inside says so at the next BEGIN.
            let _already = self.run("ROLLBACK").await;
        }
        outcome
    }

    async fn attempt(&mut self, posts: &mut [Box<dyn Posted>], isolation: Isolation) -> Result<(), Failure> {
        self.tally.clear();
        self.run("BEGIN IMMEDIATE").await?;
        for post in posts {
            match isolation {
                Isolation::Together => post.apply(self).await?,
                Isolation::Apart => self.apply_apart(post.as_mut()).await?,
            }
        }
        self.write_tally().await?;
        Ok(self.run("COMMIT").await?)
    }

    async fn apply_apart(&mut self, post: &mut dyn Posted) -> Result<(), Failure> {
        let before = (self.sequences.clone(), self.tally.clone());
        self.run("SAVEPOINT change").await?;
        match post.apply(self).await {
            Ok(()) => {}
            Err(failure) if failure.severity() == Severity::Change => {
                tracing::error!(?failure, "a change could not be applied; its neighbours are not harmed");
                (self.sequences, self.tally) = before;
                self.run("ROLLBACK TO change").await?;
                post.fail(failure);
            }
            Err(failure) => return Err(failure),
        }
        Ok(self.run("RELEASE change").await?)
    }

    async fn write_tally(&mut self) -> Result<(), sqlx::Error> {
        let mut script = Script::default();
        for (name, by) in std::mem::take(&mut self.tally) {
            let upsert = "INSERT INTO tally (name, count) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET count = count + excluded.count";
            script.then(upsert).bind(name).bind(by);
        }
        script.run(&mut self.connection).await
    }

    async fn run(&mut self, sql: &'static str) -> Result<(), sqlx::Error> {
        sqlx::query(sql).execute(&mut self.connection).await?;
        Ok(())
    }
}

/// Whether changes are rolled back together or each alone.
#[derive(Clone, Copy)]
enum Isolation {
    Together,
    Apart,
}

impl Sequences {
    async fn load(connection: &mut SqliteConnection) -> Result<Self, sqlx::Error> {
        let last = "SELECT (SELECT coalesce(max(seq), 0) FROM delivery), (SELECT coalesce(max(seq), 0) FROM fact),
                           (SELECT coalesce(max(seq), 0) FROM conversation), (SELECT coalesce(max(seq), 0) FROM interaction),
                           (SELECT coalesce(max(seq), 0) FROM decision),
                           coalesce((SELECT link FROM decision ORDER BY seq DESC LIMIT 1), '')";
        let (delivery, fact, conversation, interaction, decision, link): (i64, i64, i64, i64, i64, String) =
            sqlx::query_as(last).fetch_one(connection).await?;
        Ok(Self {
            delivery: number(delivery),
            fact: number(fact),
            conversation: number(conversation),
            interaction: number(interaction),
            decision: number(decision),
            link,
        })
    }

    pub(crate) fn next_delivery(&mut self) -> i64 {
        next(&mut self.delivery)
    }

    pub(crate) fn next_fact(&mut self) -> i64 {
        next(&mut self.fact)
    }

    pub(crate) fn next_conversation(&mut self) -> i64 {
        next(&mut self.conversation)
    }

    pub(crate) fn next_interaction(&mut self) -> i64 {
        next(&mut self.interaction)
    }

    pub(crate) fn next_decision(&mut self) -> i64 {
        next(&mut self.decision)
    }
}

fn next(last: &mut u64) -> i64 {
    *last += 1;
    cell(*last)
}
