//! What nothing is known about.

use super::NotTested;
use crate::blocker::why_not_run;
use crate::record::Record;
use model::finding::{Description, Omission, OmissionCause};
use model::matrix::VantagePoint;
use model::standing::Standing;
use model::visit::VisitScope;

/// What is said of a probe that the user left out.
pub const LEFT_OUT: &str = "left out";

/// What the probes left out, and the probes that were left out; with the source addresses where it is not all of them.
pub(super) fn not_tested(record: &Record) -> Vec<NotTested> {
    let mut all: Vec<NotTested> = Vec::new();
    let mut add =
        |(probe, standing): (&str, Standing), omission: Omission, source: Option<VantagePoint>| {
            if omission.cause == OmissionCause::NotApplicable {
                return;
            }
            let same = |it: &&mut NotTested| it.omission == omission && it.probe == probe;
            match all.iter_mut().find(same) {
                Some(entry) => entry.sources.extend(source),
                None => all.push(NotTested {
                    omission,
                    probe: probe.into(),
                    standing,
                    sources: source.into_iter().collect(),
                }),
            }
        };
    for visit in &record.visits {
        for run in &visit.runs {
            let probe = &run.probe.description;
            let source = || run.source.map(VantagePoint::from);
            let of = (probe.name.as_str(), probe.standing);
            for omission in &run.outcome.not_tested {
                add(of, omission.clone(), source());
            }
            if let Some((cause, reason)) = why_not_run(&visit.runs, run) {
                let omission = of_all_codes(probe, cause, reason);
                add(of, omission, source());
            }
        }
        if visit.scope == VisitScope::Ladder {
            let omission = Omission {
                check: "everything after TLS".into(),
                codes: Vec::new(),
                cause: OmissionCause::Represented,
                reason: "another address with the same behaviour so far was checked in full".into(),
            };
            let of = ("", Standing::BuiltIn);
            add(of, omission, visit.source.map(VantagePoint::from));
        }
    }
    for left_out in &record.left_out {
        let probe = &left_out.probe.description;
        let reason = format!("{LEFT_OUT} ({})", left_out.by);
        let omission = of_all_codes(probe, OmissionCause::NotAsked, reason);
        add((&probe.name, probe.standing), omission, None);
    }
    for entry in &mut all {
        entry.sources.dedup();
        if entry.sources.len() == record.visits.len() {
            entry.sources.clear();
        }
    }
    all
}

/// A whole probe that said nothing.
fn of_all_codes(probe: &Description, cause: OmissionCause, reason: String) -> Omission {
    Omission {
        check: probe.summary.clone(),
        codes: probe.codes.iter().map(|code| code.name.clone()).collect(),
        cause,
        reason,
    }
}
