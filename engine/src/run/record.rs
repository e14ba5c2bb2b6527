//! What a run established.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::clean_up::LeftBehind;
use crate::finding::Outcome;
use crate::net::{Counts, Transcript};
use crate::plugin::Plugin;
use crate::relay::OutOfReach;

/// How a probe's run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// It said what it saw.
    Ok,
    /// It was not run.
    Skipped(OutOfReach),
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
    pub outcome: Outcome,
}

/// Why a run ended before its probes did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The time for the whole run was up.
    TimedOut,
    /// The user interrupted it.
    Interrupted,
}

/// Everything a run established.
#[derive(Debug)]
pub struct Record {
    /// One for each probe and source address.
    pub runs: Vec<ProbeRun>,
    /// Connections opened.
    pub connections: Counts,
    /// The most of them at one time.
    pub peak: usize,
    /// The dialogue.
    pub transcript: Transcript,
    /// How long it took.
    pub duration: Duration,
    /// Whether it ended early.
    pub cut: Option<Cut>,
    /// What it made on the remote and could not remove.
    pub left_behind: Vec<LeftBehind>,
}
