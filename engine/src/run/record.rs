//! What a run established.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::capability::Capability;
use crate::clean_up::LeftBehind;
use crate::finding::{FactValue, Outcome};
use crate::handoff::OutOfReach;
use crate::login::Became;
use crate::net::{Counts, Line};
use crate::plan::LeftOut;
use crate::plugin::Plugin;
use crate::settings::Depth;
use crate::sheet::Looks;

/// How a probe's run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// It said what it saw.
    Ok,
    /// It was not run: what it goes on from was not there.
    Skipped(OutOfReach),
    /// It was not run: it has nothing to look at before this depth.
    Deeper(Depth),
    /// It trapped or said what makes no sense.
    Crashed(String),
    /// It did not end in time.
    TimedOut(String),
    /// It was stopped for asking for what is not granted.
    Denied(String),
    /// The whole run ended before it did.
    Cut,
}

/// One run of one probe from one source address.
#[derive(Clone, Debug)]
pub struct ProbeRun {
    /// The probe.
    pub plugin: Arc<Plugin>,
    /// The source address.
    pub source: Option<IpAddr>,
    /// How it ended.
    pub status: Status,
    /// How long it took.
    pub duration: Duration,
    /// What it said.
    pub outcome: Arc<Outcome>,
}

/// How much is looked at from one source address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Look {
    /// Everything that was asked for.
    Full,
    /// The first steps, up to TLS: what tells how addresses differ, for one connection each.
    Ladder,
}

/// Whether an address is seen for the first time, or once more because it differed from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Round {
    /// For the first time.
    First,
    /// Once more.
    Second,
}

/// What one source address saw.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The address; none lets the system choose.
    pub source: Option<IpAddr>,
    /// How much was looked at.
    pub look: Look,
    /// One for each probe, in the order they go on from each other.
    pub runs: Vec<ProbeRun>,
    /// The states that were reached.
    pub reached: BTreeSet<String>,
}

impl Visit {
    /// A fact by its name, as the last probe of this program has it: it says how far an address gets.
    pub fn fact(&self, name: &str) -> Option<&FactValue> {
        let runs = self.runs.iter().rev();
        let ours = runs.filter(|run| run.plugin.description.standing.is_built_in());
        let facts = ours.flat_map(|run| &run.outcome.facts);
        facts
            .filter(|fact| fact.name == name)
            .map(|fact| &fact.value)
            .next()
    }
}

/// Why a run ended before its probes did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cut {
    /// The time for the whole run was up.
    TimedOut,
    /// The user interrupted it.
    Interrupted,
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
    /// Whether it ended early.
    pub cut: Option<Cut>,
    /// What was looked up about our source addresses, if anybody asked for it.
    pub sheet: Option<Looks>,
    /// What it made on the remote and could not remove.
    pub left_behind: Vec<LeftBehind>,
    /// What became of the password; a replay sends none.
    pub password: Became,
}

impl Record {
    /// The runs of all probes from all source addresses.
    pub fn runs(&self) -> impl Iterator<Item = &ProbeRun> {
        self.visits.iter().flat_map(|visit| &visit.runs)
    }
}
