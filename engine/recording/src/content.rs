//! What stands in the blocks of a recording, beside what each probe asked and heard.

use model::visit::RunPhase;
use model::visit::VisitKey;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Trace;
use allow_list::AddressLookUps;
use diagnosis::record::Record;
use host::journal::Journal;
use host::{Asked, Check};
use model::capability::Capability;
use model::dialogue::{Counts, Line};
use model::remote::{Depth, Permissions, Remote, Selection, Timeouts};
use model::verdict::Verdict;
use model::visit::Cut;
use model::visit::LeftBehind;
use report::{Report, Tool};

/// One block. The first is the header, the last the conclusion.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Block {
    /// What was asked for, and by what it was looked at.
    Header(Box<Header>),
    /// One run of one probe.
    Trace(RunPhase, VisitKey, Trace),
    /// What a part established beside what its probes said.
    #[serde(rename = "tally")]
    Summary(RunPhase, Box<PhaseSummary>),
    /// What was looked up for the allow-list sheet.
    Sheet(AddressLookUps),
    /// What the report said.
    #[serde(rename = "conclusion")]
    Expected(ExpectedResult),
}

/// The beginning of a recording.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Header {
    /// What made it.
    pub tool: Tool,
    /// When the run began.
    pub started: Timestamp,
    /// How much was taken out of it.
    pub redaction: Shareability,
    /// The settings of the check.
    pub settings: Settings,
    /// The probes there were.
    pub probes: Vec<ProbeId>,
}

/// How far a recording may be passed on. Passwords and private keys are in none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shareability {
    /// Everything but secrets is in it: for people who may see the remote's addresses, names and listings.
    Internal,
    /// Users, files and addresses of ours are in disguise; so many of each kind were found.
    Shareable(BTreeMap<String, u32>),
}

/// A probe, as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ProbeId {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of its component.
    pub digest: String,
}

/// The settings of a check that its probes and its report depend on; no secret is among them.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Settings {
    /// The remote.
    pub remote: Remote,
    /// What the user agreed to.
    pub permissions: Permissions,
    /// Why nothing was made on the remote, though the user agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withheld: Option<String>,
    /// Addresses beside the remote's own that data connections might go to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub data_addresses: Vec<IpAddr>,
    /// How much was looked at.
    pub depth: Depth,
    /// The times that were kept.
    pub timeouts: Timeouts,
    /// The probes that were asked for; empty means all.
    pub only: Vec<String>,
    /// The probes that were left out.
    pub skip: Vec<String>,
    /// What third-party probes did not get.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub denied: BTreeSet<Capability>,
    /// The time certificates were judged by, in seconds since 1970.
    pub now: i64,
}

impl Settings {
    pub(super) fn of(check: &Check) -> Settings {
        Settings {
            remote: check.remote.clone(),
            permissions: check.permissions,
            withheld: check.journal.withholds().map(String::from),
            data_addresses: check.authority().data_addresses().collect(),
            depth: check.depth,
            timeouts: check.timeouts,
            only: check.selection.only.clone(),
            skip: check.selection.skip.clone(),
            denied: check.selection.denied.clone(),
            now: check.now,
        }
    }

    /// The check, as far as it can be made again without the remote.
    pub(super) fn check(&self) -> Check {
        Check::of(Asked {
            remote: self.remote.clone(),
            credential: None,
            client_certificate: None,
            authorities: Vec::new(),
            permissions: self.permissions,
            journal: match &self.withheld {
                Some(why) => Journal::Unusable(why.clone()),
                None => Journal::NotNeeded,
            },
            data_addresses: self.data_addresses.clone(),
            depth: self.depth,
            timeouts: self.timeouts,
            resolver: None,
            selection: Selection {
                only: self.only.clone(),
                skip: self.skip.clone(),
                plugins: Vec::new(),
                denied: self.denied.clone(),
            },
            login_gate: None,
            now: self.now,
        })
    }
}

/// What a part established beside what its probes said: it depends on the moment, so it is kept and not made again.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PhaseSummary {
    /// The settings it was about.
    pub remote: Remote,
    /// How long it took.
    pub duration: Duration,
    /// Whether it ended early.
    pub cut: Option<Cut>,
    /// Connections opened.
    pub connections: Counts,
    /// The most of them at one time.
    pub peak: usize,
    /// The dialogue.
    pub transcript: Vec<Line>,
    /// What it made on the remote and could not remove.
    pub left_behind: Vec<LeftBehind>,
}

impl PhaseSummary {
    /// Adds it to the record of a replay.
    pub(crate) fn tell(&self, record: &mut Record) {
        record.duration = self.duration;
        record.connections = self.connections;
        record.peak = self.peak;
        record.transcript.clone_from(&self.transcript);
        record.left_behind.clone_from(&self.left_behind);
    }

    pub(super) fn of(record: &Record, remote: &Remote) -> PhaseSummary {
        PhaseSummary {
            remote: remote.clone(),
            duration: record.duration,
            cut: record.cut,
            connections: record.connections,
            peak: record.peak,
            transcript: record.transcript.clone(),
            left_behind: record.left_behind.clone(),
        }
    }
}

/// What the report of the run said. Nothing is taken from it when a recording is replayed: it is what a regression test
/// compares with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ExpectedResult {
    /// How the remote is.
    pub verdict: Verdict,
    /// Codes, most important first.
    pub root_causes: Vec<String>,
    /// The codes of all findings, in the order of the report.
    pub findings: Vec<String>,
}

impl From<&Report> for ExpectedResult {
    fn from(report: &Report) -> ExpectedResult {
        let codes = report.findings.iter().map(|finding| &finding.code);
        ExpectedResult {
            verdict: report.verdict,
            root_causes: report.root_causes.clone(),
            findings: codes.cloned().collect(),
        }
    }
}
