//! What one run of a probe is granted: what its description asks for, without what the user takes away.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::backend::Halt;
use crate::call::{Answer, Call};
use crate::login::Refusal;
use model::capability::{Capability, Power, Powers};
use model::failure::{Failure, FailureKind, Operation};
use model::finding::{Omission, OmissionCause};

/// What only a command shows, and no question before it: the connection judges it, once it is read.
const BY_COMMAND: [Capability; 3] = [Capability::Read, Capability::Write, Capability::Login];

/// The grants, and which of them were missed. It depends on the probe and the settings alone, so a replay comes to the same.
#[derive(Clone, Debug, Default)]
pub struct CapabilityGrants {
    powers: Arc<Powers>,
    missed: BTreeSet<Capability>,
}

impl CapabilityGrants {
    /// Nothing was missed yet.
    pub fn new(asked: &BTreeSet<Capability>, denied: &BTreeSet<Capability>) -> CapabilityGrants {
        CapabilityGrants {
            powers: Arc::new(Powers::new(asked, denied)),
            missed: BTreeSet::new(),
        }
    }

    /// What the probe may do, for its connections.
    pub fn powers(&self) -> Arc<Powers> {
        self.powers.clone()
    }

    /// What a question gets in place of an answer from outside; nothing where the probe may ask it.
    ///
    /// # Errors
    /// The probe is to be stopped: it did not say that it would ask this.
    pub fn withheld(&mut self, call: &Call) -> Result<Option<Answer>, Halt> {
        let Some(Need { capability, refuse }) = needed(call) else {
            return Ok(None);
        };
        match self.powers.of(capability) {
            Power::Granted => Ok(None),
            Power::NotAskedFor => Err(Halt::Denied(format!(
                "it called {}, but its description does not ask for `{capability}`",
                call.name()
            ))),
            Power::Denied => {
                self.missed.insert(capability);
                Ok(Some(refuse(&because([&capability]))))
            }
        }
    }

    /// Learns from the answer to something written: a command was withheld there.
    pub fn written(&mut self, answer: &Answer) {
        if let Answer::Sent(Err(failure)) = answer
            && failure.kind == FailureKind::NotPermitted
        {
            let denied = self.powers.denied().iter();
            self.missed
                .extend(denied.filter(|it| BY_COMMAND.contains(it)));
        }
    }

    /// Why something may be missing in what the probe says: what it asked in vain.
    pub fn missed(&self) -> Option<String> {
        (!self.missed.is_empty()).then(|| because(&self.missed))
    }

    /// The same, as part of a report: whatever the probe makes of it, it could not look at all that it looks at.
    pub fn omission(&self, check: &str) -> Option<Omission> {
        Some(Omission {
            check: check.into(),
            codes: Vec::new(),
            cause: OmissionCause::CouldNotLook,
            reason: self.missed()?,
        })
    }
}

/// What a command gets that the user's denial stands before.
pub fn not_sent(denied: Capability) -> Failure {
    refused(Operation::Write, &because([&denied]))
}

fn because<'a>(denied: impl IntoIterator<Item = &'a Capability>) -> String {
    let options = denied.into_iter().map(|it| format!("--deny {it}"));
    format!(
        "the user denies it to this probe ({})",
        options.collect::<Vec<_>>().join(", ")
    )
}

/// What a question needs, and how "not permitted" is said in its kind of answer.
struct Need {
    capability: Capability,
    refuse: fn(&str) -> Answer,
}

/// Every question is listed, so that none is forgotten that is added.
fn needed(call: &Call) -> Option<Need> {
    match call {
        Call::Resolve { .. } => need(Capability::Names, |why| {
            Answer::Resolved(Err(refused(Operation::Resolve, why)))
        }),
        Call::Aliases { .. } => need(Capability::Names, |why| {
            Answer::Aliases(Err(refused(Operation::Resolve, why)))
        }),
        Call::Connect { .. } => need(Capability::Connect, not_opened),
        Call::ConnectData { .. } => need(Capability::Data, not_opened),
        Call::FetchIssuer { .. } => need(Capability::FetchIssuer, |why| {
            Answer::Received(Err(refused(Operation::Connect, why)))
        }),
        Call::SendPassword { .. } => need(Capability::Login, |why| {
            Answer::Login(Err(Refusal::Failed(refused(Operation::Write, why))))
        }),
        Call::Offered => need(Capability::Login, |_| Answer::Text(None)),
        Call::Take => need(Capability::Speak, |_| Answer::Taken(None)),
        Call::WritesName => need(Capability::Write, |_| Answer::Text(None)),
        // What a command needs is known once it is whole: the connection asks then.
        Call::Write { .. } => None,
        Call::ExpectedAddresses
        | Call::ExpectedNames
        | Call::MostConnections
        | Call::Ready { .. }
        | Call::Established { .. }
        | Call::Read { .. }
        | Call::Unread { .. }
        | Call::StartTls { .. }
        | Call::Secured { .. }
        | Call::Unparsed { .. }
        | Call::Finish { .. }
        | Call::Verify { .. }
        | Call::OwnAuthorities
        | Call::SignedBy { .. }
        | Call::Provide { .. }
        | Call::Removed { .. }
        | Call::NotRemoved { .. }
        | Call::Elapsed
        | Call::Pause { .. } => None,
    }
}

