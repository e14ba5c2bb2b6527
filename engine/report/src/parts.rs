//! What a report consists of.

use std::collections::BTreeSet;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use diagnosis::diagnose::NotTested;
use diagnosis::record::{ProbeRun, Record};
use model::address::Address;
use model::capability::Capability;
use model::cleaner;
use model::finding::{Alternative, Confidence, Evidence, OmissionCause, Owner, Severity};
use model::matrix::VantagePoint;
use model::remedy::Directive;
use model::remote::{Timeouts, whole_seconds};
use model::signer::Signer;
use model::standing::Standing;
use model::visit::{LeftBehind, RunResult};

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
    pub source: Option<VantagePoint>,
    /// All source addresses it was found from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<VantagePoint>,
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
    /// How to see that it worked.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub check: String,
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
    pub sources: Vec<VantagePoint>,
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

/// How long a run waited at most, in seconds, rounded up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Waited {
    /// For a connection.
    pub connect_s: u64,
    /// For a reply.
    pub reply_s: u64,
}

impl From<Timeouts> for Waited {
    fn from(timeouts: Timeouts) -> Waited {
        Waited {
            connect_s: whole_seconds(timeouts.connect).into(),
            reply_s: whole_seconds(timeouts.reply).into(),
        }
    }
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

pub(crate) fn leftover(left: &LeftBehind) -> ReportLeftover {
    ReportLeftover {
        path: cleaner::line(&left.path, 300),
        directory: left.directory.as_ref().map(|path| cleaner::line(path, 300)),
        source: left.source.map(Address::from),
        probe: left.probe.clone(),
        refusal: left.refusal.clone(),
    }
}

pub(crate) fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

pub(crate) fn probe(run: &ProbeRun, record: &Record) -> ReportProbe {
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
