//! What of the sheet is a fault. Most users sit behind a NAT, and their remotes work: an address is at fault only where
//! an allow list is in question, that is where it is marked as dedicated, or the remote turned it away.

use ftp::special;

use crate::codes::Codes;
use crate::diagnose::{Diagnosed, NotTested};
use crate::facts::facts;
use crate::record::Record;
use ::allow_list::{
    Back, Look, Policy, Reverse, Subject, change, dynamic_names, is_public, subjects,
};
use model::finding::{Basis, Evidence, Finding, Omission, OmissionCause};
use model::matrix::Vantage;
use model::remote::Remote;
use model::standing::Standing;

const NOT_PUBLIC: &str = "source.not-public";
const LISTED: &str = "source.listed-as-dynamic";
const NOT_STATIC: &str = "source.not-static";
const BLOCKED: &str = "net.source-ip-blocked";
/// Where the report says who found it.
const SHEET: &str = "sheet";

/// The faults of the source addresses, given what else was found.
pub fn findings(
    record: &Record,
    remote: &Remote,
    catalogue: &Codes,
    found: &[Diagnosed],
) -> Vec<Diagnosed> {
    let looks = in_question(record, remote, found);
    let (facts, _) = facts(record);
    let remote_is_public = is_public(remote, &facts);
    let now = record.sheet.as_ref().map(|sheet| sheet.at);
    let zone = record.sheet.as_ref().and_then(|it| it.policy_list.as_ref());
    let zone = zone.map(ToString::to_string).unwrap_or_default();
    let mut all: Vec<Diagnosed> = Vec::new();
    for look in &looks {
        let of_this = [
            remote_is_public.then(|| not_public(look)).flatten(),
            listed(look, &zone),
            now.and_then(|now| change(&look.spells, now))
                .map(|changed| not_static(look, changed)),
        ];
        for finding in of_this.into_iter().flatten() {
            add(&mut all, look, finding, catalogue);
        }
    }
    all
}

/// What was asked for and could not be looked up.
pub fn not_tested(record: &Record) -> Vec<NotTested> {
    let looks = record.sheet.iter().flat_map(|sheet| &sheet.looks);
    looks.flat_map(open_questions).collect()
}

/// The addresses that an allow list is to have.
fn in_question(record: &Record, remote: &Remote, found: &[Diagnosed]) -> Vec<Look> {
    let looks = match &record.sheet {
        Some(sheet) => sheet.looks.clone(),
        None => {
            let (facts, by_source) = facts(record);
            let subjects = subjects(remote, &facts, &by_source);
            subjects.into_iter().map(Look::of).collect()
        }
    };
    let asked = record.sheet.is_some();
    let turned_away = |subject: &Subject| {
        found.iter().any(|it| {
            it.finding.code == BLOCKED
                && match subject.source {
                    Some(source) => it.sources.contains(&Vantage::from(source)),
                    None => true,
                }
        })
    };
    looks
        .into_iter()
        .filter(|look| asked && look.subject.dedicated || turned_away(&look.subject))
        .collect()
}

fn not_public(look: &Look) -> Option<Finding> {
    let address = look.subject.address()?;
    let range = special(address)?;
    let detail = format!(
        "{address} means nothing outside its own network: a list that has it lets nobody in. What the remote sees is the \
         address of a gateway on our side, and that one has to be on the list."
    );
    let evidence = vec![
        evidence("source address", address),
        evidence("range", range),
    ];
    let basis = Basis::Decided("IANA's registries of special addresses have that range".into());
    Some(finding(NOT_PUBLIC, detail, evidence, basis))
}

fn listed(look: &Look, zone: &str) -> Option<Finding> {
    let address = look.subject.address()?;
    let mut seen = vec![evidence("source address", address)];
    for name in dynamic_names(look) {
        seen.push(evidence("reverse name", name));
    }
    if let Policy::Listed { answers, reason } = &look.policy {
        let answers: Vec<String> = answers.iter().map(ToString::to_string).collect();
        seen.push(evidence(
            "policy list",
            format!("{zone} ({})", answers.join(", ")),
        ));
        seen.extend(
            reason
                .as_ref()
                .map(|reason| evidence("the list says", reason)),
        );
    }
    let detail = match (&look.policy, dynamic_names(look).is_empty()) {
        (Policy::Listed { .. }, true) => "A policy list has it as an end user's line.",
        (Policy::Listed { .. }, false) => {
            "A policy list has it as an end user's line, and its reverse name calls it dynamic or residential."
        }
        (_, false) => "Its reverse name calls it dynamic or residential.",
        (_, true) => return None,
    };
    let detail = format!(
        "{detail} That does not prove that {address} changes hands, and parties that go by such signs will not list it."
    );
    Some(finding(LISTED, detail, seen, Basis::Observed))
}

