//! What was said to the remote, and over how many connections.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::failure::FailureKind;
use crate::visit::RunPhase;

/// Which way a line went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// From us to the server.
    Sent,
    /// From the server to us.
    Received,
    /// An event: connected, TLS done, closed.
    Event,
}

/// One line of the dialogue.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Line {
    /// Since the start of the run, in milliseconds.
    pub at_ms: u64,
    /// The number of the connection, in the order they were opened.
    pub connection: u32,
    /// The probe that used it.
    pub probe: String,
    /// Which way it went.
    pub direction: Direction,
    /// Printable text; the password is never part of it.
    pub text: String,
    /// Where it tells of a failure: the kind, by its name in `wit/v0_1/probe.wit`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<FailureKind>,
    /// The run it belongs to: the diagnosis, or the proof of a change of settings after it.
    #[serde(default, skip_serializing_if = "RunPhase::is_diagnosis")]
    pub part: RunPhase,
}

/// How many connections a run opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Control connections.
    pub control: u32,
    /// Data connections.
    pub data: u32,
}
