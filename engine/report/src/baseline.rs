//! What changed since an earlier report of the same remote: of the remote, of our settings, of the findings. Pure: two
//! reports in, their differences out.
//!
//! What was not looked at in one of the two has neither changed nor gone; it is listed as not compared. What differs at
//! every look, as times, ephemeral ports and session numbers, is no change.

mod aspects;
mod findings;
mod ours;
mod rows;
mod sampled;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Report;
use model::finding::{Owner, Severity};
use model::matrix::VantagePoint;
use model::verdict::Verdict;

/// What changed since an earlier report.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Changes {
    /// The report that this one is compared with.
    pub since: Earlier,
    /// One sentence or a few.
    pub summary: String,
    /// What differs of the remote.
    pub remote: Vec<Change>,
    /// What differs on our side: settings, addresses, this program.
    pub ours: Vec<Change>,
    /// Which findings came and went.
    pub findings: FindingChanges,
    /// What was looked at both times and is the same.
    pub same: Vec<String>,
    /// What was looked at only once, so that nothing can be said of it.
    pub not_compared: Vec<NotCompared>,
}

/// The earlier report.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Earlier {
    /// The name of its file.
    pub place: String,
    /// When its run began (RFC 3339).
    pub started: Timestamp,
    /// How the remote was then.
    pub verdict: Verdict,
    /// What was wrong with it then.
    pub root_causes: Vec<String>,
}

/// Something that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Change {
    /// The name of the fact, the step or the setting.
    pub what: String,
    /// The same for people.
    pub title: String,
    /// How it was; several values where it is a list.
    pub before: Vec<String>,
    /// How it is.
    pub now: Vec<String>,
    /// The source addresses it was seen from, where it was not seen from all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<VantagePoint>,
    /// What differs on our side and may be all there is to it; where this is empty, the remote changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub may_come_from: Vec<String>,
}

/// Findings that are there only once, or both times.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct FindingChanges {
    /// Looked for and not found then, found now.
    pub new: Vec<FindingChange>,
    /// Found then, looked for and not found now.
    pub gone: Vec<FindingChange>,
    /// Found both times.
    pub still: Vec<FindingChange>,
}

/// A finding that came, went or stayed.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct FindingChange {
    /// Its code.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// Who has to act.
    pub owner: Owner,
    /// The title of the code.
    pub title: String,
    /// The code of the root cause it is folded under.
    pub caused_by: Option<String>,
}

/// Something that was looked at in only one of two reports.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct NotCompared {
    /// What, for people.
    pub what: String,
    /// Why nothing can be said of it.
    pub reason: String,
}

/// Why a report is no baseline of another.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BaselineError {
    /// It is about something else.
    #[error(
        "the baseline {place} is about {then}, not about {now}: give an earlier report of the same remote. If it was \
         renamed, name the old host in the URL or the settings file and the new one with --host"
    )]
    OtherRemote {
        /// The name of its file.
        place: String,
        /// The host in it.
        then: String,
        /// The host in the other.
        now: String,
    },
    /// Its tokens stand for values that are not in it.
    #[error(
        "{place} is redacted: what its tokens stand for cannot be compared; give the report as it was taken"
    )]
    Redacted {
        /// The name of its file; `this report` of the other.
        place: String,
    },
    /// It is the later one.
    #[error(
        "the baseline {place} is of {then}, which is after {now}: give the earlier report as the baseline"
    )]
    Later {
        /// The name of its file.
        place: String,
        /// When its run began.
        then: Timestamp,
        /// When the run of the other began.
        now: Timestamp,
    },
}

/// An earlier report, read back.
#[derive(Debug)]
pub struct Baseline {
    /// The name of its file.
    pub place: String,
    /// What it says.
    pub report: Report,
    /// The host that the settings name, where another was given in its place for this run.
    pub renamed_from: Option<String>,
}

impl Baseline {
    /// Whether it is about this host, under this name or the one it had.
    ///
    /// # Errors
    /// It is about another, or redacted.
    pub fn is_about(&self, host: &str) -> Result<(), BaselineError> {
        if self.report.redaction.is_some() {
            let place = self.place.clone();
            return Err(BaselineError::Redacted { place });
        }
        let then = &self.report.remote.host;
        let names = [Some(host), self.renamed_from.as_deref()];
        match names.into_iter().flatten().any(|it| same_host(it, then)) {
            true => Ok(()),
            false => Err(BaselineError::OtherRemote {
                place: self.place.clone(),
                then: then.clone(),
                now: host.into(),
            }),
        }
    }

