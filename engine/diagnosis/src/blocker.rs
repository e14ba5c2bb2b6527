//! Why a probe said nothing: what kept the one that it would have gone on from.

use crate::record::ProbeRun;
use model::capability::Capability;
use model::finding::{Description, Finding, OmissionCause, Severity};
use model::remote::budget;
use model::standing::Standing;
use model::visit::RunResult;
use model::visit::SkipReason;

/// Why a state was not reached.
pub enum Blocker<'a> {
    /// A probe that would have reached it found this.
    Fault(&'a Finding),
    /// Something else, in words.
    Other(OmissionCause, String),
}

/// Why a probe did not look, if it did not. `runs` are those of its visit.
pub fn why_not_run(runs: &[ProbeRun], run: &ProbeRun) -> Option<(OmissionCause, String)> {
    Chain::of(runs, run.probe.description.standing).not_run(run)
}

/// A state of this program was not reached: the reason is whatever kept the probes that would have reached it.
pub fn why_not_reached<'a>(runs: &'a [ProbeRun], by: &[String]) -> Blocker<'a> {
    Chain::of(runs, Standing::BuiltIn).not_reached(by)
}

/// From what was kept to what kept it, and on. A recording may say that probes keep each other, or themselves: each is asked
/// once.
struct Chain<'a> {
    /// Those that may be the reason: nothing of this program is kept by a third party.
    runs: Vec<&'a ProbeRun>,
    asked: Vec<&'a str>,
}

impl<'a> Chain<'a> {
    fn of(runs: &'a [ProbeRun], standing: Standing) -> Chain<'a> {
        let known = |run: &&ProbeRun| standing.reads(run.probe.description.standing);
        Chain {
            runs: runs.iter().filter(known).collect(),
            asked: Vec::new(),
        }
    }

    fn not_run(&mut self, run: &ProbeRun) -> Option<(OmissionCause, String)> {
        let could_not_look = |reason: &str| Some((OmissionCause::CouldNotLook, reason.to_string()));
        match &run.status {
            RunResult::Done => None,
            RunResult::Crashed(_) => could_not_look("the probe crashed"),
            RunResult::TimedOut(_) => could_not_look("the probe did not end in time"),
            RunResult::Denied(_) => could_not_look(
                "the probe was stopped because it asked for something that it may not do",
            ),
            RunResult::Cut => could_not_look("the run ended before this check"),
            RunResult::Deeper(depth) => Some((
                not_so_deep(&run.probe.description),
                format!("it needs --depth {depth}"),
            )),
            RunResult::Skipped(SkipReason::NoTime { seconds }) => Some((
                OmissionCause::NotAsked,
                format!("{} leaves no time for it", budget(*seconds)),
            )),
            RunResult::Skipped(SkipReason::NobodyProvides(state)) => Some((
                OmissionCause::NotAsked,
                format!("no probe of this run reaches the state `{state}`"),
            )),
            // The session ended with the probe that held it: whatever that probe found is the reason.
            RunResult::Skipped(SkipReason::UsedUp { by, .. }) => {
                Some(in_words(self.not_reached(std::slice::from_ref(by))))
            }
            RunResult::Skipped(SkipReason::NotReached { by, .. }) => {
                Some(in_words(self.not_reached(by)))
            }
        }
    }

    fn not_reached(&mut self, by: &[String]) -> Blocker<'a> {
        let providers: Vec<&ProbeRun> = self
            .runs
            .iter()
            .filter(|run| by.contains(&run.probe.description.name))
            .copied()
            .collect();
        for provider in providers {
            if let Some(blocker) = blocked_by(provider) {
                return blocker;
            }
            let name = provider.probe.description.name.as_str();
            if self.asked.contains(&name) {
                continue;
            }
            self.asked.push(name);
            if let Some((cause, reason)) = self.not_run(provider) {
                return Blocker::Other(cause, reason);
            }
        }
        let reason = format!("{} ended before that", by.join(" and "));
        Blocker::Other(OmissionCause::CouldNotLook, reason)
    }
}

/// Less depth has less to look at. What writes is listed all the same: the user decides on that, and looks for it.
fn not_so_deep(probe: &Description) -> OmissionCause {
    match probe.capabilities.contains(&Capability::Write) {
        true => OmissionCause::NoPermission,
        false => OmissionCause::NotApplicable,
    }
}

fn in_words(blocker: Blocker<'_>) -> (OmissionCause, String) {
    match blocker {
        Blocker::Fault(fault) => (
            OmissionCause::BehindFault,
            format!("blocked by {}", fault.code),
        ),
        Blocker::Other(cause, reason) => (cause, reason),
    }
}

/// What a probe says that kept it: a fault, or what it left out.
fn blocked_by(provider: &ProbeRun) -> Option<Blocker<'_>> {
    let declared = &provider.probe.description.codes;
    let fault = provider.outcome.findings.iter().find(|finding| {
        // A code of another probe that this one may find: its severity is not at hand, and it did not go on.
        declared
            .iter()
            .find(|code| code.name == finding.code)
            .is_none_or(|code| code.severity == Severity::Error)
    });
    let kept = || {
        let mut omissions = provider.outcome.not_tested.iter();
        omissions.find(|it| it.cause != OmissionCause::NotApplicable)
    };
    match fault {
        Some(fault) => Some(Blocker::Fault(fault)),
        None => kept().map(|it| Blocker::Other(it.cause, it.reason.clone())),
    }
}
