//! What happens while a run goes on, on standard error.

use std::io::IsTerminal;

use crate::run::{Event, Status};

/// Prints each event; nothing where nobody looks.
pub(super) fn watch(quiet: bool) -> impl Fn(Event<'_>) + Sync {
    let shown = !quiet && std::io::stderr().is_terminal();
    move |event| {
        if !shown {
            return;
        }
        match event {
            Event::Started { probe, source } => {
                let from = source
                    .map(|source| format!(" from {source}"))
                    .unwrap_or_default();
                anstream::eprintln!("… {probe}{from}");
            }
            Event::CleaningUp => {
                anstream::eprintln!("… removing what was made on the remote; Ctrl-C gives that up");
            }
            Event::Ended(run) => {
                let name = &run.plugin.description.name;
                let found = run.outcome.findings.len();
                let what = match &run.status {
                    Status::Ok if found == 0 => format!("{} clear", run.outcome.clear.len()),
                    Status::Ok => format!("{found} found"),
                    Status::Skipped(_) => "not run".into(),
                    Status::Crashed(_) | Status::Denied(_) => "crashed".into(),
                    Status::TimedOut(_) | Status::Cut => "timed out".into(),
                };
                anstream::eprintln!("  {name}: {what} ({:.1} s)", run.duration.as_secs_f64());
            }
        }
    }
}
