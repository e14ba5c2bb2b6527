//! What is left of the sentences and lines of a report that is for anybody: the code says what they said.

use model::dialogue::Direction;
use model::finding::OmissionCause;
use model::verdict::Verdict;

use super::text::LEFT_OUT;
use crate::{Remedy, Report};

/// In place of what was seen, which may quote the server.
const DETAIL: &str = "This report is for the public, so what was seen is left out.";

/// The report with sentences of ours where words of the other party were woven in.
pub(super) fn reduced(mut report: Report) -> Report {
    report.summary = summary(&report);
    for omission in &mut report.not_tested {
        omission.reason = reason(omission.cause).into();
    }
    for finding in &mut report.findings {
        finding.detail = DETAIL.into();
        for other in &mut finding.alternatives {
            other.deciding_test = format!("`remote-doctor explain {}` says how", other.code);
        }
        finding.remedy = Remedy {
            steps: vec![format!(
                "`remote-doctor explain {}` says what to do.",
                finding.code
            )],
            directives: Vec::new(),
            check: String::new(),
            message: format!("{}: {}.", finding.code, finding.title),
            product: finding.remedy.product.clone(),
            product_confidence: finding.remedy.product_confidence,
        };
    }
    for line in &mut report.transcript {
        line.text = match line.direction {
            Direction::Sent => command(&line.text),
            Direction::Received => reply(&line.text),
            Direction::Event => LEFT_OUT.into(),
        };
    }
    report
}

/// What holds, and the first reason.
fn summary(report: &Report) -> String {
    let place = report.remote.place();
    let cause = report.root_causes.first();
    let cause = report.findings.iter().find(|it| Some(&it.code) == cause);
    match (report.verdict, cause) {
        (Verdict::Failing, Some(cause)) => format!("{place} cannot be used: {}.", cause.title),
        (Verdict::Failing, None) => format!("{place} cannot be used."),
        (Verdict::Degraded, Some(cause)) => format!("{place} works, but {}.", cause.title),
        (Verdict::Degraded, None) => format!("{place} works, but has problems."),
        (Verdict::Healthy, _) => format!("{place} works."),
        (Verdict::Incomplete, _) => format!("Not everything at {place} could be checked."),
    }
}

fn reason(cause: OmissionCause) -> &'static str {
    match cause {
        OmissionCause::NoPermission => "it was not permitted",
        OmissionCause::NoCredentials => "there was no login",
        OmissionCause::BehindFault => "a fault stood in the way",
        OmissionCause::NotApplicable => "there was nothing to check",
        OmissionCause::NotAsked => "it was not asked for",
        OmissionCause::Represented => "another finding replaces it",
        OmissionCause::CouldNotLook => "it could not be looked at",
    }
}

/// The command alone (RFC 959 section 5.3: letters before the first blank).
fn command(line: &str) -> String {
    let (command, argument) = line.split_once(' ').unwrap_or((line, ""));
    let is_command = command.len() <= 4 && command.bytes().all(|byte| byte.is_ascii_alphabetic());
    match (is_command, argument.is_empty()) {
        (true, true) => command.to_owned(),
        (true, false) => format!("{command} {LEFT_OUT}"),
        (false, _) => LEFT_OUT.into(),
    }
}

/// The code alone (RFC 959 section 4.2: three digits).
fn reply(line: &str) -> String {
    match line.get(..3) {
        Some(code) if code.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{code} {LEFT_OUT}")
        }
        _ => LEFT_OUT.into(),
    }
}
