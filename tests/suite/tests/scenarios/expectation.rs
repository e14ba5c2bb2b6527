//! Compares a report with what the scenario expects.

use serde_json::Value;

use crate::binary::Run;
use crate::report::Report;
use crate::scenario::Expect;

/// Where the report is not what it should be.
pub fn complaints(expect: &Expect, report: &Report) -> Vec<String> {
    let mut complaints = Vec::new();
    if report.root_causes != expect.root_causes {
        complaints.push(format!(
            "root causes are {:?}, not {:?}",
            report.root_causes, expect.root_causes
        ));
    }
    if report.verdict != expect.verdict {
        complaints.push(format!(
            "the verdict is {}, not {}",
            report.verdict, expect.verdict
        ));
    }
    let unsaid = expect.summary.iter();
    let unsaid = unsaid.filter(|words| !report.summary.contains(*words));
    complaints.extend(unsaid.map(|words| format!("“{words}” is not in “{}”", report.summary)));
    complaints.extend(codes(expect, report));
    complaints.extend(left_open(report));
    complaints.extend(first(expect, report));
    complaints.extend(words(expect, report));
    complaints.extend(facts(expect, report));
    complaints.extend(sheet(expect, report));
    complaints
}

/// How the requirements stand, and that each says why.
fn sheet(expect: &Expect, report: &Report) -> Vec<String> {
    let listed = || report.allow_list.iter().flat_map(|sheet| &sheet.addresses);
    let rows = || {
        listed().flat_map(|listed| {
            let source = listed.source.as_deref().unwrap_or("any");
            let name = move |it: &str| format!("{source} {it}");
            listed
                .requirements
                .iter()
                .map(move |row| (name(&row.requirement), row))
        })
    };
    let differs = expect.sheet.iter().filter_map(|(name, standing)| {
        let found = rows().find(|(row, _)| row == name).map(|(_, row)| row);
        let is = found.map(|row| row.standing.as_str());
        (is != Some(standing))
            .then(|| format!("the sheet says {is:?} of {name}, not {standing}: {found:?}"))
    });
    let unfounded = rows()
        .filter(|(_, row)| {
            row.evidence_for.is_empty()
                && row.evidence_against.is_empty()
                && row.not_known.is_empty()
        })
        .map(|(name, _)| format!("the sheet says nothing of why {name} stands as it does"));
    let portless = report
        .allow_list
        .iter()
        .filter(|sheet| !sheet.ports.contains_key("control"))
        .map(|_| "the sheet names no control port".to_owned());
    differs.chain(unfounded).chain(portless).collect()
}

fn codes(expect: &Expect, report: &Report) -> Vec<String> {
    let is_found = |code: &String| report.findings.iter().any(|it| it.code == *code);
    let missing = expect
        .found()
        .filter(|code| !is_found(code))
        .map(|code| format!("{code} is not found"));
    let mistaken = expect
        .look_alike_of
        .iter()
        .filter(|code| is_found(code))
        .map(|code| format!("{code} is found, which this only resembles"));
    let too_many = report
        .findings
        .iter()
        .filter(|it| it.severity != "info" && !expect.found().any(|code| *code == it.code))
        .map(|it| format!("{} is found, and nothing here shows it", it.code));
    missing.chain(mistaken).chain(too_many).collect()
}

/// An error is certain by what decided it, or names what else it could be.
fn left_open(report: &Report) -> impl Iterator<Item = String> {
    let errors = report.findings.iter().filter(|it| it.severity == "error");
    errors
        .filter(|it| it.confidence == "likely" && it.alternatives.is_empty())
        .map(|it| {
            format!(
                "{} is likely, and nothing says what else it could be",
                it.code
            )
        })
}

