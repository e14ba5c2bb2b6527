//! Reports of one remote that were taken from several places, as one: the desk of an agent does not own the addresses of a
//! gateway.

mod differences;
mod part;
#[cfg(test)]
mod tests;

use diagnosis::facts::Facts;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::case::{self, Case};
use super::{Connections, Report, ReportFinding, ReportOmission, SCHEMA_VERSION, Tool, summary};
use diagnosis::codes::Codes;
use diagnosis::compare;
use diagnosis::diagnose::{Diagnosed, NotTested, Observations, conclude};
use model::capability::Capability;
use model::finding::{Basis, Confidence, Finding, Omission};
use model::matrix::{Row, VantagePoint};
use model::remote::Remote;
use model::standing::Standing;
use model::verdict::Verdict;

use part::Part;

/// A report, and where it was taken: the name of its file.
#[derive(Debug)]
pub struct Taken {
    /// What people call the place.
    pub place: String,
    /// What was seen from there.
    pub report: Report,
}

/// One of the reports that another was made from.
#[derive(Clone, Debug, JsonSchema, Serialize, Deserialize)]
pub struct Origin {
    /// Where it was taken.
    pub place: String,
    /// When its run began (RFC 3339).
    pub started: Timestamp,
    /// How the remote was from there.
    pub verdict: Verdict,
}

/// Why reports cannot be compared.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// There is nothing to compare with.
    #[error("one report alone cannot be compared; give two or more of the same remote")]
    TooFew,
    /// They are about different things.
    #[error("{first} and {other} are not about the same remote: {what}")]
    OtherRemote {
        /// The place of the first report.
        first: String,
        /// The place of the one that does not fit.
        other: String,
        /// What differs, with both values.
        what: String,
    },
    /// Its tokens stand for other values than those of another report.
    #[error(
        "{0} is redacted: what its tokens stand for cannot be compared; give the report as it was taken"
    )]
    Redacted(String),
    /// It does not say how far each address gets.
    #[error(
        "{0} has no matrix of source addresses; take it again with this version of remote-doctor"
    )]
    NoMatrix(String),
    /// A third-party probe found in it what only probes of this program may find.
    #[error(
        "{place} has {code} by the word of the third-party probe `{probe}`, and that code belongs to this program; take it \
         again without that probe"
    )]
    Borrowed {
        /// The place of the report.
        place: String,
        /// The code.
        code: String,
        /// The probe.
        probe: String,
    },
}

/// One report of all, with one matrix and one diagnosis.
///
/// # Errors
/// They are not about the same remote, or there are too few.
pub fn merge(taken: &[Taken], catalogue: &Codes) -> Result<Report, MergeError> {
    let [first, others @ ..] = taken else {
        return Err(MergeError::TooFew);
    };
    if others.is_empty() {
        return Err(MergeError::TooFew);
    }
    if let Some(redacted) = taken.iter().find(|it| it.report.redaction.is_some()) {
        return Err(MergeError::Redacted(redacted.place.clone()));
    }
    for other in others {
        same_remote(first, other)?;
    }
    if let Some(bare) = taken.iter().find(|it| it.report.matrix.is_empty()) {
        return Err(MergeError::NoMatrix(bare.place.clone()));
    }
    let parts: Vec<Part<'_>> = taken
        .iter()
        .map(|one| Part::new(one, taken, catalogue))
        .collect();
    parts
        .iter()
        .try_for_each(|part| part.borrows_nothing(catalogue))?;
    let rows: Vec<Row> = parts.iter().flat_map(|part| part.rows.clone()).collect();
    let mut findings = findings(&parts);
    if !differences::is_one_address(&parts) {
        compare::weigh(&rows, &mut findings, catalogue);
        differences::weigh(taken, &parts, &mut findings);
    }
    let seen = Observations {
        findings,
        rows,
        not_tested: not_tested(&parts),
        order: taken
            .iter()
            .flat_map(|it| &it.report.probes)
            .map(|probe| probe.id.clone())
            .collect(),
        credentials: first.report.remote.user.is_some(),
        denied: denied(taken),
    };
    Ok(assemble(&parts, seen, catalogue))
}

