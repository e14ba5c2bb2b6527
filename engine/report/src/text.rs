//! The report for people at a terminal: the verdict first, root causes before everything else, what is well in a line.

use std::fmt::Write;

use super::style::{BAD, BOLD, DIM, GOOD, UNKNOWN, WARN, hanging, styled, unmistakable};
use super::{
    Connections, ProbeStatus, Remedy, Report, ReportFinding, Shown, changes, outline, table,
};
use model::cleaner;
use model::finding::{Confidence, Severity};
use model::verdict::Verdict;

/// Beside a finding's mark, in the same column for all.
const INDENT: &str = "      ";
/// As much evidence as is read; the rest is in the JSON.
const EVIDENCE_SHOWN: usize = 6;
/// What a piece of evidence is, in characters: beside it there has to be room.
const LABEL: usize = 40;

/// Renders a report in at most 80 columns, with styles.
pub fn render(report: &Shown) -> String {
    let mut out = String::new();
    head(&mut out, report);
    left_behind(&mut out, report);
    for finding in outline::causes(report) {
        root_cause(&mut out, &report.findings, finding);
    }
    together(&mut out, report);
    table::render(&mut out, &report.matrix);
    not_tested(&mut out, report);
    for finding in outline::notes(report) {
        note(&mut out, finding);
    }
    well(&mut out, report);
    foot(&mut out, report);
    if let Some(sheet) = &report.allow_list {
        out.push('\n');
        out.push_str(&crate::allow_list::render(sheet));
    }
    out
}

/// A line above one report of several.
pub fn heading(title: &str) -> String {
    let rule = "=".repeat(80 - 1 - title.chars().count().min(78));
    format!("\n{}\n", styled(BOLD, &format!("{title} {rule}")))
}

fn head(out: &mut String, report: &Report) {
    let remote = &report.remote;
    let sources: Vec<String> = remote.sources.iter().map(ToString::to_string).collect();
    // More than two are in the table.
    let from = match sources.len() {
        _ if !report.merged_from.is_empty() => {
            format!("  {} reports as one", report.merged_from.len())
        }
        0 => String::new(),
        1 | 2 => format!("  from {}", sources.join(", ")),
        n => format!("  from {n} addresses"),
    };
    let _ = writeln!(
        out,
        "{}  {}{from}",
        styled(BOLD, &unmistakable(&remote.place())),
        remote.ssl
    );
    for origin in &report.merged_from {
        let when = origin.started.strftime("%Y-%m-%d %H:%M UTC");
        let place = unmistakable(&origin.place);
        let told = format!("{place}  {when}  {}", mark_of(origin.verdict).1);
        line(out, "", &told);
    }
    if let Some(since) = &report.changes {
        changes::text(out, since);
    }
    let (style, verdict) = mark_of(report.verdict);
    let plain = hanging(&format!("{verdict}  "), &report.summary);
    let _ = writeln!(
        out,
        "{}",
        plain.replacen(verdict, &styled(style, verdict), 1)
    );
    if let Some(redaction) = &report.redaction {
        let told = hanging("", &redaction.to_string());
        let _ = writeln!(out, "{}", styled(DIM, &told));
    }
}

pub(super) fn mark_of(verdict: Verdict) -> (anstyle::Style, &'static str) {
    match verdict {
        Verdict::Healthy => (GOOD, "HEALTHY"),
        Verdict::Degraded => (WARN, "DEGRADED"),
        Verdict::Failing => (BAD, "FAILING"),
        Verdict::Incomplete => (UNKNOWN, "INCOMPLETE"),
    }
}

/// Before everything else: somebody has to remove it by hand.
fn left_behind(out: &mut String, report: &Report) {
    if report.left_behind.is_empty() {
        return;
    }
    let text = "This check made the following on the remote and could not remove it:";
    let _ = writeln!(
        out,
        "\n{}{}",
        styled(BAD, "LEFT"),
        &hanging(INDENT, text)[4..]
    );
    for left in &report.left_behind {
        line(out, "", &unmistakable(&left.to_string()));
    }
}

pub fn root_cause(out: &mut String, all: &[ReportFinding], finding: &ReportFinding) {
    let _ = writeln!(
        out,
        "\n{}  {}  {}",
        mark(finding.severity),
        styled(BOLD, &finding.code),
        styled(DIM, finding.owner.as_ref())
    );
    let from =
        outline::only_from(finding).map_or_else(String::new, |from| format!(" (from {from})"));
    line(out, "", &unmistakable(&format!("{}{from}", finding.title)));
    for paragraph in finding.detail.lines() {
        line(out, "", &unmistakable(paragraph));
    }
    evidence(out, finding);
    if finding.confidence == Confidence::Likely {
        for other in &finding.alternatives {
            line(
                out,
                "or     ",
                &format!("{}, if {}", other.code, other.deciding_test),
            );
        }
    }
    let mut label = "do     ";
    if let Some(guess) = outline::guess(&finding.remedy) {
        line(out, label, &guess);
        label = "       ";
    }
    for (number, step) in (1..).zip(&finding.remedy.steps) {
        line(out, label, &format!("{number}. {step}"));
        label = "       ";
    }
    directives(out, &finding.remedy);
    if let Some(patch) = &finding.settings_patch {
        line(out, "set    ", &patch_text(patch));
    }
    let consequences: Vec<&str> = outline::consequences(all, finding)
        .map(|other| other.code.as_str())
        .collect();
    if !consequences.is_empty() {
        line(out, "so     ", &consequences.join(", "));
    }
    line(
        out,
        "more   ",
        &format!("remote-doctor explain {}", finding.code),
    );
}

