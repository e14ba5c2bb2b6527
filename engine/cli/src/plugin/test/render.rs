//! The result of the kit, for a terminal and for CI.

use std::collections::BTreeMap;
use std::fmt::Write;

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::trial::{Outcome, Trial};
use report::style::{BAD, GOOD, UNKNOWN, styled, wrapped};

/// What failed and what was not run, with the reasons, and how many passed.
pub(super) fn text(plugin: &str, trials: &[Trial]) -> String {
    let mut out = String::new();
    let mut left_out: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for trial in trials {
        match &trial.outcome {
            Outcome::Passed => {}
            Outcome::Failed(why) | Outcome::Broke(why) => {
                let mark = styled(BAD, "FAIL");
                let _ = writeln!(out, "{mark}  {}: {}", trial.group, trial.name);
                let _ = writeln!(out, "{}", wrapped("      ", why));
            }
            Outcome::NotRun(why) => {
                left_out
                    .entry((trial.group, why))
                    .or_default()
                    .push(&trial.name);
            }
        }
    }
    for ((group, why), names) in left_out {
        let which = match names[..] {
            [name] => name.to_owned(),
            _ => format!("{} of them", names.len()),
        };
        let mark = styled(UNKNOWN, "????");
        let _ = writeln!(out, "{mark}  {group}: {which} not run");
        let _ = writeln!(out, "{}", wrapped("      ", why));
    }
    if !out.is_empty() {
        out.push('\n');
    }
    for (group, [passed, failed, not_run]) in counted(trials) {
        let mark = match failed {
            0 => styled(GOOD, "ok  "),
            _ => styled(BAD, "FAIL"),
        };
        let _ = writeln!(
            out,
            "{mark}  {group}: {passed} passed, {failed} failed, {not_run} not run"
        );
    }
    let failed = counted(trials).values().any(|[_, failed, _]| *failed > 0);
    let verdict = match failed {
        true => styled(BAD, "does not conform"),
        false => styled(GOOD, "conforms"),
    };
    let _ = writeln!(out, "\n{plugin} {verdict}");
    out
}

fn counted(trials: &[Trial]) -> BTreeMap<&'static str, [usize; 3]> {
    let mut counts: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for trial in trials {
        let of = counts.entry(trial.group).or_default();
        of[match trial.outcome {
            Outcome::Passed => 0,
            Outcome::Failed(_) | Outcome::Broke(_) => 1,
            Outcome::NotRun(_) => 2,
        }] += 1;
    }
    counts
}

pub(super) fn junit(plugin: &str, trials: &[Trial]) -> String {
    let mut suites: BTreeMap<&str, TestSuite> = BTreeMap::new();
    for trial in trials {
        let mut status = match &trial.outcome {
            Outcome::Passed => TestCaseStatus::success(),
            Outcome::Failed(_) => TestCaseStatus::non_success(NonSuccessKind::Failure),
            Outcome::Broke(_) => TestCaseStatus::non_success(NonSuccessKind::Error),
            Outcome::NotRun(_) => TestCaseStatus::skipped(),
        };
        if let Outcome::Failed(why) | Outcome::Broke(why) | Outcome::NotRun(why) = &trial.outcome {
            status.set_message(why.as_str());
        }
        let mut case = TestCase::new(trial.name.as_str(), status);
        case.set_classname(plugin).set_time(trial.took);
        let suite = suites
            .entry(trial.group)
            .or_insert_with(|| TestSuite::new(trial.group));
        suite.add_test_case(case);
    }
    let mut all = quick_junit::Report::new(format!("remote-doctor plugin test {plugin}"));
    all.add_test_suites(suites.into_values());
    all.to_string()
        .expect("text in memory can always be written to")
}
