//! What is kept of one remote.

use std::net::IpAddr;

use facts::name;
use model::cleaner;
use model::finding::{FactValue, OmissionCause, Owner, Severity};
use model::matrix::Step;
use model::verdict::Verdict;
use report::Report;
use serde::Serialize;

use super::OfRemote;

/// No text of a summary is longer, in characters.
const MOST: usize = 500;
/// The last day of the certificate, as its probe declares it.
const CERTIFICATE_END: &str = "certificate.not-after";

/// What is known of one remote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its name in the list.
    pub name: String,
    /// Host and port.
    pub place: String,
    /// How it is; none where there is no report.
    pub verdict: Option<Verdict>,
    /// One sentence.
    pub summary: String,
    /// What is wrong with it, the most important first.
    pub root_causes: Vec<Found>,
    /// The server product, where it was recognised.
    pub product: Option<String>,
    /// The last day of its certificate, as `2027-01-31`.
    pub certificate_until: Option<String>,
    /// The longest of its jobs.
    pub duration_ms: Option<u64>,
    /// How far each source address gets.
    pub from: Vec<FromSource>,
    /// Why checks that were possible were not made, or why there is no report.
    pub not_tested: Vec<String>,
}

/// A root cause of one remote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// The code.
    pub code: String,
    /// Its title.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// Who has to act.
    pub owner: Owner,
}

/// What was seen of one remote from one source address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FromSource {
    /// The address.
    pub source: Option<IpAddr>,
    /// How far it gets.
    #[serde(flatten)]
    pub reached: Reached,
}

/// How far an address gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Reached {
    /// The last step that succeeded.
    pub furthest: Option<Step>,
    /// The first step that failed.
    pub failed: Option<Step>,
}

impl Entry {
    pub(super) fn of(remote: &OfRemote, together: Option<&Report>) -> Entry {
        let mut not_tested: Vec<String> = remote.without.iter().map(without).collect();
        let left_out = together.into_iter().flat_map(|it| &it.not_tested);
        let left_out = left_out.filter(|it| it.cause == OmissionCause::CouldNotLook);
        not_tested.extend(left_out.map(|it| clean(&format!("{}: {}", it.check, it.reason))));
        not_tested.dedup();
        let durations = remote.reports.iter().map(|(_, report)| report.duration_ms);
        let text = |fact: &str| match together?.facts.get(fact) {
            Some(FactValue::Text(text)) => Some(clean(text)),
            Some(_) | None => None,
        };
        Entry {
            name: clean(&remote.name),
            place: clean(&remote.place),
            verdict: together.map(|it| it.verdict),
            summary: match (together, not_tested.first()) {
                (Some(report), _) => clean(&report.summary),
                (None, Some(reason)) => format!("Not tested: {reason}"),
                (None, None) => "Not tested yet.".into(),
            },
            root_causes: together.map(root_causes).unwrap_or_default(),
            product: text(name::SERVER_PRODUCT),
            certificate_until: text(CERTIFICATE_END),
            duration_ms: durations.max(),
            from: remote.reports.iter().map(from).collect(),
            not_tested,
        }
    }

    pub(super) fn left_out(name: &str, place: &str, reason: &str) -> Entry {
        let mut remote = OfRemote::new(name, place);
        remote.without.push((None, reason.into()));
        Entry::of(&remote, None)
    }

    /// Whether a source address is turned away: something fails from it, and another address gets further. What fails from all
    /// of them alike says nothing about an address.
    pub(super) fn turns_away(&self, from: &FromSource) -> bool {
        let best = self.from.iter().map(|it| it.reached.furthest).max();
        from.reached.failed.is_some() && best > Some(from.reached.furthest)
    }
}

fn clean(text: &str) -> String {
    cleaner::line(text, MOST)
}

fn without((source, reason): &(Option<IpAddr>, String)) -> String {
    let from = source.map(|it| format!("from {it}: ")).unwrap_or_default();
    clean(&format!("{from}{reason}"))
}

fn root_causes(report: &Report) -> Vec<Found> {
    let found = report.root_causes.iter().filter_map(|code| {
        let mut findings = report.findings.iter();
        let finding = findings.find(|it| it.code == *code)?;
        Some(Found {
            code: code.clone(),
            title: clean(&finding.title),
            severity: finding.severity,
            owner: finding.owner,
        })
    });
    found.collect()
}

fn from((source, report): &(Option<IpAddr>, Report)) -> FromSource {
    let row = report.matrix.first();
    let left = row.and_then(|row| row.address?.ip());
    FromSource {
        source: source.or(left),
        reached: Reached {
            furthest: row.and_then(|row| row.furthest()),
            failed: row.and_then(|row| row.failed()).map(|(step, _, _)| step),
        },
    }
}
