//! How far each source address gets: one row for each, one cell for each step from the first packet to a transfer.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use facts::state;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::visit::VisitScope;

/// What has to succeed, in this order.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// A TCP connection to the control port.
    Reach,
    /// The server greets and is ready.
    Greeting,
    /// TLS on the control connection.
    Tls,
    /// The login.
    Login,
    /// A data connection.
    Data,
}

impl Step {
    /// All of them, in their order.
    pub const ALL: [Step; 5] = [
        Step::Reach,
        Step::Greeting,
        Step::Tls,
        Step::Login,
        Step::Data,
    ];

    /// The state that probes leave when the step has succeeded. A greeting is no state of its own: it is read on the way
    /// to TLS.
    pub fn state(self) -> &'static str {
        match self {
            Step::Reach => state::CONNECTED,
            Step::Greeting | Step::Tls => state::SECURED,
            Step::Login => state::LOGGED_IN,
            Step::Data => state::TRANSFERRING,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Step::Reach => "reach",
            Step::Greeting => "greeting",
            Step::Tls => "tls",
            Step::Login => "login",
            Step::Data => "data",
        })
    }
}

/// What became of one step.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "kebab-case")]
pub enum Cell {
    /// It succeeded.
    Passed,
    /// A fault ended the way here.
    Failed {
        /// The code of the fault.
        code: String,
        /// How it showed, in a word or two: `dropped`, `reset`, `closed`, or the code of the reply.
        how: Option<String>,
    },
    /// It was not tried.
    NotTested {
        /// Why not.
        reason: String,
    },
    /// There is no such step, as TLS in clear text.
    NotApplicable,
}

/// The steps of one visit.
pub type Steps = BTreeMap<Step, Cell>;

/// Whose connections a row is about: a source address, or the place where a report was taken.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct VantagePoint(String);

impl VantagePoint {
    /// A place that needs more than its address, as where a report was taken.
    pub fn at(address: Option<Address>, place: &str) -> VantagePoint {
        VantagePoint(match address {
            Some(address) => format!("{address} ({place})"),
            None => place.into(),
        })
    }

    /// Whether connections from this address are meant.
    pub fn is_at(&self, address: Address) -> bool {
        let first = self.0.split(' ').next().unwrap_or_default();
        first.parse() == Ok(address)
    }
}

impl From<IpAddr> for VantagePoint {
    fn from(address: IpAddr) -> VantagePoint {
        VantagePoint(address.to_string())
    }
}

impl fmt::Display for VantagePoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How far one source address gets.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[schemars(rename = "MatrixRow")]
pub struct Row {
    /// Whose row it is.
    pub vantage: VantagePoint,
    /// The address that connections left from, as far as it is known.
    pub address: Option<Address>,
    /// Whether the settings mark it as dedicated.
    pub dedicated: bool,
    /// The address that the remote says it sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_as: Option<Address>,
    /// How much was tried from it.
    #[serde(rename = "look")]
    pub scope: VisitScope,
    /// What became of each step.
    pub steps: Steps,
    /// What became of the first steps when they were tried a second time, later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<Steps>,
}

impl Row {
    /// The first step that failed, with its code.
    pub fn failed(&self) -> Option<(Step, &str, Option<&str>)> {
        failed(&self.steps)
    }

    /// Whether a step succeeded.
    pub fn passed(&self, step: Step) -> bool {
        self.steps.get(&step) == Some(&Cell::Passed)
    }

    /// The last step that succeeded.
    pub fn furthest(&self) -> Option<Step> {
        Step::ALL.into_iter().rev().find(|step| self.passed(*step))
    }
}

/// The first of these steps that failed.
pub fn failed(steps: &Steps) -> Option<(Step, &str, Option<&str>)> {
    steps.iter().find_map(|(step, cell)| match cell {
        Cell::Failed { code, how } => Some((*step, code.as_str(), how.as_deref())),
        _ => None,
    })
}
