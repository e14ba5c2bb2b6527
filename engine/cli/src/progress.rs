//! What happens while a run goes on, on standard error: a tree that lives on a terminal, lines elsewhere.

mod tree;

use std::io::IsTerminal;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::say;
use diagnosis::record::ProbeRun;
use model::visit::RunResult;
use run::Event;
use tree::Tree;

/// What is said once the run was cut.
const CLEANING_UP: &str = "removing what was made on the remote; Ctrl-C gives that up";

/// How long probes are loaded without a word.
const LOADING: Duration = Duration::from_secs(1);

/// Waits for probes to be loaded. What is loaded for the first time is compiled, and that takes seconds where an
/// interpreter is in it.
pub(super) async fn patiently<T>(quiet: bool, loading: impl Future<Output = T>) -> T {
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
                if let Some(line) = line(event) {
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

fn line(event: &Event<'_>) -> Option<String> {
    match event {
        // The probes name their source themselves.
        Event::Arrived { .. } | Event::Left { .. } => None,
        Event::Started { probe, source } => Some(format!("… {probe}{}", from(*source))),
        Event::CleaningUp => Some(format!("… {CLEANING_UP}")),
        Event::Ended(run) => {
            let name = &run.probe.description.name;
            Some(format!("  {name}{}: {}", from(run.source), told(run)))
        }
    }
}

fn from(source: Option<IpAddr>) -> String {
    source.map_or_else(String::new, |source| format!(" from {source}"))
}

/// How a probe ended, in words.
fn told(run: &ProbeRun) -> String {
    let found = run.outcome.findings.len();
    let what = match &run.status {
        RunResult::Done if found == 0 => format!("{} clear", run.outcome.clear.len()),
        RunResult::Done => format!("{found} found"),
        RunResult::Skipped(_) | RunResult::Deeper(_) => return "not run".into(),
        RunResult::Crashed(_) | RunResult::Denied(_) => "crashed".into(),
        RunResult::TimedOut(_) | RunResult::Cut => "timed out".into(),
    };
    format!("{what} ({:.1} s)", run.duration.as_secs_f64())
}
