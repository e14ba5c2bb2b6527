//! What the reports of a run say together. Pure: results in, a summary out. It keeps of each report what it tells of it, so it
//! needs little memory for many.

mod changes;
mod count;
mod entry;
#[cfg(test)]
mod tests;

use std::net::IpAddr;

use diagnosis::codes::Codes;
use jiff::Timestamp;
use journal::{Outcome, Progress, Run};
use model::finding::{Owner, Severity};
use model::verdict::Verdict;
use report::{Report, Taken};
use serde::Serialize;

pub use changes::{Change, Changed};
pub use entry::{Entry, Found, FromSource, Reached};

/// How many of the slowest are told.
const SLOWEST: usize = 10;

/// What a run found, remote by remote and counted.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// The number of the run.
    pub run: i64,
    /// When it was planned (RFC 3339).
    pub planned: Timestamp,
    /// When its last result was accepted; none while jobs are open.
    pub ended: Option<Timestamp>,
    /// What was given as the list of remotes.
    pub remotes_from: String,
    /// All jobs.
    pub jobs: u32,
    /// Jobs with a result.
    pub accepted: u32,
    /// Whose turn it is, those with the most remotes first.
    pub owners: Vec<Owed>,
    /// Root causes, those of the most remotes first.
    pub root_causes: Vec<Cause>,
    /// Server products, as far as they were recognised.
    pub products: Vec<Product>,
    /// Source addresses, each with the remotes that do not let it in.
    pub sources: Vec<Seen>,
    /// Certificates by their last day, the first to end first.
    pub certificates: Vec<CertificateEnd>,
    /// The remotes whose jobs took longest, the slowest first.
    pub slowest: Vec<Slow>,
    /// What was not tested and why, what concerns the most remotes first.
    pub not_tested: Vec<NotTested>,
    /// Every remote, in the order of the list.
    pub remotes: Vec<Entry>,
    /// What changed since an earlier run, where one was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Vec<Change>>,
}

/// An owner, and the remotes that wait for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Owed {
    /// Who has to act.
    pub owner: Owner,
    /// The names of the remotes.
    pub remotes: Vec<String>,
}

/// A root cause, and the remotes that have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// The code.
    pub code: String,
    /// Its title, as one of the remotes has it.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// Who has to act.
    pub owner: Owner,
    /// The names of the remotes.
    pub remotes: Vec<String>,
}

/// A server product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Product {
    /// Its name.
    pub product: String,
    /// The names of the remotes.
    pub remotes: Vec<String>,
    /// How many of them are failing.
    pub failing: usize,
}

/// What was seen from one source address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// The address; none where the system chose and nothing says which.
    pub source: Option<IpAddr>,
    /// How many remotes were seen from it.
    pub remotes: usize,
    /// How many of them greeted it.
    pub answered: usize,
    /// The names of those that do not let it in: something fails from it, and another address gets further.
    pub turned_away: Vec<String>,
}

/// The last day of certificates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CertificateEnd {
    /// The day, as `2027-01-31`.
    pub day: String,
    /// The names of the remotes.
    pub remotes: Vec<String>,
}

/// A remote that took long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Slow {
    /// Its name.
    pub remote: String,
    /// The longest of its jobs.
    pub duration_ms: u64,
}

/// Something that was not tested.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotTested {
    /// Why.
    pub reason: String,
    /// The names of the remotes.
    pub remotes: Vec<String>,
}

/// All results of one remote.
#[derive(Debug)]
pub struct OfRemote {
    /// Its name.
    pub name: String,
    /// Host and port.
    pub place: String,
    /// The reports, each with its source address.
    pub reports: Vec<(Option<IpAddr>, Report)>,
    /// Why there is none from a source address.
    pub without: Vec<(Option<IpAddr>, String)>,
}

impl OfRemote {
    /// A remote without results.
    pub fn new(name: &str, place: &str) -> OfRemote {
        OfRemote {
            name: name.into(),
            place: place.into(),
            reports: Vec::new(),
            without: Vec::new(),
        }
    }

    /// Takes in a result; `read` reads a report.
    pub fn add(
        &mut self,
        source: Option<IpAddr>,
        outcome: Outcome,
        read: impl FnOnce(&str) -> Result<Report, String>,
    ) {
        match outcome {
            Outcome::NoReport(reason) => self.without.push((source, reason)),
            Outcome::Report(json) => match read(&json) {
                Ok(report) => self.reports.push((source, report)),
                Err(reason) => self.without.push((source, reason)),
            },
        }
    }

    /// The reports as one, as `compare` does it; where that is not possible, the worst of them.
    pub fn together(&self, codes: &Codes) -> Option<Report> {
        let taken: Vec<Taken> = self
            .reports
            .iter()
            .map(|(source, report)| Taken {
                place: source.map_or_else(|| "this machine".into(), |it| it.to_string()),
                report: report.clone(),
            })
            .collect();
        if let Ok(merged) = report::merge(&taken, codes) {
            return Some(merged);
        }
        let worst = taken.into_iter().max_by_key(|it| it.report.verdict.rank());
        worst.map(|it| it.report)
    }
}

impl Summary {
    /// The summary of a run of which no remote is added yet.
    pub fn new(run: &Run, progress: &Progress) -> Summary {
        Summary {
            run: run.id.number(),
            planned: run.planned,
            ended: run.ended,
            remotes_from: run.remotes_from.clone(),
            jobs: progress.planned,
            accepted: progress.accepted,
            owners: Vec::new(),
            root_causes: Vec::new(),
            products: Vec::new(),
            sources: Vec::new(),
            certificates: Vec::new(),
            slowest: Vec::new(),
            not_tested: Vec::new(),
            remotes: Vec::new(),
            changes: None,
        }
    }

    /// Adds a remote, with its reports as one where there are some.
    pub fn add(&mut self, remote: &OfRemote, together: Option<&Report>) {
        self.remotes.push(Entry::of(remote, together));
    }

    /// Adds a remote that was left out, and why.
    pub fn add_left_out(&mut self, name: &str, place: &str, reason: &str) {
        self.remotes.push(Entry::left_out(name, place, reason));
    }

    /// Counts, once all remotes are added.
    #[must_use]
    pub fn counted(mut self) -> Summary {
        let remotes = std::mem::take(&mut self.remotes);
        self.owners = count::owners(&remotes);
        self.root_causes = count::causes(&remotes);
        self.products = count::products(&remotes);
        self.sources = count::sources(&remotes);
        self.certificates = count::certificates(&remotes);
        self.not_tested = count::not_tested(&remotes);
        let mut slowest: Vec<Slow> = remotes
            .iter()
            .filter_map(|it| {
                Some(Slow {
                    remote: it.name.clone(),
                    duration_ms: it.duration_ms?,
                })
            })
            .collect();
        slowest.sort_by_key(|it| std::cmp::Reverse(it.duration_ms));
        slowest.truncate(SLOWEST);
        self.slowest = slowest;
        self.remotes = remotes;
        self
    }

    /// The same with what changed since an earlier run.
    #[must_use]
    pub fn since(mut self, earlier: &Summary) -> Summary {
        self.changes = Some(changes::since(&earlier.remotes, &self.remotes));
        self
    }

    /// How many remotes have this verdict.
    pub fn with(&self, verdict: Verdict) -> usize {
        let same = |entry: &&Entry| entry.verdict == Some(verdict);
        self.remotes.iter().filter(same).count()
    }
}
