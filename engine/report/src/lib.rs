//! The report: the record from which every output format is rendered. Its JSON form is the contract with other programs.

pub mod allow_list;
pub mod baseline;
mod case;
mod changes;
#[cfg(test)]
mod declared_tests;
#[cfg(test)]
mod forging_tests;
#[cfg(test)]
mod hostile_tests;
pub mod html;
pub mod junit;
pub mod markdown;
mod merge;
pub mod message;
mod outline;
mod page;
pub mod redact;
pub mod schema;
mod shown;
pub mod style;
mod summary;
mod table;
pub mod text;
mod third_party;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::baseline::Changes;
use ::allow_list::AllowList;
use diagnosis::codes::Codes;
use diagnosis::diagnose::{NotTested, diagnose};
use diagnosis::record::{ProbeRun, Record};
use model::address::Address;
use model::capability::Capability;
use model::cleaner;
use model::declared::DeclaredFacts;
use model::dialogue::Line;
use model::finding::{
    Alternative, Confidence, Evidence, FactValue, OmissionCause, Owner, Severity,
};
use model::matrix::{Row, Vantage};
use model::redaction::Redaction;
use model::remedy::Directive;
use model::remote::Remote;
use model::signer::Signer;
use model::standing::Standing;
use model::verdict::Verdict;
use model::visit::Cut;
use model::visit::LeftBehind;
use model::visit::RunResult;

use diagnosis::facts::facts;

use case::Case;

pub use merge::{MergeError, Origin, Taken, merge};
pub use page::{explain, list};
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
    /// The sheet for whoever lets only listed addresses in, where it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow_list: Option<AllowList>,
    /// What the run cost the remote.
    pub connections: Connections,
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

/// The program that made a report.
#[derive(Clone, Debug, JsonSchema, Serialize, Deserialize)]
pub struct Tool {
    /// Always `remote-doctor`.
    pub name: String,
    /// Its version.
    pub version: String,
}

impl Tool {
    /// This program.
    pub fn this() -> Tool {
        Tool {
            name: "remote-doctor".into(),
            version: env!("CARGO_PKG_VERSION").into(),
        }
    }
}

/// One finding.
#[derive(Clone, Debug, JsonSchema, Serialize, Deserialize)]
pub struct ReportFinding {
    /// The code.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// Who has to act.
    pub owner: Owner,
    /// The probe that found it.
    pub probe: String,
    /// Whose word it is; where it is not said, that of a probe of this program.
    #[serde(default, skip_serializing_if = "Standing::is_built_in")]
    pub standing: Standing,
    /// The source address it was found from; none where it is the same from all.
    pub source: Option<Vantage>,
    /// All source addresses it was found from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Vantage>,
    /// The title of the code.
    pub title: String,
    /// What was seen, in a sentence or two.
    pub detail: String,
    /// The code of the root cause it is folded under.
    pub caused_by: Option<String>,
    /// What was seen.
    pub evidence: Vec<Evidence>,
    /// What to do.
    pub remedy: Remedy,
    /// How sure it is.
    pub confidence: Confidence,
    /// What else it could be.
    pub alternatives: Vec<Alternative>,
    /// The change of settings that would mend it, with its `effect`; `reason` says why it was not tried to the end.
    pub settings_patch: Option<Map<String, Value>>,
}

/// What to do about a finding.
#[derive(Clone, Debug, JsonSchema, Serialize, Deserialize)]
pub struct Remedy {
    /// In this order.
    pub steps: Vec<String>,
    /// What to type, word for word: for the product, if it is known, and for the firewalls that may stand in front.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub directives: Vec<Directive>,
    /// The product the steps are for, where it is known.
    pub product: Option<String>,
    /// How sure it is that the server is that product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_confidence: Option<Confidence>,
    /// Ready to send to the owner.
    pub message: String,
}

/// A check that was not made.
#[derive(Clone, Debug, JsonSchema, Serialize, Deserialize)]
pub struct ReportOmission {
    /// What was not looked at.
    pub check: String,
    /// Why not.
    pub reason: String,
    /// The kind of reason.
    pub cause: OmissionCause,
    /// The codes nothing is known about.
    pub codes: Vec<String>,
    /// The probe that would have looked.
    pub probe: String,
    /// The source addresses this is about; empty where it is about all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Vantage>,
}

