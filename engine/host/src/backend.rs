//! The seam: who answers one run of one probe. Behind it stands the network, the network and a recorder, or a recording.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use model::capability::Powers;
use model::finding::{Description, Fact, Omission, OmissionCause, Outcome};
use model::visit::RunResult;

use crate::call::{Answer, Call};
use crate::handoff::{Handed, Handoff};

/// Why a probe gets no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Halt {
    /// It asked for what is not granted.
    Denied(String),
    /// The recording does not have it.
    NotRecorded(String),
    /// Here the probe was ended from outside.
    Over,
    /// It asked for something else than the same probe did when it was recorded.
    Diverged,
}

/// How a run of a probe ended, and what the probe said.
#[derive(Clone, Debug)]
pub struct Ended {
    /// How.
    pub result: RunResult,
    /// What it said; empty where it said nothing.
    pub outcome: Outcome,
}

impl Ended {
    /// The probe said nothing.
    pub fn silent(result: RunResult) -> Ended {
        Ended {
            result,
            outcome: Outcome::default(),
        }
    }

    /// The probe ended well and could not look: nothing is known of any of its codes.
    pub fn could_not_look(probe: &Description, reason: String) -> Ended {
        let codes = probe.codes.iter().map(|code| code.name.clone());
        let omission = Omission {
            check: probe.summary.clone(),
            codes: codes.collect(),
            cause: OmissionCause::CouldNotLook,
            reason,
        };
        Ended {
            result: RunResult::Done,
            outcome: Outcome {
                not_tested: vec![omission],
                ..Outcome::default()
            },
        }
    }

    /// A recording does not have what the probe asks for.
    pub fn not_recorded(probe: &Description, what: &str) -> Ended {
        Ended::could_not_look(probe, format!("not in the recording: {what}"))
    }
}

/// Answers one run of one probe, from its waiting to its end.
pub trait ProbeBackend: Send {
    /// Waits for what the probe needs before it can run; gives the facts that it is told.
    ///
    /// # Errors
    /// It is not run: how that counts.
    fn wait<'a>(
        &'a mut self,
        handoff: &'a Handoff,
        probe: &'a Description,
    ) -> BoxFuture<'a, Result<Vec<Fact>, Ended>>;

    /// The probe starts, with these powers.
    fn start(&mut self, powers: Arc<Powers>);

    /// Answers a question.
    ///
    /// # Errors
    /// The probe is to be stopped: why.
    fn answer(&mut self, call: Call) -> BoxFuture<'_, Result<Answer, Halt>>;

    /// The probe needs this connection no more.
    fn close(&mut self, connection: u32);

    /// The probe has tried so many data ports and will try so many in all: for people who watch the run.
    fn plan_data_ports(&mut self, _tried: u32, _of: u32) {}

    /// An answer was of another kind than its question.
    fn mismatched(&mut self) {}

    /// The end of the run, as it counts. One that came from outside is not made again by running the probe again.
    fn ended(&mut self, ended: Ended) -> Ended {
        ended
    }

    /// How long the probe took, given what was measured now.
    fn took(&mut self, measured: Duration) -> Duration {
        measured
    }
}

/// Provides a state, if it and the facts are the probe's to state.
///
/// # Errors
/// They are not: the probe is to be stopped.
pub fn provide(
    handoff: &Handoff,
    probe: &Description,
    state: &str,
    handed: Option<Handed>,
    facts: Vec<Fact>,
) -> Result<(), Halt> {
    let provided = handoff.provide(probe, state, handed, facts);
    provided.map_err(|refused| Halt::Denied(refused.to_string()))
}
