//! From what the probes said to what is wrong: root causes in order, consequences folded under them, what was not
//! tested, and one verdict. Pure: no network, no clock.

mod fold;
mod omissions;

use std::collections::BTreeMap;

use crate::builtin::Catalogue;
use crate::compare;
use crate::finding::{Confidence, Evidence, Finding, Omission, OmissionCause, Owner, Severity};
use crate::matrix::{self, Row, Vantage};
use crate::run::{ProbeRun, Record, Status, Visit};
use crate::settings::{CertificateCheck, Remote};
use crate::sheet;

use fold::fold;
use omissions::not_tested;

/// A finding in the light of the others.
#[derive(Clone, Debug)]
pub struct Diagnosed {
    /// What was found.
    pub finding: Finding,
    /// The declared severity, eased where the settings accept the fault.
    pub severity: Severity,
    /// Who has to act.
    pub owner: Owner,
    /// The title of the code.
    pub title: String,
    /// The probe that found it.
    pub probe: String,
    /// The source addresses it was found from; empty where the system chose.
    pub sources: Vec<Vantage>,
    /// The code of the root cause it is folded under.
    pub caused_by: Option<String>,
}

/// A check that was not made, in the light of what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotTested {
    /// What was not made and why.
    pub omission: Omission,
    /// The probe that would have made it.
    pub probe: String,
    /// The source addresses from which it was not made, where it was from others.
    pub sources: Vec<Vantage>,
}

/// How a remote is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, schemars::JsonSchema, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nothing is wrong.
    Healthy,
    /// It works, with warnings.
    Degraded,
    /// It cannot be used as configured.
    Failing,
    /// Nothing wrong was found, and not everything could be looked at.
    Incomplete,
}

/// What is wrong.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    /// Worst first, consequences after their causes.
    pub findings: Vec<Diagnosed>,
    /// Codes, most important first.
    pub root_causes: Vec<String>,
    /// What nothing is known about.
    pub not_tested: Vec<NotTested>,
    /// How far each source address gets.
    pub rows: Vec<Row>,
    /// How the remote is.
    pub verdict: Verdict,
    /// Whether something that was possible and asked for was not done.
    pub incomplete: bool,
}

/// Everything that was seen of one remote, before it is weighed.
#[derive(Debug)]
pub struct Seen {
    /// One for each code.
    pub findings: Vec<Diagnosed>,
    /// How far each source address gets.
    pub rows: Vec<Row>,
    /// What nothing is known about.
    pub not_tested: Vec<NotTested>,
    /// The probes in the order they go on from each other: what is found earlier lies deeper.
    pub order: Vec<String>,
}

/// Diagnoses a record.
pub fn diagnose(record: &Record, remote: &Remote, catalogue: &Catalogue) -> Diagnosis {
    let rows = rows(record, remote);
    let mut findings = merged(record, remote, catalogue);
    compare::weigh(&rows, &mut findings, catalogue);
    for of_source in sheet::findings(record, remote, catalogue, &findings) {
        join(&mut findings, of_source);
    }
    let mut not_tested = not_tested(record);
    not_tested.extend(sheet::not_tested(record));
    let seen = Seen {
        findings,
        rows,
        not_tested,
        order: record
            .runs()
            .map(|run| run.plugin.description.name.clone())
            .collect(),
    };
    conclude(seen, catalogue)
}

/// Weighs what was seen, whether in one run or in several.
pub fn conclude(seen: Seen, catalogue: &Catalogue) -> Diagnosis {
    let Seen {
        mut findings,
        rows,
        not_tested,
        order,
    } = seen;
    findings.sort_by_key(|found| {
        let code = &found.finding.code;
        let place = catalogue.codes.iter().position(|it| it.name == *code);
        let stage = order.iter().position(|probe| *probe == found.probe);
        // What happened to a probe says nothing about the remote: after everything that does.
        (
            found.severity,
            is_about_a_probe(code),
            stage.unwrap_or(usize::MAX),
            place,
        )
    });
    fold(&mut findings, catalogue);
    let root_causes = root_causes(&findings);
    let incomplete = not_tested
        .iter()
        .any(|it| it.omission.cause == OmissionCause::CouldNotLook)
        || findings.iter().any(|it| is_about_a_probe(&it.finding.code));
    Diagnosis {
        verdict: verdict(&findings, incomplete),
        findings,
        root_causes,
        not_tested,
        rows,
        incomplete,
    }
}

