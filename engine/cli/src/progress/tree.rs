//! The live tree: the remote, the source addresses, and the steps of those that are being looked from.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::{CLEANING_UP, counted, ending, problems};
use diagnosis::record::ProbeRun;
use model::visit::RunResult;
use model::visit::VisitScope;
use report::style::{BAD, DIM, GOOD, UNKNOWN, WARN, styled};
use run::{Event, Wait};

/// Addresses that are done stay on the screen up to this number; the first line counts them all.
const DONE_SHOWN: usize = 6;
const TICK: Duration = Duration::from_millis(120);

/// What is on the screen. It is cleared when this is dropped: the report says all of it better.
pub(crate) struct Tree {
    screen: MultiProgress,
    title: String,
    root: ProgressBar,
    /// The source addresses that are being looked from; without any, the system's choice.
    visits: BTreeMap<Option<IpAddr>, Visit>,
    done: VecDeque<ProgressBar>,
    visited: usize,
}

/// One source address.
struct Visit {
    line: Option<ProgressBar>,
    name: String,
    /// The steps by name; lines in the order they began.
    steps: Vec<(String, ProgressBar)>,
    found: usize,
    failed: bool,
}

impl Tree {
    pub(super) fn new(title: &str) -> Tree {
        let screen = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
        let root = ticking(screen.add(running(0, title)));
        Tree {
            screen,
            title: model::cleaner::line(title, SHOWN),
            root,
            visits: BTreeMap::new(),
            done: VecDeque::new(),
            visited: 0,
        }
    }

    pub(super) fn tell(&mut self, event: &Event<'_>) {
        match event {
            Event::Arrived { source, scope } => self.arrive(*source, *scope),
            Event::Started { probe, source } => self.start(probe, *source),
            Event::Waiting { waits, source } => self.wait(waits, *source),
            Event::Ended(run) => self.end(run),
            Event::Left { source } => self.finish_visit(*source),
            Event::CleaningUp => self.root.set_message(CLEANING_UP),
        }
    }

    fn arrive(&mut self, source: Option<IpAddr>, scope: VisitScope) {
        let name = match (source, scope) {
            (None, _) => String::new(),
            (Some(source), VisitScope::Full) => source.to_string(),
            (Some(source), VisitScope::Ladder) => format!("{source}  up to TLS"),
        };
        let line = source.map(|_| ticking(self.screen.add(running(1, &name))));
        let visit = Visit {
            line,
            name,
            steps: Vec::new(),
            found: 0,
            failed: false,
        };
        self.visits.insert(source, visit);
    }

    fn start(&mut self, probe: &str, source: Option<IpAddr>) {
        let Some(visit) = self.visits.get_mut(&source) else {
            return;
        };
        let bar = ticking(visit.add(&self.screen, running(visit.depth(), probe)));
        visit.steps.push((probe.into(), bar));
    }

    /// Each step says what it waits for, the longest wait of several; one that waits no more has its name alone.
    fn wait(&self, waits: &[Wait], source: Option<IpAddr>) {
        let Some(visit) = self.visits.get(&source) else {
            return;
        };
        for (probe, bar) in visit.steps.iter().filter(|(_, bar)| !bar.is_finished()) {
            let own = waits.iter().map(|wait| &wait.awaited);
            let longest = own
                .filter(|it| it.probe == *probe)
                .max_by_key(|it| it.waited());
            let text = match longest {
                Some(awaited) => match awaited.waited().as_secs() {
                    0 => format!("{probe:14} {awaited}; total"),
                    seconds => format!("{probe:14} {awaited} for {seconds} s; total"),
                },
                None => probe.clone(),
            };
            bar.set_message(model::cleaner::line(&text, SHOWN));
        }
    }

