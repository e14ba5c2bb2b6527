//! How far a visit got, as a row of the matrix: from the states it reached and the faults that its probes found.

use facts::{label, name};
use model::address::Address;
use model::finding::{FactValue, Finding};
use model::matrix::{Cell, Row, Step, Steps, VantagePoint, failed};
use model::visit::VisitScope;

use crate::blocker::{Blocker, why_not_reached};
use crate::record::Visit;

/// The row of a visit.
pub fn row(visit: &Visit, vantage: VantagePoint, dedicated: bool) -> Row {
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
        scope: visit.scope,
        steps: steps(visit),
        again: None,
    }
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
                    reason: format!("blocked by {code}"),
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
        .map(|run| &run.probe.description)
        .filter(|probe| probe.provides.iter().any(|state| state == step.state()))
        .map(|probe| probe.name.clone())
        .collect();
    if leavers.is_empty() {
        let reason = match visit.scope {
            VisitScope::Full => "no probe of this run tries it".into(),
            VisitScope::Ladder => {
                "another address with the same behaviour was checked in full".into()
            }
        };
        return Cell::NotTested { reason };
    }
    match why_not_reached(&visit.runs, &leavers) {
        // A fault of TLS is none of the greeting, which came before it or was never waited for.
        Blocker::Fault(finding) if step == Step::Greeting && is_of_tls(&finding.code) => {
            Cell::NotTested {
                reason: format!("blocked by {}", finding.code),
            }
        }
        Blocker::Fault(finding) => Cell::Failed {
            code: finding.code.clone(),
            how: how(finding),
        },
        Blocker::Other(_, reason) => Cell::NotTested { reason },
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