fn first(expect: &Expect, report: &Report) -> Vec<String> {
    let first = report.first();
    let mut complaints = Vec::new();
    let mut compare = |what: &str, expected: &Option<String>, found: Option<&String>| {
        if expected.is_some() && expected.as_ref() != found {
            complaints.push(format!(
                "{what} of the first root cause is {found:?}, not {expected:?}"
            ));
        }
    };
    compare("the owner", &expect.owner, first.map(|it| &it.owner));
    compare(
        "the confidence",
        &expect.confidence,
        first.map(|it| &it.confidence),
    );
    let steps = first
        .map(|it| it.remedy.steps.join("\n"))
        .unwrap_or_default();
    for (words, wanted) in [(&expect.advises, true), (&expect.never_advises, false)] {
        for words in words
            .iter()
            .filter(|words| steps.contains(*words) != wanted)
        {
            let what = if wanted { "not advised" } else { "advised" };
            complaints.push(format!("{words:?} is {what}:\n{steps}"));
        }
    }
    let patch = first.and_then(|it| it.settings_patch.as_ref());
    for (name, value) in &expect.patch {
        let found = patch.and_then(|patch| patch.get(name));
        if found != Some(value) {
            let found = found.unwrap_or(&Value::Null);
            complaints.push(format!("the patch has {name} = {found}, not {value}"));
        }
    }
    for name in &expect.unpatched {
        let patches = report.findings.iter();
        let patches = patches.filter_map(|it| it.settings_patch.as_ref());
        if let Some(value) = patches.filter_map(|patch| patch.get(name)).next() {
            complaints.push(format!("a change to {name} = {value} is proposed"));
        }
    }
    for (name, value) in &expect.together {
        let found = report
            .settings_patch
            .as_ref()
            .and_then(|patch| patch.get(name));
        if found != Some(value) {
            let found = found.unwrap_or(&Value::Null);
            complaints.push(format!(
                "all patches together have {name} = {found}, not {value}"
            ));
        }
    }
    complaints
}

fn words(expect: &Expect, report: &Report) -> Vec<String> {
    let said = |words: &String| {
        report.findings.iter().any(|it| {
            let evidence = || it.evidence.iter().any(|it| it.value.contains(words));
            it.detail.contains(words) || evidence()
        })
    };
    let unsaid = expect
        .says
        .iter()
        .filter(|words| !said(words))
        .map(|words| format!("no finding says {words:?}"));
    let listed = |words: &String| report.not_tested.iter().any(|it| it.check.contains(words));
    let unlisted = expect
        .not_tested
        .iter()
        .filter(|words| !listed(words))
        .map(|words| {
            let listed: Vec<&String> = report.not_tested.iter().map(|it| &it.check).collect();
            format!("{words:?} is not listed as not tested; these are: {listed:?}")
        });
    unsaid.chain(unlisted).collect()
}

fn facts(expect: &Expect, report: &Report) -> Vec<String> {
    let null = Value::Null;
    let found = |name: &String| report.facts.get(name).unwrap_or(&null);
    expect
        .facts
        .iter()
        .filter(|(name, value)| found(name) != *value)
        .map(|(name, value)| format!("the fact {name} is {}, not {value}", found(name)))
        .collect()
}

/// What stays on the server is named, in the report and on standard error, whatever the format.
pub fn left_behind(expect: &Expect, runs: [&Run; 2], report: &Report) -> Vec<String> {
    let named: Vec<&String> = report.left_behind.iter().map(|left| &left.path).collect();
    let mut complaints = Vec::new();
    if named.len() != expect.left_behind {
        complaints.push(format!("{named:?} are reported as left behind"));
    }
    if report
        .left_behind
        .iter()
        .any(|left| left.directory.is_none())
    {
        complaints.push("something is left behind, and nobody says where".into());
    }
    for run in runs {
        let said = String::from_utf8_lossy(&run.stderr);
        let shown = String::from_utf8_lossy(&run.stdout);
        let left = run.seen.iter().flat_map(|seen| &seen.left);
        for path in left.filter_map(|path| path.rsplit('/').next()) {
            if !said.contains(path) || !shown.contains(path) {
                complaints.push(format!("{:?}: {path} is left and not named", run.format));
            }
        }
    }
    complaints
}

/// The exit code is the same whatever the format.
pub fn exit(expected: i32, runs: &[&Run]) -> Vec<String> {
    let wrong = runs.iter().filter(|run| run.exit != Some(expected));
    wrong
        .map(|run| match run.exit {
            Some(exit) => format!("{:?}: the exit code is {exit}, not {expected}", run.format),
            None => format!("{:?}: it had to be killed", run.format),
        })
        .collect()
}
