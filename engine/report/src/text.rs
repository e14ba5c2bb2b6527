//! The report for people at a terminal: who has to do what first, root causes before everything else, what is well in a line.

mod cause;
pub(crate) mod paper;
#[cfg(test)]
mod tests;

use crate::style::{BAD, BOLD, DIM, GOOD, UNKNOWN, WARN, Width, styled, unmistakable};
use crate::{
    Connections, ProbeStatus, Report, ReportFinding, Shown, advice, changes, outline, table,
};
use facts::name;
use model::finding::FactValue;
use model::verdict::Verdict;
use paper::Paper;

/// Renders a report for a width, with styles.
pub fn render(report: &Shown, width: Width) -> String {
    rendered(report, width, note)
}

/// The same, with what to do about what is only worth knowing.
pub fn in_full(report: &Shown, width: Width) -> String {
    rendered(report, width, cause::root_cause)
}

fn rendered(report: &Shown, width: Width, note: fn(&mut Paper, &Report, &ReportFinding)) -> String {
    let mut paper = Paper::new(width);
    head(&mut paper, report);
    left_behind(&mut paper, report);
    for finding in outline::causes(report) {
        cause::root_cause(&mut paper, report, finding);
    }
    together(&mut paper, report);
    table::render(&mut paper, &report.matrix);
    not_tested(&mut paper, report);
    for finding in outline::notes(report) {
        note(&mut paper, report, finding);
    }
    well(&mut paper, report);
    foot(&mut paper, report);
    let mut out = paper.text();
    if let Some(sheet) = &report.allow_list {
        out.push('\n');
        out.push_str(&crate::allow_list::render(sheet));
    }
    out
}

/// A line above one report of several.
pub fn heading(title: &str, width: Width) -> String {
    let room = width.columns() - 2;
    let rule = "=".repeat(room + 1 - title.chars().count().min(room));
    format!("\n{}\n", styled(BOLD, &format!("{title} {rule}")))
}

/// One finding that nothing else is around.
pub fn root_cause(finding: &ReportFinding) -> String {
    let mut paper = Paper::new(Width::USUAL);
    cause::alone(&mut paper, finding);
    paper.text()
}

fn head(paper: &mut Paper, report: &Report) {
    let remote = &report.remote;
    let mut told = vec![remote.ssl.to_string()];
    told.extend(
        remote
            .user
            .as_ref()
            .map(|user| format!("as {}", ftp::named(user))),
    );
    told.extend(
        remote
            .connect_to
            .map(|address| format!("at {address} (--connect-to)")),
    );
    told.extend(from(report));
    let place = unmistakable(&remote.place());
    let filled = paper
        .width()
        .hanging("", &format!("{place}  {}", told.join("  ")));
    paper.raw(&filled.replacen(&place, &styled(BOLD, &place), 1));
    for origin in &report.merged_from {
        let when = origin.started.strftime("%Y-%m-%d %H:%M UTC");
        let place = unmistakable(&origin.place);
        paper.line(
            "",
            &format!("{place}  {when}  {}", mark_of(origin.verdict).1),
        );
    }
    if let Some(since) = &report.changes {
        changes::text(paper, since);
    }
    paper.raw(&verdict(report, paper.width()));
    if let Some(redaction) = &report.redaction {
        paper.aside(DIM, &redaction.to_string());
    }
}

/// The addresses that the connections left from; more than two are in the table.
fn from(report: &Report) -> Option<String> {
    if !report.merged_from.is_empty() {
        return Some(format!("{} reports as one", report.merged_from.len()));
    }
    let sources: Vec<String> = match report.remote.sources.as_slice() {
        [] => match report.facts.get(name::SOURCE_ADDRESS) {
            Some(FactValue::Text(address)) => vec![ftp::named(address)],
            Some(_) | None => return None,
        },
        sources => sources.iter().map(ToString::to_string).collect(),
    };
    Some(match sources.len() {
        1 | 2 => format!("from {}", sources.join(", ")),
        several => format!("from {several} addresses"),
    })
}

