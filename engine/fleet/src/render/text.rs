//! A summary for a terminal.

use report::style::{BOLD, Width, styled};

use super::sections::{Section, headline, sections};
use crate::Summary;

/// Renders a summary as text of this width.
pub fn text(summary: &Summary, width: Width) -> String {
    let (run, from) = (summary.run, &summary.remotes_from);
    let when = summary.planned.strftime("%Y-%m-%d %H:%M UTC");
    let mut out = styled(BOLD, &format!("Run {run} of {from}, planned {when}"));
    out.push('\n');
    out.push_str(&width.wrapped("", &headline(summary)));
    out.push('\n');
    for section in sections(summary) {
        out.push('\n');
        out.push_str(&styled(BOLD, section.heading));
        out.push('\n');
        rows(&section, width, &mut out);
    }
    out
}

/// The first cell, and the others behind it; what is longer than a line goes on further in.
fn rows(section: &Section, width: Width, out: &mut String) {
    for row in &section.rows {
        let labelled = row.iter().zip(section.columns).enumerate();
        let cells = labelled.filter(|(_, (cell, _))| !cell.is_empty());
        let cells = cells.map(|(number, (cell, column))| match (number, *column) {
            (_, "remotes" | "failing" | "new" | "gone" | "before" | "now") => {
                format!("{column}: {cell}")
            }
            (_, _) => cell.clone(),
        });
        let line = cells.collect::<Vec<_>>().join(" · ");
        out.push_str(&width.hanging("  ", &line));
        out.push('\n');
    }
}
