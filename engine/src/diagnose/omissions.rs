//! What nothing is known about.

use super::NotTested;
use crate::finding::{Omission, OmissionCause};
use crate::matrix::Vantage;
use crate::run::{Look, Record};
use crate::why::why_not_run;

/// What the probes left out, and the probes that were left out; with the source addresses where it is not all of them.
pub(super) fn not_tested(record: &Record) -> Vec<NotTested> {
    let mut all: Vec<NotTested> = Vec::new();
    let mut add = |probe: &str, omission: Omission, source: Option<Vantage>| {
        if omission.cause == OmissionCause::NotApplicable {
            return;
        }
        let same = |it: &&mut NotTested| it.omission == omission && it.probe == probe;
        match all.iter_mut().find(same) {
            Some(entry) => entry.sources.extend(source),
            None => all.push(NotTested {
                omission,
                probe: probe.into(),
                sources: source.into_iter().collect(),
            }),
        }
    };
    for visit in &record.visits {
        for run in &visit.runs {
            let probe = &run.plugin.description;
            let source = || run.source.map(Vantage::from);
            for omission in &run.outcome.not_tested {
                add(&probe.name, omission.clone(), source());
            }
            if let Some((cause, reason)) = why_not_run(&visit.runs, run) {
                let omission = Omission {
                    check: probe.summary.clone(),
                    codes: probe.codes.iter().map(|code| code.name.clone()).collect(),
                    cause,
                    reason,
                };
                add(&probe.name, omission, source());
            }
        }
        if visit.look == Look::Ladder {
            let omission = Omission {
                check: "everything after TLS".into(),
                codes: Vec::new(),
                cause: OmissionCause::Represented,
                reason: "another address that behaves alike up to there was looked at in full"
                    .into(),
            };
            add("", omission, visit.source.map(Vantage::from));
        }
    }
    for entry in &mut all {
        entry.sources.dedup();
        if entry.sources.len() == record.visits.len() {
            entry.sources.clear();
        }
    }
    all
}
