//! What a run waits for, as people who watch it see it: a wait that takes long is news once, and from then on each wait of that
//! probe is shown while it lasts.

use std::collections::BTreeSet;
use std::time::Duration;

use host::net::Awaited;

/// A healthy server answers sooner.
const QUIET: Duration = Duration::from_secs(3);
/// A shorter wait would only flicker.
const BRIEF: Duration = Duration::from_millis(300);
/// How often the waits are read.
pub(super) const TICK: Duration = Duration::from_millis(250);

/// A wait that goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// What is waited for.
    pub awaited: Awaited,
    /// Whether it has just become long.
    pub is_new: bool,
}

/// The waits of one source address.
#[derive(Default)]
pub(super) struct Waits {
    /// The long ones that were news already.
    told: BTreeSet<(u32, String)>,
    /// The probes that had one.
    probes: BTreeSet<String>,
    is_shown: bool,
}

impl Waits {
    /// What is to be shown now; none where nothing is and nothing was.
    pub(super) fn now(&mut self, awaited: impl Fn(Duration) -> Vec<Awaited>) -> Option<Vec<Wait>> {
        let mut waits = Vec::new();
        for awaited in awaited(BRIEF) {
            let is_long = awaited.waited() >= QUIET;
            if is_long {
                self.probes.insert(awaited.probe.clone());
            }
            if self.probes.contains(&awaited.probe) {
                let is_new = is_long && self.told.insert((awaited.connection, awaited.to_string()));
                waits.push(Wait { awaited, is_new });
            }
        }
        let was_shown = std::mem::replace(&mut self.is_shown, !waits.is_empty());
        (was_shown || self.is_shown).then_some(waits)
    }
}
