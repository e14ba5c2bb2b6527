//! A recording that is being replayed.

use std::sync::{Arc, Mutex, PoisonError};

use allow_list::AddressLookUps;
use diagnosis::record::Record;
use host::Check;
use host::backend::ProbeBackend;
use host::handoff::Handoff;
use jiff::Timestamp;
use model::finding::Fact;
use model::probe::ProbeIdentity;
use model::remote::Remote;
use model::visit::{PasswordUse, Purpose, RunPhase, VisitKey};
use run::RunError;
use run::backend::{Backend, Clock, RunBackend, VisitBackend};
use run::plan::Plan;

use super::{PhaseSummary, ProbeReplay, Recording};

/// Why a replay is worth nothing: a probe of the same digest asked something else than was recorded, so the recording is not
/// of that probe.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the recording contradicts itself: {0}")]
pub struct Divergence(pub String);

/// A recording, and whether the probes still follow it.
#[derive(Debug)]
pub struct Replay {
    /// The recording.
    pub recording: Recording,
    /// Whether some probes are other versions than those of the recording.
    other_versions: bool,
    divergence: Mutex<Option<Divergence>>,
}

impl Replay {
    /// Replays a recording with these probes.
    pub fn new<'a>(
        recording: Recording,
        probes: impl IntoIterator<Item = &'a Arc<ProbeIdentity>>,
    ) -> Arc<Replay> {
        let recorded = |probe: &Arc<ProbeIdentity>| {
            let mut ids = recording.header.probes.iter();
            ids.any(|it| it.name == probe.description.name && it.digest == probe.digest)
        };
        let other_versions = !probes.into_iter().all(recorded);
        Arc::new(Replay {
            other_versions,
            recording,
            divergence: Mutex::default(),
        })
    }

    /// The recorded probes that are not part of a plan, though they were asked for: third-party ones that are not at hand.
    pub fn missing(&self, plan: &Plan) -> Vec<&str> {
        let of = |name: &str| plan.asked().any(|it| it.name() == name);
        let mut names: Vec<&str> = self
            .recording
            .traces
            .iter()
            .map(|(_, _, trace)| trace.probe.as_str())
            .filter(|name| !of(name))
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// What a part established; of a part that was not recorded there is none.
    pub(crate) fn summary(&self, phase: RunPhase) -> Option<&PhaseSummary> {
        self.recording.summary(phase)
    }

    /// Whether a recorded run was cut before this visit began.
    pub(crate) fn was_cut_before(&self, phase: RunPhase, key: VisitKey) -> bool {
        let cut = self
            .summary(phase)
            .is_some_and(|summary| summary.cut.is_some());
        let mut traces = self.recording.traces.iter();
        cut && !traces.any(|(of, at, _)| (*of, *at) == (phase, key))
    }

    pub(super) fn has_other_versions(&self) -> bool {
        self.other_versions
    }

    /// Whether the probes asked what the recording says.
    ///
    /// # Errors
    /// What was the first that they did not.
    pub fn faithful(&self) -> Result<(), Divergence> {
        match &*self.lock() {
            None => Ok(()),
            Some(divergence) => Err(divergence.clone()),
        }
    }

    pub(super) fn went_astray(&self, what: String) {
        self.lock().get_or_insert(Divergence(what));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Divergence>> {
        self.divergence
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A recording in place of the network.
#[derive(Clone, Debug)]
pub struct Replayed(pub Arc<Replay>);

impl Backend for Replayed {
    fn begin(
        &self,
        phase: RunPhase,
        _: &Check,
        _: PasswordUse,
    ) -> Result<Box<dyn RunBackend>, RunError> {
        Ok(Box::new(ReplayedRun {
            replay: self.0.clone(),
            phase,
        }))
    }

    fn has(&self, phase: RunPhase, remote: &Remote) -> bool {
        let summary = self.0.summary(phase);
        summary.is_some_and(|summary| summary.remote == *remote)
    }

    fn started(&self) -> Timestamp {
        self.0.recording.header.started
    }

    fn looked_up(&self) -> Option<AddressLookUps> {
        self.0.recording.sheet.clone()
    }
}

struct ReplayedRun {
    replay: Arc<Replay>,
    phase: RunPhase,
}

impl RunBackend for ReplayedRun {
    fn visit(&self, key: VisitKey) -> Arc<dyn VisitBackend> {
        Arc::new(ReplayedVisit {
            replay: self.replay.clone(),
            key: (self.phase, key),
        })
    }

    fn was_cut_before(&self, key: VisitKey) -> bool {
        self.replay.was_cut_before(self.phase, key)
    }

    fn clock(&self) -> Clock {
        Clock::Recorded(
            self.replay
                .summary(self.phase)
                .and_then(|summary| summary.cut),
        )
    }

    fn complete(&self, record: &mut Record) {
        if let Some(summary) = self.replay.summary(self.phase) {
            summary.tell(record);
        }
    }
}

struct ReplayedVisit {
    replay: Arc<Replay>,
    key: (RunPhase, VisitKey),
}

impl VisitBackend for ReplayedVisit {
    fn probe(
        &self,
        probe: &ProbeIdentity,
        _: Purpose,
        handoff: Arc<Handoff>,
    ) -> Box<dyn ProbeBackend> {
        Box::new(ProbeReplay::new(
            self.replay.clone(),
            self.key,
            probe,
            handoff,
        ))
    }

    // Nothing is made on a remote in a replay.
    fn to_remove(&self, _: &str) -> Vec<String> {
        Vec::new()
    }

    fn owes(&self) -> bool {
        false
    }

    fn complete(&self, _: &[Fact], _: &mut Record) {}
}