/// The verdict in a sentence or two.
pub fn verdict(report: &Report, width: Width) -> String {
    let (style, verdict) = mark_of(report.verdict);
    let plain = width.hanging(&format!("{verdict}  "), &report.summary);
    plain.replacen(verdict, &styled(style, verdict), 1)
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
fn left_behind(paper: &mut Paper, report: &Report) {
    if report.left_behind.is_empty() {
        return;
    }
    let text = "This check made the following on the remote and could not remove it:";
    paper.blank();
    paper.marked(BAD, "LEFT", text);
    for left in &report.left_behind {
        paper.line("", &unmistakable(&left.to_string()));
    }
}

/// What several changes do together; one alone has said so itself.
fn together(paper: &mut Paper, report: &Report) {
    let Some(patch) = outline::together(report) else {
        return;
    };
    let settings = advice::settings(report, patch);
    let text = format!(
        "{}: with all of this together the remote works ({}).",
        advice::assignments(&settings),
        outline::tried_together(patch)
    );
    paper.blank();
    paper.marked(GOOD, "set", &text);
    paper.line("", advice::TO_TRY);
    paper.literal(2, &advice::options(&settings));
}

/// Worth knowing, and no reason to act: one line.
fn note(paper: &mut Paper, _report: &Report, finding: &ReportFinding) {
    paper.blank();
    paper.marked(
        UNKNOWN,
        "note",
        &format!("{} ({})", finding.title, finding.code),
    );
}

/// What was not tested, the checks with one reason together that were left out from the same addresses.
fn not_tested(paper: &mut Paper, report: &Report) {
    for (index, group) in outline::not_tested(report).iter().enumerate() {
        let from = group
            .from()
            .map_or_else(String::new, |from| format!(" from {from}"));
        let text = format!("not tested{from}: {}", group.checks.join("; "));
        if index == 0 {
            paper.blank();
            paper.marked(UNKNOWN, "SKIP", &text);
        } else {
            paper.line("", &text);
        }
        paper.line("because ", group.reason);
    }
}

fn well(paper: &mut Paper, report: &Report) {
    let mut names: Vec<String> = Vec::new();
    for probe in report
        .probes
        .iter()
        .filter(|it| it.status == ProbeStatus::Ok)
    {
        let name = unmistakable(&probe.id);
        if !probe.clear.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    paper.blank();
    if !names.is_empty() {
        let clear = match outline::clear(report) {
            1 => "1 fault was looked for and not found".into(),
            n => format!("{n} faults were looked for and not found"),
        };
        paper.marked(GOOD, "ok", &format!("{clear} ({})", names.join(", ")));
    }
    if report.verdict == Verdict::Healthy {
        let asked = report.remote.user.is_some();
        paper.line("", advice::what_health_leaves_open(asked));
    }
    translated(paper, report);
    product(paper, report);
    for (label, value) in outline::shown(report) {
        paper.line(&format!("{label:8} "), &value);
    }
}

/// That the remote sees another address than the one we connect from; of several addresses the table says it.
fn translated(paper: &mut Paper, report: &Report) {
    if let [row] = report.matrix.as_slice()
        && let (Some(own), Some(seen)) = (row.address, row.seen_as)
        && own != seen
    {
        let text = format!("{own}, which the server sees as {seen}");
        paper.line(&format!("{:8} ", "source"), &text);
    }
}

/// What the server is, and how sure that is.
fn product(paper: &mut Paper, report: &Report) {
    let text = |fact: &str| match report.facts.get(fact) {
        Some(FactValue::Text(text)) if !text.is_empty() => Some(text.as_str()),
        Some(_) | None => None,
    };
    let Some(product) = text(name::SERVER_PRODUCT) else {
        return;
    };
    let sure = match text(name::SERVER_PRODUCT_CONFIDENCE) {
        Some("certain") => "certain",
        Some(_) | None => "a guess from its replies",
    };
    paper.line(
        &format!("{:8} ", "product"),
        &format!("{} ({sure})", ftp::named(product)),
    );
}

fn foot(paper: &mut Paper, report: &Report) {
    let seconds = std::time::Duration::from_millis(report.duration_ms).as_secs_f64();
    let Connections { control, data, .. } = report.connections;
    let waited = match &report.waited {
        Some(waited) => format!(
            " (at most {} s for a connection and {} s for a reply)",
            waited.connect_s, waited.reply_s
        ),
        None => String::new(),
    };
    paper.blank();
    paper.aside(
        DIM,
        &format!(
            "{seconds:.1} s{waited}, {control} control and {data} data connections, remote-doctor {}",
            report.tool.version
        ),
    );
    for probe in outline::third_party(report) {
        paper.aside(DIM, &probe);
    }
    if let Some(masked) = outline::masked(report) {
        paper.aside(DIM, &masked);
    }
}
