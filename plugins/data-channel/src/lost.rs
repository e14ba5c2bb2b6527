//! Sessions that broke off over a transfer or a question for a port, and did not when it was repeated in a fresh one.

use probe_sdk::halt::CLOSES_SESSION;
use probe_sdk::{Decision, Finding, Run};

use crate::sample::Sample;
use crate::{IN_THE_WAY, again};

/// Once may be an accident.
pub(crate) const OFTEN: usize = 2;

/// In place of what a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InPlaceOf {
    /// The answer to a command.
    Answer,
    /// The end of a transfer that had begun.
    End,
}

/// One session that broke off.
#[derive(Clone, Debug)]
pub(crate) struct Lost {
    pub(crate) in_place_of: InPlaceOf,
    /// Over what, and how.
    pub(crate) told: String,
}

impl Lost {
    pub(crate) fn instead_of_an_answer(told: String) -> Lost {
        Lost {
            in_place_of: InPlaceOf::Answer,
            told,
        }
    }
}

/// In place of what each session ended: of those that are set aside, and of the transfers that were not repeated.
pub(crate) fn all(lost: &[Lost], samples: &[Sample]) -> Vec<InPlaceOf> {
    let still_there = samples.iter().filter(|it| again::is_lost(it));
    let still_there = still_there.filter_map(Sample::refusal).map(in_place_of);
    lost.iter()
        .map(|it| it.in_place_of)
        .chain(still_there)
        .collect()
}

/// Whether it is transfers that do not come to their end: the first session ended over one, or no more sessions ended over other
/// commands. Else what ends sessions only happened to meet a transfer, too.
pub(crate) fn is_about_transfers(lost: &[InPlaceOf]) -> bool {
    let count = |of: InPlaceOf| lost.iter().filter(|it| **it == of).count();
    let over_commands = count(InPlaceOf::Answer);
    let is_mostly = over_commands < OFTEN || over_commands <= count(InPlaceOf::End);
    lost.first() == Some(&InPlaceOf::End) || is_mostly
}

/// What a transfer that was lost with its session had come to.
pub(crate) fn in_place_of(refusal: &probe_sdk::session::Refusal) -> InPlaceOf {
    match refusal.started {
        true => InPlaceOf::End,
        false => InPlaceOf::Answer,
    }
}

/// Sessions end over one command or another, and a fresh one answers the same command: it is none of the commands, and no
/// accident either, since it comes back.
pub(crate) fn judge(run: &mut Run, lost: &[Lost]) {
    if lost.len() < OFTEN || run.found_of(IN_THE_WAY).is_some() {
        return;
    }
    let count = lost.len();
    let over: Vec<&str> = lost.iter().map(|it| it.told.as_str()).collect();
    let decision = Decision::by_evidence(format!(
        "{count} sessions ended, each where a fresh one went on"
    ));
    run.found(
        Finding::new(CLOSES_SESSION, AGAIN_AND_AGAIN)
            .because(decision)
            .evidence("sessions that ended", count)
            .evidence("over", over.join("; ")),
    );
}

/// The same, for people.
pub(crate) const AGAIN_AND_AGAIN: &str =
    "The server ends sessions again and again, over commands that it answers in a fresh session.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_transfer_among_other_commands_is_not_about_transfers() {
        use InPlaceOf::{Answer, End};
        assert!(is_about_transfers(&[End, Answer]));
        assert!(is_about_transfers(&[Answer, End, End]));
        assert!(!is_about_transfers(&[Answer, Answer, End]));
        assert!(is_about_transfers(&[Answer, End]));
        assert!(!is_about_transfers(&[Answer, Answer]));
    }
}
