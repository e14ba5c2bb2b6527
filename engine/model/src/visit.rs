//! How a remote is looked at: from which address, how much, for which purpose, and how each probe ended.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::remote::Depth;

/// How much is looked at from one source address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VisitScope {
    /// Everything that was asked for.
    Full,
    /// The first steps, up to TLS: what tells how addresses differ, for one connection each.
    Ladder,
}

/// Whether an address is seen for the first time, or once more because it differed from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attempt {
    /// For the first time.
    First,
    /// Once more.
    Second,
}

/// A check runs its probes once, and once more where it proves a change of settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunPhase {
    /// The diagnosis.
    #[default]
    Diagnosis,
    /// The brief run with changed settings.
    Proof,
}

impl RunPhase {
    /// Whether it is the diagnosis itself.
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
    pub fn is_diagnosis(&self) -> bool {
        *self == RunPhase::Diagnosis
    }
}

/// A visit within a part: from where, how much, and whether for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct VisitKey {
    /// First looks, or those that are made once more.
    #[serde(rename = "round")]
    pub attempt: Attempt,
    /// The source address; none where the system chose.
    pub source: Option<IpAddr>,
    /// How much was looked at.
    #[serde(rename = "look")]
    pub scope: VisitScope,
}

/// What a probe ran for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// To find out how the remote is.
    #[serde(rename = "look")]
    Diagnose,
    /// To remove what it had made there. What it says then is not part of a report.
    CleanUp,
}

/// How a probe's run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunResult {
    /// It said what it saw.
    Done,
    /// It was not run: what it goes on from was not there.
    Skipped(SkipReason),
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

/// Why a probe cannot run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SkipReason {
    /// No probe of this run reaches the state.
    #[serde(rename = "nobody-leaves")]
    NobodyProvides(String),
    /// The time of the whole run, so many seconds, leaves none for it.
    NoTime {
        /// The seconds.
        seconds: u32,
    },
    /// The probes that could reach the state ended without it.
    NotReached {
        /// The state.
        state: String,
        /// The probes that could have reached it.
        by: Vec<String>,
    },
    /// The connection of the state was taken and not handed back.
    UsedUp {
        /// The state.
        state: String,
        /// The probe that took it.
        by: String,
    },
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

/// Something that is still on the remote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct LeftBehind {
    /// The source address of the session that made it.
    pub source: Option<IpAddr>,
    /// The probe that made it.
    pub probe: String,
    /// The path as it was sent.
    pub path: String,
    /// The directory it counts from, where that is known.
    pub directory: Option<String>,
    /// What the server says to its removal, where it said something.
    pub refusal: Option<String>,
}

/// What became of the password in a run. A run that goes on from it keeps to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PasswordUse {
    /// It was not sent.
    #[default]
    Untried,
    /// The server accepted it.
    Accepted,
    /// The server refused it, or did not say: it is not to be sent again.
    Spent,
}
