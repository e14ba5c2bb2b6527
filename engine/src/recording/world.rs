//! Where the answers come from.

use std::sync::Arc;

use super::{Part, Place, Purpose, Recorder, Replay, Tape};
use crate::run::Record;
use crate::settings::Remote;

/// What stands behind the questions of the probes.
#[derive(Clone, Debug, Default)]
pub enum World {
    /// The network.
    #[default]
    Live,
    /// The network, and everything is kept.
    Recorded(Arc<Recorder>),
    /// A recording.
    Replayed(Arc<Replay>),
}

impl World {
    /// A tape for one run of a probe, where one is to be made.
    pub(crate) fn tape(
        &self,
        part: Part,
        place: Place,
        probe: &str,
        purpose: Purpose,
    ) -> Option<Tape> {
        match self {
            World::Recorded(recorder) => Some(recorder.tape(part, place, probe, purpose)),
            World::Live | World::Replayed(_) => None,
        }
    }

    /// Keeps what a part established, once nothing is added to it any more.
    pub fn keep(&self, part: Part, record: &Record, remote: &Remote) {
        if let World::Recorded(recorder) = self {
            recorder.keep(part, record, remote);
        }
    }

    /// Whether a part about a remote can be run: a recording has what was run then, and nothing else.
    pub fn has(&self, part: Part, remote: &Remote) -> bool {
        match self {
            World::Live | World::Recorded(_) => true,
            World::Replayed(replay) => replay.has(part, remote),
        }
    }
}
