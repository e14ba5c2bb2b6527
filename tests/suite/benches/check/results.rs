//! Everything that was measured, and what could not be.

use crate::crowd::Held;
use crate::diagnoses::Took;
use crate::failure::Failure;
use crate::hanging::{self, Case, Outcome};
use crate::phases::Phases;
use crate::profile::Profile;
use crate::scanners::Scan;
use crate::startup::Startup;
use crate::table::Row;
use crate::target::Target;

/// Filled part by part.
#[derive(Default)]
pub struct Results {
    pub startup: Option<Startup>,
    pub rows: Vec<Row>,
    pub scans: Vec<Scan>,
    pub throughput: Vec<Took>,
    pub phases: Option<Phases>,
    pub memory: Vec<(&'static str, Held)>,
    pub profile: Option<Profile>,
    pub hanging: Vec<(Case, Result<Outcome, Failure>)>,
    /// Each fits after "not measured:".
    pub missed: Vec<String>,
}

impl Results {
    /// What was measured; what was not is noted.
    pub fn note<T>(&mut self, what: &str, measured: Result<T, Failure>) -> Option<T> {
        let noted = measured.map_err(|failure| format!("{what}: could not {failure}"));
        noted.map_err(|missed| self.missed.push(missed)).ok()
    }

    pub fn targets(&self) -> Vec<Target> {
        let explicit = |client: &str| {
            let mut rows = self
                .rows
                .iter()
                .filter(|row| row.is_usual() && row.is_explicit_lab());
            rows.find(|row| row.client == client)
        };
        let standard = explicit("check, standard");
        let opened = standard.map(|row| row.cost.seen);
        let worst = self.memory.iter().map(|(_, held)| held.each() / MIB);
        let throughput = self.throughput.iter();
        let mut targets = vec![
            Target::at_most(
                "quick, lab: round trips to a finished listing, of the floor of 12",
                1.15,
                "",
                explicit("check, quick").map(|row| row.cost.listed / 12.0),
            ),
            Target::at_most(
                "standard, lab: round trips of the whole run",
                40.0,
                "",
                standard.map(|row| row.cost.whole),
            ),
            Target::at_most(
                "standard: control connections",
                6.0,
                "",
                opened.map(|opened| f64::from(opened.control)),
            ),
            Target::at_most(
                "standard: data connections",
                14.0,
                "",
                opened.map(|opened| f64::from(opened.data)),
            ),
            Target::at_most(
                "start-up, warm",
                30.0,
                " ms",
                self.startup
                    .as_ref()
                    .map(|it| it.loaded.warm.as_secs_f64() * 1e3),
            ),
            Target::at_least(
                "quick diagnoses per second of processor time",
                300.0,
                "",
                throughput
                    .map(|took| 1.0 / took.each().as_secs_f64())
                    .reduce(f64::max),
            ),
            Target::at_most(
                "memory for each probe in flight",
                1.0,
                " MiB",
                worst.reduce(f64::max),
            ),
        ];
        if !self.hanging.is_empty() {
            targets.extend(hanging::targets(&self.hanging));
        }
        targets
    }
}

pub const MIB: f64 = (1 << 20) as f64;
