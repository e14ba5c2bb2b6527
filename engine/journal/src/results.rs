//! Accepted results, packed and read back.

use std::io::{self, Read, Write};
use std::net::IpAddr;

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use jiff::Timestamp;

use crate::{Id, JobId, Journal, JournalError, RunId, Told, time};

/// No report is longer, in bytes: what is, is damaged.
const MAX_REPORT: u64 = 64 * 1024 * 1024;

/// What an attempt brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A report, as JSON.
    Report(String),
    /// Why there is no report.
    NoReport(String),
}

impl Outcome {
    /// The columns `report` and `reason`.
    pub(crate) fn columns(&self) -> (Option<Vec<u8>>, Option<&str>) {
        match self {
            Outcome::Report(json) => (Some(packed(json)), None),
            Outcome::NoReport(reason) => (None, Some(reason)),
        }
    }
}

/// The accepted result of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobResult {
    /// The job.
    pub job: JobId,
    /// The name of the remote in its run.
    pub remote: String,
    /// Host and port.
    pub place: String,
    /// The source address; none where the system chose.
    pub source: Option<IpAddr>,
    /// When it was accepted.
    pub accepted: Timestamp,
    /// What it is.
    pub outcome: Outcome,
}

/// A remote that was left out of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Its name.
    pub remote: String,
    /// Host and port.
    pub place: String,
    /// Why.
    pub reason: String,
}

impl Journal {
    /// Hands on the results of a run one by one, those of one remote one after another, in the order of the remotes.
    ///
    /// # Errors
    /// They cannot be read, or one of them is damaged.
    pub fn results(&self, run: RunId, mut each: impl FnMut(JobResult)) -> Result<(), JournalError> {
        let path = &self.path;
        let mut all = self
            .connection
            .prepare(
                "SELECT jobs.id, remotes.name, remotes.place, jobs.source, results.accepted_ms, results.report,
                     results.reason
                 FROM jobs JOIN remotes ON remotes.id = jobs.remote JOIN results ON results.job = jobs.id
                 WHERE jobs.run = ?1 ORDER BY remotes.id, jobs.id",
            )
            .told(path)?;
        let mut rows = all.query([run.number()]).told(path)?;
        while let Some(row) = rows.next().told(path)? {
            let read = || -> rusqlite::Result<(JobResult, Option<Vec<u8>>)> {
                let result = JobResult {
                    job: Id::of(row.get(0)?),
                    remote: row.get(1)?,
                    place: row.get(2)?,
                    source: row.get::<_, String>(3)?.parse().ok(),
                    accepted: time(row.get(4)?),
                    outcome: Outcome::NoReport(
                        row.get::<_, Option<String>>(6)?.unwrap_or_default(),
                    ),
                };
                Ok((result, row.get(5)?))
            };
            let (mut result, report) = read().told(path)?;
            if let Some(report) = report {
                let json = unpacked(&report).map_err(|source| JournalError::DamagedResult {
                    path: path.clone(),
                    job: result.job.number(),
                    source,
                })?;
                result.outcome = Outcome::Report(json);
            }
            each(result);
        }
        Ok(())
    }

    /// The remotes that were left out of a run.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn left_out(&self, run: RunId) -> Result<Vec<LeftOut>, JournalError> {
        let read = || -> rusqlite::Result<Vec<LeftOut>> {
            let mut all = self.connection.prepare(
                "SELECT name, place, left_out FROM remotes WHERE run = ?1 AND left_out IS NOT NULL ORDER BY id",
            )?;
            let rows = all.query_map([run.number()], |row| {
                Ok(LeftOut {
                    remote: row.get(0)?,
                    place: row.get(1)?,
                    reason: row.get(2)?,
                })
            })?;
            rows.collect()
        };
        read().told(&self.path)
    }
}

/// Deflated, with the header of zlib (RFC 1950), which other languages read as well.
fn packed(json: &str) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(json.as_bytes());
    let packed = written.and_then(|()| encoder.finish());
    packed.expect("memory takes whatever is written to it")
}

fn unpacked(bytes: &[u8]) -> io::Result<String> {
    let mut json = String::new();
    ZlibDecoder::new(bytes)
        .take(MAX_REPORT + 1)
        .read_to_string(&mut json)?;
    match json.len() as u64 > MAX_REPORT {
        true => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "longer than 64 MiB",
        )),
        false => Ok(json),
    }
}
