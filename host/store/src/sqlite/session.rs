use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension as _, Params, Row};

use super::cell::{cell, number};
use super::change::{Failure, Posted};
use super::connect::Place;
use super::severity::Severity;
use super::waiting::News;
use super::withdrawals::Withdrawals;

/// The writer's connection with what it knows by heart.
pub(crate) struct Session {
    connection: Connection,
    pub(crate) sequences: Sequences,
    pub(crate) withdrawals: Withdrawals,
    tally: BTreeMap<&'static str, i64>,
    news: Vec<News>,
}

/// The last number given in each table, and the last decision's link. Kept here and not asked for: there is one writer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sequences {
    delivery: u64,
    fact: u64,
    conversation: u64,
    interaction: u64,
    decision: u64,
    fault: u64,
    /// At the time the session began.
    pub(crate) occasion: u64,
    pub(crate) link: String,
}

impl Session {
    pub(crate) fn open(place: &Place) -> Result<Self, rusqlite::Error> {
        let connection = place.writer()?;
        let sequences = Sequences::load(&connection)?;
        Ok(Self { connection, sequences, withdrawals: Withdrawals::default(), tally: BTreeMap::new(), news: Vec::new() })
    }

    /// Runs a statement; how many rows it changed. It stays prepared.
    pub(crate) fn run(&self, sql: &'static str, values: impl Params) -> Result<usize, rusqlite::Error> {
        self.connection.prepare_cached(sql)?.execute(values)
    }

    /// The first row of a query, if any. It stays prepared.
    pub(crate) fn first<T>(
        &self,
        sql: &'static str,
        values: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T, rusqlite::Error>,
    ) -> Result<Option<T>, rusqlite::Error> {
        self.connection.prepare_cached(sql)?.query_row(values, read).optional()
    }

    /// All rows of a query that bounds itself. It stays prepared.
    pub(crate) fn all<T>(
        &self,
        sql: &'static str,
        values: impl Params,
        read: impl FnMut(&Row<'_>) -> Result<T, rusqlite::Error>,
    ) -> Result<Vec<T>, rusqlite::Error> {
        self.connection.prepare_cached(sql)?.query_map(values, read)?.collect()
    }

    /// The number that the last insert gave.
    pub(crate) fn last_given(&self) -> u64 {
        number(self.connection.last_insert_rowid())
    }

    /// Counts something, in the same commit.
    pub(crate) fn count(&mut self, name: &'static str, by: i64) {
        *self.tally.entry(name).or_default() += by;
    }

    /// Tells what waits for a decision now, once it is durable.
    pub(crate) fn tell(&mut self, news: News) {
        self.news.push(news);
    }

    /// Applies all changes in one transaction with one sync; afterwards all of them are durable, or none is. What they have to tell.
    pub(crate) fn commit(&mut self, posts: &mut [Box<dyn Posted>]) -> Result<Vec<News>, Failure> {
        match self.transact(posts, Isolation::Together) {
            // Rare enough to do everything again, so that the usual batch pays for no savepoints.
            Err(failure) if failure.severity() == Severity::Change => self.transact(posts, Isolation::Apart)?,
            outcome => outcome?,
        }
        Ok(std::mem::take(&mut self.news))
    }

    pub(crate) fn close(self) {
        if let Err((_, error)) = self.connection.close() {
            tracing::warn!(%error, "the database was not closed cleanly; it will be recovered when it is opened");
        }
    }

    fn transact(&mut self, posts: &mut [Box<dyn Posted>], isolation: Isolation) -> Result<(), Failure> {
        let before = (self.sequences.clone(), self.withdrawals.clone());
        let outcome = self.attempt(posts, isolation);
        if outcome.is_err() {
            self.sequences = before.0;
            self.withdrawals.doubt(before.1);
            self.tally.clear();
            self.news.clear();
            // Fails when SQLite has rolled back by itself; a connection that is still inside says so at the next BEGIN.
            let _already = self.run("ROLLBACK", ());
        }
        outcome
    }

    fn attempt(&mut self, posts: &mut [Box<dyn Posted>], isolation: Isolation) -> Result<(), Failure> {
        self.tally.clear();
        self.news.clear();
        self.run("BEGIN IMMEDIATE", ())?;
        for post in posts {
            match isolation {
                Isolation::Together => post.apply(self)?,
                Isolation::Apart => self.apply_apart(post.as_mut())?,
            }
        }
        self.write_tally()?;
        self.run("COMMIT", ())?;
        Ok(())
    }

    fn apply_apart(&mut self, post: &mut dyn Posted) -> Result<(), Failure> {
        let before = (self.sequences.clone(), self.tally.clone(), self.news.len(), self.withdrawals.clone());
        self.run("SAVEPOINT change", ())?;
        match post.apply(self) {
            Ok(()) => {}
            Err(failure) if failure.severity() == Severity::Change => {
                tracing::error!(?failure, "a change could not be applied; its neighbours are not harmed");
                (self.sequences, self.tally) = (before.0, before.1);
                self.news.truncate(before.2);
                self.withdrawals.doubt(before.3);
                self.run("ROLLBACK TO change", ())?;
                post.fail(failure);
            }
            Err(failure) => return Err(failure),
        }
        self.run("RELEASE change", ())?;
        Ok(())
    }

    fn write_tally(&mut self) -> Result<(), rusqlite::Error> {
        for (name, by) in std::mem::take(&mut self.tally) {
            let upsert = "INSERT INTO tally (name, count) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET count = count + excluded.count";
            self.run(upsert, (name, by))?;
        }
        Ok(())
    }

    #[cfg(test)]
    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }
}

/// Whether changes are rolled back together or each alone.
#[derive(Clone, Copy)]
enum Isolation {
    Together,
    Apart,
}

impl Sequences {
    fn load(connection: &Connection) -> Result<Self, rusqlite::Error> {
        let last = "SELECT (SELECT coalesce(max(seq), 0) FROM delivery), (SELECT coalesce(max(seq), 0) FROM fact),
                           (SELECT coalesce(max(seq), 0) FROM conversation), (SELECT coalesce(max(seq), 0) FROM interaction),
                           (SELECT coalesce(max(seq), 0) FROM decision), (SELECT coalesce(max(seq), 0) FROM fault),
                           coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'occasion'), 0),
                           coalesce((SELECT link FROM decision ORDER BY seq DESC LIMIT 1), '')";
        connection.query_row(last, (), |row| {
            Ok(Self {
                delivery: number(row.get(0)?),
                fact: number(row.get(1)?),
                conversation: number(row.get(2)?),
                interaction: number(row.get(3)?),
                decision: number(row.get(4)?),
                fault: number(row.get(5)?),
                occasion: number(row.get(6)?),
                link: row.get(7)?,
            })
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

    /// The last decision of all.
    pub(crate) fn last_decision(&self) -> i64 {
        cell(self.decision)
    }

    pub(crate) fn next_decision(&mut self) -> i64 {
        next(&mut self.decision)
    }

    pub(crate) fn next_fault(&mut self) -> i64 {
        next(&mut self.fault)
    }
}

fn next(last: &mut u64) -> i64 {
    *last += 1;
    cell(*last)
}