    fn end(&mut self, run: &ProbeRun) {
        let Some(visit) = self.visits.get_mut(&run.source) else {
            return;
        };
        let name = &run.probe.description.name;
        let found = problems(run);
        visit.found += found;
        let (style, mark) = match &run.status {
            RunResult::Done if found == 0 => (GOOD, "ok"),
            RunResult::Done => (WARN, "!"),
            RunResult::Skipped(_) | RunResult::Deeper(_) => (DIM, "-"),
            RunResult::Crashed(_)
            | RunResult::Denied(_)
            | RunResult::TimedOut(_)
            | RunResult::Cut => {
                visit.failed = true;
                (BAD, "?")
            }
        };
        let text = format!("{name:14} {}", ending(run));
        let mark = styled(style, &format!("{mark:2}"));
        match visit.steps.iter().find(|(step, _)| step == name) {
            Some((_, bar)) => finish(bar, visit.depth(), &mark, &text),
            None => {
                // What is not run never began.
                let bar = visit.add(&self.screen, ProgressBar::new_spinner());
                finish(&bar, visit.depth(), &mark, &text);
                visit.steps.push((name.clone(), bar));
            }
        }
    }

    /// The steps of an address that is done make room.
    fn finish_visit(&mut self, source: Option<IpAddr>) {
        let Some(Visit {
            line: Some(line),
            name,
            steps,
            found,
            failed,
        }) = self.visits.remove(&source)
        else {
            return;
        };
        for (_, bar) in &steps {
            self.screen.remove(bar);
        }
        let (mark, result) = match (failed, found) {
            (true, _) => (styled(UNKNOWN, "? "), "not every check could be run".into()),
            (false, 0) => (styled(GOOD, "ok"), "no problems".into()),
            (false, found) => (
                styled(WARN, "! "),
                counted(found, "problem", "problems").unwrap_or_default(),
            ),
        };
        finish(&line, 1, &mark, &format!("{name}  {result}"));
        self.done.push_back(line);
        if self.done.len() > DONE_SHOWN
            && let Some(oldest) = self.done.pop_front()
        {
            self.screen.remove(&oldest);
        }
        self.visited += 1;
        let done = counted(self.visited, "source address", "source addresses");
        let looked = format!("{}  {} done", self.title, done.unwrap_or_default());
        self.root.set_message(looked);
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        // A terminal that is gone needs no clearing.
        let _ = self.screen.clear();
        // What still ticks draws nothing more.
        self.screen.set_draw_target(ProgressDrawTarget::hidden());
    }
}

impl Visit {
    /// How far its steps are indented.
    fn depth(&self) -> usize {
        if self.line.is_some() { 2 } else { 1 }
    }

    /// Beneath its last line.
    fn add(&self, screen: &MultiProgress, bar: ProgressBar) -> ProgressBar {
        let last = self.steps.last().map(|(_, bar)| bar).or(self.line.as_ref());
        match last {
            Some(last) => screen.insert_after(last, bar),
            None => screen.add(bar),
        }
    }
}

/// A line that shows that time passes.
fn running(depth: usize, text: &str) -> ProgressBar {
    let seconds = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        // A line that cannot be written is not worth a word.
        let _ = write!(out, "{:.1} s", state.elapsed().as_secs_f64());
    };
    let style = ProgressStyle::with_template("{prefix}{spinner}  {msg}  {seconds}")
        .expect("the template is well-formed")
        .tick_chars("-\\|/ ")
        .with_key("seconds", seconds);
    ProgressBar::new_spinner()
        .with_style(style)
        .with_prefix(INDENT.repeat(depth))
        .with_message(model::cleaner::line(text, SHOWN))
}

/// A line that moves; one that is not in the tree yet would draw itself beside it.
fn ticking(bar: ProgressBar) -> ProgressBar {
    bar.enable_steady_tick(TICK);
    bar
}

fn finish(bar: &ProgressBar, depth: usize, mark: &str, text: &str) {
    bar.disable_steady_tick();
    let style = ProgressStyle::with_template("{prefix}{msg}");
    bar.set_style(style.expect("the template is well-formed"));
    bar.set_prefix(INDENT.repeat(depth));
    let text = model::cleaner::line(text, SHOWN);
    bar.finish_with_message(format!("{mark} {text}"));
}

const INDENT: &str = "  ";
/// A line is no longer, in characters.
const SHOWN: usize = 200;
