//! A report that is pasted into a ticket: at most 25 lines of plain text, with what somebody asks first. It says where the
//! rest is; it leaves nothing out without saying so.

use facts::name;

use super::style::hanging;
use super::{Report, ReportFinding, Shown, outline};
use model::finding::{Confidence, FactValue};

/// No ticket is longer, in lines.
pub const LINES: usize = 25;
/// Labels stand in a column of this width.
const LABEL: usize = 11;

/// What the parts of a ticket may take, in lines. Together they are no more than [`LINES`].
mod most {
    pub(super) const VERDICT: usize = 5;
    pub(super) const CAUSE: usize = 3;
    pub(super) const STEPS: usize = 6;
    pub(super) const EVIDENCE: usize = 4;
    pub(super) const OTHERS: usize = 2;
    /// Owner, source, server, time and tool have one each.
    pub(super) const LINE: usize = 1;
}

const _: () = assert!(
    most::VERDICT + most::CAUSE + most::STEPS + most::EVIDENCE + most::OTHERS + 5 * most::LINE
        <= LINES
);

/// Renders a report as a ticket.
pub fn render(report: &Shown) -> String {
    let mut lines = part("", std::slice::from_ref(&report.summary), most::VERDICT);
    let causes = outline::causes(report);
    if let Some((first, others)) = causes.split_first() {
        lines.extend(of_cause(first));
        let others: Vec<String> = others.iter().map(|it| in_short(it)).collect();
        lines.extend(part("Also:", &others, most::OTHERS));
    }
    lines.extend(part("From:", &from(report), most::LINE));
    lines.extend(part("Server:", &server(report), most::LINE));
    let when = report.started.strftime("%Y-%m-%d %H:%M:%S UTC");
    let place = report.remote.place();
    let when = format!("{when}, at {place} ({})", report.remote.ssl);
    lines.extend(part("When:", &[when], most::LINE));
    let by = format!("{} {}", report.tool.name, report.tool.version);
    lines.extend(part("By:", &[by], most::LINE));
    lines.join("\n") + "\n"
}

fn of_cause(cause: &ReportFinding) -> Vec<String> {
    let sure = match cause.confidence {
        Confidence::Certain => "certain",
        Confidence::Likely => "likely",
    };
    let told = format!("{} ({}, {sure})", cause.title, cause.code);
    let mut lines = part("Cause:", &[told, cause.detail.clone()], most::CAUSE);
    let owner = format!("{} ({})", cause.owner.title(), cause.owner);
    lines.extend(part("Who acts:", &[owner], most::LINE));
    let steps = (1..).zip(&cause.remedy.steps);
    let steps: Vec<String> = steps.map(|(n, step)| format!("{n}. {step}")).collect();
    lines.extend(part("To do:", &steps, most::STEPS));
    let seen = cause.evidence.iter();
    let seen: Vec<String> = seen
        .map(|it| format!("{}: {}", it.label, it.value.replace('\n', " / ")))
        .collect();
    lines.extend(part("Seen:", &seen, most::EVIDENCE));
    lines
}

fn in_short(cause: &ReportFinding) -> String {
    format!("{} ({}, {})", cause.title, cause.code, cause.owner)
}

/// The addresses that whoever looks into a log has to know.
fn from(report: &Report) -> Vec<String> {
    let rows = report.matrix.iter();
    let all: Vec<String> = rows
        .filter_map(|row| row.seen_as.or(row.address))
        .map(|it| it.to_string())
        .collect();
    match all.is_empty() {
        true => Vec::new(),
        false => vec![all.join(", ")],
    }
}

fn server(report: &Report) -> Vec<String> {
    let text = |fact: &str| match report.facts.get(fact) {
        Some(FactValue::Text(text)) if !text.is_empty() => Some(text.as_str()),
        Some(_) | None => None,
    };
    // An older report may have it with its advice alone.
    let advised = report.findings.iter();
    let advised = advised.filter_map(|it| it.remedy.product.as_deref()).next();
    let Some(product) = text(name::SERVER_PRODUCT).or(advised) else {
        return vec!["the product is not known".into()];
    };
    match text(name::SERVER_PRODUCT_CONFIDENCE) {
        Some("certain") => vec![format!("{product} (certain)")],
        Some(_) | None => vec![format!("{product} (a guess from its replies)")],
    }
}

/// Paragraphs behind a label, in at most so many lines. Where that is not enough, the last line says so.
fn part(label: &str, paragraphs: &[String], most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let indent = if label.is_empty() { 0 } else { LABEL };
    for paragraph in paragraphs.iter().filter(|it| !it.is_empty()) {
        let label = if lines.is_empty() { label } else { "" };
        let filled = hanging(&format!("{label:indent$}"), paragraph);
        lines.extend(filled.lines().map(|it| it.trim_end().to_owned()));
    }
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            shorten(last);
        }
    }
    lines
}

/// Makes room for a sign that something is missing, behind a whole word.
fn shorten(line: &mut String) {
    const SIGN: &str = " […]";
    let room = super::style::Width::USUAL.columns() - SIGN.chars().count();
    if line.chars().count() > room {
        let cut: String = line.chars().take(room).collect();
        let end = cut.rfind(' ').filter(|end| *end > LABEL);
        *line = end.map_or(cut.as_str(), |end| &cut[..end]).to_owned();
    }
    line.push_str(SIGN);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket(golden: &str) -> String {
        let mut report: Report = serde_json::from_str(golden).unwrap();
        for finding in &mut report.findings {
            // Longer than any that is real.
            let step = finding.remedy.steps.first().cloned();
            finding
                .remedy
                .steps
                .extend(step.into_iter().cycle().take(40));
        }
        render(&Shown::new(report, &[]).unwrap())
    }

    #[test]
    fn a_ticket_is_short_and_says_what_is_missing() {
        for golden in [
            include_str!("../../../tests/golden/two-faults.json"),
            include_str!("../../../tests/golden/sources-differ.json"),
            include_str!("../../../tests/golden/one-fault.json"),
        ] {
            let ticket = ticket(golden);
            assert!(ticket.lines().count() <= LINES, "{ticket}");
            let wide =
                |line: &&str| line.chars().count() > super::super::style::Width::USUAL.columns();
            assert_eq!(ticket.lines().find(wide), None);
            assert!(ticket.contains(" […]"), "{ticket}");
        }
    }

    #[test]
    fn a_ticket_has_what_somebody_asks_first() {
        let ticket = ticket(include_str!("../../../tests/golden/two-faults.json"));
        let words: Vec<&str> = ticket.split_whitespace().collect();
        let ticket = words.join(" ");
        for told in [
            "ftp.example.com:21 cannot be used: the certificate has expired.",
            "(cert.expired, certain)",
            "the owner of the certificate (certificate-owner)",
            "1. Renew the certificate",
            "valid until: 2026-11-19",
            "data.all-ports-blocked, firewall-admin",
            "203.0.113.7",
            "vsftpd (a guess from its replies)",
            "UTC, at ftp.example.com:21",
            "remote-doctor 0.",
        ] {
            assert!(ticket.contains(told), "{told}\n{ticket}");
        }
    }
}
