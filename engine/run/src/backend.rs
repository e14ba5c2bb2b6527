//! Where the answers of a check come from: the network, the network and a recorder, or a recording. There is one trait for
//! each level: a check, a run of its probes, what one source address sees, and, in [`host::backend`], one probe.

use std::sync::Arc;
use std::time::Duration;

use allow_list::AddressLookUps;
use diagnosis::record::Record;
use host::Check;
use host::backend::ProbeBackend;
use host::handoff::Handoff;
use host::net::Awaited;
use jiff::Timestamp;
use model::finding::Fact;
use model::probe::ProbeIdentity;
use model::remote::Remote;
use model::visit::{Cut, PasswordUse, Purpose, RunPhase, VisitKey};

use crate::RunError;

/// Stands behind a whole check.
pub trait Backend: Send + Sync {
    /// Begins a run. `before` is what became of the password in the run that this one goes on from.
    ///
    /// # Errors
    /// Why it cannot begin.
    fn begin(
        &self,
        phase: RunPhase,
        check: &Check,
        before: PasswordUse,
    ) -> Result<Box<dyn RunBackend>, RunError>;

    /// Whether a part about a remote can be run: a recording has what was run then, and nothing else.
    fn has(&self, _: RunPhase, _: &Remote) -> bool {
        true
    }

    /// When the check began.
    fn started(&self) -> Timestamp {
        Timestamp::now()
    }

    /// What a recording has of the look-ups about our own addresses.
    fn looked_up(&self) -> Option<AddressLookUps> {
        None
    }

    /// Keeps what a part established, once nothing is added to it any more.
    fn keep(&self, _: RunPhase, _: &Record, _: &Remote) {}
}

/// Whose clock a run goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// That of this machine.
    Now,
    /// That of a recording, which knows whether its run was cut.
    Recorded(Option<Cut>),
}

/// Stands behind one run.
pub trait RunBackend: Send + Sync {
    /// What is seen from the source address of this place.
    fn visit(&self, key: VisitKey) -> Arc<dyn VisitBackend>;

    /// Whether a recorded run was cut before this visit began.
    fn was_cut_before(&self, _: VisitKey) -> bool {
        false
    }

    /// Whose clock it goes by.
    fn clock(&self) -> Clock {
        Clock::Now
    }

    /// Adds to a record what is not told by the probes.
    fn complete(&self, record: &mut Record);
}

/// Stands behind what one source address sees.
pub trait VisitBackend: Send + Sync {
    /// Who answers one run of a probe.
    fn probe(
        &self,
        probe: &ProbeIdentity,
        purpose: Purpose,
        handoff: Arc<Handoff>,
    ) -> Box<dyn ProbeBackend>;

    /// What has been waited for so long.
    fn awaited(&self, _: Duration) -> Vec<Awaited> {
        Vec::new()
    }

    /// The paths that a probe made and has not removed; they count as being removed from now on.
    fn to_remove(&self, probe: &str) -> Vec<String>;

    /// Whether anything that was made has not been removed.
    fn owes(&self) -> bool;

    /// Adds to a record what this visit opened and left behind, given the facts that its probes handed on.
    fn complete(&self, facts: &[Fact], record: &mut Record);
}
