//! A recording that is being replayed.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Part, Place, Recording, Redaction, Script, Tally, World};
use crate::builtin::Catalogue;
use crate::plan::Plan;
use crate::plugin::Plugin;
use crate::redact::{self, Level};
use crate::report::Report;
use crate::run::{self, RunError};
use crate::settings::{Check, Remote};
use crate::verify::verify;

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

/// Runs the probes on a recording, with no network. `check` is that of the recording, as far as it is still wanted.
///
/// # Errors
/// What cannot be run at all. Whether the probes followed the recording, the replay knows.
pub async fn rerun(
    check: &Check,
    replay: &Arc<Replay>,
    catalogue: &Catalogue,
) -> Result<Report, RunError> {
    let world = World::Replayed(replay.clone());
    let header = &replay.recording.header;
    let mut record = run::run(check, catalogue, &world, Default::default(), &|_| ()).await?;
    record.sheet.clone_from(&replay.recording.sheet);
    let mut report = Report::new(&record, &check.remote, catalogue, header.started);
    let interrupt = Default::default();
    verify(
        &mut report,
        &record,
        check,
        catalogue,
        &world,
        interrupt,
        &|_| (),
    )
    .await;
    // A recording for others leads to a report for them.
    if let Redaction::Shareable(removed) = &header.redaction {
        report.redaction = Some(redact::Redaction {
            level: Level::Shareable,
            removed: removed.clone(),
        });
    }
    Ok(report)
}

impl Replay {
    /// Replays a recording with these probes.
    pub fn new(recording: Recording, plugins: &[Arc<Plugin>]) -> Arc<Replay> {
        let recorded = |plugin: &&Arc<Plugin>| {
            let mut probes = recording.header.probes.iter();
            probes.any(|it| it.name == plugin.description.name && it.digest == plugin.digest)
        };
        Arc::new(Replay {
            other_versions: plugins.iter().filter(recorded).count() < plugins.len(),
            recording,
            astray: Mutex::default(),
        })
    }

    /// The recorded probes that are not part of a plan, though they were asked for: third-party ones that are not at hand.
    pub fn missing(&self, plan: &Plan) -> Vec<&str> {
        let of = |name: &str| plan.asked().any(|it| it.description.name == name);
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

    /// What a probe is answered.
    pub fn script(self: &Arc<Self>, part: Part, place: Place, plugin: &Plugin) -> Script {
        Script::new(self.clone(), part, place, plugin)
    }

    /// What a part established; of a part that was not recorded there is none.
    pub(crate) fn tally(&self, part: Part) -> Option<&Tally> {
        self.recording.tally(part)
    }

    pub(super) fn has(&self, part: Part, remote: &Remote) -> bool {
        self.tally(part)
            .is_some_and(|tally| tally.remote == *remote)
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
