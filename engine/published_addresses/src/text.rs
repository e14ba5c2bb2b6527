//! A look at published addresses for people at a terminal: what changed first, then whom it affects.

use std::fmt::Write;

use crate::look::{JudgedRemote, Look, Outcome};
use crate::remotes::Standing;
use crate::{Lists, Set};
use report::style::{BAD, BOLD, DIM, GOOD, UNKNOWN, hanging, styled, unmistakable};
use report::text::root_cause;

/// Beside a mark, in the same column for all.
const INDENT: &str = "      ";
/// As many addresses of a list as are read; the rest is in the JSON.
const ADDRESSES_SHOWN: usize = 24;

/// Renders a look in at most 80 columns, with styles.
pub fn render(look: &Look) -> String {
    let mut out = styled(BOLD, &look.source) + "\n";
    let (style, verdict) = match look.outcome {
        Outcome::FirstLook { .. } => (GOOD, "FIRST LOOK"),
        Outcome::Unchanged { .. } => (GOOD, "UNCHANGED"),
        Outcome::Changed { .. } => (BAD, "CHANGED"),
        Outcome::CouldNotLook { .. } => (UNKNOWN, "COULD NOT LOOK"),
    };
    let plain = hanging(&format!("{verdict}  "), &look.summary);
    let _ = writeln!(
        out,
        "{}",
        plain.replacen(verdict, &styled(style, verdict), 1)
    );
    for finding in &look.findings {
        root_cause(&mut out, &look.findings, finding);
    }
    remotes(&mut out, look);
    if let Some(lists) = look.outcome.lists() {
        addresses(&mut out, lists);
    }
    out
}

/// The affected ones one by one, since somebody has to write to each; the others together.
fn remotes(out: &mut String, look: &Look) {
    for remote in look.affected() {
        if let Standing::Affected { reasons } = &remote.standing {
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
    for remote in &look.remotes {
        if let Standing::NotKnown { reason } = &remote.standing {
            let text = hanging(INDENT, &format!("{}: {reason}", name(remote)));
            let _ = writeln!(out, "{mark}{}", &text[4..]);
            mark = "    ".into();
        }
    }
    let well = look
        .remotes
        .iter()
        .filter(|it| it.standing == Standing::NotAffected);
    let well: Vec<String> = well.map(name).collect();
    if !well.is_empty() {
        let how = match look.outcome {
            Outcome::Changed { .. } => "not affected",
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
    for set in [Set::Dedicated, Set::Published] {
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
