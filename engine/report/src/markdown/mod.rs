//! The report for tickets, as GitHub Flavored Markdown: the verdict first, then what to do about each root cause. It is short:
//! what is for looking around is in the HTML and the JSON report.

mod escape;

use std::fmt::Write;

use super::{Report, ReportFinding, Shown, changes, outline};
use crate::baseline::Changes;
use escape::{advice, code, fenced};
use model::finding::{Confidence, Severity};
use model::matrix::{Cell, Step};

pub use escape::{cell, prose};

/// Renders a report. Nothing in it can be markup, a link or a mention that a server thought up.
pub fn render(report: &Shown) -> String {
    let mut out = String::new();
    head(&mut out, report);
    matrix(&mut out, report);
    left_behind(&mut out, report);
    for (number, cause) in (1..).zip(outline::causes(report)) {
        finding(&mut out, report, number, cause);
    }
    together(&mut out, report);
    not_tested(&mut out, report);
    notes(&mut out, report);
    facts(&mut out, report);
    let seconds = std::time::Duration::from_millis(report.duration_ms).as_secs_f64();
    let _ = writeln!(
        out,
        "\n---\n\n{seconds:.1} s, {} control and {} data connections, remote-doctor {}",
        report.connections.control,
        report.connections.data,
        prose(&report.tool.version)
    );
    if let Some(masked) = outline::masked(report) {
        let _ = writeln!(out, "\n({})", prose(&masked));
    }
    out
}

fn head(out: &mut String, report: &Report) {
    let verdict = report.verdict;
    let remote = &report.remote;
    let _ = writeln!(out, "# {}: {verdict}\n", code(&remote.place()));
    if let Some(since) = &report.changes {
        what_changed(out, since);
    }
    let _ = writeln!(out, "**{}**\n", prose(&report.summary));
    let when = report.started.strftime("%Y-%m-%d %H:%M UTC");
    let from: Vec<String> = remote
        .sources
        .iter()
        .map(|it| code(&it.to_string()))
        .collect();
    let from = match from.as_slice() {
        [] => String::new(),
        sources => format!(", from {}", sources.join(", ")),
    };
    let _ = writeln!(
        out,
        "SSL setting {}, tested {when}{from}.",
        code(remote.ssl.as_ref())
    );
    if let Some(redaction) = &report.redaction {
        let _ = writeln!(out, "\n{}", prose(&redaction.to_string()));
    }
    for origin in &report.merged_from {
        let when = origin.started.strftime("%Y-%m-%d %H:%M UTC");
        let _ = writeln!(out, "\n- {}: {when}", code(&origin.place));
    }
}

/// Before the verdict: what is to be known first of a remote that once worked.
fn what_changed(out: &mut String, since: &Changes) {
    let _ = writeln!(
        out,
        "## Since {}\n\n{}",
        prose(&changes::since(since)),
        prose(&since.summary)
    );
    let rows = changes::blocks(since).into_iter().flat_map(|block| {
        let rows = block.entries.into_iter().map(move |entry| {
            let values = entry.values.iter();
            let values: Vec<String> = values
                .map(|(word, value)| match *word {
                    "" => prose(value),
                    "because" => format!("because {}", prose(value)),
                    word => format!("{word} {}", code(value)),
                })
                .collect();
            vec![
                block.heading.into(),
                prose(&entry.title),
                values.join("<br>"),
            ]
        });
        rows.collect::<Vec<_>>()
    });
    let rows: Vec<Vec<String>> = rows.collect();
    if !rows.is_empty() {
        table(out, &["", "What", "How"], rows.into_iter());
    }
    let _ = writeln!(out, "\n## Now\n");
}

fn left_behind(out: &mut String, report: &Report) {
    if report.left_behind.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "\n## Left on the remote\n\nThis check created the following and could not remove it:\n"
    );
    for left in &report.left_behind {
        let _ = writeln!(out, "- {}", code(&left.to_string()));
    }
}

