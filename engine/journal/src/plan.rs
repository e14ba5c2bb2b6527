//! Planning a run: all of its jobs are in the journal before the first is executed.

use std::net::IpAddr;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, TransactionBehavior, params};

use crate::{Id, Journal, JournalError, RunId, Told, millis, time};

/// What a [`RunId`] is the number of.
#[derive(Debug)]
pub enum OfRun {}

/// What a run is going to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What was given as the list of remotes, for people.
    pub remotes_from: String,
    /// How the run is executed, in words of whoever planned it: the journal keeps them as they are.
    pub options: String,
    /// The remotes, each under a name of its own.
    pub remotes: Vec<PlannedRemote>,
    /// The jobs in the order they are to be executed in.
    pub jobs: Vec<PlannedJob>,
}

/// A remote of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedRemote {
    /// What it is called in this run.
    pub name: String,
    /// Host and port.
    pub place: String,
    /// The file with its settings: paths in the settings count from there.
    pub file: String,
    /// Its settings, as the text of a settings file. They have references to secrets, and no secrets.
    pub settings: String,
    /// Why it is not looked at, where that is so.
    pub left_out: Option<String>,
}

/// A job of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedJob {
    /// The remote, by its index in the plan.
    pub remote: usize,
    /// The source address; none lets the system choose.
    pub source: Option<IpAddr>,
    /// It is not executed before.
    pub due: Timestamp,
}

/// A run of a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its number.
    pub id: RunId,
    /// When it was planned.
    pub planned: Timestamp,
    /// When the last result was accepted and nothing was left; none while jobs are open.
    pub ended: Option<Timestamp>,
    /// What was given as the list of remotes.
    pub remotes_from: String,
    /// How it is executed.
    pub options: String,
}

/// Which run is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhichRun {
    /// The one with this number.
    Number(i64),
    /// The last that was planned.
    Last,
    /// The last that has not ended.
    LastOpen,
}

const RUN: &str = "SELECT id, planned_ms, ended_ms, remotes, options FROM runs";

impl Journal {
    /// Writes a whole plan, or nothing of it.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn plan(&mut self, plan: &Plan, now: Timestamp) -> Result<RunId, JournalError> {
        let path = self.path.clone();
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .told(&path)?;
        let planned = || -> rusqlite::Result<i64> {
            let (from, options) = (&plan.remotes_from, &plan.options);
            transaction.execute(
                "INSERT INTO runs (planned_ms, remotes, options) VALUES (?1, ?2, ?3)",
                params![millis(now), from, options],
            )?;
            let run = transaction.last_insert_rowid();
            let mut ids = Vec::with_capacity(plan.remotes.len());
            let mut insert = transaction.prepare(
                "INSERT INTO remotes (run, name, place, file, settings, left_out) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?;
            for it in &plan.remotes {
                let row = params![run, it.name, it.place, it.file, it.settings, it.left_out];
                ids.push(insert.insert(row)?);
            }
            let mut insert = transaction.prepare(
                "INSERT INTO jobs (run, remote, source, position, due_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?;
            for (position, job) in (0i64..).zip(&plan.jobs) {
                let source = job.source.map(|it| it.to_string()).unwrap_or_default();
                insert.execute(params![
                    run,
                    ids[job.remote],
                    source,
                    position,
                    millis(job.due)
                ])?;
            }
            Ok(run)
        };
        let run = planned().told(&path)?;
        transaction.commit().told(&path)?;
        Ok(Id::of(run))
    }

    /// All runs, the first first.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn runs(&self) -> Result<Vec<Run>, JournalError> {
        let read = || -> rusqlite::Result<Vec<Run>> {
            let mut all = self.connection.prepare(&format!("{RUN} ORDER BY id"))?;
            all.query_map([], run)?.collect()
        };
        read().told(&self.path)
    }

    /// The run that is meant; none where there is none of that kind.
    ///
    /// # Errors
    /// There is none with that number, or it cannot be read.
    pub fn run(&self, which: WhichRun) -> Result<Option<Run>, JournalError> {
        let one = |rest: &str, number: i64| {
            let found = self
                .connection
                .query_row(&format!("{RUN} {rest}"), [number], run);
            found.optional().told(&self.path)
        };
        match which {
            WhichRun::Number(number) => match one("WHERE id = ?1", number)? {
                Some(run) => Ok(Some(run)),
                None => Err(JournalError::NoRun {
                    path: self.path.clone(),
                    run: number,
                }),
            },
            WhichRun::Last => one("WHERE id > ?1 ORDER BY id DESC LIMIT 1", 0),
            WhichRun::LastOpen => one(
                "WHERE id > ?1 AND ended_ms IS NULL ORDER BY id DESC LIMIT 1",
                0,
            ),
        }
    }

    /// Ends a run, if each of its jobs has a result.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn end_run(&mut self, run: RunId, now: Timestamp) -> Result<bool, JournalError> {
        let ended = self.connection.execute(
            "UPDATE runs SET ended_ms = ?2 WHERE id = ?1 AND ended_ms IS NULL AND NOT EXISTS (
                 SELECT 1 FROM jobs LEFT JOIN results ON results.job = jobs.id
                 WHERE jobs.run = ?1 AND results.job IS NULL)",
            params![run.number(), millis(now)],
        );
        Ok(ended.told(&self.path)? == 1)
    }
}

fn run(row: &Row<'_>) -> rusqlite::Result<Run> {
    Ok(Run {
        id: Id::of(row.get(0)?),
        planned: time(row.get(1)?),
        ended: row.get::<_, Option<i64>>(2)?.map(time),
        remotes_from: row.get(3)?,
        options: row.get(4)?,
    })
}
