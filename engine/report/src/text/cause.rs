//! One root cause: what was seen, what to do, how to check, what else it could be, and the settings that would help.

use super::paper::Paper;
use crate::advice::{self, Act, Setting};
use crate::outline;
use crate::style::{BAD, BOLD, DIM, UNKNOWN, WARN, styled, unmistakable};
use crate::{Report, ReportFinding};
use model::cleaner;
use model::finding::{Confidence, Severity};
use model::remedy::{EXCEPTION, Kind};

/// As much evidence as is read; the rest is in the JSON.
const EVIDENCE_SHOWN: usize = 6;
/// What a piece of evidence is, in characters: beside it there has to be room.
const LABEL: usize = 40;
/// Labels stand in a column of this width.
const LABELS: usize = 7;

pub(super) fn root_cause(paper: &mut Paper, report: &Report, finding: &ReportFinding) {
    details(paper, finding);
    acts(paper, finding);
    if !finding.remedy.check.is_empty() {
        labelled(paper, "check", &finding.remedy.check);
    }
    others(paper, finding);
    if let Some(patch) = &finding.settings_patch {
        settings(
            paper,
            &advice::settings(report, patch),
            &outline::effect(patch),
        );
    }
    explained(paper, outline::consequences(&report.findings, finding));
    more(paper, finding);
}

/// A finding of which there is no report.
pub(super) fn alone(paper: &mut Paper, finding: &ReportFinding) {
    details(paper, finding);
    acts(paper, finding);
    others(paper, finding);
    more(paper, finding);
}

fn details(paper: &mut Paper, finding: &ReportFinding) {
    let sure = match finding.confidence {
        Confidence::Certain => "",
        Confidence::Likely => "  likely",
    };
    paper.blank();
    paper.raw(&format!(
        "{}  {}  {}{}",
        mark(finding.severity),
        styled(BOLD, &finding.code),
        styled(DIM, finding.owner.as_ref()),
        styled(DIM, sure)
    ));
    let from =
        outline::only_from(finding).map_or_else(String::new, |from| format!(" (from {from})"));
    paper.line("", &unmistakable(&format!("{}{from}", finding.title)));
    for paragraph in finding.detail.lines() {
        paper.line("", &unmistakable(paragraph));
    }
    evidence(paper, finding);
}

fn mark(severity: Severity) -> String {
    match severity {
        Severity::Error => styled(BAD, "FAIL"),
        Severity::Warning => styled(WARN, "WARN"),
        Severity::Info => styled(UNKNOWN, "note"),
    }
}

fn evidence(paper: &mut Paper, finding: &ReportFinding) {
    let shown = &finding.evidence[..finding.evidence.len().min(EVIDENCE_SHOWN)];
    let labels: Vec<String> = shown
        .iter()
        .map(|it| cleaner::line(&unmistakable(&it.label), LABEL))
        .collect();
    let width = labels.iter().map(|it| it.chars().count()).max();
    let width = width.unwrap_or_default();
    for (it, label) in shown.iter().zip(labels) {
        paper.line(&format!("{label:width$}  "), &it.value.replace('\n', " / "));
    }
    let hidden = finding.evidence.len() - shown.len();
    if hidden > 0 {
        paper.line("", &format!("({hidden} more in the JSON report)"));
    }
}

/// What to do, numbered; what is an exception stands last and has no number.
fn acts(paper: &mut Paper, finding: &ReportFinding) {
    let mut label = "do";
    if let Some(guess) = outline::guess(&finding.remedy) {
        labelled(paper, label, &guess);
        label = "";
    }
    let mut number = 0;
    let mut numbered = || {
        number += 1;
        number
    };
    for act in advice::acts(&finding.remedy) {
        match act {
            Act::Step(step) => labelled(paper, label, &format!("{}. {step}", numbered())),
            Act::Note(note) => labelled(paper, label, note),
            Act::Exception(step) => {
                let step = step.strip_prefix(EXCEPTION).unwrap_or(step);
                let step = step.trim_start_matches([',', ' ']);
                labelled(paper, label, &format!("Exception: {step}"));
            }
            Act::Typed(typed) => {
                for directive in &typed.directives {
                    let place = match directive.kind {
                        Kind::Configuration => "in its configuration",
                        Kind::Command => "in a shell",
                    };
                    let details = format!("{}. {}, {place}:", numbered(), directive.product);
                    labelled(paper, label, &details);
                    for line in directive.text.lines() {
                        paper.literal(LABELS + 5, line);
                    }
                    label = "";
                }
                if let Some(remark) = typed.remark() {
                    labelled(paper, "", &format!("   ({remark})"));
                }
            }
            Act::Elsewhere(firewalls) => {
                let details = format!("For {}: see the page named below.", firewalls.join(", "));
                labelled(paper, label, &details);
            }
        }
        label = "";
    }
}

/// What else it could be, each with the test that decides.
fn others(paper: &mut Paper, finding: &ReportFinding) {
    if finding.confidence == Confidence::Certain {
        return;
    }
    for other in &finding.alternatives {
        labelled(paper, "or", &advice::otherwise(other));
    }
}

fn settings(paper: &mut Paper, settings: &[Setting], effect: &str) {
    let details = format!(
        "{} in remote.toml ({effect}).",
        advice::assignments(settings)
    );
    labelled(paper, "set", &details);
    labelled(paper, "", advice::TO_TRY);
    paper.literal(LABELS + 2, &advice::options(settings));
}

fn explained<'a>(paper: &mut Paper, others: impl Iterator<Item = &'a ReportFinding>) {
    let codes: Vec<&str> = others.map(|it| it.code.as_str()).collect();
    if !codes.is_empty() {
        labelled(paper, "also", &format!("explains {}", codes.join(", ")));
    }
}

fn more(paper: &mut Paper, finding: &ReportFinding) {
    labelled(
        paper,
        "more",
        &format!("remote-doctor explain {}", finding.code),
    );
}

fn labelled(paper: &mut Paper, label: &str, text: &str) {
    paper.line(&format!("{label:LABELS$}"), text);
}
