//! The report: the record from which every output format is rendered. Its JSON form is the contract of the product.

mod page;
mod style;
pub mod text;

use std::collections::BTreeMap;
use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::builtin::Catalogue;
use crate::diagnose::{Diagnosed, Diagnosis, Verdict, diagnose};
use crate::finding::{
    Alternative, Confidence, Evidence, FactValue, OmissionCause, Owner, PatchEffect, SettingsPatch,
    Severity,
};
use crate::net::Line;
use crate::remedy::{Page, Values};
use crate::run::{Cut, Record, Status};
use crate::settings::Remote;

pub use page::{explain, list};

/// Readers refuse a report of another version.
pub const SCHEMA_VERSION: &str = "1";

/// Everything about one remote.
#[derive(Clone, Debug, Serialize, Deserialize)]
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
    pub remote: Remote,
    /// How it is.
    pub verdict: Verdict,
    /// One sentence a tired person understands.
    pub summary: String,
    /// Codes, most important first.
    pub root_causes: Vec<String>,
    /// Worst first, consequences after their causes.
    pub findings: Vec<ReportFinding>,
    /// All changes of settings together that would make the remote work.
    pub settings_patch: Option<Map<String, Value>>,
    /// What nothing is known about.
    pub not_tested: Vec<ReportOmission>,
    /// Every run of every probe.
    pub probes: Vec<ReportProbe>,
    /// What was established, by dotted name.
    pub facts: BTreeMap<String, FactValue>,
    /// The same for each source address, where there are several.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts_by_source: BTreeMap<String, BTreeMap<String, FactValue>>,
    /// What the run cost the remote.
    pub connections: Connections,
    /// Whether something possible and asked for was not done.
    pub incomplete: bool,
    /// Whether the user interrupted the run.
    pub interrupted: bool,
    /// The dialogue with its times; secrets never enter it.
    pub transcript: Vec<Line>,
}

/// The program that made a report.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tool {
    /// Always `remote-doctor`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// One finding.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReportFinding {
    /// The code.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// Who has to act.
    pub owner: Owner,
    /// The probe that found it.
    pub probe: String,
    /// The source address it was found from; none where it is the same from all.
    pub source: Option<IpAddr>,
    /// All source addresses it was found from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<IpAddr>,
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
    /// The change of settings that would mend it, with its `effect`.
    pub settings_patch: Option<Map<String, Value>>,
}

/// What to do about a finding.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Remedy {
    /// In this order.
    pub steps: Vec<String>,
    /// The product the steps are for, where it is known.
    pub product: Option<String>,
    /// Ready to send to the owner.
    pub message: String,
}

/// A check that was not made.
#[derive(Clone, Debug, Serialize, Deserialize)]
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
}

/// One run of one probe.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReportProbe {
    /// Its name.
    pub id: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of its file.
    pub digest: String,
    /// The source address.
    pub source: Option<IpAddr>,
    /// How it ended.
    pub status: ProbeStatus,
    /// How long it took.
    pub duration_ms: u64,
    /// Codes it looked for and did not find.
    pub clear: Vec<String>,
}

/// How a probe ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    pub fn new(
        record: &Record,
        remote: &Remote,
        catalogue: &Catalogue,
        started: Timestamp,
    ) -> Report {
        let diagnosis = diagnose(record, remote, catalogue);
        let (facts, facts_by_source) = facts(record);
        let case = Case {
            remote,
            facts: &facts,
            catalogue,
        };
        let findings: Vec<ReportFinding> = diagnosis
            .findings
            .iter()
            .map(|found| case.finding(found))
            .collect();
        Report {
            schema_version: SCHEMA_VERSION.into(),
            tool: Tool {
                name: "remote-doctor".into(),
                version: env!("CARGO_PKG_VERSION").into(),
            },
            started,
            duration_ms: millis(record.duration),
            remote: remote.clone(),
            verdict: diagnosis.verdict,
            summary: summary(&diagnosis, remote, &facts, record.cut),
            settings_patch: all_patches(&diagnosis),
            root_causes: diagnosis.root_causes,
            findings,
            not_tested: diagnosis
                .not_tested
                .into_iter()
                .map(|it| ReportOmission {
                    check: it.omission.check,
                    reason: it.omission.reason,
                    cause: it.omission.cause,
                    codes: it.omission.codes,
                    probe: it.probe,
                })
                .collect(),
            probes: record.runs.iter().map(probe).collect(),
            facts,
            facts_by_source,
            connections: Connections {
                control: record.connections.control,
                data: record.connections.data,
                peak: record.peak,
            },
            incomplete: diagnosis.incomplete,
            interrupted: record.cut == Some(Cut::Interrupted),
            transcript: record.transcript.lines(),
        }
    }

    /// Whether there is a finding about the remote at least this bad.
    pub fn has(&self, severity: Severity) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.severity <= severity && !finding.code.starts_with("probe."))
    }
}