impl From<&NotTested> for ReportOmission {
    fn from(left_out: &NotTested) -> ReportOmission {
        let omission = left_out.omission.clone();
        ReportOmission {
            check: omission.check,
            reason: omission.reason,
            cause: omission.cause,
            codes: omission.codes,
            probe: left_out.probe.clone(),
            sources: left_out.sources.clone(),
        }
    }
}

/// A file or directory of ours that is still on the remote, as far as anybody knows.
#[derive(Clone, Debug, JsonSchema, Serialize, Deserialize)]
pub struct ReportLeftover {
    /// The path, as it was sent.
    pub path: String,
    /// The directory it counts from.
    pub directory: Option<String>,
    /// The source address of the session that made it.
    pub source: Option<Address>,
    /// The probe that made it.
    pub probe: String,
    /// What the server says to its removal; none where it was not asked in time.
    pub refusal: Option<String>,
}

impl fmt::Display for ReportLeftover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", ftp::named(&self.path))?;
        if let Some(directory) = &self.directory {
            write!(f, " in {}", ftp::named(directory))?;
        }
        match &self.refusal {
            Some(refusal) => write!(f, " ({})", ftp::quoted(refusal)),
            None => write!(f, " (there was no time to remove it)"),
        }
    }
}

/// One run of one probe.
#[derive(Clone, Debug, JsonSchema, Serialize, Deserialize)]
pub struct ReportProbe {
    /// Its name.
    pub id: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of its file.
    pub digest: String,
    /// Who vouches for it; none in reports of versions that did not say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signer: Option<Signer>,
    /// What it asked for.
    #[serde(default)]
    pub capabilities: BTreeSet<Capability>,
    /// What of it the user denied.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub denied: BTreeSet<Capability>,
    /// The source address.
    pub source: Option<Address>,
    /// How it ended.
    pub status: ProbeStatus,
    /// How long it took.
    pub duration_ms: u64,
    /// Codes it looked for and did not find.
    pub clear: Vec<String>,
}

impl ReportProbe {
    /// Whether it was no part of the program. Reports that do not say so are of versions that had no others.
    pub(crate) fn is_third_party(&self) -> bool {
        let signer = self.signer.as_ref();
        signer.is_some_and(|signer| *signer != Signer::BuiltIn)
    }
}

/// How a probe ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProbeStatus {
    /// It said what it saw.
    Ok,
    /// It was not run.
    Skipped,
    /// It trapped, was stopped, or said what makes no sense.
    Crashed,
    /// It did not end in time.
    TimedOut,
}

/// What a run cost the remote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Connections {
    /// Control connections opened.
    pub control: u32,
    /// Data connections opened.
    pub data: u32,
    /// The most at one time.
    pub peak: usize,
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
            schema_version: SCHEMA_VERSION.into(),
            tool: Tool::this(),
            started,
            duration_ms: millis(record.duration),
            remote: remote.into(),
            redaction: None,
            changes: None,
            verdict: diagnosis.verdict,
            summary: summary::summary(&diagnosis, remote, &facts, record.cut),
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

fn leftover(left: &LeftBehind) -> ReportLeftover {
    ReportLeftover {
        path: cleaner::line(&left.path, 300),
        directory: left.directory.as_ref().map(|path| cleaner::line(path, 300)),
        source: left.source.map(Address::from),
        probe: left.probe.clone(),
        refusal: left.refusal.clone(),
    }
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn probe(run: &ProbeRun, record: &Record) -> ReportProbe {
    let description = &run.probe.description;
    ReportProbe {
        id: description.name.clone(),
        version: description.version.clone(),
        digest: run.probe.digest.clone(),
        signer: Some(run.probe.signer.clone()),
        capabilities: description.capabilities.clone(),
        denied: run.probe.denied(&record.denied),
        source: run.source.map(Address::from),
        status: match run.status {
            RunResult::Done => ProbeStatus::Ok,
            RunResult::Skipped(_) | RunResult::Deeper(_) => ProbeStatus::Skipped,
            RunResult::Crashed(_) | RunResult::Denied(_) => ProbeStatus::Crashed,
            RunResult::TimedOut(_) | RunResult::Cut => ProbeStatus::TimedOut,
        },
        duration_ms: millis(run.duration),
        clear: run.outcome.clear.clone(),
    }
}
