//! From what the probes said to what is wrong: root causes in order, consequences folded under them, what was not
//! tested, and one verdict. Pure: no network, no clock.

mod fold;
mod omissions;
mod proof;

use model::verdict::Verdict;
use std::collections::{BTreeMap, BTreeSet};

use crate::codes::Codes;
use crate::compare;
use crate::record::{ProbeRun, Record, Visit};
use model::capability::Capability;
use model::finding::{
    Alternative, Basis, Confidence, Evidence, Finding, Omission, OmissionCause, Owner, PatchEffect,
    Severity,
};
use model::matrix::{Row, VantagePoint};
use model::remote::{CertificateCheck, Patience, Remote};
use model::standing::Standing;
use model::visit::RunResult;

use fold::fold;
pub use omissions::LEFT_OUT;
use omissions::not_tested;
pub use proof::Unseen;

/// A finding in the light of the others.
#[derive(Clone, Debug)]
pub struct Diagnosed {
    /// What was found.
    pub finding: Finding,
    /// The declared severity, eased where the settings accept the fault.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// Who has to act.
    pub owner: Owner,
    /// The title of the code.
    pub title: String,
    /// The probe that found it.
    pub probe: String,
    /// Whose word it is. What happened to a third-party probe is of its standing, too.
    pub standing: Standing,
    /// The source addresses it was found from; empty where the system chose.
    pub sources: Vec<VantagePoint>,
    /// The code of the root cause it is folded under.
    pub caused_by: Option<String>,
}

impl Diagnosed {
    /// Names one more look-alike: it is no more than likely then.
    pub fn doubt(&mut self, alternative: Alternative) {
        self.finding.basis.doubt(alternative);
        self.confidence = Confidence::Likely;
    }

    /// Whether it tells what happened to a probe, and nothing of the remote.
    pub fn is_about_a_probe(&self) -> bool {
        is_about_a_probe(&self.finding.code)
    }
}

/// A check that was not made, in the light of what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotTested {
    /// What was not made and why.
    pub omission: Omission,
    /// The probe that would have made it.
    pub probe: String,
    /// Whose word it is.
    pub standing: Standing,
    /// The source addresses from which it was not made, where it was from others.
    pub sources: Vec<VantagePoint>,
}

/// What is wrong.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    /// Worst first, consequences after their causes.
    pub findings: Vec<Diagnosed>,
    /// Codes, most important first.
    pub root_causes: Vec<String>,
    /// What nothing is known about.
    pub not_tested: Vec<NotTested>,
    /// What would have to be seen of the remote before it may be called healthy, and was not, though no fault that was
    /// found stands in the way.
    pub unseen: Vec<Unseen>,
    /// What the user denied to third-party probes of all that they ask for.
    pub denied: BTreeMap<String, BTreeSet<Capability>>,
    /// How far each source address gets.
    pub rows: Vec<Row>,
    /// How the remote is.
    pub verdict: Verdict,
    /// Whether something that was possible and asked for was not done.
    pub incomplete: bool,
}

/// Everything that was seen of one remote, before it is weighed.
#[derive(Debug)]
pub struct Observations {
    /// One for each code.
    pub findings: Vec<Diagnosed>,
    /// How far each source address gets.
    pub rows: Vec<Row>,
    /// What nothing is known about.
    pub not_tested: Vec<NotTested>,
    /// The probes in the order they go on from each other: what is found earlier lies deeper.
    pub order: Vec<String>,
    /// Whether there is a user to log in.
    pub credentials: bool,
    /// What the user denied to third-party probes.
    pub denied: BTreeMap<String, BTreeSet<Capability>>,
}

/// Diagnoses a record.
pub fn diagnose(record: &Record, remote: &Remote, catalogue: &Codes) -> Diagnosis {
    let rows = rows(record, remote);
    let mut findings = merged(record, remote, catalogue);
    compare::weigh(&rows, &mut findings, catalogue);
    for of_source in crate::allow_list::findings(record, remote, catalogue, &findings) {
        join(&mut findings, of_source);
    }
    match record.patience {
        Patience::Full => {}
        Patience::Fast | Patience::Budget { .. } => {
            let option = record.patience.option().unwrap_or_default();
            crate::fast::weigh(&mut findings, &option);
        }
    }
    let mut not_tested = not_tested(record);
    not_tested.extend(crate::allow_list::not_tested(record));
    let seen = Observations {
        findings,
        rows,
        not_tested,
        order: record
            .runs()
            .map(|run| run.probe.description.name.clone())
            .collect(),
        credentials: remote.user.is_some(),
        denied: denied(record),
    };
    conclude(seen, catalogue)
}

