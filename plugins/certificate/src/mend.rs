//! The smallest set of changes with which the certificate verifies: the proof that each fault was named, and no more.

use probe_sdk::trust::{Question, Store, TrustFault, verify};
use probe_sdk::{Finding, Run, value};

use crate::path::{End, Path};
use crate::sent::Sent;
use crate::{dates, facts, names};

pub(crate) const MENDED_BY: &str = "would pass with";

/// The changes, and whether the certificate verifies with all of them together.
pub(crate) struct Mended {
    /// Another moment than now.
    clock: Option<i64>,
    /// In place of the host's name, in words.
    name: Option<String>,
    /// The root to be trusted.
    root: Option<String>,
    /// What the library says with all changes made, beyond dates that no moment suits; none where it says no more.
    pub(crate) left: Option<TrustFault>,
    /// It was asked, and the library is content.
    proven: bool,
}

impl Mended {
    /// Asks with everything changed that the best way up calls for. `named`: the host is among the names of the leaf.
    pub(crate) fn by(run: &mut Run, sent: &Sent<'_>, path: &Path<'_>, named: bool) -> Mended {
        let now = run.request().now;
        let moment = path.moment_of_validity(now);
        // Where no moment suits all of them, the leaf's own counts: its issuers are judged by their dates.
        let at = moment.unwrap_or_else(|| dates::moment_of_validity(now, sent.leaf().certificate));
        let unknown = (path.end == End::UnknownRoot).then(|| path.top());
        let question = Question {
            chain: sent.all().to_vec(),
            name: named.then(|| run.remote().host.clone()),
            at,
            store: Store::Configured,
            anchors: unknown.iter().map(|root| root.der.to_vec()).collect(),
        };
        let verified = verify(&question);
        let proven = verified.is_ok();
        let left = match verified {
            Ok(()) => None,
            Err(TrustFault::Expired | TrustFault::NotYetValid) if moment.is_none() => None,
            Err(fault) => Some(fault),
        };
        let mended = Mended {
            clock: moment.filter(|at| *at != now),
            name: (!named).then(|| own_name(sent)),
            root: unknown.map(|root| facts::common_name(root.certificate.subject())),
            left,
            proven,
        };
        mended.note(run);
        mended
    }

    /// Adds the moment to a fault of dates.
    pub(crate) fn by_clock(&self, finding: Finding) -> Finding {
        self.evidence(finding, self.clock.map(clock))
    }

    /// Adds the root to a fault of trust.
    pub(crate) fn by_root(&self, finding: Finding) -> Finding {
        self.evidence(finding, self.root.as_deref().map(root))
    }

    fn evidence(&self, finding: Finding, change: Option<String>) -> Finding {
        match change.filter(|_| self.proven) {
            Some(change) => finding.evidence(MENDED_BY, change),
            None => finding,
        }
    }

    fn note(&self, run: &mut Run) {
        let changes: Vec<String> = [
            self.clock.map(clock),
            self.name.clone(),
            self.root.as_deref().map(root),
        ]
        .into_iter()
        .flatten()
        .collect();
        if self.proven && !changes.is_empty() {
            run.note(facts::VERIFIES_WITH, value::texts(changes));
        }
    }
}

fn own_name(sent: &Sent<'_>) -> String {
    match names::of(sent.leaf().certificate).first() {
        Some(name) => format!("its own name, {name}"),
        None => "no name asked for".into(),
    }
}

fn clock(at: i64) -> String {
    format!("the clock set to  {}", dates::day(at))
}

fn root(name: &str) -> String {
    format!("{name} as a trusted root")
}
