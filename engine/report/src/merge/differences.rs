//! What differs between reports besides the place they were taken from. A difference in what was seen is one between
//! addresses only where nothing else differs.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::Taken;
use super::part::Part;
use diagnosis::compare::BLOCKED;
use diagnosis::diagnose::Diagnosed;
use model::address::Address;
use model::finding::{Alternative, Evidence};
use model::matrix::Step;

/// A server may come or go in a longer time, and lists of addresses are changed.
const SAME_TIME_S: i64 = 30 * 60;

/// Whether all reports are of one and the same address, as the server sees it: then no list of addresses is between them.
/// The same private address may be two, behind two translations.
pub(super) fn is_one_address(parts: &[Part<'_>]) -> bool {
    let rows = parts.iter().flat_map(|part| &part.rows);
    let seen: Option<BTreeSet<Address>> = rows
        .map(|row| row.seen_as.or(row.address.filter(is_its_own)))
        .collect();
    seen.is_some_and(|addresses| addresses.len() == 1)
}

fn is_its_own(address: &Address) -> bool {
    match address.ip() {
        Some(IpAddr::V4(ip)) => !ip.is_private() && !ip.is_loopback() && !ip.is_link_local(),
        Some(IpAddr::V6(ip)) => {
            !ip.is_loopback() && !ip.is_unique_local() && !ip.is_unicast_link_local()
        }
        None => false,
    }
}

/// What else differs, each in a few words.
fn between(taken: &[Taken]) -> Vec<String> {
    let mut all = Vec::new();
    let times = || taken.iter().map(|it| it.report.started);
    if let (Some(first), Some(last)) = (times().min(), times().max()) {
        let seconds = last.as_second() - first.as_second();
        if seconds > SAME_TIME_S {
            all.push(match seconds / 3_600 {
                0 => format!("the time: {} minutes apart", seconds / 60),
                1 => "the time: an hour or more apart".into(),
                hours => format!("the time: {hours} hours apart"),
            });
        }
    }
    let mut differs = |what: &str, value: &dyn Fn(&Taken) -> String| {
        let values: BTreeSet<String> = taken.iter().map(value).collect();
        if values.len() > 1 {
            let values: Vec<String> = values.into_iter().collect();
            all.push(format!("{what}: {}", values.join(" and ")));
        }
    };
    differs("the version of remote-doctor", &|it| {
        it.report.tool.version.clone()
    });
    differs("the certificate check", &|it| {
        it.report.remote.certificate_check.as_ref().to_owned()
    });
    differs("the address the name was checked at", &|it| {
        it.report
            .remote
            .connect_to
            .map_or("that of DNS".into(), |to| to.to_string())
    });
    differs("the passive command", &|it| {
        it.report
            .remote
            .client
            .passive_mode
            .map_or("any".into(), |it| it.as_ref().into())
    });
    differs("the IP version", &|it| {
        it.report
            .remote
            .client
            .ip_version
            .map_or("any".into(), |it| it.as_ref().into())
    });
    differs("the highest TLS version", &|it| {
        let highest = it.report.remote.client.highest_tls_version;
        highest.map_or("any".into(), |it| it.as_ref().into())
    });
    differs("the password encoding", &|it| {
        let encoding = it.report.remote.client.password_encoding;
        encoding.map_or("utf-8".into(), |it| it.as_ref().into())
    });
    all
}

/// Makes it likely at most that addresses are blocked, where something else may be the reason.
pub(super) fn weigh(taken: &[Taken], parts: &[Part<'_>], findings: &mut [Diagnosed]) {
    let differences = between(taken);
    let failed = parts.iter().flat_map(|part| &part.rows);
    let failed: Vec<(Step, &str)> = failed
        .filter_map(|row| row.failed().map(|(step, code, _)| (step, code)))
        .collect();
    let Some(found) = findings.iter_mut().find(|it| it.finding.code == BLOCKED) else {
        return;
    };
    let symptom = failed.first().map_or(BLOCKED, |(_, code)| *code);
    if !differences.is_empty() {
        found.finding.evidence.push(Evidence {
            label: "the reports differ in".into(),
            value: differences.join("; "),
        });
        found.doubt(Alternative {
            code: symptom.into(),
            deciding_test:
                "run the same check from all places, at the same time and with the same settings: the results \
                differ again"
                    .into(),
        });
    }
    // No report has the password.
    if let Some((_, code)) = failed.iter().find(|(step, _)| *step == Step::Login) {
        found.doubt(Alternative {
            code: (*code).into(),
            deciding_test:
                "make sure that all places use the same password: reports do not contain it".into(),
        });
    }
}
