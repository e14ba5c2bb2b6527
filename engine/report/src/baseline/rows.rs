//! How far each source address gets, then and now.

use crate::Report;
use facts::name;
use model::matrix::{Cell, Row, Step};

use super::{Change, Seen};

const ANY: &[&str] = &[
    "host",
    "port",
    "ssl",
    name::SOURCE_ADDRESS,
    name::SOURCE_SEEN_AS,
];
const ACCOUNT: &[&str] = &[
    "host",
    "port",
    "ssl",
    "user",
    name::SOURCE_ADDRESS,
    name::SOURCE_SEEN_AS,
];
const FOLDER: &[&str] = &[
    "host",
    "port",
    "ssl",
    "user",
    "remote_path",
    name::SOURCE_ADDRESS,
    name::SOURCE_SEEN_AS,
];

/// Of each source address that both looked from, the first step that ended otherwise.
pub(super) fn differences(then: &Report, now: &Report, seen: &mut Seen) {
    let several = now.matrix.len() > 1;
    for row in &now.matrix {
        let Some(before) = then.matrix.iter().find(|it| it.vantage == row.vantage) else {
            let title = format!("how far {} gets", row.vantage);
            seen.missing(&title, "the earlier report did not test from it");
            continue;
        };
        let differing = Step::ALL
            .into_iter()
            .filter_map(|step| Some((step, in_words(before, step)?, in_words(row, step)?)))
            .find(|(_, before, now)| before != now);
        let Some((step, before, after)) = differing else {
            continue;
        };
        let change = Change {
            what: format!("step.{step}"),
            title: format!("the step {step}"),
            before: vec![before],
            now: vec![after],
            sources: several.then(|| row.vantage.clone()).into_iter().collect(),
            may_come_from: Vec::new(),
        };
        let depends = match step {
            Step::Reach | Step::Greeting | Step::Tls => ANY,
            Step::Login => ACCOUNT,
            Step::Data => FOLDER,
        };
        seen.changes.insert(0, (change, depends.to_vec()));
    }
    let gone = |row: &&Row| !now.matrix.iter().any(|it| it.vantage == row.vantage);
    for row in then.matrix.iter().filter(gone) {
        let title = format!("how far {} gets", row.vantage);
        seen.missing(&title, "nothing was tried from it this time");
    }
}

/// What became of a step that was tried; the way a fault shows is left to the finding.
fn in_words(row: &Row, step: Step) -> Option<String> {
    match row.steps.get(&step)? {
        Cell::Passed => Some("succeeds".into()),
        Cell::Failed { code, .. } => Some(format!("fails: {code}")),
        Cell::NotTested { .. } | Cell::NotApplicable => None,
    }
}