/// Weighs what was seen, whether in one run or in several.
pub fn conclude(seen: Observations, catalogue: &Codes) -> Diagnosis {
    let Observations {
        mut findings,
        rows,
        not_tested,
        order,
        credentials,
        denied,
    } = seen;
    findings.iter_mut().for_each(untried);
    findings.sort_by_key(|found| {
        let code = &found.finding.code;
        let place = catalogue.all().iter().position(|it| it.name == *code);
        let stage = order.iter().position(|probe| *probe == found.probe);
        // What happened to a probe says nothing about the remote: after everything that does.
        (
            found.severity == Severity::Info,
            found.standing,
            found.severity,
            is_about_a_probe(code),
            stage.unwrap_or(usize::MAX),
            place,
        )
    });
    fold(&mut findings, catalogue);
    let worst = worst(&findings, Standing::BuiltIn);
    let unseen = match worst {
        Some(Severity::Error) => Vec::new(),
        Some(Severity::Warning | Severity::Info) | None => proof::unseen(&rows, credentials),
    };
    let incomplete = not_tested
        .iter()
        .any(|it| it.omission.cause == OmissionCause::CouldNotLook)
        || findings.iter().any(|it| is_about_a_probe(&it.finding.code))
        || !(unseen.is_empty()
            || worst == Some(Severity::Warning) && withheld(&unseen, &not_tested));
    Diagnosis {
        verdict: verdict(&findings, incomplete),
        root_causes: root_causes(&findings),
        findings,
        not_tested,
        unseen,
        denied,
        rows,
        incomplete,
    }
}

/// Whether what was not seen was left out for want of a permission. Beside a warning that is no gap in the run; without one
/// it would pass for health.
fn withheld(unseen: &[Unseen], not_tested: &[NotTested]) -> bool {
    unseen.first().is_some_and(|first| {
        not_tested.iter().any(|it| {
            it.standing.is_built_in()
                && it.omission.cause == OmissionCause::NoPermission
                && it.omission.reason == first.reason
        })
    })
}

/// A change that a third party proposes is shown and never tried, whatever it says of it.
fn untried(found: &mut Diagnosed) {
    if let Some(patch) = &mut found.finding.patch
        && !found.standing.is_built_in()
    {
        patch.effect = PatchEffect::Untried;
    }
}

fn verdict(findings: &[Diagnosed], incomplete: bool) -> Verdict {
    let worst = Standing::ALL
        .into_iter()
        .filter_map(|standing| worst(findings, standing))
        .min();
    match (worst, incomplete) {
        (Some(Severity::Error), _) => Verdict::Failing,
        (_, true) => Verdict::Incomplete,
        (Some(Severity::Warning), false) => Verdict::Degraded,
        (Some(Severity::Info) | None, false) => Verdict::Healthy,
    }
}

/// The worst that is said of the remote itself by probes of one standing.
fn worst(findings: &[Diagnosed], standing: Standing) -> Option<Severity> {
    let of_remote = findings
        .iter()
        .filter(|it| it.standing == standing && !is_about_a_probe(&it.finding.code));
    of_remote.map(|it| it.severity).min()
}

/// What of all that they ask for the third-party probes of a run were denied.
fn denied(record: &Record) -> BTreeMap<String, BTreeSet<Capability>> {
    let runs = record.runs().map(|run| &run.probe);
    let denied = runs.map(|plugin| {
        let denied = plugin.denied(&record.denied);
        (plugin.description.name.clone(), denied)
    });
    denied.filter(|(_, denied)| !denied.is_empty()).collect()
}

/// How far each source address got.
fn rows(record: &Record, remote: &Remote) -> Vec<Row> {
    let row = |visit: &Visit| {
        let dedicated = visit
            .source
            .is_some_and(|it| remote.dedicated.contains(&it));
        let vantage = visit.source.map_or_else(
            || VantagePoint::at(None, "this machine"),
            VantagePoint::from,
        );
        let again = record
            .second_looks
            .iter()
            .find(|it| it.source == visit.source);
        Row {
            again: again.map(crate::rows::steps),
            ..crate::rows::row(visit, vantage, dedicated)
        }
    };
    record.visits.iter().map(row).collect()
}

fn is_about_a_probe(code: &str) -> bool {
    code.starts_with("probe.")
}

