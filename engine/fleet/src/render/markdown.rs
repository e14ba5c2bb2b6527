//! A summary for documents and tickets.

use super::sections::{Section, headline, sections};
use crate::Summary;

/// Renders a summary as Markdown (CommonMark, with tables as GitHub has them).
pub fn markdown(summary: &Summary) -> String {
    let (run, from) = (summary.run, escaped(&summary.remotes_from));
    let mut out = format!("# Run {run} of {from}\n\n{}\n", escaped(&headline(summary)));
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
        out.push_str(&format!("- {}\n", escaped(&row.join(" "))));
    }
}

fn table(section: &Section, out: &mut String) {
    out.push_str(&format!("| {} |\n", section.columns.join(" | ")));
    out.push_str(&format!("|{}\n", " --- |".repeat(section.columns.len())));
    for row in &section.rows {
        let cells: Vec<String> = row.iter().map(|cell| escaped(cell)).collect();
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
}

/// Any sign of ASCII stands for itself behind a backslash (CommonMark 0.31, section 2.4). Dots, commas and the like have a
/// meaning at the beginning of a line alone, where no cell stands.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        if "\\`*_{}[]<>|#~!&$@".contains(sign) {
            out.push('\\');
        }
        out.push(sign);
    }
    out
}
