//! Jobs on their way from the plan to one accepted result each.

use std::net::IpAddr;

use jiff::Timestamp;
use rusqlite::{Row, TransactionBehavior, params};

use crate::{AttemptId, Id, JobId, Journal, JournalError, Outcome, RunId, Told, millis, time};

/// What a [`JobId`] is the number of.
#[derive(Debug)]
pub enum OfJob {}

/// What an [`AttemptId`] is the number of.
#[derive(Debug)]
pub enum OfAttempt {}

/// A job that has no result yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its number.
    pub id: JobId,
    /// Its place in the order of the run, from 0.
    pub position: i64,
    /// The name of the remote in this run.
    pub remote: String,
    /// Host and port.
    pub place: String,
    /// The file with the settings.
    pub file: String,
    /// The settings, as the text of a settings file.
    pub settings: String,
    /// The source address; none lets the system choose.
    pub source: Option<IpAddr>,
    /// It is not executed before.
    pub due: Timestamp,
}

/// An attempt that has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begun {
    /// Its number.
    pub attempt: AttemptId,
    /// Whether an earlier attempt began to log in: then this one must not.
    pub login_begun_before: bool,
}

/// What becomes of the wish to log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginMark {
    /// It is written down that this attempt begins to log in: it may send the password.
    Marked,
    /// Another attempt of the job has begun to log in: this one must not send the password.
    OfAnother,
}

/// What becomes of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acceptance {
    /// It is the result of the job.
    Accepted,
    /// The job has one already; this one is dropped.
    Refused,
}

/// How far a run is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// All jobs.
    pub planned: u32,
    /// Jobs with a result.
    pub accepted: u32,
    /// Jobs whose result says why there is no report.
    pub without_report: u32,
    /// Attempts that have begun and not ended.
    pub running: u32,
    /// All attempts.
    pub attempts: u32,
    /// Attempts that ended without a result because their process was gone.
    pub lost: u32,
    /// When the first attempt began.
    pub begun: Option<Timestamp>,
    /// When the last result was accepted.
    pub last_accepted: Option<Timestamp>,
}

