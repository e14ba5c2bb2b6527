//! Whatever a third-party probe says, what probes of this program found stands as it did without it.

mod cases;

use proptest::prelude::*;
use serde_json::Value;

use model::finding::Severity;
use model::matrix::Step;
use model::standing::Standing;
use model::verdict::Verdict;
use report::{Report, ReportFinding};

use cases::{ours, report, theirs};

fn found<'a>(report: &'a Report, code: &str) -> Option<&'a ReportFinding> {
    report.findings.iter().find(|it| it.code == code)
}

/// What was found without them stands, in its order, before anything of theirs.
fn keeps(alone: &Report, beside: &Report) -> Result<(), TestCaseError> {
    let ours = beside.root_causes.iter().take(alone.root_causes.len());
    prop_assert!(
        ours.eq(&alone.root_causes),
        "{:?} became {:?}",
        alone.root_causes,
        beside.root_causes
    );
    for is in &alone.findings {
        let now = found(beside, &is.code);
        let told = |it: &ReportFinding| {
            let weighed = (it.severity, it.owner, it.confidence, it.caused_by.clone());
            (weighed, it.standing, it.probe.clone(), it.detail.clone())
        };
        prop_assert_eq!(now.map(told), Some(told(is)), "{}", is.code);
    }
    let theirs = ["evil", "twin"];
    let left_out = |report: &Report| -> Vec<Value> {
        let ours = report.not_tested.iter();
        let ours = ours.filter(|it| !theirs.contains(&it.probe.as_str()));
        ours.map(|it| serde_json::to_value(it).unwrap()).collect()
    };
    prop_assert_eq!(left_out(beside), left_out(alone));
    for (name, value) in &alone.facts {
        prop_assert_eq!(beside.facts.get(name), Some(value), "{}", name);
    }
    prop_assert_eq!(&beside.settings_patch, &alone.settings_patch);
    prop_assert_eq!(&beside.matrix, &alone.matrix);
    Ok(())
}

/// What they add is theirs, and known by it.
fn adds(alone: &Report, beside: &Report) -> Result<(), TestCaseError> {
    prop_assert!(beside.verdict.rank() >= alone.verdict.rank());
    prop_assert!(alone.verdict != Verdict::Failing || beside.verdict == Verdict::Failing);
    prop_assert!(beside.incomplete || !alone.incomplete);
    for new in beside
        .findings
        .iter()
        .filter(|it| found(alone, &it.code).is_none())
    {
        prop_assert_eq!(new.standing, Standing::ThirdParty, "{}", &new.code);
        let effect = new
            .settings_patch
            .as_ref()
            .map(|patch| patch["effect"].clone());
        prop_assert!(effect.is_none_or(|effect| effect == "untried"));
        if beside.root_causes.contains(&new.code) {
            prop_assert!(beside.summary.contains(&new.probe), "{}", beside.summary);
        }
    }
    let areas = ["evil.", "twin."];
    for name in beside
        .facts
        .keys()
        .filter(|name| !alone.facts.contains_key(*name))
    {
        prop_assert!(areas.iter().any(|area| name.starts_with(area)), "{}", name);
    }
    Ok(())
}

/// Nothing in the first sentences is denied by what follows.
fn headline(report: &Report) -> Result<(), TestCaseError> {
    let above_info = report
        .findings
        .iter()
        .any(|it| it.severity <= Severity::Warning);
    let clean = report.summary.contains("othing wrong was found");
    prop_assert!(!(above_info && clean), "{}", report.summary);
    let works = format!("{} works", report.remote.place());
    let works = report.summary.contains(&works);
    prop_assert!(!works || report.matrix.iter().all(|row| row.passed(Step::Data)));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn third_parties_take_nothing_away(
        seen in ours(),
        user: bool,
        one in theirs("evil"),
        other in theirs("twin"),
        both: bool,
        first: bool,
    ) {
        let strangers = match both {
            true => vec![one, other],
            false => vec![one],
        };
        let alone = report(&seen, user, &[], first);
        let beside = report(&seen, user, &strangers, first);
        keeps(&alone, &beside)?;
        adds(&alone, &beside)?;
        headline(&alone)?;
        headline(&beside)?;
    }
}
