//! From what the probes said to what is wrong: root causes in order, consequences folded under them, what was not
//! tested, and one verdict. Pure: no network, no clock.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::builtin::Catalogue;
use crate::compare;
use crate::finding::{Confidence, Evidence, Finding, Omission, OmissionCause, Owner, Severity};
use crate::relay::OutOfReach;
use crate::run::{ProbeRun, Record, Status};
use crate::settings::{CertificateCheck, Remote};

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
    pub sources: Vec<IpAddr>,
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
}

/// How a remote is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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
    /// How the remote is.
    pub verdict: Verdict,
    /// Whether something that was possible and asked for was not done.
    pub incomplete: bool,
}

/// Diagnoses a record.
pub fn diagnose(record: &Record, remote: &Remote, catalogue: &Catalogue) -> Diagnosis {
    let mut findings = merged(record, remote, catalogue);
    if let Some(blocked) = compare::blocked_sources(record, catalogue) {
        findings.retain(|it| it.finding.code != blocked.finding.code);
        findings.push(blocked);
    }
    let order = |diagnosed: &Diagnosed| {
        let place = catalogue
            .codes
            .iter()
            .position(|code| code.name == diagnosed.finding.code);
        // What happened to a probe says nothing about the remote: after everything that does.
        (
            diagnosed.severity,
            is_about_a_probe(&diagnosed.finding.code),
            stage(record, &diagnosed.probe),
            place,
        )
    };
    findings.sort_by_key(order);
    fold(&mut findings, catalogue);
    let root_causes = root_causes(&findings);
    let not_tested = not_tested(record);
    let incomplete = not_tested
        .iter()
        .any(|it| it.omission.cause == OmissionCause::CouldNotLook)
        || findings.iter().any(|it| is_about_a_probe(&it.finding.code));
    let about_remote = |severity: Severity| {
        findings
            .iter()
            .any(|it| it.severity == severity && !is_about_a_probe(&it.finding.code))
    };
    let verdict = if about_remote(Severity::Error) {
        Verdict::Failing
    } else if incomplete {
        Verdict::Incomplete
    } else if about_remote(Severity::Warning) {
        Verdict::Degraded
    } else {
        Verdict::Healthy
    };
    Diagnosis {
        findings,
        root_causes,
        not_tested,
        verdict,
        incomplete,
    }
}

fn is_about_a_probe(code: &str) -> bool {
    code.starts_with("probe.")
}

/// Probes stand in the record in the order they go on from each other: what is found earlier lies deeper.
fn stage(record: &Record, probe: &str) -> usize {
    record
        .runs
        .iter()
        .position(|run| run.plugin.description.name == probe)
        .unwrap_or(usize::MAX)
}

/// One finding for each code: those of several source addresses become one.
fn merged(record: &Record, remote: &Remote, catalogue: &Catalogue) -> Vec<Diagnosed> {
    let mut by_code: BTreeMap<String, Diagnosed> = BTreeMap::new();
    for run in &record.runs {
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
            if let Some(source) = run.source.filter(|source| !entry.sources.contains(source)) {
                entry.sources.push(source);
            }
        }
    }
    by_code.into_values().collect()
}