/// Lines that are to be typed stay as they are, however long.
fn directives(out: &mut String, remedy: &Remedy) {
    let (shown, others) = outline::typed_in_short(remedy);
    let mut label = "type   ";
    for typed in &shown {
        for directive in &typed.directives {
            let place = format!("{}, {}:", directive.product, directive.kind.word());
            line(out, label, &place);
            label = "       ";
            for literal in directive.text.lines() {
                let _ = writeln!(out, "{INDENT}{label}  {literal}");
            }
        }
        if let Some(remark) = typed.remark() {
            line(out, label, &format!("({remark})"));
        }
    }
    if !others.is_empty() {
        let where_else = "in every other format of this report";
        line(
            out,
            label,
            &format!("for {}: {where_else}", others.join(", ")),
        );
    }
}

fn mark(severity: Severity) -> String {
    match severity {
        Severity::Error => styled(BAD, "FAIL"),
        Severity::Warning => styled(WARN, "WARN"),
        Severity::Info => styled(UNKNOWN, "note"),
    }
}

fn evidence(out: &mut String, finding: &ReportFinding) {
    let shown = &finding.evidence[..finding.evidence.len().min(EVIDENCE_SHOWN)];
    let labels: Vec<String> = shown
        .iter()
        .map(|it| cleaner::line(&unmistakable(&it.label), LABEL))
        .collect();
    let width = labels.iter().map(|it| it.chars().count()).max();
    let width = width.unwrap_or_default();
    for (it, label) in shown.iter().zip(labels) {
        line(
            out,
            &format!("{label:width$}  "),
            &it.value.replace('\n', " / "),
        );
    }
    let hidden = finding.evidence.len() - shown.len();
    if hidden > 0 {
        line(out, "", &format!("({hidden} more in the JSON report)"));
    }
}

fn patch_text(patch: &serde_json::Map<String, serde_json::Value>) -> String {
    let changes: Vec<String> = outline::changes(patch)
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    format!("{} ({})", changes.join(", "), outline::effect(patch))
}

/// What several changes do together; one alone has said so itself.
fn together(out: &mut String, report: &Report) {
    let Some(patch) = outline::together(report) else {
        return;
    };
    let changes: Vec<String> = outline::changes(patch)
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    let text = format!(
        "{}: with all of this together the remote works ({})",
        changes.join(", "),
        outline::tried_together(patch)
    );
    let _ = writeln!(
        out,
        "\n{}{}",
        styled(GOOD, "set "),
        &hanging(INDENT, &text)[4..]
    );
}

/// Worth knowing, and no reason to act: one line.
fn note(out: &mut String, finding: &ReportFinding) {
    let text = hanging(INDENT, &format!("{} ({})", finding.title, finding.code));
    let _ = writeln!(out, "\n{}{}", styled(UNKNOWN, "note"), &text[4..]);
}

/// What was not tested, the checks with one reason together that were left out from the same addresses.
fn not_tested(out: &mut String, report: &Report) {
    for (index, group) in outline::not_tested(report).iter().enumerate() {
        let mark = if index == 0 {
            format!("\n{}", styled(UNKNOWN, "????"))
        } else {
            "    ".into()
        };
        let from = group
            .from()
            .map_or_else(String::new, |from| format!(" from {from}"));
        let text = hanging(
            INDENT,
            &format!("not tested{from}: {}", group.checks.join("; ")),
        );
        let _ = writeln!(out, "{mark}{}", &text[4..]);
        line(out, "because ", group.reason);
    }
}

fn well(out: &mut String, report: &Report) {
    let mut names: Vec<&str> = Vec::new();
    for probe in &report.probes {
        if !names.contains(&probe.id.as_str()) {
            names.push(&probe.id);
        }
    }
    let clear: Vec<String> = names
        .iter()
        .filter_map(|name| {
            let runs: Vec<_> = report
                .probes
                .iter()
                .filter(|probe| probe.id == *name)
                .collect();
            let count = runs
                .iter()
                .filter(|run| run.status == ProbeStatus::Ok)
                .map(|run| run.clear.len())
                .max()?;
            (count > 0).then(|| format!("{} ({count})", unmistakable(name)))
        })
        .collect();
    if !clear.is_empty() {
        let text = hanging(INDENT, &clear.join("  "));
        let _ = writeln!(out, "\n{}{}", styled(GOOD, "ok  "), &text[4..]);
    }
    translated(out, report);
    for (label, value) in outline::shown(report) {
        line(out, &format!("{label:8} "), &value);
    }
}

/// That the remote sees another address than the one we connect from; of several addresses the table says it.
fn translated(out: &mut String, report: &Report) {
    if let [row] = report.matrix.as_slice()
        && let (Some(own), Some(seen)) = (row.address, row.seen_as)
        && own != seen
    {
        let text = format!("{own}, which the server sees as {seen}");
        line(out, &format!("{:8} ", "source"), &text);
    }
}

fn foot(out: &mut String, report: &Report) {
    let seconds = std::time::Duration::from_millis(report.duration_ms).as_secs_f64();
    let Connections { control, data, .. } = report.connections;
    let _ = writeln!(
        out,
        "\n{}",
        styled(
            DIM,
            &format!(
                "{seconds:.1} s, {control} control and {data} data connections, remote-doctor {}",
                report.tool.version
            )
        )
    );
    for probe in outline::third_party(report) {
        let _ = writeln!(out, "{}", styled(DIM, &hanging("", &probe)));
    }
    if let Some(masked) = outline::masked(report) {
        let _ = writeln!(out, "{}", styled(DIM, &hanging("", &masked)));
    }
}

pub(super) fn line(out: &mut String, first: &str, text: &str) {
    let _ = writeln!(out, "{}", hanging(&format!("{INDENT}{first}"), text));
}
