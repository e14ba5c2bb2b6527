//! What came of one look at a probe.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::run::{ProbeRun, Status};

pub(super) struct Trial {
    pub(super) group: &'static str,
    pub(super) name: String,
    pub(super) took: Duration,
    pub(super) outcome: Outcome,
}

pub(super) enum Outcome {
    Passed,
    /// Why, for the author.
    Failed(String),
    /// Why not.
    NotRun(String),
}

impl Trial {
    pub(super) fn at_once(group: &'static str, name: &str, outcome: Outcome) -> Trial {
        Trial::since(group, name, Instant::now(), outcome)
    }

    pub(super) fn since(
        group: &'static str,
        name: &str,
        begun: Instant,
        outcome: Outcome,
    ) -> Trial {
        Trial {
            group,
            name: name.into(),
            took: begun.elapsed(),
            outcome,
        }
    }
}

/// What a probe said in one run, without what differs from run to run by its nature (times, ports).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said {
    found: BTreeSet<String>,
    clear: BTreeSet<String>,
    not_tested: BTreeSet<String>,
    trouble: Option<String>,
}

impl Said {
    /// None is a probe that was not even planned.
    pub(super) fn of(run: Option<&ProbeRun>) -> Said {
        let Some(run) = run else {
            return Said {
                found: BTreeSet::new(),
                clear: BTreeSet::new(),
                not_tested: BTreeSet::new(),
                trouble: Some("it did not run".into()),
            };
        };
        let outcome = &run.outcome;
        let trouble = match &run.status {
            Status::Ok | Status::Skipped(_) => None,
            Status::Crashed(reason) => Some(format!("it crashed: {reason}")),
            Status::TimedOut(reason) => Some(format!("too slow: {reason}")),
            Status::Denied(reason) => Some(format!("it asked for what it may not do: {reason}")),
            Status::Cut => Some("too slow: the whole run was over before it".into()),
        };
        Said {
            found: outcome.findings.iter().map(|it| it.code.clone()).collect(),
            clear: outcome.clear.iter().cloned().collect(),
            not_tested: outcome
                .not_tested
                .iter()
                .flat_map(|omission| omission.codes.iter().cloned())
                .collect(),
            trouble,
        }
    }

    pub(super) fn ended_badly(&self) -> Option<String> {
        self.trouble.clone()
    }

    /// The first thing that was said once and not the other time.
    pub(super) fn differs(&self, other: &Said) -> Option<String> {
        [
            ("found", &self.found, &other.found),
            ("clear", &self.clear, &other.clear),
            ("not tested", &self.not_tested, &other.not_tested),
        ]
        .into_iter()
        .find_map(|(what, one, two)| {
            let code = one.symmetric_difference(two).next()?;
            Some(format!("{code} was {what} one time and not the other"))
        })
    }
}
