//! The report: the record from which every output format is rendered. Its JSON form is the contract with other programs.

mod advice;
pub mod allow_list;
pub mod baseline;
mod case;
mod changes;
pub mod clients;
#[cfg(test)]
mod declared_tests;
#[cfg(test)]
mod forging_tests;
pub mod github;
#[cfg(test)]
mod hostile_tests;
pub mod html;
pub mod junit;
pub mod markdown;
mod merge;
pub mod message;
mod outline;
mod page;
mod parts;
pub mod redact;
pub mod sarif;
pub mod schema;
mod shown;
pub mod style;
mod summary;
mod table;
pub mod text;
mod third_party;
pub mod ticket;
pub mod transcript;
mod values;

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::baseline::Changes;
use ::allow_list::AllowList;
use diagnosis::codes::Codes;
use diagnosis::diagnose::diagnose;
use diagnosis::facts::facts;
use diagnosis::record::Record;
use model::address::Address;
use model::declared::DeclaredFacts;
use model::dialogue::Line;
use model::finding::{FactValue, Severity};
use model::matrix::Row;
use model::redaction::Redaction;
use model::remote::Remote;
use model::verdict::Verdict;
use model::visit::Cut;

use case::Case;
use parts::{leftover, millis, probe};

pub use merge::{MergeError, Origin, Taken, merge};
pub use page::{explain, found, list};
pub use parts::{
    Connections, ProbeStatus, Remedy, ReportFinding, ReportLeftover, ReportOmission, ReportProbe,
    Tool, Waited,
};
pub use shown::{NotShown, Shown, clean};

/// Readers refuse a report of another version.
pub const SCHEMA_VERSION: &str = "1";

/// Everything about one remote.
#[derive(Clone, Debug, JsonSchema, Serialize, Deserialize)]
pub struct Report {
    /// The version of this form.
    pub schema_version: String,
    /// What made it.
    pub tool: Tool,
    /// When the run began (RFC 3339).
    pub started: Timestamp,
    /// How long it took.
    pub duration_ms: u64,
    /// What was looked at.
    pub remote: Remote<Address>,
    /// What was taken out of this report, where it was redacted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redaction: Option<Redaction>,
    /// What changed since an earlier report, where one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<Changes>,
    /// How it is.
    pub verdict: Verdict,
    /// One sentence a tired person understands.
    pub summary: String,
    /// Codes, most important first.
    pub root_causes: Vec<String>,
    /// Worst first, consequences after their causes.
    pub findings: Vec<ReportFinding>,
    /// All changes of settings together that would make the remote work: `verified` says whether a second run has shown it,
    /// and `reason` why it has not shown all of it.
    pub settings_patch: Option<Map<String, Value>>,
    /// What this run made on the remote and could not remove.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_behind: Vec<ReportLeftover>,
    /// What nothing is known about.
    pub not_tested: Vec<ReportOmission>,
    /// Every run of every probe.
    pub probes: Vec<ReportProbe>,
    /// What was established, by dotted name.
    pub facts: BTreeMap<String, FactValue>,
    /// The same for each source address, where there are several.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts_by_source: BTreeMap<String, BTreeMap<String, FactValue>>,
    /// How far each source address gets, step by step.
    #[serde(default)]
    pub matrix: Vec<Row>,
    /// The reports this one was made from, if it was made from several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub merged_from: Vec<Origin>,
    /// What the clients would do that the remote is judged for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clients: Option<clients::ClientsAnswer>,
    /// The sheet for whoever lets only listed addresses in, where it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow_list: Option<AllowList>,
    /// What the run cost the remote.
    pub connections: Connections,
    /// How long it waited for what may not come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waited: Option<Waited>,
    /// Whether something possible and asked for was not done.
    pub incomplete: bool,
    /// Whether the user interrupted the run.
    pub interrupted: bool,
    /// In how many texts of the report a secret was found at the end, and masked.
    #[serde(default, skip_serializing_if = "is_none")]
    pub masked: u32,
    /// The dialogue with its times; secrets never enter it.
    pub transcript: Vec<Line>,
    /// What its facts are like. It is no part of the report: whoever reads a saved one back sets it.
    #[serde(skip)]
    pub declared: DeclaredFacts,
}

fn is_none(count: &u32) -> bool {
    *count == 0
}

impl Report {
    /// The report of a record.
    pub fn new(record: &Record, remote: &Remote, catalogue: &Codes, started: Timestamp) -> Report {
        let diagnosis = diagnose(record, remote, catalogue);
        let (facts, facts_by_source) = facts(record);
        let case = Case {
            remote,
            facts: &facts,
            catalogue,
            rows: &diagnosis.rows,
        };
        let findings: Vec<ReportFinding> = diagnosis
            .findings
            .iter()
            .map(|found| case.finding(found))
            .collect();
        let allow_list = record
            .sheet
            .as_ref()
            .map(|looks| AllowList::new(looks, remote, &facts));
        Report {
            allow_list,
            clients: None,
            schema_version: SCHEMA_VERSION.into(),
            tool: Tool::this(),
            started,
            duration_ms: millis(record.duration),
            remote: remote.into(),
            redaction: None,
            changes: None,
            verdict: diagnosis.verdict,
            summary: summary::summary(&diagnosis, remote, &facts, &findings, record.cut),
            settings_patch: case::all_patches(&diagnosis),
            root_causes: diagnosis.root_causes,
            findings,
            left_behind: record.left_behind.iter().map(leftover).collect(),
            not_tested: diagnosis
                .not_tested
                .iter()
                .map(ReportOmission::from)
                .collect(),
            probes: record.runs().map(|run| probe(run, record)).collect(),
            facts,
            facts_by_source,
            matrix: diagnosis.rows,
            merged_from: Vec::new(),
            connections: Connections {
                control: record.connections.control,
                data: record.connections.data,
                peak: record.peak,
            },
            waited: None,
            incomplete: diagnosis.incomplete,
            interrupted: record.cut == Some(Cut::Interrupted),
            masked: 0,
            transcript: record.transcript.clone(),
            declared: catalogue.facts().clone(),
        }
    }

    /// Whether a fact is known to be so.
    pub fn fact_is(&self, name: &str, value: bool) -> bool {
        self.facts.get(name) == Some(&FactValue::Flag(value))
    }

    /// The root cause that probes of this program found, where it is one alone.
    pub fn only_cause_of_ours(&self) -> Option<String> {
        let ours = self.findings.iter().filter(|it| it.standing.is_built_in());
        let mut causes = ours.filter(|it| self.root_causes.contains(&it.code));
        let first = causes.next()?;
        causes.next().is_none().then(|| first.code.clone())
    }

    /// Whether there is a finding about the remote at least this bad.
    pub fn has(&self, severity: Severity) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.severity <= severity && !finding.code.starts_with("probe."))
    }
}
