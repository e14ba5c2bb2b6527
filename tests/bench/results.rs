//! Everything that was measured, and what could not be.

use crate::crowd::Held;
use crate::diagnoses::Took;
use crate::failure::Failure;
use crate::phases::Phases;
use crate::profile::Profile;
use crate::sandbox::Sandbox;
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
    pub sandbox: Option<Sandbox>,
    pub throughput: Vec<Took>,
    pub phases: Option<Phases>,
    pub memory: Vec<(&'static str, Held)>,
    pub profile: Option<Profile>,
    /// Each fits after "not measured:".
    pub missed: Vec<String>,
}

impl Results {
    /// What was measured; what was not is noted.
    pub fn note<T>(&mut self, what: &str, measured: Result<T, Failure>) -> Option<T> {
        let noted = measured.map_err(|failure| format!("{what}: could not {failure}"));
        noted.map_err(|missed| self.missed.push(missed)).ok()
    }

    /// From its parts: an instance for each probe, the way into the host and back for each question, and what the probes'
    /// own code takes longer than outside.
    fn cost_of_sandbox(&self) -> Option<f64> {
        let (sandbox, phases) = (self.sandbox.as_ref()?, self.phases.as_ref()?);
        let probes = self.profile.as_ref()?.probes();
        let calls = sandbox.call.inside.saturating_sub(sandbox.call.outside);
        let own = phases.whole().mul_f64(probes);
        let longer = own.mul_f64(1.0 - 1.0 / sandbox.ratio());
        let instances = sandbox.empty_run * phases.probes as u32;
        Some(phases.beside(instances + calls * phases.calls as u32 + longer))
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
        vec![
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
                self.startup.as_ref().map(|it| it.warm.as_secs_f64() * 1e3),
            ),
            Target::at_most(
                "sandbox: a diagnosis, of the same without the parts below that it adds",
                1.3,
                "",
                self.cost_of_sandbox(),
            ),
            Target::at_most(
                "sandbox: a diagnosis, of one whose probes cost nothing at all (a bound)",
                1.3,
                "",
                self.phases
                    .as_ref()
                    .map(|phases| phases.beside(phases.sandbox())),
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
        ]
    }
}

pub const MIB: f64 = (1 << 20) as f64;
