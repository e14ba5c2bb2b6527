//! Which findings came and went. A code that one of the runs did not look for has done neither.

use crate::{Report, ReportFinding, ReportOmission};
use model::address::Address;

use super::{FindingChange, FindingChanges, NotCompared};

pub(super) fn differences(then: &Report, now: &Report) -> (FindingChanges, Vec<NotCompared>) {
    let mut changes = FindingChanges::default();
    let mut uncertain = Vec::new();
    for finding in about_the_remote(now) {
        if is_in(then, &finding.code) {
            changes.still.push(finding_change(finding));
        } else if looked_for(then, finding) {
            changes.new.push(finding_change(finding));
        } else {
            let why = "found now, but not looked for then";
            uncertain.push(not_compared(finding, why, omission(then, &finding.code)));
        }
    }
    for finding in about_the_remote(then) {
        if is_in(now, &finding.code) {
            continue;
        }
        if looked_for(now, finding) {
            changes.gone.push(finding_change(finding));
        } else {
            let why = "found then, but not looked for this time";
            uncertain.push(not_compared(finding, why, omission(now, &finding.code)));
        }
    }
    (changes, uncertain)
}

/// What happened to a probe of ours is no change of a remote.
fn about_the_remote(report: &Report) -> impl Iterator<Item = &ReportFinding> {
    let findings = report.findings.iter();
    findings.filter(|it| !it.code.starts_with("probe."))
}

fn is_in(report: &Report, code: &str) -> bool {
    report.findings.iter().any(|it| it.code == code)
}

/// Whether a run of a probe looked for the code and did not find it, from where the finding was made.
fn looked_for(report: &Report, finding: &ReportFinding) -> bool {
    let from_there = |source: Option<Address>| match source {
        None => true,
        Some(source) => {
            finding.sources.is_empty() || finding.sources.iter().any(|it| it.is_at(source))
        }
    };
    let mut runs = report.probes.iter();
    runs.any(|run| run.clear.contains(&finding.code) && from_there(run.source))
}

fn omission<'a>(report: &'a Report, code: &str) -> Option<&'a ReportOmission> {
    let mut omissions = report.not_tested.iter();
    omissions.find(|it| it.codes.iter().any(|other| other == code))
}

fn finding_change(finding: &ReportFinding) -> FindingChange {
    FindingChange {
        code: finding.code.clone(),
        severity: finding.severity,
        owner: finding.owner,
        title: finding.title.clone(),
        caused_by: finding.caused_by.clone(),
    }
}

fn not_compared(
    finding: &ReportFinding,
    why: &str,
    omission: Option<&ReportOmission>,
) -> NotCompared {
    let because = omission.map_or_else(String::new, |it| format!(" ({})", it.reason));
    NotCompared {
        what: finding.code.clone(),
        reason: format!("{why}{because}"),
    }
}
