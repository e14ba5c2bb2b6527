//! A recording that is being replayed.

use std::sync::{Arc, Mutex, PoisonError};

use allow_list::Looks;
use diagnosis::record::Record;
use host::Check;
use host::backend::ProbeBackend;
use host::handoff::Handoff;
use jiff::Timestamp;
use model::finding::Fact;
use model::probe::ProbeIdentity;
use model::remote::Remote;
use model::visit::{Became, Part, Place, Purpose};
use run::RunError;
use run::backend::{Backend, Clock, RunBackend, VisitBackend};
use run::plan::Plan;

use super::{Recording, Script, Tally};

/// Why a replay is worth nothing: a probe of the same digest asked something else than was recorded, so the recording is not
/// of that probe.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the recording is not what it says: {0}")]
pub struct Astray(pub String);

/// A recording, and whether the probes still follow it.
#[derive(Debug)]
pub struct Replay {
    /// The recording.
    pub recording: Recording,
    /// Whether some probes are other versions than those of the recording.
    other_versions: bool,
    astray: Mutex<Option<Astray>>,
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
            astray: Mutex::default(),
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
    pub(crate) fn tally(&self, part: Part) -> Option<&Tally> {
        self.recording.tally(part)
    }

    /// Whether a recorded run was cut before this visit began.
    pub(crate) fn was_cut_before(&self, part: Part, place: Place) -> bool {
        let cut = self.tally(part).is_some_and(|tally| tally.cut.is_some());
        let mut traces = self.recording.traces.iter();
        cut && !traces.any(|(of, at, _)| (*of, *at) == (part, place))
    }

    pub(super) fn has_other_versions(&self) -> bool {
        self.other_versions
    }

    /// Whether the probes asked what the recording says.
    ///
    /// # Errors
    /// What was the first that they did not.
    pub fn faithful(&self) -> Result<(), Astray> {
        match &*self.lock() {
            None => Ok(()),
            Some(astray) => Err(astray.clone()),
        }
    }

    pub(super) fn went_astray(&self, what: String) {
        self.lock().get_or_insert(Astray(what));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Astray>> {
        self.astray.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A recording in place of the network.
#[derive(Clone, Debug)]
pub struct Replayed(pub Arc<Replay>);

impl Backend for Replayed {
    fn begin(&self, part: Part, _: &Check, _: Became) -> Result<Box<dyn RunBackend>, RunError> {
        Ok(Box::new(ReplayedRun {
            replay: self.0.clone(),
            part,
        }))
    }

    fn has(&self, part: Part, remote: &Remote) -> bool {
        let tally = self.0.tally(part);
        tally.is_some_and(|tally| tally.remote == *remote)
    }

    fn started(&self) -> Timestamp {
        self.0.recording.header.started
    }

    fn looked_up(&self) -> Option<Looks> {
        self.0.recording.sheet.clone()
    }
}

struct ReplayedRun {
    replay: Arc<Replay>,
    part: Part,
}

impl RunBackend for ReplayedRun {
    fn visit(&self, place: Place) -> Arc<dyn VisitBackend> {
        Arc::new(ReplayedVisit {
            replay: self.replay.clone(),
            place: (self.part, place),
        })
    }

    fn was_cut_before(&self, place: Place) -> bool {
        self.replay.was_cut_before(self.part, place)
    }

    fn clock(&self) -> Clock {
        Clock::Recorded(self.replay.tally(self.part).and_then(|tally| tally.cut))
    }

    fn complete(&self, record: &mut Record) {
        if let Some(tally) = self.replay.tally(self.part) {
            tally.tell(record);
        }
    }
}

struct ReplayedVisit {
    replay: Arc<Replay>,
    place: (Part, Place),
}

impl VisitBackend for ReplayedVisit {
    fn probe(
        &self,
        probe: &ProbeIdentity,
        _: Purpose,
        handoff: Arc<Handoff>,
    ) -> Box<dyn ProbeBackend> {
        Box::new(Script::new(self.replay.clone(), self.place, probe, handoff))
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
