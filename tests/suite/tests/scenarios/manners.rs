//! What a check may do to a remote, and what may reach a screen, whatever is found.

use std::collections::BTreeSet;

use lab::{Channel, Event};
use model::cleaner;
use outcomes::Limits;

use crate::binary::{Format, Run, Seen};
use crate::canary;
use crate::scenario::Scenario;

/// How far in lines stand that are to be typed.
const LITERAL: usize = 15;
const COLUMNS: usize = 80;

/// Commands that change something on the server (RFC 959, RFC 3659).
const WRITING: &[&str] = &[
    "STOR", "STOU", "APPE", "ALLO", "RNFR", "RNTO", "DELE", "MKD", "RMD", "XMKD", "XRMD", "SITE",
    "MFMT",
];
/// What the names begin with that a run may write under.
const OWN: &str = " remote-doctor-";

/// Where a run did or said what it may not.
pub fn complaints(scenario: &Scenario, run: &Run) -> Vec<String> {
    let mut complaints = secrets(run);
    complaints.extend(screen("standard output", &run.stdout));
    complaints.extend(screen("standard error", &run.stderr));
    if run.format == Format::Text {
        complaints.extend(wide_lines(&run.stdout));
        complaints.extend(second_verdict(&run.stdout));
    }
    complaints.extend(names(scenario, run));
    if let Some(seen) = &run.seen {
        complaints.extend(towards_the_server(scenario, seen));
    }
    complaints
        .into_iter()
        .map(|complaint| format!("{:?}: {complaint}", run.format))
        .collect()
}

/// A question to a resolver carries what is in its name to whoever runs the zone.
fn names(scenario: &Scenario, run: &Run) -> Option<String> {
    let expected = scenario.expect.names_asked.as_ref()?;
    let asked = &run.asked;
    (asked != expected).then(|| format!("the resolver was asked about {asked:?}, not {expected:?}"))
}

fn secrets(run: &Run) -> Vec<String> {
    [
        ("standard output", &run.stdout),
        ("standard error", &run.stderr),
    ]
    .into_iter()
    .filter_map(|(place, bytes)| {
        let form = canary::leak(&run.password, bytes)?;
        Some(format!("the password is on {place} ({form})"))
    })
    .collect()
}

/// Nothing may steer a terminal or hide from the eye: control characters, what turns the direction of text around, tags.
fn screen(place: &str, bytes: &[u8]) -> Option<String> {
    match std::str::from_utf8(bytes) {
        Err(_) => Some(format!("{place} is no UTF-8")),
        Ok(text) => text
            .split('\n')
            .find(|line| !cleaner::is_clean(line, usize::MAX))
            .map(|line| format!("{line:?} is on {place}")),
    }
}

/// A report has one verdict; whatever a server is called.
fn second_verdict(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let words = ["HEALTHY", "DEGRADED", "FAILING", "INCOMPLETE"];
    let is_verdict = |line: &&str| {
        let indent = line.len() - line.trim_start().len();
        let first = line.split_whitespace().next();
        indent < 8 && first.is_some_and(|first| words.contains(&first))
    };
    let second = text.lines().filter(is_verdict).nth(1)?;
    Some(format!("a second verdict: {second}"))
}

fn wide_lines(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    // What is to be typed must not be cut: it stands further in than anything else.
    let is_literal = |line: &str| {
        line.starts_with(&" ".repeat(LITERAL)) && !line.starts_with(&" ".repeat(LITERAL + 8))
    };
    let mut lines = text.lines();
    let wide = lines.find(|line| line.chars().count() > COLUMNS && !is_literal(line))?;
    Some(format!("a line is wider than {COLUMNS} columns: {wide}"))
}

/// Whether a command is about a name that the run may write under.
fn is_own(line: &str) -> bool {
    let last = line.rsplit(' ').next().unwrap_or_default();
    line.contains(OWN) || ftp::is_short_name(last)
}

fn towards_the_server(scenario: &Scenario, seen: &Seen) -> Vec<String> {
    let mut complaints = Vec::new();
    if seen.peak as u64 > Limits::of(&scenario.check.args).at_a_time {
        complaints.push(format!("{} connections at one time", seen.peak));
    }
    let (mut secured, mut logged_in) = (BTreeSet::new(), BTreeSet::new());
    let mut accepted = false;
    let mut tried = 0;
    for exchange in &seen.log {
        match &exchange.event {
            Event::Secured {
                channel: Channel::Control,
                ..
            } => {
                secured.insert(exchange.connection);
            }
            Event::Received(line) => {
                let verb = line.split(' ').next().unwrap_or_default();
                let may = scenario.allows_writes() && is_own(line);
                if WRITING.contains(&verb) && !may {
                    complaints.push(format!("{line} was sent, which nobody allowed"));
                }
                let unasked = &scenario.expect.not_after_login;
                if logged_in.contains(&exchange.connection) && unasked.iter().any(|it| it == verb) {
                    complaints.push(format!("{line} was sent after a login"));
                }
                if verb != "PASS" {
                    continue;
                }
                tried += 1;
                if !secured.contains(&exchange.connection) && !scenario.allows_cleartext() {
                    complaints.push("the password went in clear text".into());
                }
                if tried > 1 && !accepted {
                    complaints.push("the password was tried again before it was accepted".into());
                }
            }
            Event::Sent(line) if line.starts_with("230") => {
                accepted = true;
                logged_in.insert(exchange.connection);
            }
            _ => {}
        }
    }
    if seen.left.len() != scenario.expect.left_behind {
        complaints.push(format!("{:?} are left on the server", seen.left));
    }
    if seen.password_attempts != tried {
        complaints.push("the lab's log and its count of passwords differ".into());
    }
    if let Some(expected) = scenario.expect.passwords
        && expected != tried
    {
        complaints.push(format!(
            "the password was sent {tried} times, not {expected}"
        ));
    }
    if tried > sources(scenario) && !accepted {
        complaints.push(format!("{tried} tries of the password"));
    }
    complaints
}

/// From how many addresses the program runs its probes.
fn sources(scenario: &Scenario) -> usize {
    let args = &scenario.check.args;
    args.iter().filter(|it| *it == "--source").count().max(1)
}
