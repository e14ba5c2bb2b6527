//! What has to be seen of a remote before it may be called healthy. That nothing wrong was found is no proof: it may be that
//! nobody got so far.

use model::matrix::{Cell, Row, Step, VantagePoint};
use model::visit::VisitScope;

/// A step that was not seen to succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unseen {
    /// The step.
    pub step: Step,
    /// The source addresses from which it was not; empty where it is all of them.
    pub sources: Vec<VantagePoint>,
    /// Why not, from the first of them.
    pub reason: String,
}

/// The steps that are missing. Rows are made of what probes of this program reached and stated, and of nobody else's word.
///
/// Each address from which everything was looked at needs all steps for itself. One that only climbed the first steps has
/// another to speak for it; where all did no more than that, one of them is enough.
pub(super) fn unseen(rows: &[Row], credentials: bool) -> Vec<Unseen> {
    let needed = needed(credentials);
    let seen = |row: &Row| needed.iter().all(|step| row.passed(*step));
    let full: Vec<&Row> = rows
        .iter()
        .filter(|row| row.scope == VisitScope::Full)
        .collect();
    let judged = match full.is_empty() {
        true if rows.iter().any(seen) => Vec::new(),
        true => rows.iter().collect(),
        false => full,
    };
    let missing = |step: &Step| {
        let without: Vec<&&Row> = judged.iter().filter(|row| !row.passed(*step)).collect();
        let reason = reason(without.first()?, *step);
        let mut sources: Vec<VantagePoint> =
            without.iter().map(|row| row.vantage.clone()).collect();
        if sources.len() == rows.len() {
            sources.clear();
        }
        Some(Unseen {
            step: *step,
            sources,
            reason,
        })
    };
    needed.iter().filter_map(missing).collect()
}

fn reason(row: &Row, step: Step) -> String {
    match row.steps.get(&step) {
        Some(Cell::NotTested { reason }) => reason.clone(),
        Some(Cell::Failed { code, .. }) => format!("blocked by {code}"),
        Some(Cell::Passed | Cell::NotApplicable) | None => "nobody tried it".into(),
    }
}

/// A data step succeeds with a listing, or with the fault that there may be none.
fn needed(credentials: bool) -> &'static [Step] {
    match credentials {
        true => &[Step::Reach, Step::Login, Step::Data],
        false => &[Step::Reach],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, scope: VisitScope, passed: &[Step]) -> Row {
        let cell = |step: Step| match passed.contains(&step) {
            true => Cell::Passed,
            false => Cell::NotTested {
                reason: "nobody tried".into(),
            },
        };
        Row {
            vantage: VantagePoint::at(None, name),
            address: None,
            dedicated: false,
            seen_as: None,
            scope,
            steps: Step::ALL.into_iter().map(|it| (it, cell(it))).collect(),
            again: None,
        }
    }

    fn steps(unseen: &[Unseen]) -> Vec<(Step, usize)> {
        let all = unseen.iter();
        all.map(|it| (it.step, it.sources.len())).collect()
    }

    const WORKS: &[Step] = &Step::ALL;
    const CLIMBS: &[Step] = &[Step::Reach, Step::Greeting, Step::Tls];

    #[test]
    fn with_credentials_a_login_and_a_listing_are_needed() {
        assert_eq!(unseen(&[row("a", VisitScope::Full, WORKS)], true), []);
        let logged_in = [CLIMBS, &[Step::Login]].concat();
        let half = unseen(&[row("a", VisitScope::Full, &logged_in)], true);
        assert_eq!(steps(&half), [(Step::Data, 0)]);
        let none = unseen(&[row("a", VisitScope::Full, CLIMBS)], true);
        assert_eq!(steps(&none), [(Step::Login, 0), (Step::Data, 0)]);
        assert_eq!(unseen(&[row("a", VisitScope::Full, CLIMBS)], false), []);
    }

    #[test]
    fn without_a_connection_nothing_is_proven() {
        let nowhere = [row("a", VisitScope::Full, &[])];
        assert_eq!(steps(&unseen(&nowhere, false)), [(Step::Reach, 0)]);
        assert_eq!(unseen(&nowhere, true).len(), 3);
        assert_eq!(unseen(&[], true), []);
    }

    #[test]
    fn each_address_that_was_looked_at_in_full_is_proven_by_itself() {
        let works = row("a", VisitScope::Full, WORKS);
        let (full, ladder) = (
            row("b", VisitScope::Full, CLIMBS),
            row("b", VisitScope::Ladder, CLIMBS),
        );
        assert_eq!(unseen(&[works.clone(), ladder.clone()], true), []);
        let one = unseen(&[works.clone(), full], true);
        assert_eq!(steps(&one), [(Step::Login, 1), (Step::Data, 1)]);
        // A proof of a change does no more than this, from one address after the other.
        let brief = row("a", VisitScope::Ladder, WORKS);
        assert_eq!(unseen(&[brief, ladder.clone()], true), []);
        assert_eq!(unseen(&[ladder.clone(), ladder], true).len(), 2);
    }
}
