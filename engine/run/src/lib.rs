//! Runs the probes against a remote: side by side where they are independent, one after another where one continues what
//! another began, and from each source address in turn.

pub mod backend;
mod clean_up;
mod live;
pub mod plan;
mod probes;
#[cfg(test)]
mod recorded_tests;
mod schedule;
mod settle;
mod side_by_side;
mod waits;

use std::future::Future;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use diagnosis::compare;
use diagnosis::record::{ProbeRun, Record, Visit};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use host::Check;
use host::handoff::Handoff;
use host::net::ResolverError;
use model::clock::ClockError;
use model::dialogue::Counts;
use model::matrix::Step;
use model::standing::{GivenFacts, Standing};
use model::visit::{Attempt, Cut, PasswordUse, Purpose, RunPhase, VisitKey, VisitScope};
use sandbox::{Plugin, RunContext};
use tokio_util::sync::CancellationToken;

use backend::{Backend, Clock, RunBackend, VisitBackend};
use clean_up::GRACE;
use plan::{Plan, PlanError};
use schedule::{InFlight, Schedule, never_begun, sources};
pub use waits::Wait;
use waits::{TICK, Waits};

pub use live::LiveBackend;
pub use probes::{Probes, ProbesError};
pub use settle::{NotSettled, Settled, may_be_removed_by, settle};

/// How the user stops a run.
#[derive(Clone, Debug, Default)]
pub struct Interrupt {
    /// End, and remove what was made on the remote.
    pub stop: CancellationToken,
    /// End at once.
    pub give_up: CancellationToken,
}

