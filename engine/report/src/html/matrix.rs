//! How far each source address gets, as a table with a sign in each cell.

use super::super::Report;
use model::matrix::{Cell, Row, Step};

pub(super) struct Matrix {
    pub(super) steps: Vec<String>,
    pub(super) rows: Vec<Address>,
}

pub(super) struct Address {
    pub(super) name: String,
    pub(super) remarks: Vec<String>,
    pub(super) signs: Vec<Sign>,
}

/// A step of one address: how it looks, the word for it, and more where there is more to say.
pub(super) struct Sign {
    /// Where there is no room for the head of a column.
    pub(super) step: String,
    pub(super) badge: &'static str,
    pub(super) word: String,
    pub(super) more: String,
}

impl Matrix {
    /// Nothing where there is but one address.
    pub(super) fn of(report: &Report) -> Option<Matrix> {
        (report.matrix.len() > 1).then(|| Matrix {
            steps: Step::ALL.map(|step| step.to_string()).into(),
            rows: report.matrix.iter().map(address).collect(),
        })
    }
}

fn address(row: &Row) -> Address {
    let dedicated = row.dedicated.then(|| "dedicated".to_owned());
    let seen = row.seen_as.filter(|seen| Some(*seen) != row.address);
    Address {
        name: row.vantage.to_string(),
        remarks: dedicated
            .into_iter()
            .chain(seen.map(|seen| format!("seen as {seen}")))
            .collect(),
        signs: Step::ALL
            .map(|step| sign(step, row.steps.get(&step)))
            .into(),
    }
}

fn sign(step: Step, cell: Option<&Cell>) -> Sign {
    let (badge, word, more) = match cell {
        Some(Cell::Passed) => ("good", "ok".into(), String::new()),
        Some(Cell::Failed { code, how }) => (
            "bad",
            how.clone().unwrap_or_else(|| "failed".into()),
            code.clone(),
        ),
        Some(Cell::NotTested { .. }) | None => ("unknown", "not tested".into(), String::new()),
        Some(Cell::NotApplicable) => ("none", "none".into(), String::new()),
    };
    Sign {
        step: step.to_string(),
        badge,
        word,
        more,
    }
}