fn denied(taken: &[Taken]) -> BTreeMap<String, BTreeSet<Capability>> {
    let probes = taken.iter().flat_map(|it| &it.report.probes);
    let denied = probes.filter(|probe| !probe.denied.is_empty());
    let denied = denied.map(|probe| (probe.id.clone(), probe.denied.clone()));
    denied.collect()
}

/// What has to be the same for the places to be what differs.
fn same_remote(first: &Taken, other: &Taken) -> Result<(), MergeError> {
    let settings = |taken: &Taken| {
        let remote = &taken.report.remote;
        let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".into());
        [
            ("host", remote.host.to_ascii_lowercase()),
            ("port", remote.port.to_string()),
            ("ssl", remote.ssl.to_string()),
            ("user", text(&remote.user)),
            ("remote path", text(&remote.remote_path)),
        ]
    };
    let pairs = settings(first).into_iter().zip(settings(other));
    match pairs.into_iter().find(|(one, two)| one != two) {
        None => Ok(()),
        Some(((name, one), (_, two))) => Err(MergeError::OtherRemote {
            first: first.place.clone(),
            other: other.place.clone(),
            what: format!("{name} {one} and {two}"),
        }),
    }
}

fn findings(parts: &[Part<'_>]) -> Vec<Diagnosed> {
    // What probes of this program say of a code stands; others add to it.
    let said = Standing::ALL.into_iter().flat_map(|standing| {
        let of =
            move |part: &&Part<'_>, found: &&ReportFinding| part.standing(&found.probe) == standing;
        parts.iter().flat_map(move |part| {
            let findings = part.taken.report.findings.iter();
            let findings = findings.filter(move |found| of(&part, found));
            findings.map(move |found| (part, found, standing))
        })
    });
    let mut all: Vec<Diagnosed> = Vec::new();
    for (part, found, standing) in said {
        let sources = part.renamed(&found.sources);
        match all.iter_mut().find(|it| it.finding.code == found.code) {
            None => all.push(diagnosed(found, standing, sources)),
            Some(known) => {
                let evidence = &mut known.finding.evidence;
                for new in &found.evidence {
                    if !evidence.contains(new) {
                        evidence.push(new.clone());
                    }
                }
                // What was settled from one place is settled.
                known.confidence = known.confidence.min(found.confidence);
                known.sources.extend(sources);
            }
        }
    }
    all
}

fn diagnosed(found: &ReportFinding, standing: Standing, sources: Vec<VantagePoint>) -> Diagnosed {
    Diagnosed {
        finding: Finding {
            code: found.code.clone(),
            detail: found.detail.clone(),
            evidence: found.evidence.clone(),
            owner: Some(found.owner),
            basis: match found.confidence {
                Confidence::Certain => Basis::Observed,
                Confidence::Likely => Basis::Likely(found.alternatives.clone()),
            },
            patch: found.settings_patch.as_ref().map(case::read_patch),
        },
        severity: found.severity,
        confidence: found.confidence,
        owner: found.owner,
        title: found.title.clone(),
        probe: found.probe.clone(),
        standing,
        sources,
        caused_by: None,
    }
}

fn not_tested(parts: &[Part<'_>]) -> Vec<NotTested> {
    let mut all: Vec<NotTested> = Vec::new();
    for part in parts {
        for left_out in &part.taken.report.not_tested {
            let sources = part.renamed(&left_out.sources);
            let omission = Omission {
                check: left_out.check.clone(),
                codes: left_out.codes.clone(),
                cause: left_out.cause,
                reason: left_out.reason.clone(),
            };
            let same = |it: &&mut NotTested| it.omission == omission && it.probe == left_out.probe;
            match all.iter_mut().find(same) {
                Some(known) => known.sources.extend(sources),
                None => all.push(NotTested {
                    omission,
                    probe: left_out.probe.clone(),
                    standing: part.standing(&left_out.probe),
                    sources,
                }),
            }
        }
    }
    let rows: usize = parts.iter().map(|part| part.rows.len()).sum();
    for left_out in all.iter_mut().filter(|it| it.sources.len() == rows) {
        left_out.sources.clear();
    }
    all
}

fn assemble(parts: &[Part<'_>], seen: Observations, catalogue: &Codes) -> Report {
    let reports = || parts.iter().map(|part| &part.taken.report);
    let (facts, facts_by_source) = facts(parts);
    let remote = remote(parts);
    let diagnosis = conclude(seen, catalogue);
    let case = Case {
        remote: &remote,
        facts: &facts,
        catalogue,
        rows: &diagnosis.rows,
    };
    let findings = diagnosis.findings.iter().map(|found| {
        let mut told = case.finding(found);
        // A third-party probe's page is not at hand, and its advice is in the report.
        if catalogue.code(&told.code).is_none() {
            let original = reports()
                .flat_map(|report| &report.findings)
                .find(|it| it.code == told.code);
            if let Some(original) = original {
                told.remedy = original.remedy.clone();
            }
        }
        told
    });
    let findings: Vec<ReportFinding> = findings.collect();
    Report {
        schema_version: SCHEMA_VERSION.into(),
        tool: Tool::this(),
        started: reports().map(|it| it.started).min().unwrap_or_default(),
        duration_ms: reports().map(|it| it.duration_ms).sum(),
        summary: summary::summary(&diagnosis, &remote, &facts, &findings, None),
        verdict: diagnosis.verdict,
        settings_patch: case::all_patches(&diagnosis),
        findings,
        root_causes: diagnosis.root_causes.clone(),
        not_tested: diagnosis
            .not_tested
            .iter()
            .map(ReportOmission::from)
            .collect(),
        left_behind: reports().flat_map(|it| it.left_behind.clone()).collect(),
        probes: reports().flat_map(|it| it.probes.clone()).collect(),
        connections: Connections {
            control: reports().map(|it| it.connections.control).sum(),
            data: reports().map(|it| it.connections.data).sum(),
            peak: reports()
                .map(|it| it.connections.peak)
                .max()
                .unwrap_or_default(),
        },
        incomplete: diagnosis.incomplete,
        interrupted: reports().any(|it| it.interrupted),
        masked: reports().map(|it| it.masked).sum(),
        // Their times begin at different moments; each report has its own.
        transcript: Vec::new(),
        matrix: diagnosis.rows,
        // It is looked up from one place; each report has its own.
        allow_list: None,
        clients: None,
        redaction: None,
        changes: None,
        declared: catalogue.facts().clone(),
        waited: None,
        merged_from: parts.iter().map(|part| part.taken.origin()).collect(),
        facts,
        facts_by_source,
        remote: (&remote).into(),
    }
}

impl Taken {
    fn origin(&self) -> Origin {
        Origin {
            place: self.place.clone(),
            started: self.report.started,
            verdict: self.report.verdict,
        }
    }
}

/// The settings of the first, with the source addresses of all.
fn remote(parts: &[Part<'_>]) -> Remote {
    let remotes = || {
        parts
            .iter()
            .filter_map(|part| part.taken.report.remote.known())
    };
    let mut remote = remotes().next().expect("redacted reports were refused");
    remote.sources = remotes().flat_map(|it| it.sources.clone()).collect();
    remote.dedicated = remotes().flat_map(|it| it.dedicated.clone()).collect();
    for list in [&mut remote.sources, &mut remote.dedicated] {
        list.sort_unstable();
        list.dedup();
    }
    remote
}

/// The facts of the first place that has them, and of each. Those of third parties are under names of their own.
fn facts(parts: &[Part<'_>]) -> (Facts, BTreeMap<String, Facts>) {
    let (mut all, mut by_source) = (Facts::new(), BTreeMap::new());
    for part in parts {
        let report = &part.taken.report;
        for (name, value) in &report.facts {
            all.entry(name.clone()).or_insert_with(|| value.clone());
        }
        for (own, new) in &part.names {
            let facts = report.facts_by_source.get(&own.to_string());
            by_source.insert(new.to_string(), facts.unwrap_or(&report.facts).clone());
        }
    }
    (all, by_source)
}