/// What the remedies of a case are filled in from.
struct Case<'a> {
    remote: &'a Remote,
    facts: &'a BTreeMap<String, FactValue>,
    catalogue: &'a Catalogue,
}

impl Case<'_> {
    fn finding(&self, found: &Diagnosed) -> ReportFinding {
        let finding = &found.finding;
        let everywhere =
            found.sources.len() == self.remote.sources.len().max(1) && found.sources.len() > 1;
        ReportFinding {
            code: finding.code.clone(),
            severity: found.severity,
            owner: found.owner,
            probe: found.probe.clone(),
            source: found.sources.first().copied().filter(|_| !everywhere),
            sources: found.sources.clone(),
            title: found.title.clone(),
            detail: finding.detail.clone(),
            caused_by: found.caused_by.clone(),
            evidence: finding.evidence.clone(),
            remedy: self.remedy(found),
            confidence: finding.confidence,
            alternatives: finding.alternatives.clone(),
            settings_patch: finding.patch.as_ref().map(patch),
        }
    }

    fn remedy(&self, found: &Diagnosed) -> Remedy {
        let page = Page(
            self.catalogue
                .code(&found.finding.code)
                .map_or("", |code| code.page.as_str()),
        );
        let product = self
            .text("server.product")
            .filter(|product| page.knows(product));
        let values = self.values(found);
        Remedy {
            steps: page.steps(product, &values),
            product: product.map(Into::into),
            message: page.message(&values),
        }
    }

    /// What the words in braces of a page stand for: the evidence first, then what is known of the remote.
    fn values(&self, found: &Diagnosed) -> Values {
        let mut values = Values::new();
        for evidence in &found.finding.evidence {
            let value = values
                .entry(evidence.label.clone())
                .or_insert_with(String::new);
            if !value.is_empty() {
                value.push_str("; ");
            }
            value.push_str(&evidence.value);
        }
        let source = found.sources.first().map(ToString::to_string);
        let known = [
            ("host", Some(self.remote.host.clone())),
            ("port", Some(self.remote.port.to_string())),
            ("ssl", Some(self.remote.ssl.to_string())),
            ("address", self.text("server.address").map(Into::into)),
            (
                "source",
                source.or_else(|| self.text("source.address").map(Into::into)),
            ),
        ];
        for (name, value) in known {
            if let Some(value) = value {
                values.entry(name.into()).or_insert(value);
            }
        }
        values
    }

    fn text(&self, fact: &str) -> Option<&str> {
        match self.facts.get(fact) {
            Some(FactValue::Text(text)) => Some(text),
            _ => None,
        }
    }
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn probe(run: &crate::run::ProbeRun) -> ReportProbe {
    let description = &run.plugin.description;
    ReportProbe {
        id: description.name.clone(),
        version: description.version.clone(),
        digest: run.plugin.digest.clone(),
        source: run.source,
        status: match run.status {
            Status::Ok => ProbeStatus::Ok,
            Status::Skipped(_) => ProbeStatus::Skipped,
            Status::Crashed(_) | Status::Denied(_) => ProbeStatus::Crashed,
            Status::TimedOut(_) | Status::Cut => ProbeStatus::TimedOut,
        },
        duration_ms: millis(run.duration),
        clear: run.outcome.clear.clone(),
    }
}

