//! What happens while a run goes on, on standard error: a tree that lives on a terminal, lines elsewhere.

mod tree;

use std::io::IsTerminal;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::say;
use diagnosis::record::ProbeRun;
use host::net::Awaited;
use model::finding::Severity;
use model::visit::RunResult;
use run::{Event, Wait};
use tree::Tree;

/// What is said once the run was cut.
const CLEANING_UP: &str = "removing what was made on the remote; Ctrl-C gives that up";

/// How long probes are loaded without a word.
const LOADING: Duration = Duration::from_secs(1);

/// Waits for probes to be loaded. What is loaded for the first time is compiled, and that takes seconds where an
/// interpreter is in it.
pub(super) async fn with_spinner<T>(quiet: bool, loading: impl Future<Output = T>) -> T {
    // On a thread of its own, since compiling keeps this one.
    let word = tokio::spawn(async move {
        tokio::time::sleep(LOADING).await;
        if !quiet {
            say::line("… compiling probes; this is done once");
        }
    });
    let loaded = loading.await;
    word.abort();
    loaded
}

/// How progress is shown. Whatever is drawn goes away with it.
pub(super) enum Progress {
    /// Nobody wants to see it.
    Quiet,
    /// A line for each event: for logs, and for terminals that cannot or should not redraw.
    Lines,
    /// A tree that is drawn anew.
    Live(Mutex<Tree>),
}

impl Progress {
    /// As the user and standard error have it; `title` is what is looked at.
    pub(super) fn new(quiet: bool, title: &str) -> Progress {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let plain = set("NO_COLOR").is_some() || set("TERM").is_some_and(|term| term == "dumb");
        if quiet {
            Progress::Quiet
        } else if plain || !std::io::stderr().is_terminal() {
            Progress::Lines
        } else {
            Progress::Live(Mutex::new(Tree::new(title)))
        }
    }

    pub(super) fn tell(&self, event: &Event<'_>) {
        match self {
            Progress::Quiet => {}
            Progress::Lines => {
                for line in lines(event) {
                    say::line(line);
                }
            }
            Progress::Live(tree) => {
                let mut tree = tree.lock().unwrap_or_else(PoisonError::into_inner);
                tree.tell(event);
            }
        }
    }
}

fn lines(event: &Event<'_>) -> Vec<String> {
    match event {
        // The probes name their source themselves.
        Event::Arrived { .. } | Event::Left { .. } => Vec::new(),
        Event::Started { probe, source } => vec![format!("… {probe}{}", from(*source))],
        Event::Waiting { waits, source } => {
            let new = waits.iter().filter(|wait| wait.is_new);
            let line = |Wait { awaited, .. }: &Wait| {
                let (probe, from) = (&awaited.probe, from(*source));
                format!("  {probe}{from}: {}", so_far(awaited))
            };
            new.map(line).collect()
        }
        Event::CleaningUp => vec![format!("… {CLEANING_UP}")],
        Event::Ended(run) => {
            let name = &run.probe.description.name;
            vec![format!("  {name}{}: {}", from(run.source), ending(run))]
        }
    }
}

/// What is likely before it is sure.
fn so_far(awaited: &Awaited) -> String {
    let seconds = awaited.waited().as_secs();
    format!("{awaited} so far, {seconds} s; waiting to be sure")
}

fn from(source: Option<IpAddr>) -> String {
    source.map_or_else(String::new, |source| format!(" from {source}"))
}

/// How a probe ended, in words.
fn ending(run: &ProbeRun) -> String {
    let what = match &run.status {
        RunResult::Done => found(run),
        RunResult::Skipped(_) | RunResult::Deeper(_) => return "not run".into(),
        RunResult::Crashed(_) | RunResult::Denied(_) => "crashed".into(),
        RunResult::TimedOut(_) | RunResult::Cut => "timed out".into(),
    };
    format!("{what} ({:.1} s)", run.duration.as_secs_f64())
}

fn found(run: &ProbeRun) -> String {
    let problems = problems(run);
    let parts = [
        counted(run.outcome.clear.len(), "check passed", "checks passed").filter(|_| problems == 0),
        counted(problems, "problem", "problems"),
        counted(run.outcome.findings.len() - problems, "note", "notes"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    match parts.is_empty() {
        true => "nothing to check".into(),
        false => parts.join(", "),
    }
}

fn counted(number: usize, one: &str, many: &str) -> Option<String> {
    match number {
        0 => None,
        1 => Some(format!("1 {one}")),
        number => Some(format!("{number} {many}")),
    }
}

/// How many of the findings are more than information.
fn problems(run: &ProbeRun) -> usize {
    let codes = &run.probe.description.codes;
    let is_note = |code: &str| {
        let declared = codes.iter().find(|it| it.name == code);
        declared.is_some_and(|it| it.severity == Severity::Info)
    };
    let findings = run.outcome.findings.iter();
    findings.filter(|it| !is_note(&it.code)).count()
}
