//! A look at published addresses for people at a terminal: what changed first, then whom it affects.

use std::fmt::Write;

use crate::address_report::{AddressReport, Comparison, JudgedRemote};
use crate::remotes::RemoteStatus;
use crate::{Lists, PublishedSet};
use report::style::{BAD, BOLD, DIM, GOOD, UNKNOWN, hanging, styled, unmistakable};
use report::text::root_cause;

/// Beside a mark, in the same column for all.
const INDENT: &str = "      ";
/// As many addresses of a list as are read; the rest is in the JSON.
const ADDRESSES_SHOWN: usize = 24;

/// Renders a look in at most 80 columns, with styles.
pub fn render(address_report: &AddressReport) -> String {
    let mut out = styled(BOLD, &address_report.source) + "\n";
    let (style, verdict) = match address_report.outcome {
        Comparison::FirstLook { .. } => (GOOD, "FIRST LOOK"),
        Comparison::Unchanged { .. } => (GOOD, "UNCHANGED"),
        Comparison::Changed { .. } => (BAD, "CHANGED"),
        Comparison::CouldNotLook { .. } => (UNKNOWN, "COULD NOT LOOK"),
    };
    let plain = hanging(&format!("{verdict}  "), &address_report.summary);
    let _ = writeln!(
        out,
        "{}",
        plain.replacen(verdict, &styled(style, verdict), 1)
    );
    for finding in &address_report.findings {
        out.push_str(&root_cause(finding));
    }
    remotes(&mut out, address_report);
    if let Some(lists) = address_report.outcome.lists() {
        addresses(&mut out, lists);
    }
    out
}

/// The affected ones one by one, since somebody has to write to each; the others together.
fn remotes(out: &mut String, address_report: &AddressReport) {
    for remote in address_report.affected() {
        if let RemoteStatus::Affected { reasons } = &remote.standing {
            let reasons: Vec<String> = reasons.iter().map(ToString::to_string).collect();
            let _ = writeln!(
                out,
                "\n{}  {}",
                styled(BAD, "tell"),
                styled(BOLD, &name(remote))
            );
            line(out, "", &unmistakable(&reasons.join("; ")));
            line(out, "", &styled(DIM, &unmistakable(&remote.file)));
        }
    }
    let mut mark = format!("\n{}", styled(UNKNOWN, "????"));
    for remote in &address_report.remotes {
        if let RemoteStatus::NotKnown { reason } = &remote.standing {
            let text = hanging(INDENT, &format!("{}: {reason}", name(remote)));
            let _ = writeln!(out, "{mark}{}", &text[4..]);
            mark = "    ".into();
        }
    }
    let well = address_report
        .remotes
        .iter()
        .filter(|it| it.standing == RemoteStatus::NotAffected);
    let well: Vec<String> = well.map(name).collect();
    if !well.is_empty() {
        let how = match address_report.outcome {
            Comparison::Changed { .. } => "not affected",
            _ => "listed",
        };
        let text = hanging(INDENT, &format!("{how}: {}", well.join(", ")));
        let _ = writeln!(out, "\n{}{}", styled(GOOD, "ok  "), &text[4..]);
    }
}

fn name(remote: &JudgedRemote) -> String {
    remote.remote.clone().unwrap_or_else(|| remote.file.clone())
}

fn addresses(out: &mut String, lists: &Lists) {
    out.push('\n');
    for set in [PublishedSet::Dedicated, PublishedSet::Published] {
        let all = lists.of(set);
        let mut shown: Vec<String> = all
            .iter()
            .take(ADDRESSES_SHOWN)
            .map(ToString::to_string)
            .collect();
        match all.len().saturating_sub(ADDRESSES_SHOWN) {
            0 if shown.is_empty() => shown.push("none".into()),
            0 => {}
            more => shown.push(format!("and {more} more in the JSON report")),
        }
        line(out, &format!("{:10} ", set.to_string()), &shown.join(", "));
    }
}

fn line(out: &mut String, first: &str, text: &str) {
    let _ = writeln!(out, "{}", hanging(&format!("{INDENT}{first}"), text));
}