/// One finding for each code: those of several source addresses become one.
fn merged(record: &Record, remote: &Remote, catalogue: &Codes) -> Vec<Diagnosed> {
    let mut by_code: BTreeMap<String, Diagnosed> = BTreeMap::new();
    // What probes of this program say of a code stands; others add to it.
    let mut runs: Vec<&ProbeRun> = record.runs().collect();
    runs.sort_by_key(|run| run.probe.description.standing);
    for run in runs {
        let probe = &run.probe.description.name;
        let own = about_the_probe(run);
        for finding in run.outcome.findings.iter().chain(&own) {
            // Findings of undeclared codes were refused when the probe ended.
            let Some(code) = catalogue.code(&finding.code) else {
                continue;
            };
            let confidence = finding.basis.confidence(code.severity);
            let eased = code.eased_by_certificate_check
                && remote.certificate_check == CertificateCheck::Off;
            let entry = by_code
                .entry(finding.code.clone())
                .or_insert_with(|| Diagnosed {
                    finding: Finding {
                        evidence: Vec::new(),
                        ..finding.clone()
                    },
                    severity: if eased {
                        code.severity.max(Severity::Warning)
                    } else {
                        code.severity
                    },
                    confidence,
                    owner: finding.owner.unwrap_or(code.owner),
                    title: code.title.clone(),
                    probe: probe.clone(),
                    standing: run.probe.description.standing,
                    sources: Vec::new(),
                    caused_by: None,
                });
            // What was decided from one place is decided.
            if confidence < entry.confidence {
                entry.confidence = confidence;
                entry.finding.basis = finding.basis.clone();
            }
            for evidence in finding.seen() {
                if !entry.finding.evidence.contains(&evidence) {
                    entry.finding.evidence.push(evidence);
                }
            }
            let source = run.source.map(VantagePoint::from);
            if let Some(source) = source.filter(|source| !entry.sources.contains(source)) {
                entry.sources.push(source);
            }
        }
    }
    by_code.into_values().collect()
}

/// Adds a finding, to that of the same code where there is one.
fn join(findings: &mut Vec<Diagnosed>, new: Diagnosed) {
    match findings
        .iter_mut()
        .find(|it| it.finding.code == new.finding.code)
    {
        None => findings.push(new),
        Some(known) => {
            known.finding.evidence.extend(new.finding.evidence);
            let unknown = new
                .sources
                .into_iter()
                .filter(|it| !known.sources.contains(it));
            let unknown: Vec<VantagePoint> = unknown.collect();
            known.sources.extend(unknown);
        }
    }
}

/// What the engine says of a probe it had to stop.
fn about_the_probe(run: &ProbeRun) -> Option<Finding> {
    let (code, why) = match &run.status {
        RunResult::Crashed(why) => ("probe.crashed", why),
        RunResult::TimedOut(why) => ("probe.timed-out", why),
        RunResult::Denied(why) => ("probe.denied", why),
        RunResult::Done | RunResult::Skipped(_) | RunResult::Deeper(_) | RunResult::Cut => {
            return None;
        }
    };
    let description = &run.probe.description;
    Some(Finding {
        code: code.into(),
        detail: format!(
            "The probe `{}` was stopped, so it is not known what it would have found.",
            description.name
        ),
        evidence: vec![
            evidence("probe", &description.name),
            evidence("version", &description.version),
            evidence("reason", why),
        ],
        owner: None,
        basis: Basis::Decided("the program itself stopped it".into()),
        patch: None,
    })
}

fn evidence(label: &str, value: &str) -> Evidence {
    Evidence {
        label: label.into(),
        value: value.into(),
    }
}

/// The errors, and the warnings where there is no error. Third parties come after what probes of this program found, and
/// take nothing of that away.
fn root_causes(findings: &[Diagnosed]) -> Vec<String> {
    let of = |standing: Standing, severity: Severity| -> Vec<String> {
        findings
            .iter()
            .filter(|it| it.standing == standing && it.severity == severity)
            .filter(|it| it.caused_by.is_none())
            .map(|it| it.finding.code.clone())
            .collect()
    };
    let (ours, theirs) = (Standing::BuiltIn, Standing::ThirdParty);
    let [errors, of_others] = [ours, theirs].map(|standing| of(standing, Severity::Error));
    let warnings = || of(ours, Severity::Warning);
    match (errors.is_empty(), of_others.is_empty()) {
        (false, _) => [errors, of_others].concat(),
        (true, false) => [warnings(), of_others].concat(),
        (true, true) => [warnings(), of(theirs, Severity::Warning)].concat(),
    }
}
