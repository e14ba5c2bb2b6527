//! The matrix of source addresses and steps, for people at a terminal.

use std::fmt::Write;

use super::style::{BAD, DIM, GOOD, UNKNOWN, styled, unmistakable};
use super::text::paper::Paper;
use model::matrix::{Cell, Row, Step};

/// As wide as a cell may get; of what is longer the finding tells.
const CELL: usize = 10;
const INDENT: &str = "      ";
/// Room for the shortest names; longer ones have lines of their own.
const LEAST: usize = 10;

/// One line for each address; nothing where there is but one.
pub(super) fn render(paper: &mut Paper, rows: &[Row]) {
    if rows.len() < 2 {
        return;
    }
    let names: Vec<String> = rows.iter().map(name).collect();
    let taken = INDENT.len() + Step::ALL.len() * (CELL + 1);
    let room = paper.width().columns().saturating_sub(taken).max(LEAST);
    let width = names.iter().map(|name| name.chars().count()).max();
    let width = width.unwrap_or_default().clamp("source".len(), room);
    let mut head = format!("{:width$}", "source");
    for step in Step::ALL {
        let _ = write!(head, " {:CELL$}", step.to_string());
    }
    paper.blank();
    paper.raw(&format!("{INDENT}{}", styled(DIM, head.trim_end())));
    for (row, name) in rows.iter().zip(names) {
        // A name that leaves no room for the rest has a line of its own.
        let name = if name.chars().count() > width {
            paper.raw(&format!("{INDENT}{name}"));
            String::new()
        } else {
            name
        };
        let mut line = format!("{INDENT}{name:width$}");
        for step in Step::ALL {
            let (style, text) = cell(row.steps.get(&step));
            let fill = " ".repeat(CELL - text.chars().count());
            let _ = write!(line, " {}{fill}", styled(style, text));
        }
        paper.raw(&line);
    }
    if rows.iter().any(|row| row.dedicated) {
        paper.raw(&format!("{INDENT}{}", styled(DIM, "* dedicated")));
    }
}

fn name(row: &Row) -> String {
    let star = if row.dedicated { "*" } else { "" };
    let seen = match (row.seen_as, row.address) {
        (Some(seen), address) if address != Some(seen) => format!(" as {seen}"),
        _ => String::new(),
    };
    format!("{}{star}{seen}", unmistakable(&row.vantage.to_string()))
}

fn cell(cell: Option<&Cell>) -> (anstyle::Style, &str) {
    match cell {
        Some(Cell::Passed) => (GOOD, "ok"),
        Some(Cell::Failed { code, how }) => {
            let name = code.split('.').next_back().unwrap_or(code);
            let text = how.as_deref().unwrap_or(name);
            (
                BAD,
                if text.chars().count() > CELL {
                    "failed"
                } else {
                    text
                },
            )
        }
        Some(Cell::NotTested { .. }) | None => (UNKNOWN, "-"),
        Some(Cell::NotApplicable) => (DIM, "none"),
    }
}
