//! One of the reports that are merged: what its source addresses are called among those of the others, and whose word is what
//! in it.

use std::collections::{BTreeMap, BTreeSet};

use super::{MergeError, Taken};
use crate::Report;
use diagnosis::codes::Codes;
use model::matrix::{Row, VantagePoint};
use model::signer::Signer;
use model::standing::{Standing, is_of_this_program};

/// One of the reports, its source addresses called so that they are told apart from those of the others.
pub(super) struct Part<'a> {
    pub(super) taken: &'a Taken,
    pub(super) rows: Vec<Row>,
    pub(super) names: BTreeMap<VantagePoint, VantagePoint>,
    /// Probes that are no part of this program, nor were of the one that made the report.
    third_parties: BTreeSet<&'a str>,
}

impl<'a> Part<'a> {
    pub(super) fn new(taken: &'a Taken, all: &[Taken], catalogue: &Codes) -> Part<'a> {
        let report = &taken.report;
        let addresses = || {
            all.iter()
                .flat_map(|it| &it.report.matrix)
                .map(|row| row.address)
        };
        let rename = |row: &Row| {
            // An address that two places have, as behind two NATs, or that nobody chose, says too little by itself.
            let unique = addresses()
                .filter(|address| *address == row.address)
                .count()
                == 1;
            if unique && !report.remote.sources.is_empty() {
                row.vantage.clone()
            } else {
                VantagePoint::at(row.address, &taken.place)
            }
        };
        let names: BTreeMap<VantagePoint, VantagePoint> = report
            .matrix
            .iter()
            .map(|row| (row.vantage.clone(), rename(row)))
            .collect();
        let rows = report.matrix.iter().map(|row| Row {
            vantage: names[&row.vantage].clone(),
            ..row.clone()
        });
        Part {
            taken,
            rows: rows.collect(),
            names,
            third_parties: third_parties(report, catalogue),
        }
    }

    /// What a probe of this report is taken for.
    pub(super) fn standing(&self, probe: &str) -> Standing {
        match self.third_parties.contains(probe) {
            true => Standing::ThirdParty,
            false => Standing::BuiltIn,
        }
    }

    /// What happened to a third-party probe is told by the engine; all else that is found by one is of its own area.
    pub(super) fn borrows_nothing(&self, catalogue: &Codes) -> Result<(), MergeError> {
        let mut findings = self.taken.report.findings.iter();
        let borrowed = findings.find(|found| {
            let (area, _) = found.code.split_once('.').unwrap_or((&found.code, ""));
            let is_ours = is_of_this_program(area) || catalogue.facts().is_area_of_ours(area);
            let of_this_program = is_ours && area != "probe";
            of_this_program && self.standing(&found.probe) == Standing::ThirdParty
        });
        match borrowed {
            None => Ok(()),
            Some(found) => Err(MergeError::Borrowed {
                place: self.taken.place.clone(),
                code: found.code.clone(),
                probe: found.probe.clone(),
            }),
        }
    }

    /// The addresses under their new names; none means all of this report.
    pub(super) fn renamed(&self, sources: &[VantagePoint]) -> Vec<VantagePoint> {
        if sources.is_empty() {
            return self.names.values().cloned().collect();
        }
        let renamed = sources.iter().filter_map(|source| self.names.get(source));
        renamed.cloned().collect()
    }
}

/// Who is no part of this program: whoever the report says so of. Reports of versions that named no signer have only names
/// to go by.
fn third_parties<'a>(report: &'a Report, catalogue: &Codes) -> BTreeSet<&'a str> {
    let of_this_program = |name: &str| catalogue.has_probe(name);
    let others = report.probes.iter().filter(|probe| match &probe.signer {
        Some(signer) => *signer != Signer::BuiltIn,
        None => !of_this_program(&probe.id),
    });
    let said = report.findings.iter();
    let said = said.filter(|found| !found.standing.is_built_in());
    let said = said.map(|found| found.probe.as_str());
    others.map(|probe| probe.id.as_str()).chain(said).collect()
}
