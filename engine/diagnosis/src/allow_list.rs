//! What of the sheet is a fault. Most users sit behind a NAT, and their remotes work: an address is at fault only where
//! an allow list is in question, that is where it is marked as dedicated, or the remote turned it away.

use ftp::special;

use crate::codes::Codes;
use crate::diagnose::{Diagnosed, NotTested};
use crate::facts::facts;
use crate::record::Record;
use ::allow_list::{
    AddressLookUp, Back, Policy, Reverse, SourceAddress, change, dynamic_names, is_public, subjects,
};
use model::finding::{Basis, Evidence, Finding, Omission, OmissionCause};
use model::matrix::VantagePoint;
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
    for look_up in &looks {
        let of_this = [
            remote_is_public.then(|| not_public(look_up)).flatten(),
            listed(look_up, &zone),
            now.and_then(|now| change(&look_up.spells, now))
                .map(|changed| not_static(look_up, changed)),
        ];
        for finding in of_this.into_iter().flatten() {
            add(&mut all, look_up, finding, catalogue);
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
fn in_question(record: &Record, remote: &Remote, found: &[Diagnosed]) -> Vec<AddressLookUp> {
    let looks = match &record.sheet {
        Some(sheet) => sheet.looks.clone(),
        None => {
            let (facts, by_source) = facts(record);
            let subjects = subjects(remote, &facts, &by_source);
            subjects.into_iter().map(AddressLookUp::of).collect()
        }
    };
    let asked = record.sheet.is_some();
    let turned_away = |subject: &SourceAddress| {
        found.iter().any(|it| {
            it.finding.code == BLOCKED
                && match subject.source {
                    Some(source) => it.sources.contains(&VantagePoint::from(source)),
                    None => true,
                }
        })
    };
    looks
        .into_iter()
        .filter(|look_up| asked && look_up.subject.dedicated || turned_away(&look_up.subject))
        .collect()
}

fn not_public(look_up: &AddressLookUp) -> Option<Finding> {
    let address = look_up.subject.address()?;
    let range = special(address)?;
    let detail = format!(
        "{address} means nothing outside its own network, so an allow list with it allows nobody. The remote sees \
        the address of a gateway on our side, and that one has to be on the list."
    );
    let evidence = vec![
        evidence("source address", address),
        evidence("range", range),
    ];
    let basis = Basis::Decided("that range is in IANA's registries of special addresses".into());
    Some(finding(NOT_PUBLIC, detail, evidence, basis))
}

fn listed(look_up: &AddressLookUp, zone: &str) -> Option<Finding> {
    let address = look_up.subject.address()?;
    let mut seen = vec![evidence("source address", address)];
    for name in dynamic_names(look_up) {
        seen.push(evidence("reverse name", name));
    }
    if let Policy::Listed { answers, reason } = &look_up.policy {
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
    let detail = match (&look_up.policy, dynamic_names(look_up).is_empty()) {
        (Policy::Listed { .. }, true) => "A policy list contains it as an end user's line.",
        (Policy::Listed { .. }, false) => {
            "A policy list contains it as an end user's line, and its reverse name calls it dynamic or \
            residential."
        }
        (_, false) => "Its reverse name calls it dynamic or residential.",
        (_, true) => return None,
    };
    let detail = format!(
        "{detail} That does not prove that {address} changes hands. But parties that rely on such signs will not \
        list it."
    );
    Some(finding(LISTED, detail, seen, Basis::Observed))
}

fn not_static(look_up: &AddressLookUp, changed: String) -> Finding {
    let address = look_up.subject.address();
    let whose = match look_up.subject.seen {
        Some(_) => "The remote sees us at a changing address",
        None => "Our address changes",
    };
    let detail = format!(
        "{whose}, so an allow list with today's address blocks us tomorrow. Get a static address before it is \
        listed."
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
fn add(all: &mut Vec<Diagnosed>, look_up: &AddressLookUp, finding: Finding, catalogue: &Codes) {
    let source = look_up.subject.source.map(VantagePoint::from);
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

fn open_questions(look_up: &AddressLookUp) -> Vec<NotTested> {
    let Some(address) = look_up.subject.address() else {
        let reason = "the address that connections leave from is not known";
        return vec![open("the source address".into(), true, reason)];
    };
    let mut all = Vec::new();
    match &look_up.reverse {
        Reverse::NotChecked(why) => all.push(open(format!("reverse name of {address}"), true, why)),
        Reverse::Names(names) => {
            all.extend(names.iter().filter_map(|name| match &name.back {
                Back::NotChecked(why) => Some(open(
                    format!("whether {} resolves back to {address}", name.name),
                    false,
                    why,
                )),
                Back::Here | Back::Elsewhere(_) => None,
            }));
        }
        Reverse::Nameless | Reverse::NotAsked => {}
    }
    if let Policy::NotChecked(why) = &look_up.policy {
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

    fn look_up(local: &str, seen: Option<&str>) -> AddressLookUp {
        AddressLookUp::of(SourceAddress {
            source: local.parse().ok(),
            local: local.parse().ok(),
            seen: seen.map(|seen| seen.parse().unwrap()),
            dedicated: true,
        })
    }

    #[test]
    fn a_private_address_is_no_fault_where_the_remote_sees_a_public_one() {
        assert!(not_public(&look_up("10.0.0.5", None)).is_some());
        assert!(not_public(&look_up("10.0.0.5", Some("100.64.0.9"))).is_some());
        assert!(not_public(&look_up("10.0.0.5", Some("203.0.113.7"))).is_none());
        assert!(not_public(&look_up("203.0.113.7", None)).is_none());
    }

    #[test]
    fn what_could_not_be_looked_up_is_an_open_question() {
        let mut look_up = look_up("203.0.113.7", None);
        assert!(open_questions(&look_up).is_empty());
        look_up.policy = Policy::NotChecked("silence".into());
        look_up.reverse = Reverse::NotChecked("silence".into());
        let open = open_questions(&look_up);
        assert_eq!(open.len(), 2);
        let could_not_look = |it: &NotTested| it.omission.cause == OmissionCause::CouldNotLook;
        assert!(open.iter().all(could_not_look));
        assert!(listed(&look_up, "pbl.example.org").is_none());
    }
}
