//! Scenarios: a folder for each thing that can be wrong with a remote, and what the program must say of it.
//!
//! Each folder of `tests/scenarios` is a test. The server is started as its `scenario.toml` says, the program is run
//! against it twice, for each format of the report once, and is judged by what it says and by its manners. Beside them,
//! a few tests make sure that every code has a page and scenarios.

mod addresses;
mod authority;
mod baseline;
mod binary;
mod bombs;
mod budgets;
mod canary;
mod clock;
mod conformance;
mod coverage;
mod declared;
mod depth;
mod dns;
mod endpoint;
mod entrance;
mod examples;
mod expectation;
mod explain;
mod file_secrets;
mod fleet;
mod formats;
mod frequent;
mod golden;
mod guide;
mod interrupt;
mod languages;
mod left_out;
mod leftovers;
mod limits;
mod manners;
mod messages;
mod mistakes;
mod output;
mod plugin;
mod recordings;
mod redaction;
mod remote_file;
mod replay;
mod report;
mod scenario;
mod served;
mod sheet;
mod shell;
mod signed;
mod site;
mod spotless;
mod stories;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use outcomes::{Judgement, Outcome};

use binary::{Format, Run};
use report::Report;
use scenario::Scenario;
use site::Site;

/// Nearly all of a scenario is waiting, so many fit on few processors.
const AT_A_TIME: usize = 12;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = arguments.test_threads.or(Some(AT_A_TIME));
    // A list of the tests needs no program.
    if !arguments.list
        && let Err(error) = suite::ready()
    {
        eprintln!("{error}");
        return ExitCode::FAILURE;
    }
    // Files that a scenario names are named from there.
    if let Err(error) = std::env::set_current_dir(suite::workspace()) {
        eprintln!("{}: {error}", suite::workspace().display());
        return ExitCode::FAILURE;
    }
    let folder = suite::workspace().join("tests/scenarios");
    let scenarios = match Scenario::all(&folder) {
        Ok(scenarios) => Arc::new(scenarios),
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    // The longest first, so that the others fill the time they wait.
    let mut trials = conformance::trials();
    trials.extend(languages::trials());
    trials.extend(guide::trials());
    trials.extend(bombs::trials());
    trials.extend(budgets::trials());
    trials.extend(coverage::trials(&scenarios));
    trials.push(canary::trial());
    trials.extend(golden::trials());
    trials.extend(frequent::trials());
    trials.extend(interrupt::trials());
    trials.extend(authority::trials());
    trials.extend(addresses::trials());
    trials.extend(baseline::trials());
    trials.extend(redaction::trials());
    trials.extend(sheet::trials());
    trials.extend(recordings::trials());
    trials.extend(remote_file::trials());
    trials.extend(file_secrets::trials());
    trials.extend(fleet::trials());
    trials.extend(leftovers::trials());
    trials.extend(output::trials());
    trials.extend(entrance::trials());
    trials.extend(explain::trials());
    trials.extend(examples::trials());
    trials.extend(mistakes::trials());
    trials.extend(formats::trials());
    trials.push(clock::trial());
    trials.extend(plugin::trials());
    trials.extend(signed::trials());
    trials.extend(shell::trials());
    trials.extend(depth::trials());
    trials.extend(stories::trials());
    trials.extend(left_out::trials());
    trials.extend(spotless::trials());
    trials.extend(scenarios.keys().map(|name| {
        let (scenarios, key) = (Arc::clone(&scenarios), name.clone());
        Trial::test(name, move || {
            let scenario = &scenarios[&key];
            suite::again_alone(
                || play(&key, scenario),
                |first| Ok(set_aside(&key, scenario, &first).write_down()?),
            )
        })
    }));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Runs the program in both formats, each against a server of its own, judges it and writes that down.
fn play(name: &str, scenario: &Scenario) -> Result<(), Failed> {
    let played = both(scenario).and_then(|(json, text)| Ok((reported(&json)?, json, text)));
    let (judgement, done) = match played {
        Err(failed) => {
            let reason = failed.message().unwrap_or_default().to_owned();
            (Judgement::NotMade(reason), Err(failed))
        }
        Ok((report, json, text)) => {
            keep(name, &json)?;
            let complaints = complaints(scenario, &report, &json, &text);
            match complaints.is_empty() {
                true => (Judgement::Right(report.reported()), Ok(())),
                false => {
                    let told = format!("- {}\n\n{text}{json}", complaints.join("\n- "));
                    (Judgement::Wrong(report.reported()), Err(told.into()))
                }
            }
        }
    };
    outcome(name, scenario, judgement).write_down()?;
    done
}

/// What failed at first only.
fn set_aside(name: &str, scenario: &Scenario, first: &Failed) -> Outcome {
    outcome(
        name,
        scenario,
        Judgement::SetAside(first.message().unwrap_or_default().into()),
    )
}

fn outcome(name: &str, scenario: &Scenario, judgement: Judgement) -> Outcome {
    Outcome {
        scenario: name.into(),
        server: scenario.server_name(),
        expected: scenario.expect.root_causes.clone(),
        judgement,
    }
}

fn both(scenario: &Scenario) -> Result<(Run, Run), Failed> {
    let (json, text) = std::thread::scope(|scope| {
        let text = scope.spawn(|| run(scenario, Format::Text));
        (run(scenario, Format::Json), text.join())
    });
    let text = text.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    Ok((json?, text))
}

fn run(scenario: &Scenario, format: Format) -> Result<Run, Failed> {
    let site = Site::open(scenario).map_err(|error| format!("could not {error}"))?;
    Ok(binary::run(scenario, &site, format)?)
}

/// Writes the report into the folder that `REMOTE_DOCTOR_KEEP` names, if it names one: for counts over all of them.
fn keep(name: &str, json: &Run) -> Result<(), Failed> {
    if let Some(folder) = std::env::var_os("REMOTE_DOCTOR_KEEP") {
        let file = Path::new(&folder).join(format!("{name}.json"));
        std::fs::write(file, &json.stdout)?;
    }
    Ok(())
}

fn reported(json: &Run) -> Result<Report, Failed> {
    serde_json::from_slice(&json.stdout)
        .map_err(|error| format!("the JSON report cannot be read: {error}\n\n{json}").into())
}

fn complaints(scenario: &Scenario, report: &Report, json: &Run, text: &Run) -> Vec<String> {
    let mut complaints = manners::complaints(scenario, json);
    complaints.extend(manners::complaints(scenario, text));
    complaints.extend(limits::complaints(scenario, json, report));
    complaints.extend(redaction::complaints(scenario, &json.stdout));
    complaints.extend(replay::complaints(scenario, json));
    complaints.extend(replay::complaints(scenario, text));
    complaints.extend(report.contradictions());
    complaints.extend(declared::complaints(report));
    complaints.extend(messages::complaints(report));
    complaints.extend(spotless::complaints(json, text));
    complaints.extend(expectation::complaints(&scenario.expect, report));
    complaints.extend(expectation::left_behind(
        &scenario.expect,
        [json, text],
        report,
    ));
    complaints.extend(expectation::exit(scenario.exit, &[json, text]));
    complaints
}