fn finding(out: &mut String, report: &Report, number: usize, cause: &ReportFinding) {
    let word = match cause.severity {
        Severity::Error => "FAIL",
        Severity::Warning => "WARN",
        Severity::Info => "note",
    };
    let _ = writeln!(out, "\n## {number}. {word}: {}\n", prose(&cause.title));
    let from = outline::only_from(cause)
        .map_or_else(String::new, |from| format!(", from {}", code(&from)));
    let sure = match cause.confidence {
        Confidence::Certain => "",
        Confidence::Likely => ", likely",
    };
    let _ = writeln!(
        out,
        "{}, for {} ({}){from}{sure}",
        code(&cause.code),
        cause.owner.title(),
        cause.owner
    );
    for paragraph in cause.detail.lines().filter(|line| !line.trim().is_empty()) {
        let _ = writeln!(out, "\n{}", prose(paragraph));
    }
    if !cause.evidence.is_empty() {
        let rows = cause
            .evidence
            .iter()
            .map(|it| vec![prose(&it.label), code(&it.value)]);
        table(out, &["Evidence", "Seen"], rows);
    }
    for other in &cause.alternatives {
        let _ = writeln!(
            out,
            "\nOr {}, if {}",
            code(&other.code),
            prose(&other.deciding_test)
        );
    }
    if !cause.remedy.steps.is_empty() {
        let _ = writeln!(out, "\n**What to do**\n");
        if let Some(guess) = outline::guess(&cause.remedy) {
            let _ = writeln!(out, "{}\n", prose(&guess));
        }
        for (number, step) in (1..).zip(&cause.remedy.steps) {
            let _ = writeln!(out, "{number}. {}", advice(step));
        }
    }
    let (shown, others) = outline::typed_in_short(&cause.remedy);
    for typed in shown {
        for directive in &typed.directives {
            let _ = writeln!(
                out,
                "\n**{}, {}**\n\n{}",
                prose(typed.product),
                directive.kind.word(),
                fenced(&directive.text)
            );
        }
        if let Some(remark) = typed.remark() {
            let _ = writeln!(out, "\n({})", prose(&remark));
        }
    }
    if !others.is_empty() {
        let _ = writeln!(
            out,
            "\nThe HTML report has the lines for {}, too.",
            prose(&others.join(", "))
        );
    }
    if let Some(patch) = &cause.settings_patch {
        let _ = writeln!(
            out,
            "\n**Settings** ({}): {}",
            outline::effect(patch),
            assignments(patch)
        );
    }
    let consequences: Vec<String> = outline::consequences(&report.findings, cause)
        .map(|it| code(&it.code))
        .collect();
    if !consequences.is_empty() {
        let _ = writeln!(out, "\nThis explains {}.", consequences.join(", "));
    }
    if !cause.remedy.message.is_empty() {
        let _ = writeln!(
            out,
            "\n**To send to {}**\n\n{}",
            cause.owner.title(),
            fenced(&cause.remedy.message)
        );
    }
}

fn assignments(patch: &serde_json::Map<String, serde_json::Value>) -> String {
    let changes: Vec<String> = outline::changes(patch)
        .map(|(name, value)| code(&format!("{name} = {value}")))
        .collect();
    changes.join(", ")
}

fn together(out: &mut String, report: &Report) {
    if let Some(patch) = outline::together(report) {
        let _ = writeln!(
            out,
            "\n## Settings that fix it all\n\n{} ({})",
            assignments(patch),
            outline::tried_together(patch)
        );
    }
}

fn not_tested(out: &mut String, report: &Report) {
    let groups = outline::not_tested(report);
    if groups.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n## Not tested");
    let rows = groups.iter().map(|group| {
        let from = group
            .from()
            .map_or_else(String::new, |from| format!(" (from {})", code(&from)));
        let checks: Vec<String> = group.checks.iter().map(|check| prose(check)).collect();
        vec![format!("{}{from}", checks.join("; ")), prose(group.reason)]
    });
    table(out, &["Check", "Because"], rows);
}

fn matrix(out: &mut String, report: &Report) {
    if report.matrix.len() < 2 {
        return;
    }
    let _ = writeln!(out, "\n## How far each source address gets");
    let steps = Step::ALL.map(|step| step.to_string());
    let mut head = vec!["Source"];
    head.extend(steps.iter().map(String::as_str));
    let rows = report.matrix.iter().map(|row| {
        let dedicated = if row.dedicated { " (dedicated)" } else { "" };
        let mut cells = vec![format!("{}{dedicated}", code(&row.vantage.to_string()))];
        cells.extend(Step::ALL.map(|step| match row.steps.get(&step) {
            Some(Cell::Passed) => "ok".into(),
            Some(Cell::Failed { code: name, how }) => {
                let how = how
                    .as_ref()
                    .map_or_else(String::new, |how| format!(": {}", prose(how)));
                format!("**failed**{how} {}", code(name))
            }
            Some(Cell::NotApplicable) => "none".into(),
            Some(Cell::NotTested { .. }) | None => "not tested".into(),
        }));
        cells
    });
    table(out, &head, rows);
}

fn notes(out: &mut String, report: &Report) {
    let notes = outline::notes(report);
    if notes.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n## Also noted\n");
    for note in notes {
        let _ = writeln!(out, "- {} ({})", prose(&note.title), code(&note.code));
    }
}

/// What a support agent asks for first.
fn facts(out: &mut String, report: &Report) {
    let clear = outline::clear(report);
    let _ = writeln!(
        out,
        "\n## Facts\n\n{clear} checks passed. The HTML and the JSON report have all facts and the dialogue."
    );
    let mut facts = outline::shown(report).peekable();
    if facts.peek().is_none() {
        return;
    }
    let rows = facts.map(|(label, value)| vec![prose(label), code(&value)]);
    table(out, &["Fact", "Value"], rows);
}

fn table(out: &mut String, head: &[&str], rows: impl Iterator<Item = Vec<String>>) {
    let _ = writeln!(
        out,
        "\n| {} |\n|{}",
        head.join(" | "),
        " --- |".repeat(head.len())
    );
    for row in rows {
        let row: Vec<String> = row.iter().map(|it| cell(it)).collect();
        let _ = writeln!(out, "| {} |", row.join(" | "));
    }
}