fn need(capability: Capability, refuse: fn(&str) -> Answer) -> Option<Need> {
    Some(Need { capability, refuse })
}

fn refused(operation: Operation, why: &str) -> Failure {
    Failure::new(operation, FailureKind::NotPermitted, why)
}

fn not_opened(why: &str) -> Answer {
    Answer::Opened(Err(refused(Operation::Connect, why)))
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    /// One question for each capability, and some more.
    fn questions() -> Vec<Call> {
        let name = || "ftp.example.com".to_string();
        vec![
            Call::Resolve { name: name() },
            Call::Aliases { name: name() },
            Call::Connect {
                to: ([192, 0, 2, 1], 21).into(),
                max_segment: None,
            },
            Call::ConnectData {
                control: 1,
                port: 50_000,
                address: None,
            },
            Call::Offered,
            Call::SendPassword {
                control: 1,
                wait_ms: 1,
            },
            Call::Take,
            Call::WritesName,
            Call::FetchIssuer { url: name() },
        ]
    }

    fn all() -> BTreeSet<Capability> {
        Capability::VARIANTS.iter().copied().collect()
    }

    #[test]
    fn a_question_that_was_not_asked_for_stops_the_probe() {
        for call in questions() {
            let needed = needed(&call).unwrap().capability;
            let mut others = all();
            others.remove(&needed);
            let halted = CapabilityGrants::new(&others, &BTreeSet::new()).withheld(&call);
            let Err(Halt::Denied(why)) = halted else {
                panic!("{call:?}: {halted:?}");
            };
            assert!(why.contains(&format!("`{needed}`")), "{why}");
            let capability_grants = CapabilityGrants::new(&all(), &BTreeSet::new()).withheld(&call);
            assert!(matches!(capability_grants, Ok(None)), "{call:?}");
        }
        let every: BTreeSet<_> = questions()
            .iter()
            .filter_map(|call| Some(needed(call)?.capability))
            .collect();
        let only_by_command = BTreeSet::from([Capability::Read]);
        assert_eq!(every, &all() - &only_by_command);
    }

    #[test]
    fn a_command_that_the_user_denies_is_told_of() {
        let sent = |failure| Answer::Sent(Err(failure));
        let mut capability_grants =
            CapabilityGrants::new(&all(), &BTreeSet::from([Capability::Read]));
        capability_grants.written(&Answer::Sent(Ok(())));
        capability_grants.written(&sent(Failure::new(
            Operation::Write,
            FailureKind::Closed,
            "closed",
        )));
        assert_eq!(
            capability_grants.missed(),
            None,
            "the network's failures are its own"
        );
        capability_grants.written(&sent(not_sent(Capability::Read)));
        assert!(capability_grants.missed().unwrap().contains("--deny read"));
    }

    #[test]
    fn what_the_user_denies_is_answered_and_told_of() {
        for call in questions() {
            let denied = BTreeSet::from([needed(&call).unwrap().capability]);
            let mut capability_grants = CapabilityGrants::new(&all(), &denied);
            assert_eq!(capability_grants.missed(), None);
            let answer = capability_grants.withheld(&call);
            assert!(matches!(answer, Ok(Some(_))), "{call:?}: {answer:?}");
            let option = format!("--deny {}", denied.first().unwrap());
            assert!(capability_grants.missed().unwrap().contains(&option));
        }
    }

    #[test]
    fn the_user_can_deny_only_what_is_asked_for() {
        let mut capability_grants = CapabilityGrants::new(&BTreeSet::new(), &all());
        assert!(capability_grants.withheld(&Call::Offered).is_err());
        assert_eq!(capability_grants.missed(), None);
        assert!(matches!(
            capability_grants.withheld(&Call::Pause { ms: 1 }),
            Ok(None)
        ));
    }
}