    /// What changed since.
    ///
    /// # Errors
    /// They are not about the same remote, this one is the later, or one of them is redacted.
    pub fn changes(&self, now: &Report) -> Result<Changes, BaselineError> {
        self.is_about(&now.remote.host)?;
        if now.redaction.is_some() {
            let place = "this report".into();
            return Err(BaselineError::Redacted { place });
        }
        let then = &self.report;
        if then.started > now.started {
            return Err(BaselineError::Later {
                place: self.place.clone(),
                then: then.started,
                now: now.started,
            });
        }
        Ok(changes(then, &self.place, now))
    }
}

/// As names are compared (RFC 4343), and international ones in either spelling.
fn same_host(one: &str, other: &str) -> bool {
    let bare = |name: &str| {
        let name = name.trim_end_matches('.');
        url::Host::parse(name).map_or_else(|_| name.to_lowercase(), |host| host.to_string())
    };
    bare(one) == bare(other)
}

fn changes(then: &Report, place: &str, now: &Report) -> Changes {
    let ours = ours::differences(then, now);
    let mut seen = aspects::differences(then, now);
    rows::differences(then, now, &mut seen);
    for (change, depends) in &mut seen.changes {
        let differs = ours.iter().map(|it| &it.what);
        let blamed = differs.filter(|name| depends.contains(&name.as_str()));
        change.may_come_from = blamed.cloned().collect();
    }
    let (findings, uncertain) = findings::differences(then, now);
    let mut changes = Changes {
        since: Earlier {
            place: place.into(),
            started: then.started,
            verdict: then.verdict,
            root_causes: then.root_causes.clone(),
        },
        summary: String::new(),
        remote: seen.changes.into_iter().map(|(change, _)| change).collect(),
        ours,
        findings,
        same: seen.same,
        not_compared: seen.not_compared.into_iter().chain(uncertain).collect(),
    };
    changes.summary = summary(&changes);
    changes
}

/// What was seen of the remote, side by side. A change comes with what it may be due to on our side.
#[derive(Debug, Default)]
struct Seen {
    changes: Vec<(Change, Vec<&'static str>)>,
    same: Vec<String>,
    not_compared: Vec<NotCompared>,
}

impl Seen {
    fn missing(&mut self, what: &str, reason: &str) {
        self.not_compared.push(NotCompared {
            what: what.into(),
            reason: reason.into(),
        });
    }
}

/// Not looked at in the earlier report.
const NOT_THEN: &str = "it was not seen then";
/// Not looked at in this one.
const NOT_NOW: &str = "it was not seen this time";

fn summary(changes: &Changes) -> String {
    let titles = |list: &mut dyn Iterator<Item = &Change>| {
        let mut titles: Vec<&str> = Vec::new();
        for change in list {
            if !titles.contains(&change.title.as_str()) {
                titles.push(&change.title);
            }
        }
        titles.join(", ")
    };
    let codes = |list: &[FindingChange]| {
        let roots = list.iter().filter(|it| it.caused_by.is_none());
        let codes: Vec<&str> = roots.map(|it| it.code.as_str()).collect();
        codes.join(", ")
    };
    let (by_us, by_itself): (Vec<&Change>, Vec<&Change>) = changes
        .remote
        .iter()
        .partition(|it| !it.may_come_from.is_empty());
    let told = [
        ("Changed on the remote", titles(&mut by_itself.into_iter())),
        ("Different on our side", titles(&mut changes.ours.iter())),
        (
            "Different, possibly because of that",
            titles(&mut by_us.into_iter()),
        ),
        ("New", codes(&changes.findings.new)),
        ("Gone", codes(&changes.findings.gone)),
    ];
    let mut sentences: Vec<String> = told
        .into_iter()
        .filter(|(_, what)| !what.is_empty())
        .map(|(how, what)| format!("{how}: {what}."))
        .collect();
    if sentences.is_empty() {
        sentences.push(
            match changes.same.is_empty() && changes.findings.still.is_empty() {
                false => "Nothing that was looked at both times has changed.".into(),
                true => "Nothing was looked at both times, so nothing can be compared.".into(),
            },
        );
    }
    if changes.since.verdict == Verdict::Failing {
        let causes = changes.since.root_causes.join(", ");
        sentences.push(format!(
            "The earlier report was failing itself ({causes}): it does not show how the remote was when it worked."
        ));
    }
    sentences.join(" ")
}
