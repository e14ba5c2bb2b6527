//! What was done, as a tree: source addresses, probes with their times, codes.

use super::super::{ProbeStatus, Report, ReportFinding, ReportProbe, outline};
use super::{duration, finding};
use model::matrix::VantagePoint;

/// The probes of one source address.
pub(super) struct Tree<'a> {
    /// Of the heading; none where there is but one tree.
    pub(super) source: Option<String>,
    pub(super) probes: Vec<Step<'a>>,
}

pub(super) struct Step<'a> {
    pub(super) probe: &'a ReportProbe,
    pub(super) badge: &'static str,
    pub(super) word: String,
    pub(super) took: String,
    /// Of the width that the longest has, in percent.
    pub(super) share: String,
    pub(super) found: Vec<Found<'a>>,
    pub(super) not_tested: Vec<&'a str>,
}

pub(super) struct Found<'a> {
    pub(super) badge: (&'static str, &'static str),
    pub(super) finding: &'a ReportFinding,
}

pub(super) fn trees(report: &Report) -> Vec<Tree<'_>> {
    let longest = report
        .probes
        .iter()
        .map(|it| it.duration_ms)
        .max()
        .unwrap_or_default()
        .max(1);
    let mut sources = Vec::new();
    for probe in &report.probes {
        if !sources.contains(&probe.source) {
            sources.push(probe.source);
        }
    }
    let several = sources.len() > 1;
    let trees = sources.iter().map(|source| Tree {
        source: several.then(|| source.map_or("chosen by the system".into(), |it| it.to_string())),
        probes: report
            .probes
            .iter()
            .filter(|probe| probe.source == *source)
            .map(|probe| step(report, probe, longest))
            .collect(),
    });
    trees.collect()
}

fn step<'a>(report: &'a Report, probe: &'a ReportProbe, longest: u64) -> Step<'a> {
    let here =
        |id: &str, sources: &[VantagePoint]| id == probe.id && outline::concern(sources, probe);
    let found: Vec<Found<'_>> = report
        .findings
        .iter()
        .filter(|it| here(&it.probe, &it.sources))
        .map(|finding| Found {
            badge: finding::badge(finding.severity),
            finding,
        })
        .collect();
    let not_tested: Vec<&str> = report
        .not_tested
        .iter()
        .filter(|it| here(&it.probe, &it.sources))
        .map(|it| it.check.as_str())
        .collect();
    let (badge, word) = state(probe, &found);
    Step {
        probe,
        badge,
        word,
        took: match probe.status {
            ProbeStatus::Skipped => String::new(),
            _ => duration(probe.duration_ms),
        },
        share: format!("{:.1}%", 100.0 * probe.duration_ms as f64 / longest as f64),
        found,
        not_tested,
    }
}

fn state(probe: &ReportProbe, found: &[Found<'_>]) -> (&'static str, String) {
    let worst = found.iter().min_by_key(|it| it.finding.severity);
    match (probe.status, worst) {
        (ProbeStatus::Crashed, _) => ("bad", "crashed".into()),
        (ProbeStatus::TimedOut, _) => ("unknown", "not ended in time".into()),
        (ProbeStatus::Skipped, _) => ("unknown", "not run".into()),
        (ProbeStatus::Ok, Some(worst)) if worst.badge.0 != "unknown" => {
            (worst.badge.0, worst.badge.1.to_lowercase())
        }
        (ProbeStatus::Ok, None) if probe.clear.is_empty() => ("unknown", "not tested".into()),
        (ProbeStatus::Ok, _) => ("good", "ok".into()),
    }
}
