//! The report for CI: a suite for each run of a probe, a case for each code it looks for. Servers of CI read names and
//! bodies and little else, so everything is told there.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, TestCase, TestCaseStatus, TestSuite};

use super::{
    ProbeStatus, Report, ReportFinding, ReportOmission, ReportProbe, Shown, changes, outline,
};
use crate::baseline::Changes;
use model::finding::Severity;
use model::matrix::VantagePoint;

/// Renders a report as JUnit XML. What is found and at least as bad as `failing` is a failure; what is less bad passes,
/// with what was found as its output.
pub fn render(report: &Shown, failing: Option<Severity>) -> String {
    let place = report.remote.place();
    let mut all = quick_junit::Report::new(format!("remote-doctor {place}"));
    all.set_time(Duration::from_millis(report.duration_ms));
    all.add_test_suites(report.changes.iter().map(|it| changed(report, it)));
    for probe in &report.probes {
        all.add_test_suite(suite(report, probe, failing));
    }
    for probe in unseen(report) {
        all.add_test_suite(without_run(report, probe, failing));
    }
    all.to_string()
        .expect("text in memory can always be written to")
}

/// A remote that is not as it was need not be broken: what differs is told as output, and fails nothing.
fn changed(report: &Report, since: &Changes) -> TestSuite {
    let mut suite = named(report, &format!("changes since {}", changes::since(since)));
    suite.set_system_out(&since.summary);
    for block in changes::blocks(since) {
        for entry in block.entries {
            let status = match block.heading {
                "Not compared" => TestCaseStatus::skipped(),
                _ => TestCaseStatus::success(),
            };
            let name = format!("{}: {}", block.heading, entry.title);
            let mut told = case("changes", &name, status);
            let values = entry.values.iter();
            let values: Vec<String> = values
                .map(|(word, it)| format!("{word} {it}").trim().into())
                .collect();
            told.set_system_out(values.join("\n"));
            suite.add_test_case(told);
        }
    }
    suite
}

fn suite(report: &Report, probe: &ReportProbe, failing: Option<Severity>) -> TestSuite {
    let name = match probe.source {
        Some(source) => format!("{} from {source}", probe.id),
        None => probe.id.clone(),
    };
    let mut suite = named(report, &name);
    suite.set_time(Duration::from_millis(probe.duration_ms));
    suite.add_test_case(ended(probe));
    let here = |sources: &[VantagePoint]| outline::concern(sources, probe);
    let found: Vec<&ReportFinding> = report
        .findings
        .iter()
        .filter(|it| it.probe == probe.id && here(&it.sources))
        .collect();
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for finding in found {
        told.insert(&finding.code);
        suite.add_test_case(found_case(finding, failing));
    }
    for code in &probe.clear {
        if told.insert(code) {
            suite.add_test_case(case(&probe.id, code, TestCaseStatus::success()));
        }
    }
    let omissions = report
        .not_tested
        .iter()
        .filter(|it| it.probe == probe.id && here(&it.sources));
    skipped(&mut suite, omissions, &mut told);
    suite
}

/// What no run of a probe stands for: findings of the comparison of addresses, and probes that never ran.
fn unseen(report: &Report) -> BTreeSet<&str> {
    let found = report.findings.iter().map(|it| it.probe.as_str());
    let left_out = report.not_tested.iter().map(|it| it.probe.as_str());
    let ran = |name: &&str| report.probes.iter().any(|probe| probe.id == **name);
    found.chain(left_out).filter(|name| !ran(name)).collect()
}

fn without_run(report: &Report, probe: &str, failing: Option<Severity>) -> TestSuite {
    let mut suite = named(report, probe);
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for finding in report.findings.iter().filter(|it| it.probe == probe) {
        told.insert(&finding.code);
        suite.add_test_case(found_case(finding, failing));
    }
    let omissions = report.not_tested.iter().filter(|it| it.probe == probe);
    skipped(&mut suite, omissions, &mut told);
    suite
}

fn named(report: &Report, name: &str) -> TestSuite {
    let mut suite = TestSuite::new(format!("{}: {name}", report.remote.place()));
    suite.add_property(Property::new("started", report.started.to_string()));
    if let Some(redaction) = &report.redaction {
        suite.add_property(Property::new("redaction", redaction.to_string()));
    }
    suite
}

/// What was not tested, a case for each code; one for the check where it names none.
fn skipped<'a>(
    suite: &mut TestSuite,
    omissions: impl Iterator<Item = &'a ReportOmission>,
    told: &mut BTreeSet<&'a str>,
) {
    for omission in omissions {
        let whole = [omission.check.clone()];
        let names = match omission.codes.is_empty() {
            true => &whole[..],
            false => &omission.codes[..],
        };
        for name in names {
            if told.contains(name.as_str()) {
                continue;
            }
            let mut status = TestCaseStatus::skipped();
            status.set_message(format!("not tested: {}", omission.reason));
            suite.add_test_case(case(&omission.probe, name, status));
        }
        told.extend(omission.codes.iter().map(String::as_str));
    }
}

/// A probe that broke down says nothing about the remote: an error, no failure.
fn ended(probe: &ReportProbe) -> TestCase {
    let broken = |how: &str| {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_type("probe").set_message(how);
        status
    };
    let status = match probe.status {
        ProbeStatus::Crashed => broken("the probe crashed or was stopped"),
        ProbeStatus::TimedOut => broken("the probe did not end in time"),
        ProbeStatus::Skipped => TestCaseStatus::skipped(),
        ProbeStatus::Ok => TestCaseStatus::success(),
    };
    case(&probe.id, "the probe runs to its end", status)
}

/// Its name is the code alone, as where it is not found: servers of CI follow a test by its name from run to run.
fn found_case(finding: &ReportFinding, failing: Option<Severity>) -> TestCase {
    let fails = failing.is_some_and(|failing| finding.severity <= failing);
    if fails {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status
            .set_type(finding.code.clone())
            .set_message(finding.title.clone())
            .set_description(body(finding));
        return case(&finding.probe, &finding.code, status);
    }
    let mut passed = case(&finding.probe, &finding.code, TestCaseStatus::success());
    passed.set_system_out(format!("{}\n{}", finding.title, body(finding)));
    passed
}

fn case(probe: &str, name: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(name, status);
    case.set_classname(probe);
    case
}

fn body(finding: &ReportFinding) -> String {
    let mut out = String::new();
    let word = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    };
    let _ = writeln!(out, "{word}, for {}", finding.owner.title());
    if let Some(cause) = &finding.caused_by {
        let _ = writeln!(out, "This follows from {cause}.");
    }
    if !finding.detail.is_empty() {
        let _ = writeln!(out, "{}", finding.detail);
    }
    for evidence in &finding.evidence {
        let value = evidence.value.replace('\n', " / ");
        let _ = writeln!(out, "{}: {value}", evidence.label);
    }
    if let Some(guess) = outline::guess(&finding.remedy) {
        let _ = writeln!(out, "{guess}");
    }
    for (number, step) in (1..).zip(&finding.remedy.steps) {
        let _ = writeln!(out, "{number}. {step}");
    }
    for typed in outline::typed(&finding.remedy) {
        for directive in &typed.directives {
            let kind = directive.kind.word();
            let _ = writeln!(out, "{}, {kind}:\n{}", typed.product, directive.text);
        }
        if let Some(remark) = typed.remark() {
            let _ = writeln!(out, "({remark})");
        }
    }
    out
}