fn verdict(findings: &[Diagnosed], incomplete: bool) -> Verdict {
    let about_remote = |severity: Severity| {
        findings
            .iter()
            .any(|it| it.severity == severity && !is_about_a_probe(&it.finding.code))
    };
    if about_remote(Severity::Error) {
        Verdict::Failing
    } else if incomplete {
        Verdict::Incomplete
    } else if about_remote(Severity::Warning) {
        Verdict::Degraded
    } else {
        Verdict::Healthy
    }
}

/// How far each source address got.
fn rows(record: &Record, remote: &Remote) -> Vec<Row> {
    let row = |visit: &Visit| {
        let dedicated = visit
            .source
            .is_some_and(|it| remote.dedicated.contains(&it));
        let vantage = visit
            .source
            .map_or_else(|| Vantage::at(None, "this machine"), Vantage::from);
        let again = record
            .second_looks
            .iter()
            .find(|it| it.source == visit.source);
        Row {
            again: again.map(matrix::steps),
            ..Row::of(visit, vantage, dedicated)
        }
    };
    record.visits.iter().map(row).collect()
}

fn is_about_a_probe(code: &str) -> bool {
    code.starts_with("probe.")
}

/// One finding for each code: those of several source addresses become one.
fn merged(record: &Record, remote: &Remote, catalogue: &Catalogue) -> Vec<Diagnosed> {
    let mut by_code: BTreeMap<String, Diagnosed> = BTreeMap::new();
    for run in record.runs() {
        let probe = &run.plugin.description.name;
        let own = about_the_probe(run);
        for finding in run.outcome.findings.iter().chain(&own) {
            // Findings of undeclared codes were refused when the probe ended.
            let Some(code) = catalogue.code(&finding.code) else {
                continue;
            };
            let eased = code.eased_by_certificate_check
                && remote.certificate_check == CertificateCheck::Off;
            let entry = by_code
                .entry(finding.code.clone())
                .or_insert_with(|| Diagnosed {
                    finding: Finding {
                        evidence: Vec::new(),
                        ..finding.clone()
                    },
                    severity: if eased {
                        code.severity.max(Severity::Warning)
                    } else {
                        code.severity
                    },
                    owner: finding.owner.unwrap_or(code.owner),
                    title: code.title.clone(),
                    probe: probe.clone(),
                    sources: Vec::new(),
                    caused_by: None,
                });
            for evidence in &finding.evidence {
                if !entry.finding.evidence.contains(evidence) {
                    entry.finding.evidence.push(evidence.clone());
                }
            }
            let source = run.source.map(Vantage::from);
            if let Some(source) = source.filter(|source| !entry.sources.contains(source)) {
                entry.sources.push(source);
            }
        }
    }
    by_code.into_values().collect()
}

/// Adds a finding, to that of the same code where there is one.
fn join(findings: &mut Vec<Diagnosed>, new: Diagnosed) {
    match findings
        .iter_mut()
        .find(|it| it.finding.code == new.finding.code)
    {
        None => findings.push(new),
        Some(known) => {
            known.finding.evidence.extend(new.finding.evidence);
            let unknown = new
                .sources
                .into_iter()
                .filter(|it| !known.sources.contains(it));
            let unknown: Vec<Vantage> = unknown.collect();
            known.sources.extend(unknown);
        }
    }
}

/// What the engine says of a probe it had to stop.
fn about_the_probe(run: &ProbeRun) -> Option<Finding> {
    let (code, why) = match &run.status {
        Status::Crashed(why) => ("probe.crashed", why),
        Status::TimedOut(why) => ("probe.timed-out", why),
        Status::Denied(why) => ("probe.denied", why),
        Status::Ok | Status::Skipped(_) | Status::Deeper(_) | Status::Cut => return None,
    };
    let description = &run.plugin.description;
    Some(Finding {
        code: code.into(),
        detail: format!(
            "The probe `{}` was stopped, and what it would have found is not known.",
            description.name
        ),
        evidence: vec![
            evidence("probe", &description.name),
            evidence("version", &description.version),
            evidence("reason", why),
        ],
        owner: None,
        confidence: Confidence::Certain,
        alternatives: Vec::new(),
        patch: None,
    })
}

fn evidence(label: &str, value: &str) -> Evidence {
    Evidence {
        label: label.into(),
        value: value.into(),
    }
}

fn root_causes(findings: &[Diagnosed]) -> Vec<String> {
    let of = |severity: Severity| -> Vec<String> {
        findings
            .iter()
            .filter(|it| it.severity == severity && it.caused_by.is_none())
            .map(|it| it.finding.code.clone())
            .collect()
    };
    let errors = of(Severity::Error);
    if errors.is_empty() {
        of(Severity::Warning)
    } else {
        errors
    }
}
