//! Pages of the project, as far as they are checked: their tables, and what they name.

use std::fs;

use crate::workspace;

/// A page, by its path from the workspace on.
///
/// # Panics
/// It cannot be read.
pub fn read(path: &str) -> String {
    fs::read_to_string(workspace().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The rows of the table whose first column has this head, in cells.
///
/// # Panics
/// The page has no such table.
pub fn table(page: &str, head: &str) -> Vec<Vec<String>> {
    let begin = format!("| {head} |");
    let mut lines = page.lines().skip_while(|line| !line.starts_with(&begin));
    assert!(lines.next().is_some(), "there is no table of `{head}`");
    let cells = |row: &str| -> Vec<String> {
        let row = row.trim().trim_matches('|');
        row.split(" | ")
            .map(|cell| cell.trim().to_owned())
            .collect()
    };
    lines
        .skip(1)
        .take_while(|row| row.starts_with('|'))
        .map(cells)
        .collect()
}

/// What a text has in backticks. Blocks of code are left out.
pub fn named(text: &str) -> Vec<&str> {
    let outside = text.split("```").step_by(2);
    outside
        .flat_map(|part| part.split('`').skip(1).step_by(2))
        .collect()
}

/// The anchors of a page: its headings, as a link names them.
pub fn anchors(page: &str) -> Vec<String> {
    let headings = page.lines().filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| -> String {
        let words = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = words
            .chars()
            .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings.map(anchor).collect()
}