/// Why a run could not begin.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The probes asked for make no plan.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Names cannot be resolved on this machine.
    #[error(transparent)]
    Resolver(#[from] ResolverError),
    /// The clock of this machine is wrong.
    #[error(transparent)]
    Clock(#[from] ClockError),
}

/// What happens while a run goes on, for whoever watches.
#[derive(Debug)]
pub enum Event<'a> {
    /// From here on is looked from a source address.
    Arrived {
        /// The address; none lets the system choose.
        source: Option<IpAddr>,
        /// How much is looked at.
        scope: VisitScope,
    },
    /// A probe begins.
    Started {
        /// Its name.
        probe: &'a str,
        /// The source address.
        source: Option<IpAddr>,
    },
    /// Something takes long, and may never come.
    Waiting {
        /// What is waited for; empty where nothing is any more.
        waits: &'a [Wait],
        /// The source address.
        source: Option<IpAddr>,
    },
    /// A probe has ended.
    Ended(&'a ProbeRun),
    /// All probes have ended that look from this address.
    Left {
        /// The address.
        source: Option<IpAddr>,
    },
    /// The run was cut, and what it made on the remote is being removed.
    CleaningUp,
}

/// Told of every event.
pub type Watch<'a> = &'a (dyn Fn(Event<'_>) + Sync);

/// Runs the probes of the catalogue that the check asks for.
///
/// # Errors
/// Where the run could not begin. What goes wrong later is part of the record.
pub async fn run(
    check: &Check,
    probes: &Probes,
    backend: &dyn Backend,
    interrupt: Interrupt,
    watch: Watch<'_>,
) -> Result<Record, RunError> {
    let begun = backend.begin(RunPhase::Diagnosis, check, PasswordUse::Untried)?;
    let run = Run::new(check, probes, begun, watch)?;
    let cut = run.until_cut(run.every_source(), &interrupt).await;
    if cut.is_some() {
        tokio::select! {
            () = run.clean_up() => {}
            () = interrupt.give_up.cancelled() => {}
            () = tokio::time::sleep(GRACE) => {}
        }
    }
    Ok(run.record(cut))
}

/// The same in brief, with other settings: every probe of this program, and of each no more than its main line, over one
/// session from each source address. `before` is what became of the password in the run that this one goes on from.
///
/// The check is one that the user's was [altered](Check::altered) to. Where it goes beyond the authority of the user, this
/// run has no credential.
///
/// # Errors
/// As [`run`].
pub async fn brief(
    check: &Check,
    probes: &Probes,
    backend: &dyn Backend,
    before: PasswordUse,
    interrupt: Interrupt,
    watch: Watch<'_>,
) -> Result<Record, RunError> {
    let begun = backend.begin(RunPhase::Proof, check, before)?;
    let mut run = Run::new(check, probes, begun, watch)?;
    run.ladder = Plan::new(probes, &check.selection, None)?.of_this_program();
    let cut = run.until_cut(run.in_brief(), &interrupt).await;
    let record = run.record(cut);
    backend.keep(RunPhase::Proof, &record, &check.remote);
    Ok(record)
}

/// One run of the probes.
struct Run<'a> {
    check: &'a Check,
    probes: &'a Probes,
    plan: Plan,
    ladder: Plan,
    watch: Watch<'a>,
    backend: Box<dyn RunBackend>,
    visits: Mutex<Vec<InFlight>>,
    started: Instant,
}

impl<'a> Run<'a> {
    fn new(
        check: &'a Check,
        probes: &'a Probes,
        backend: Box<dyn RunBackend>,
        watch: Watch<'a>,
    ) -> Result<Run<'a>, RunError> {
        let plan = Plan::new(probes, &check.selection, Some(check.depth))?;
        Ok(Run {
            check,
            probes,
            ladder: plan.up_to(Step::Tls.state()),
            plan,
            watch,
            backend,
            visits: Mutex::default(),
            started: Instant::now(),
        })
    }

    /// Runs what is to be run, until it is done or the time is up. A recording knows by itself where its run was cut.
    async fn until_cut(&self, run: impl Future<Output = ()>, interrupt: &Interrupt) -> Option<Cut> {
        let clock = self.backend.clock();
        let time_is_up = async {
            match clock {
                Clock::Now => tokio::time::sleep(self.check.timeouts.whole).await,
                Clock::Recorded(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = run => match clock {
                Clock::Now => None,
                Clock::Recorded(cut) => cut,
            },
            () = interrupt.stop.cancelled() => Some(Cut::Interrupted),
            () = time_is_up => Some(Cut::TimedOut),
        }
    }

    /// Some source addresses at a time: what one waits for, another does not have to.
    async fn every_source(&self) {
        let Schedule { full, ladder } = Schedule::of(&self.check.remote);
        self.visits_from(full, VisitScope::Full, Attempt::First)
            .await;
        let ladder = ladder.into_iter().map(Some).collect();
        self.visits_from(ladder, VisitScope::Ladder, Attempt::First)
            .await;
        let chosen = compare::representatives(&self.visits(Attempt::First));
        self.visits_from(chosen, VisitScope::Full, Attempt::First)
            .await;
        let doubtful = compare::doubtful(&self.visits(Attempt::First), &self.probes.codes);
        self.visits_from(doubtful, VisitScope::Ladder, Attempt::Second)
            .await;
    }

    async fn in_brief(&self) {
        let sources = sources(&self.check.remote);
        self.visits_from(sources, VisitScope::Ladder, Attempt::First)
            .await;
    }

    async fn visit(&self, key: VisitKey) {
        let VisitKey { source, scope, .. } = key;
        if self.backend.was_cut_before(key) {
            return;
        }
        let plan = self.plan(scope);
        let descriptions = plan.probes.iter().map(|plugin| &*plugin.description);
        let handoff = Arc::new(Handoff::new(descriptions));
        let backend = self.backend.visit(key);
        let index = {
            let mut visits = lock(&self.visits);
            visits.push(InFlight {
                key,
                handoff: handoff.clone(),
                backend: backend.clone(),
                runs: Vec::new(),
            });
            visits.len() - 1
        };
        (self.watch)(Event::Arrived { source, scope });
        let mut probes: FuturesUnordered<_> = plan
            .probes
            .iter()
            .map(|plugin| self.probe(plugin, key, &handoff, &*backend))
            .collect();
        let mut waits = Waits::default();
        loop {
            tokio::select! {
                biased;
                ended = probes.next() => match ended {
                    Some(run) => {
                        (self.watch)(Event::Ended(&run));
                        lock(&self.visits)[index].runs.push(run);
                    }
                    None => break,
                },
                () = tokio::time::sleep(TICK) => {
                    if let Some(waits) = waits.now(|time| backend.awaited(time)) {
                        (self.watch)(Event::Waiting { waits: &waits, source });
                    }
                }
            }
        }
        handoff.close().await;
        (self.watch)(Event::Left { source });
    }

    fn plan(&self, scope: VisitScope) -> &Plan {
        match scope {
            VisitScope::Full => &self.plan,
            VisitScope::Ladder => &self.ladder,
        }
    }

    /// What was seen in a round, in the order of the settings: of an address that was looked at in two ways, the fuller.
    fn visits(&self, attempt: Attempt) -> Vec<Visit> {
        let in_flight = lock(&self.visits);
        let sources = sources(&self.check.remote);
        let of = |source: &Option<IpAddr>| {
            in_flight
                .iter()
                .filter(|visit| visit.key.attempt == attempt && visit.key.source == *source)
                .min_by_key(|visit| visit.key.scope == VisitScope::Ladder)
        };
        let visits = sources.iter().filter_map(of);
        visits
            .map(|visit| visit.so_far(self.plan(visit.key.scope)))
            .collect()
    }

    /// After a cut every probe is gone with its connections; those that owe something get an instance to remove it.
    async fn clean_up(&self) {
        let visits: Vec<_> = lock(&self.visits)
            .iter()
            .map(|visit| (visit.key, visit.handoff.clone(), visit.backend.clone()))
            .collect();
        for (key, handoff, backend) in visits {
            handoff.close().await;
            if backend.owes() {
                (self.watch)(Event::CleaningUp);
            }
            for plugin in &self.plan.probes {
                self.clean_up_after(plugin, key, &handoff, &*backend).await;
            }
        }
    }

    /// Removes what a probe owes.
    async fn clean_up_after(
        &self,
        plugin: &Plugin,
        key: VisitKey,
        handoff: &Handoff,
        backend: &dyn VisitBackend,
    ) {
        let left = backend.to_remove(plugin.name());
        if !left.is_empty() {
            let facts = handoff.facts(plugin.description.standing);
            let given_facts = GivenFacts::to_remove(facts, left);
            clean_up::remove(&given_facts, plugin, backend, self.check, key).await;
        }
    }

    /// A third party leaves enough of the time
    /// of the run for the source addresses that are still to come and for the proof of a change: each has an equal share.
    fn deadline(&self, standing: Standing) -> Duration {
        let timeouts = &self.check.timeouts;
        let usual = timeouts.of_a_probe();
        match (standing, self.backend.clock()) {
            (Standing::BuiltIn, _) | (Standing::ThirdParty, Clock::Recorded(_)) => usual,
            (Standing::ThirdParty, Clock::Now) => {
                let left = timeouts.whole.saturating_sub(self.started.elapsed());
                let begun = lock(&self.visits).len();
                let to_come = sources(&self.check.remote).len().saturating_sub(begun);
                usual.min(left / (u32::try_from(to_come).unwrap_or(u32::MAX).saturating_add(2)))
            }
        }
    }

    async fn probe(
        &self,
        plugin: &Plugin,
        key: VisitKey,
        handoff: &Arc<Handoff>,
        backend: &dyn VisitBackend,
    ) -> ProbeRun {
        let description = &plugin.description;
        let mut answers = backend.probe(&plugin.identity, Purpose::Diagnose, handoff.clone());
        let source = key.source;
        let (ended, duration) = match answers.wait(handoff, description).await {
            Err(not_run) => (not_run, answers.took(Duration::ZERO)),
            Ok(facts) => {
                (self.watch)(Event::Started {
                    probe: &description.name,
                    source,
                });
                let context = RunContext {
                    backend: answers,
                    scope: key.scope,
                    deadline: self.deadline(description.standing),
                };
                let given_facts = GivenFacts::to_look(facts);
                let ended = plugin.run(context, self.check, source, &given_facts).await;
                self.clean_up_after(plugin, key, handoff, backend).await;
                ended
            }
        };
        handoff.ended(description).await;
        ProbeRun {
            probe: plugin.identity.clone(),
            source,
            status: ended.result,
            duration,
            outcome: Arc::new(ended.outcome),
        }
    }

    fn record(self, cut: Option<Cut>) -> Record {
        let duration = self.started.elapsed();
        let mut visits = self.visits(Attempt::First);
        for source in sources(&self.check.remote) {
            if !visits.iter().any(|visit| visit.source == source) {
                visits.push(never_begun(source, &self.plan));
            }
        }
        let mut record = Record {
            visits,
            second_looks: self.visits(Attempt::Second),
            left_out: self.plan.left_out.clone(),
            denied: self.check.selection.denied.clone(),
            connections: Counts::default(),
            peak: 0,
            transcript: Vec::new(),
            duration,
            patience: self.check.timeouts.patience,
            cut,
            sheet: None,
            left_behind: Vec::new(),
            password: PasswordUse::default(),
        };
        for visit in lock(&self.visits).iter() {
            let facts = visit.handoff.facts(Standing::BuiltIn);
            visit.backend.complete(&facts, &mut record);
        }
        self.backend.complete(&mut record);
        record
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
