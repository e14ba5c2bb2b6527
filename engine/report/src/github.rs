//! The report as annotations of GitHub Actions: one workflow command a line, which the page of a run shows above its log.
//!
//! Data are escaped as the runner reads them: `%`, CR and LF everywhere, `:` and `,` in properties, too. So no text of a
//! stranger ends its line and begins another command.
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>

use std::fmt::Write;

use super::{Report, ReportFinding, Shown, outline};
use model::finding::{Confidence, Severity};
use model::verdict::Verdict;

/// Renders a report: a line for each remark on all of it, each root cause, each note and each reason why something was not tested; for a healthy
/// remote one that says so. `settings_file` is the file that GitHub shows them at.
pub fn render(report: &Shown, settings_file: Option<&str>) -> String {
    let place = report.remote.place();
    let mut out = String::new();
    let mut annotate = |command: &str, title: &str, message: &str| {
        let file = settings_file.map(|file| format!("file={},line=1,", property(file)));
        let title = property(&format!("{place}: {title}"));
        let _ = writeln!(
            out,
            "::{command} {}title={title}::{}",
            file.unwrap_or_default(),
            data(message)
        );
    };
    for remark in outline::remarks(report) {
        annotate("notice", "this report", &remark);
    }
    for cause in outline::causes(report) {
        annotate(
            command(cause.severity),
            &cause.code,
            &message_text(report, cause),
        );
    }
    for note in outline::notes(report) {
        annotate(command(note.severity), &note.code, &note.title);
    }
    for group in outline::not_tested(report) {
        let message = format!("{}: because {}", group.checks.join("; "), group.reason);
        annotate("notice", "not tested", &message);
    }
    match report.verdict {
        Verdict::Healthy => annotate("notice", "healthy", &report.summary),
        Verdict::Incomplete => annotate("warning", "incomplete", &report.summary),
        Verdict::Degraded | Verdict::Failing => {}
    }
    out
}

fn command(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    }
}

/// What, who and what to do: an annotation is all that somebody sees who does not open the log.
fn message_text(report: &Report, cause: &ReportFinding) -> String {
    let sure = match cause.confidence {
        Confidence::Certain => "",
        Confidence::Likely => " (likely, not certain)",
    };
    let mut out = format!("{}{sure}\n{}\n", cause.title, cause.detail);
    out.push_str(&outline::what_to_do(report, cause));
    out.trim_end().to_owned()
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
