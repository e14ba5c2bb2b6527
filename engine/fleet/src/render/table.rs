//! A summary as CSV (RFC 4180): a row for each remote, for programs that calculate with tables.

use super::sections::verdict;
use crate::Summary;
use crate::summary::Entry;

const COLUMNS: [&str; 9] = [
    "name",
    "place",
    "verdict",
    "root_causes",
    "owners",
    "product",
    "certificate_until",
    "duration_ms",
    "summary",
];

/// Renders the remotes of a summary as CSV.
pub fn csv(summary: &Summary) -> String {
    let header = COLUMNS.map(String::from);
    let rows = summary.remotes.iter().map(row);
    let rows = std::iter::once(header).chain(rows);
    rows.map(|row| row.map(quoted).join(",") + "\r\n").collect()
}

/// Each cell is in quotation marks, so that it may have anything in it.
fn quoted(cell: String) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

fn row(entry: &Entry) -> [String; 9] {
    let codes: Vec<&str> = entry
        .root_causes
        .iter()
        .map(|it| it.code.as_str())
        .collect();
    let mut owners: Vec<&str> = entry
        .root_causes
        .iter()
        .map(|it| it.owner.as_ref())
        .collect();
    owners.dedup();
    [
        entry.name.clone(),
        entry.place.clone(),
        verdict(entry.verdict),
        codes.join(" "),
        owners.join(" "),
        entry.product.clone().unwrap_or_default(),
        entry.certificate_until.clone().unwrap_or_default(),
        entry
            .duration_ms
            .map(|it| it.to_string())
            .unwrap_or_default(),
        entry.summary.clone(),
    ]
    .map(no_formula)
}

/// A program that calculates with tables runs a cell that begins like a formula.
fn no_formula(cell: String) -> String {
    match cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{cell}"),
        false => cell,
    }
}
