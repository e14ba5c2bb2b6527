//! A summary for CI: a test case for each remote.

use std::time::Duration;

use model::verdict::Verdict;
use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::sections::headline;
use crate::Summary;
use crate::summary::Entry;

/// Renders a summary as JUnit XML. A failing remote is a failure; one that was not tested, or not in full, is skipped, so that
/// it does not look like health.
pub fn junit(summary: &Summary) -> String {
    let mut all = quick_junit::Report::new(format!("remote-doctor fleet run {}", summary.run));
    let mut suite = TestSuite::new(summary.remotes_from.clone());
    suite.set_system_out(headline(summary));
    suite.add_test_cases(summary.remotes.iter().map(case));
    all.add_test_suite(suite);
    all.to_string()
        .expect("text in memory can always be written to")
}

fn case(entry: &Entry) -> TestCase {
    let status = match entry.verdict {
        Some(Verdict::Healthy | Verdict::Degraded) => TestCaseStatus::success(),
        Some(Verdict::Failing) => {
            let mut failure = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let codes: Vec<&str> = entry
                .root_causes
                .iter()
                .map(|it| it.code.as_str())
                .collect();
            failure
                .set_type(codes.join(" "))
                .set_message(entry.summary.clone())
                .set_description(told(entry));
            failure
        }
        Some(Verdict::Incomplete) | None => {
            let mut skipped = TestCaseStatus::skipped();
            skipped.set_message(entry.summary.clone());
            skipped
        }
    };
    let mut case = TestCase::new(entry.name.clone(), status);
    case.set_classname("fleet");
    if let Some(millis) = entry.duration_ms {
        case.set_time(Duration::from_millis(millis));
    }
    case.set_system_out(told(entry));
    case
}

fn told(entry: &Entry) -> String {
    let causes = entry.root_causes.iter();
    let causes = causes.map(|it| format!("{}: {} ({})", it.code, it.title, it.owner.title()));
    let mut lines = vec![format!("{}: {}", entry.place, entry.summary)];
    lines.extend(causes);
    lines.join("\n")
}