type Facts = BTreeMap<String, FactValue>;

/// The facts of the first source address that has them, and of each where there are several.
fn facts(record: &Record) -> (Facts, BTreeMap<String, Facts>) {
    let (mut all, mut by_source) = (Facts::new(), BTreeMap::<String, Facts>::new());
    for run in &record.runs {
        for fact in &run.outcome.facts {
            all.entry(fact.name.clone())
                .or_insert_with(|| fact.value.clone());
            if let Some(source) = run.source {
                by_source
                    .entry(source.to_string())
                    .or_default()
                    .insert(fact.name.clone(), fact.value.clone());
            }
        }
    }
    if by_source.len() < 2 {
        by_source.clear();
    }
    (all, by_source)
}

fn patch(patch: &SettingsPatch) -> Map<String, Value> {
    let mut map = changes(patch);
    let effect = match patch.effect {
        PatchEffect::Untried => "untried",
        PatchEffect::CuresThis => "cures-this",
        PatchEffect::CuresAll => "cures-all",
        PatchEffect::Failed => "failed",
    };
    map.insert("effect".into(), effect.into());
    map
}

fn changes(patch: &SettingsPatch) -> Map<String, Value> {
    patch
        .changes
        .iter()
        .map(|(name, value)| {
            (
                name.clone(),
                value
                    .parse::<u16>()
                    .map_or_else(|_| value.clone().into(), Value::from),
            )
        })
        .collect()
}

/// All patches of root causes together, where each root cause has one. Verifying takes a second run.
fn all_patches(diagnosis: &Diagnosis) -> Option<Map<String, Value>> {
    let causes = diagnosis
        .findings
        .iter()
        .filter(|it| diagnosis.root_causes.contains(&it.finding.code));
    let mut all = Map::new();
    for cause in causes {
        all.extend(changes(cause.finding.patch.as_ref()?));
    }
    if all.is_empty() {
        return None;
    }
    all.insert("verified".into(), false.into());
    Some(all)
}

/// One sentence, and a second on what the run could not say.
fn summary(diagnosis: &Diagnosis, remote: &Remote, facts: &Facts, cut: Option<Cut>) -> String {
    let place = format!("{}:{}", remote.host, remote.port);
    let first = diagnosis.findings.iter().find(|it| {
        diagnosis
            .root_causes
            .first()
            .is_some_and(|code| *code == it.finding.code)
    });
    let others = match diagnosis.root_causes.len() {
        0 | 1 => String::new(),
        2 => " There is one more root cause.".into(),
        n => format!(" There are {} more root causes.", n - 1),
    };
    let sentence = match (diagnosis.verdict, first) {
        (Verdict::Failing, Some(cause)) => {
            format!(
                "{place} cannot be used: {}. {} has to act.{others}",
                cause.title,
                capitalised(cause.owner.title())
            )
        }
        (Verdict::Degraded, Some(cause)) => {
            format!(
                "{place} works, but {}. {} should act.{others}",
                cause.title,
                capitalised(cause.owner.title())
            )
        }
        (Verdict::Incomplete, _) => {
            format!("Nothing wrong was found at {place}, but not everything could be looked at.")
        }
        _ => healthy(&place, facts),
    };
    match cut {
        None => sentence,
        Some(Cut::Interrupted) => format!("{sentence} The run was interrupted."),
        Some(Cut::TimedOut) => format!("{sentence} The time for the run was up before it ended."),
    }
}

fn healthy(place: &str, facts: &Facts) -> String {
    let is = |name: &str| facts.get(name) == Some(&FactValue::Flag(true));
    let how = match facts.get("control.security") {
        Some(FactValue::Text(security)) => format!(" over {security}"),
        _ => String::new(),
    };
    match (is("login.accepted"), is("data.listed")) {
        (true, true) => format!("{place} works: login and a listing{how} succeeded."),
        (true, false) => format!("{place} accepts the login{how}; transfers were not tested."),
        _ => {
            format!("Nothing wrong was found at {place}{how}; login and transfers were not tested.")
        }
    }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + chars.as_str()
    })
}
