//! How far each source address gets: one row for each, one cell for each step from the first packet to a transfer.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use facts::{label, name, state};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::finding::{FactValue, Finding};
use crate::run::{Look, Visit};
use crate::why::{Why, why_not_reached};

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
pub struct Vantage(String);

impl Vantage {
    /// A place that needs more than its address, as where a report was taken.
    pub fn at(address: Option<Address>, place: &str) -> Vantage {
        Vantage(match address {
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

impl From<IpAddr> for Vantage {
    fn from(address: IpAddr) -> Vantage {
        Vantage(address.to_string())
    }
}

impl fmt::Display for Vantage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How far one source address gets.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[schemars(rename = "MatrixRow")]
pub struct Row {
    /// Whose row it is.
    pub vantage: Vantage,
    /// The address that connections left from, as far as it is known.
    pub address: Option<Address>,
    /// Whether the settings mark it as dedicated.
    pub dedicated: bool,
    /// The address that the remote says it sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_as: Option<Address>,
    /// How much was tried from it.
    pub look: Look,
    /// What became of each step.
    pub steps: Steps,
    /// What became of the first steps when they were tried a second time, later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<Steps>,
}

impl Row {
    /// The row of a visit.
    pub fn of(visit: &Visit, vantage: Vantage, dedicated: bool) -> Row {
        let address = |name: &str| match visit.fact(name) {
            Some(FactValue::Text(text)) => text.parse().ok(),
            _ => None,
        };
        Row {
            vantage,
            address: visit
                .source
                .map(Address::from)
                .or_else(|| address(name::SOURCE_ADDRESS)),
            dedicated,
            seen_as: address(name::SOURCE_SEEN_AS),
            look: visit.look,
            steps: steps(visit),
            again: None,
        }
    }

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

/// What became of each step of a visit.
pub fn steps(visit: &Visit) -> Steps {
    let mut steps = Steps::new();
    for step in Step::ALL {
        let cell = if reached(visit, step) {
            Cell::Passed
        } else if step == Step::Tls && visit.reached.contains(step.state()) {
            Cell::NotApplicable
        } else {
            match (failed(&steps), missed(visit, step)) {
                (Some((_, code, _)), _) => Cell::NotTested {
                    reason: format!("{code} stands in the way"),
                },
                (None, cell) => cell,
            }
        };
        steps.insert(step, cell);
    }
    steps
}

fn reached(visit: &Visit, step: Step) -> bool {
    let at_state = visit.reached.contains(step.state());
    match step {
        Step::Greeting => at_state || visit.fact(name::SERVER_GREETING).is_some(),
        Step::Tls => at_state && visit.fact(name::TLS_VERSION).is_some(),
        Step::Reach | Step::Login | Step::Data => at_state,
    }
}

/// Why a step was not reached.
fn missed(visit: &Visit, step: Step) -> Cell {
    let leavers: Vec<String> = visit
        .runs
        .iter()
        .map(|run| &run.plugin.description)
        .filter(|probe| probe.provides.iter().any(|state| state == step.state()))
        .map(|probe| probe.name.clone())
        .collect();
    if leavers.is_empty() {
        let reason = match visit.look {
            Look::Full => "no probe of this run tries it".into(),
            Look::Ladder => "another address that behaves alike was looked at in full".into(),
        };
        return Cell::NotTested { reason };
    }
    match why_not_reached(&visit.runs, &leavers) {
        // A fault of TLS is none of the greeting, which came before it or was never waited for.
        Why::Fault(finding) if step == Step::Greeting && is_of_tls(&finding.code) => {
            Cell::NotTested {
                reason: format!("{} stands in the way", finding.code),
            }
        }
        Why::Fault(finding) => Cell::Failed {
            code: finding.code.clone(),
            how: how(finding),
        },
        Why::Other(_, reason) => Cell::NotTested { reason },
    }
}

fn is_of_tls(code: &str) -> bool {
    ["tls.", "ftps.", "cert."]
        .iter()
        .any(|area| code.starts_with(area))
}

/// How a fault showed: in the probe's word for it, or as the code of a reply (RFC 959 section 4.2).
fn how(finding: &Finding) -> Option<String> {
    let labelled = |label: &str| finding.evidence.iter().find(|it| it.label == label);
    if let Some(evidence) = labelled(label::HOW) {
        return Some(evidence.value.clone());
    }
    let code: String = labelled(label::REPLY)?.value.chars().take(3).collect();
    let is_code = code.len() == 3 && code.chars().all(|c| c.is_ascii_digit());
    is_code.then_some(code)
}
