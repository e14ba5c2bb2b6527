//! What came of one look at a probe.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use diagnosis::record::ProbeRun;
use model::finding::Outcome as Told;
use model::visit::RunResult;

pub(super) struct Trial {
    pub(super) group: &'static str,
    pub(super) name: String,
    pub(super) took: Duration,
    pub(super) outcome: Outcome,
}

pub(super) enum Outcome {
    Passed,
    /// It gave another answer than it should have: which, for the author.
    Failed(String),
    /// It gave no answer: it crashed, was too slow, or was stopped.
    Broke(String),
    /// Why not.
    NotRun(String),
}

impl Trial {
    pub(super) fn failed(&self) -> bool {
        matches!(self.outcome, Outcome::Failed(_) | Outcome::Broke(_))
    }

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
    probe: String,
    found: BTreeSet<String>,
    clear: BTreeSet<String>,
    not_tested: BTreeSet<String>,
    /// The first fact it stated otherwise than it declares.
    undeclared: Option<String>,
    trouble: Option<String>,
}

impl Said {
    /// None is a probe that was not even planned.
    pub(super) fn of(probe: &str, run: Option<&ProbeRun>) -> Said {
        let nothing = Told::default();
        let outcome = run.map_or(&nothing, |run| &*run.outcome);
        let left_out = outcome.not_tested.iter();
        Said {
            probe: probe.into(),
            found: outcome.findings.iter().map(|it| it.code.clone()).collect(),
            clear: outcome.clear.iter().cloned().collect(),
            not_tested: left_out.flat_map(|it| it.codes.iter().cloned()).collect(),
            undeclared: run.and_then(undeclared),
            trouble: match run.map(|run| &run.status) {
                None => Some("it did not run".into()),
                Some(status) => trouble(status),
            },
        }
    }

    pub(super) fn ended_badly(&self) -> Option<String> {
        let trouble = self.trouble.as_ref()?;
        Some(format!("{}: {trouble}", self.probe))
    }

    /// What it says of the remote and did not say of itself.
    pub(super) fn undeclared(&self) -> Option<String> {
        let fact = self.undeclared.as_ref()?;
        Some(format!("{}: {fact}", self.probe))
    }

    /// The first thing that was said once and not the other time.
    pub(super) fn differs(&self, other: &Said) -> Option<String> {
        [
            ("found", &self.found, &other.found),
            ("clear", &self.clear, &other.clear),
            ("not tested", &self.not_tested, &other.not_tested),
        ]
        .into_iter()
        .find_map(|(what, one, two)| difference(what, one, two))
    }
}

/// Others would neither show nor compare it, and take all of it for private.
fn undeclared(run: &ProbeRun) -> Option<String> {
    let declared = &run.probe.description.facts;
    run.outcome.facts.iter().find_map(|fact| {
        match declared.iter().find(|it| it.name == fact.name) {
            Some(declaration) if declaration.kind.has(&fact.value) => None,
            Some(_) => Some(format!(
                "the fact `{}` does not have the declared type",
                fact.name
            )),
            None => Some(format!("the fact `{}` is not declared", fact.name)),
        }
    })
}

/// The first code that was found once and not the other time, by whichever of several probes.
pub(super) fn found_differs(before: &[Said], now: &[Said]) -> Option<String> {
    let [one, two] = [before, now].map(|said| -> BTreeSet<String> {
        said.iter()
            .flat_map(|it| it.found.iter().cloned())
            .collect()
    });
    difference("found", &one, &two)
}

fn difference(what: &str, one: &BTreeSet<String>, two: &BTreeSet<String>) -> Option<String> {
    let code = one.symmetric_difference(two).next()?;
    Some(format!("{code} was {what} one time, but not the other"))
}

/// A way to end that is no answer.
fn trouble(status: &RunResult) -> Option<String> {
    match status {
        RunResult::Done | RunResult::Skipped(_) | RunResult::Deeper(_) => None,
        RunResult::Crashed(reason) => Some(format!("it crashed: {reason}")),
        RunResult::TimedOut(reason) => Some(format!("too slow: {reason}")),
        RunResult::Denied(reason) => Some(format!(
            "it asked for something that it may not do: {reason}"
        )),
        RunResult::Cut => Some("too slow: the whole run ended before it did".into()),
    }
}
