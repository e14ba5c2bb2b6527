//! What a run may cost, and that nothing in it failed without a name.

use std::time::Duration;

use outcomes::Limits;

use crate::binary::Run;
use crate::report::Report;
use crate::scenario::Scenario;

/// Control connections that the sandbox lets one probe open.
const OF_A_PLUGIN: u64 = 6;

/// What becomes of a session that breaks: it is replaced, and the command asked again.
const BREAKS: [&str; 2] = ["service.closes-session", "service.stops-answering"];
/// Sessions more where one breaks: one that shows the same, and one that goes on.
const REPLACED: u64 = 2;

/// Where a run opened too much, took too long, or met something the program has no name for.
pub fn complaints(scenario: &Scenario, run: &Run, report: &Report) -> Vec<String> {
    let mut limits = Limits::of(&scenario.check.args);
    // A probe of somebody else opens its own, and no more than these.
    limits.control += OF_A_PLUGIN * scenario.check.plugins.len() as u64;
    if report
        .findings
        .iter()
        .any(|it| BREAKS.contains(&it.code.as_str()))
    {
        limits.control += REPLACED;
    }
    let mut complaints = connections(&limits, run, report);
    complaints.extend(duration(scenario, report));
    complaints.extend(nameless(report));
    complaints.extend(logins(run, report));
    complaints
}

fn connections(limits: &Limits, run: &Run, report: &Report) -> Vec<String> {
    let counted = &report.connections;
    let mut complaints = Vec::new();
    for (what, found, most) in [
        ("control connections", counted.control, limits.control),
        ("data connections", counted.data, limits.data),
        ("connections at one time", counted.peak, limits.at_a_time),
    ] {
        if found > most {
            complaints.push(format!(
                "the report counts {found} {what}, {most} are allowed"
            ));
        }
    }
    if let Some(seen) = &run.seen {
        let (control, data) = (seen.connections.control, seen.connections.data);
        if control as u64 > counted.control || data as u64 > counted.data {
            complaints.push(format!(
                "the server saw {control} control and {data} data connections, and the report counts {} and {}",
                counted.control, counted.data
            ));
        }
    }
    complaints
}

fn duration(scenario: &Scenario, report: &Report) -> Option<String> {
    let mut most = Limits::of(&scenario.check.args).duration;
    if !scenario.check.plugins.is_empty() {
        // A probe of somebody else that waits has the whole run's time at most.
        most = Limits::WHOLE;
    }
    let took = Duration::from_millis(report.duration_ms);
    (took > most).then(|| format!("it took {took:?}, and the time-outs allow {most:?}"))
}

/// Every login of every run is in the transcript, that of a proof too.
fn logins(run: &Run, report: &Report) -> Option<String> {
    let tried = run.seen.as_ref()?.password_attempts;
    let told = report.transcript.iter();
    let told = told.filter(|line| line.text == "PASS [password]").count();
    (told != tried)
        .then(|| format!("the password was sent {tried} times, and the transcript tells of {told}"))
}

fn nameless(report: &Report) -> impl Iterator<Item = String> {
    let lines = report.transcript.iter();
    lines
        .filter(|line| line.failure.as_ref().is_some_and(|kind| kind == "other"))
        .map(|line| format!("{} met a failure without a name: {}", line.probe, line.text))
}