impl Journal {
    /// The next jobs that have no result, in their order: at most so many, behind this place.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn pending(&self, run: RunId, after: i64, most: u32) -> Result<Vec<Job>, JournalError> {
        let read = || -> rusqlite::Result<Vec<Job>> {
            let mut all = self.connection.prepare(
                "SELECT jobs.id, jobs.position, remotes.name, remotes.place, remotes.file, remotes.settings,
                     jobs.source, jobs.due_ms
                 FROM jobs JOIN remotes ON remotes.id = jobs.remote LEFT JOIN results ON results.job = jobs.id
                 WHERE jobs.run = ?1 AND jobs.position > ?2 AND results.job IS NULL
                 ORDER BY jobs.position LIMIT ?3",
            )?;
            all.query_map(params![run.number(), after, most], job)?
                .collect()
        };
        read().told(&self.path)
    }

    /// Begins an attempt. `executor` names the process; the name is never used by another.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn begin_attempt(
        &mut self,
        job: JobId,
        executor: &str,
        now: Timestamp,
    ) -> Result<Begun, JournalError> {
        let path = self.path.clone();
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .told(&path)?;
        transaction
            .execute(
                "INSERT INTO attempts (job, executor, begun_ms) VALUES (?1, ?2, ?3)",
                params![job.number(), executor, millis(now)],
            )
            .told(&path)?;
        let attempt = Id::of(transaction.last_insert_rowid());
        let login_begun_before = transaction
            .query_row(
                "SELECT login_attempt IS NOT NULL FROM jobs WHERE id = ?1",
                [job.number()],
                |row| row.get(0),
            )
            .told(&path)?;
        transaction.commit().told(&path)?;
        Ok(Begun {
            attempt,
            login_begun_before,
        })
    }

    /// Writes down that an attempt begins to log in. When this returns, it is on the disk. An attempt that did so before may do
    /// so again: a check has more than one session.
    ///
    /// # Errors
    /// It cannot be written: then nothing may be sent.
    pub fn login_begins(
        &mut self,
        attempt: AttemptId,
        now: Timestamp,
    ) -> Result<LoginMark, JournalError> {
        let marked = self.connection.execute(
            "UPDATE jobs SET login_attempt = ?1, login_ms = coalesce(login_ms, ?2)
             WHERE id = (SELECT job FROM attempts WHERE id = ?1 AND ending IS NULL)
                 AND coalesce(login_attempt, ?1) = ?1",
            params![attempt.number(), millis(now)],
        );
        Ok(match marked.told(&self.path)? {
            0 => LoginMark::OfAnother,
            _ => LoginMark::Marked,
        })
    }

    /// Accepts the result of an attempt, unless its job has one already. When this returns, it is on the disk.
    ///
    /// # Errors
    /// It cannot be written: then it is not accepted.
    pub fn accept(
        &mut self,
        attempt: AttemptId,
        outcome: &Outcome,
        now: Timestamp,
    ) -> Result<Acceptance, JournalError> {
        let path = self.path.clone();
        let (report, reason) = outcome.columns();
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .told(&path)?;
        let inserted = transaction
            .execute(
                "INSERT INTO results (job, attempt, accepted_ms, report, reason)
                 SELECT job, id, ?2, ?3, ?4 FROM attempts WHERE id = ?1
                 ON CONFLICT DO NOTHING",
                params![attempt.number(), millis(now), report, reason],
            )
            .told(&path)?;
        let (acceptance, ending) = match inserted {
            0 => (Acceptance::Refused, "refused"),
            _ => (Acceptance::Accepted, "accepted"),
        };
        end(&transaction, attempt, ending, now).told(&path)?;
        transaction.commit().told(&path)?;
        Ok(acceptance)
    }

    /// Ends an attempt that was stopped and has no result.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn stop_attempt(&mut self, attempt: AttemptId, now: Timestamp) -> Result<(), JournalError> {
        end(&self.connection, attempt, "stopped", now).told(&self.path)
    }

    /// Ends all open attempts of a run: whoever made them is gone. Whoever calls this knows that, as by a lock.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn reconcile(&mut self, run: RunId, now: Timestamp) -> Result<usize, JournalError> {
        let lost = self.connection.execute(
            "UPDATE attempts SET ending = 'lost', ended_ms = ?2
             WHERE ending IS NULL AND job IN (SELECT id FROM jobs WHERE run = ?1)",
            params![run.number(), millis(now)],
        );
        lost.told(&self.path)
    }

    /// How far a run is.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn progress(&self, run: RunId) -> Result<Progress, JournalError> {
        let read = self.connection.query_row(
            "SELECT
                 (SELECT count(*) FROM jobs WHERE run = ?1),
                 count(results.job), count(results.reason), max(results.accepted_ms)
             FROM jobs JOIN results ON results.job = jobs.id WHERE jobs.run = ?1",
            [run.number()],
            |row| {
                Ok(Progress {
                    planned: row.get(0)?,
                    accepted: row.get(1)?,
                    without_report: row.get(2)?,
                    last_accepted: row.get::<_, Option<i64>>(3)?.map(time),
                    ..Progress::default()
                })
            },
        );
        let results = read.told(&self.path)?;
        let read = self.connection.query_row(
            "SELECT count(*), count(*) FILTER (WHERE ending IS NULL), count(*) FILTER (WHERE ending = 'lost'),
                 min(begun_ms)
             FROM attempts JOIN jobs ON jobs.id = attempts.job WHERE jobs.run = ?1",
            [run.number()],
            |row| {
                Ok(Progress {
                    attempts: row.get(0)?,
                    running: row.get(1)?,
                    lost: row.get(2)?,
                    begun: row.get::<_, Option<i64>>(3)?.map(time),
                    ..results.clone()
                })
            },
        );
        read.told(&self.path)
    }
}

fn end(
    connection: &rusqlite::Connection,
    attempt: AttemptId,
    ending: &str,
    now: Timestamp,
) -> rusqlite::Result<()> {
    connection.execute(
        "UPDATE attempts SET ending = ?2, ended_ms = ?3 WHERE id = ?1 AND ending IS NULL",
        params![attempt.number(), ending, millis(now)],
    )?;
    Ok(())
}

fn job(row: &Row<'_>) -> rusqlite::Result<Job> {
    Ok(Job {
        id: Id::of(row.get(0)?),
        position: row.get(1)?,
        remote: row.get(2)?,
        place: row.get(3)?,
        file: row.get(4)?,
        settings: row.get(5)?,
        source: row.get::<_, String>(6)?.parse().ok(),
        due: time(row.get(7)?),
    })
}
