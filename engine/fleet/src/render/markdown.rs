//! A summary for documents and tickets.

use report::markdown::{cell, prose};

use super::sections::{Section, headline, sections};
use crate::Summary;

/// Renders a summary as Markdown (CommonMark, with tables as GitHub has them).
pub fn markdown(summary: &Summary) -> String {
    let (run, from) = (summary.run, prose(&summary.remotes_from));
    let mut out = format!("# Run {run} of {from}\n\n{}\n", prose(&headline(summary)));
    for section in sections(summary) {
        out.push_str(&format!("\n## {}\n\n", section.heading));
        match section.columns.len() {
            1 => list(&section, &mut out),
            _ => table(&section, &mut out),
        }
    }
    out
}

fn list(section: &Section, out: &mut String) {
    for row in &section.rows {
        out.push_str(&format!("- {}\n", prose(&row.join(" "))));
    }
}

fn table(section: &Section, out: &mut String) {
    out.push_str(&format!("| {} |\n", section.columns.join(" | ")));
    out.push_str(&format!("|{}\n", " --- |".repeat(section.columns.len())));
    for row in &section.rows {
        let cells: Vec<String> = row.iter().map(|it| cell(&prose(it))).collect();
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
}