/// What the engine says of a probe it had to stop.
fn about_the_probe(run: &ProbeRun) -> Option<Finding> {
    let (code, why) = match &run.status {
        Status::Crashed(why) => ("probe.crashed", why),
        Status::TimedOut(why) => ("probe.timed-out", why),
        Status::Denied(why) => ("probe.denied", why),
        Status::Ok | Status::Skipped(_) | Status::Cut => return None,
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

/// Folds each finding under the first root cause that declares to explain it.
fn fold(findings: &mut Vec<Diagnosed>, catalogue: &Catalogue) {
    let names: Vec<String> = findings.iter().map(|it| it.finding.code.clone()).collect();
    let explained_by = |name: &str| {
        names.iter().find(|cause| {
            *cause != name
                && catalogue
                    .code(cause)
                    .is_some_and(|code| code.explains(name))
        })
    };
    for diagnosed in findings.iter_mut() {
        let mut cause = explained_by(&diagnosed.finding.code);
        // To the root: a cause that is itself a consequence hands over to its own. Two codes that claim to explain
        // each other are a mistake of their authors; the bound keeps it from being an endless loop.
        for _ in 0..names.len() {
            match cause.and_then(|name| explained_by(name)) {
                Some(deeper) if *deeper != diagnosed.finding.code => cause = Some(deeper),
                _ => break,
            }
        }
        diagnosed.caused_by = cause.cloned();
    }
    let (mut ordered, consequences): (Vec<_>, Vec<_>) =
        findings.drain(..).partition(|it| it.caused_by.is_none());
    for consequence in consequences {
        let after = ordered.iter().rposition(|it| {
            Some(&it.finding.code) == consequence.caused_by.as_ref()
                || it.caused_by == consequence.caused_by
        });
        ordered.insert(after.map_or(ordered.len(), |index| index + 1), consequence);
    }
    *findings = ordered;
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

/// What the probes left out, and the probes that were left out.
fn not_tested(record: &Record) -> Vec<NotTested> {
    let mut all: Vec<NotTested> = Vec::new();
    let mut add = |probe: &str, omission: Omission| {
        let entry = NotTested {
            omission,
            probe: probe.into(),
        };
        if entry.omission.cause != OmissionCause::NotApplicable && !all.contains(&entry) {
            all.push(entry);
        }
    };
    for run in &record.runs {
        let probe = &run.plugin.description;
        for omission in &run.outcome.not_tested {
            add(&probe.name, omission.clone());
        }
        if let Some((cause, reason)) = why_not_run(record, run) {
            let codes = probe.codes.iter().map(|code| code.name.clone()).collect();
            add(
                &probe.name,
                Omission {
                    check: probe.summary.clone(),
                    codes,
                    cause,
                    reason,
                },
            );
        }
    }
    all
}

/// Why a probe said nothing at all.
fn why_not_run(record: &Record, run: &ProbeRun) -> Option<(OmissionCause, String)> {
    match &run.status {
        Status::Ok => None,
        Status::Crashed(_) => Some((OmissionCause::CouldNotLook, "the probe crashed".into())),
        Status::TimedOut(_) => Some((
            OmissionCause::CouldNotLook,
            "the probe did not end in time".into(),
        )),
        Status::Denied(_) => Some((
            OmissionCause::CouldNotLook,
            "the probe was stopped for asking for what it may not do".into(),
        )),
        Status::Cut => Some((
            OmissionCause::CouldNotLook,
            "the run ended before this check".into(),
        )),
        Status::Skipped(OutOfReach::NobodyLeaves(state)) => Some((
            OmissionCause::NotAsked,
            format!("no probe of this run reaches the state `{state}`"),
        )),
        // The session ended with the probe that held it: whatever that probe found is the reason.
        Status::Skipped(OutOfReach::UsedUp { by, .. }) => {
            Some(why_not_reached(record, run, std::slice::from_ref(by)))
        }
        Status::Skipped(OutOfReach::NotReached { by, .. }) => {
            Some(why_not_reached(record, run, by))
        }
    }
}

/// A state was not reached: the reason is whatever kept the probe that would have reached it.
fn why_not_reached(record: &Record, run: &ProbeRun, by: &[String]) -> (OmissionCause, String) {
    let leavers = || {
        record.runs.iter().filter(|other| {
            other.source == run.source && by.contains(&other.plugin.description.name)
        })
    };
    for leaver in leavers() {
        let declared = &leaver.plugin.description.codes;
        let fault = leaver.outcome.findings.iter().find(|finding| {
            // A code of another probe that this one may find: its severity is not at hand, and it did not go on.
            declared
                .iter()
                .find(|code| code.name == finding.code)
                .is_none_or(|code| code.severity == Severity::Error)
        });
        if let Some(fault) = fault {
            return (
                OmissionCause::BehindFault,
                format!("{} stands in the way", fault.code),
            );
        }
        let kept = leaver
            .outcome
            .not_tested
            .iter()
            .find(|it| it.cause != OmissionCause::NotApplicable);
        if let Some(omission) = kept {
            return (omission.cause, omission.reason.clone());
        }
        if let Some(why) = why_not_run(record, leaver) {
            return why;
        }
    }
    (
        OmissionCause::CouldNotLook,
        format!("{} ended without getting so far", by.join(" and ")),
    )
}
