//! What a run established.

use model::remote::Patience;
use model::visit::Cut;
use model::visit::RunResult;
use model::visit::VisitScope;
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use allow_list::AddressLookUps;
use model::capability::Capability;
use model::dialogue::{Counts, Line};
use model::finding::{FactValue, Outcome};
use model::probe::ProbeIdentity;
use model::visit::LeftBehind;
use model::visit::PasswordUse;

/// One run of one probe from one source address.
#[derive(Clone, Debug)]
pub struct ProbeRun {
    /// The probe.
    pub probe: Arc<ProbeIdentity>,
    /// The source address.
    pub source: Option<IpAddr>,
    /// How it ended.
    pub status: RunResult,
    /// How long it took.
    pub duration: Duration,
    /// What it said.
    pub outcome: Arc<Outcome>,
}

/// What one source address saw.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The address; none lets the system choose.
    pub source: Option<IpAddr>,
    /// How much was looked at.
    pub scope: VisitScope,
    /// One for each probe, in the order they go on from each other.
    pub runs: Vec<ProbeRun>,
    /// The states that were reached.
    pub reached: BTreeSet<String>,
}

impl Visit {
    /// A fact by its name, as the last probe of this program has it: it says how far an address gets.
    pub fn fact(&self, name: &str) -> Option<&FactValue> {
        let runs = self.runs.iter().rev();
        let ours = runs.filter(|run| run.probe.description.standing.is_built_in());
        let facts = ours.flat_map(|run| &run.outcome.facts);
        facts
            .filter(|fact| fact.name == name)
            .map(|fact| &fact.value)
            .next()
    }
}

/// A probe that the user left out.
#[derive(Clone, Debug)]
pub struct LeftOut {
    /// The probe.
    pub probe: Arc<ProbeIdentity>,
    /// The options that say so, as they are typed.
    pub by: String,
}

/// Everything a run established.
#[derive(Debug)]
pub struct Record {
    /// One for each source address, in the order of the settings.
    pub visits: Vec<Visit>,
    /// Where addresses differed: the first steps of some of them once more, after all others.
    pub second_looks: Vec<Visit>,
    /// The probes that the user left out.
    pub left_out: Vec<LeftOut>,
    /// What third-party probes did not get, though they may have asked for it.
    pub denied: BTreeSet<Capability>,
    /// Connections opened.
    pub connections: Counts,
    /// The most of them at one time.
    pub peak: usize,
    /// The dialogue.
    pub transcript: Vec<Line>,
    /// How long it took.
    pub duration: Duration,
    /// Whether the full time was waited for where nothing came.
    pub patience: Patience,
    /// Whether it ended early.
    pub cut: Option<Cut>,
    /// What was looked up about our source addresses, if anybody asked for it.
    pub sheet: Option<AddressLookUps>,
    /// What it made on the remote and could not remove.
    pub left_behind: Vec<LeftBehind>,
    /// What became of the password; a replay sends none.
    pub password: PasswordUse,
}

impl Record {
    /// The runs of all probes from all source addresses.
    pub fn runs(&self) -> impl Iterator<Item = &ProbeRun> {
        self.visits.iter().flat_map(|visit| &visit.runs)
    }
}