fn not_static(look: &Look, changed: String) -> Finding {
    let address = look.subject.address();
    let whose = match look.subject.seen {
        Some(_) => "The remote sees us at a changing address",
        None => "Our address changes",
    };
    let detail = format!(
        "{whose}: a list that has today's lets nobody in tomorrow. It is to be a static one before it is listed."
    );
    let mut seen: Vec<Evidence> = address
        .map(|address| evidence("source address", address))
        .into_iter()
        .collect();
    seen.push(evidence("changed", changed));
    finding(NOT_STATIC, detail, seen, Basis::Observed)
}

fn finding(code: &str, detail: String, evidence: Vec<Evidence>, basis: Basis) -> Finding {
    Finding {
        code: code.into(),
        detail,
        evidence,
        owner: None,
        basis,
        patch: None,
    }
}

fn evidence(label: &str, value: impl ToString) -> Evidence {
    Evidence {
        label: label.into(),
        value: value.to_string(),
    }
}

/// One finding for each code: those of several addresses become one.
fn add(all: &mut Vec<Diagnosed>, look: &Look, finding: Finding, catalogue: &Codes) {
    let source = look.subject.source.map(Vantage::from);
    let finding = Finding {
        evidence: finding.seen().collect(),
        ..finding
    };
    if let Some(same) = all.iter_mut().find(|it| it.finding.code == finding.code) {
        same.finding.evidence.extend(finding.evidence);
        same.sources.extend(source);
        return;
    }
    let Some(code) = catalogue.code(&finding.code) else {
        return;
    };
    all.push(Diagnosed {
        severity: code.severity,
        confidence: finding.basis.confidence(code.severity),
        owner: code.owner,
        title: code.title.clone(),
        finding,
        probe: SHEET.into(),
        standing: Standing::BuiltIn,
        sources: source.into_iter().collect(),
        caused_by: None,
    });
}

fn open_questions(look: &Look) -> Vec<NotTested> {
    let Some(address) = look.subject.address() else {
        let reason = "the address that connections leave from is not known";
        return vec![open("the source address".into(), true, reason)];
    };
    let mut all = Vec::new();
    match &look.reverse {
        Reverse::NotChecked(why) => all.push(open(format!("reverse name of {address}"), true, why)),
        Reverse::Names(names) => {
            all.extend(names.iter().filter_map(|name| match &name.back {
                Back::NotChecked(why) => Some(open(
                    format!("whether {} leads back to {address}", name.name),
                    false,
                    why,
                )),
                Back::Here | Back::Elsewhere(_) => None,
            }));
        }
        Reverse::Nameless | Reverse::NotAsked => {}
    }
    if let Policy::NotChecked(why) = &look.policy {
        all.push(open(format!("policy list on {address}"), true, why));
    }
    all
}

fn open(check: String, decides: bool, reason: &str) -> NotTested {
    let codes = match decides {
        true => vec![LISTED.into()],
        false => Vec::new(),
    };
    NotTested {
        omission: Omission {
            check,
            codes,
            cause: OmissionCause::CouldNotLook,
            reason: reason.into(),
        },
        probe: SHEET.into(),
        standing: Standing::BuiltIn,
        sources: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(local: &str, seen: Option<&str>) -> Look {
        Look::of(Subject {
            source: local.parse().ok(),
            local: local.parse().ok(),
            seen: seen.map(|seen| seen.parse().unwrap()),
            dedicated: true,
        })
    }

    #[test]
    fn a_private_address_is_no_fault_where_the_remote_sees_a_public_one() {
        assert!(not_public(&look("10.0.0.5", None)).is_some());
        assert!(not_public(&look("10.0.0.5", Some("100.64.0.9"))).is_some());
        assert!(not_public(&look("10.0.0.5", Some("203.0.113.7"))).is_none());
        assert!(not_public(&look("203.0.113.7", None)).is_none());
    }

    #[test]
    fn what_could_not_be_looked_up_is_an_open_question() {
        let mut look = look("203.0.113.7", None);
        assert!(open_questions(&look).is_empty());
        look.policy = Policy::NotChecked("silence".into());
        look.reverse = Reverse::NotChecked("silence".into());
        let open = open_questions(&look);
        assert_eq!(open.len(), 2);
        let could_not_look = |it: &NotTested| it.omission.cause == OmissionCause::CouldNotLook;
        assert!(open.iter().all(could_not_look));
        assert!(listed(&look, "pbl.example.org").is_none());
    }
}
