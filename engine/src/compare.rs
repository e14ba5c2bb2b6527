//! What several source addresses saw, side by side: an address that is turned away while another gets through is not let
//! in, whatever it looks like from that address alone.

use std::net::IpAddr;

use crate::builtin::Catalogue;
use crate::diagnose::Diagnosed;
use crate::finding::{Confidence, Evidence, Finding};
use crate::run::Record;

/// The code for an address that is not let in; its page says which symptoms it explains.
const BLOCKED: &str = "net.source-ip-blocked";
/// Noted by whichever probe brings a control connection about.
const REACHED: &str = "control.mode";

/// The finding that some of the source addresses are not let in, if others are.
pub fn blocked_sources(record: &Record, catalogue: &Catalogue) -> Option<Diagnosed> {
    let code = catalogue.code(BLOCKED)?;
    let mut evidence = Vec::new();
    let (mut blocked, mut probe) = (Vec::new(), None);
    let mut one_reached = false;
    for source in sources(record) {
        let runs = || record.runs.iter().filter(|run| run.source == Some(source));
        let reached = runs().any(|run| run.outcome.facts.iter().any(|fact| fact.name == REACHED));
        let symptom = runs().find_map(|run| {
            let finding = run
                .outcome
                .findings
                .iter()
                .find(|finding| code.explains(&finding.code))?;
            Some((&run.plugin.description.name, &finding.code))
        });
        let saw = match (reached, symptom) {
            (true, _) => {
                one_reached = true;
                "gets through to the server".to_string()
            }
            (false, Some((found_by, symptom))) => {
                blocked.push(source);
                probe.get_or_insert(found_by.clone());
                format!("does not: {symptom}")
            }
            (false, None) => continue,
        };
        evidence.push(Evidence {
            label: source.to_string(),
            value: saw,
        });
    }
    if !one_reached || blocked.is_empty() {
        return None;
    }
    let names: Vec<String> = blocked.iter().map(ToString::to_string).collect();
    let detail = format!(
        "From {} the server cannot be reached, and from another of our addresses it can: it is, or its firewall is, set \
         up to let only some of them in.",
        names.join(" and ")
    );
    Some(Diagnosed {
        finding: Finding {
            code: BLOCKED.into(),
            detail,
            evidence,
            owner: None,
            confidence: Confidence::Certain,
            alternatives: Vec::new(),
            patch: None,
        },
        severity: code.severity,
        owner: code.owner,
        title: code.title.clone(),
        probe: probe?,
        sources: blocked,
        caused_by: None,
    })
}

/// Each source address once, in the order of the runs.
fn sources(record: &Record) -> Vec<IpAddr> {
    let mut sources = Vec::new();
    for source in record.runs.iter().filter_map(|run| run.source) {
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    sources
}
