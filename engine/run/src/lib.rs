//! Runs the probes against a remote: side by side where they are independent, one after another where one continues what
//! another began, and from each source address in turn.

pub mod backend;
mod clean_up;
mod itinerary;
mod live;
pub mod plan;
mod probes;
#[cfg(test)]
mod recorded_tests;
mod settle;

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
use model::standing::{Standing, Told};
use model::visit::{Became, Cut, Look, Part, Place, Purpose, Round};
use sandbox::{Plugin, RunContext};
use tokio_util::sync::CancellationToken;

use backend::{Backend, Clock, RunBackend, VisitBackend};
use clean_up::GRACE;
use itinerary::{Going, Itinerary, never_begun, sources};
use live::CONNECTIONS;
use plan::{Plan, PlanError};

pub use live::LiveBackend;
pub use probes::{Probes, ProbesError};
pub use settle::{NotSettled, Settled, may_be_removed_by, settle};

/// So many source addresses climb the ladder at a time: a connection that was closed may still count for a moment.
const LADDERS: usize = CONNECTIONS - 1;

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
        look: Look,
    },
    /// A probe begins.
    Started {
        /// Its name.
        probe: &'a str,
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
    let begun = backend.begin(Part::Diagnosis, check, Became::Untried)?;
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
    before: Became,
    interrupt: Interrupt,
    watch: Watch<'_>,
) -> Result<Record, RunError> {
    let begun = backend.begin(Part::Proof, check, before)?;
    let mut run = Run::new(check, probes, begun, watch)?;
    run.ladder = Plan::new(probes, &check.selection, None)?.of_this_program();
    let cut = run.until_cut(run.in_brief(), &interrupt).await;
    let record = run.record(cut);
    backend.keep(Part::Proof, &record, &check.remote);
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
    visits: Mutex<Vec<Going>>,
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

    /// One source address after another: with three connections in all, two sessions at once would wait for each other.
    async fn every_source(&self) {
        let itinerary = Itinerary::of(&self.check.remote);
        for source in itinerary.full {
            self.visit(source, Look::Full, Round::First).await;
        }
        let ladders = itinerary
            .ladder
            .into_iter()
            .map(|source| self.visit(Some(source), Look::Ladder, Round::First));
        futures_util::stream::iter(ladders)
            .buffer_unordered(LADDERS)
            .collect::<Vec<()>>()
            .await;
        for source in compare::representatives(&self.visits(Round::First)) {
            self.visit(source, Look::Full, Round::First).await;
        }
        for source in compare::doubtful(&self.visits(Round::First), &self.probes.codes) {
            self.visit(source, Look::Ladder, Round::Second).await;
        }
    }

    async fn in_brief(&self) {
        for source in sources(&self.check.remote) {
            self.visit(source, Look::Ladder, Round::First).await;
        }
    }

    async fn visit(&self, source: Option<IpAddr>, look: Look, round: Round) {
        let place = Place {
            round,
            source,
            look,
        };
        if self.backend.was_cut_before(place) {
            return;
        }
        let plan = self.plan(look);
        let descriptions = plan.probes.iter().map(|plugin| &*plugin.description);
        let handoff = Arc::new(Handoff::new(descriptions));
        let backend = self.backend.visit(place);
        let index = {
            let mut visits = lock(&self.visits);
            visits.push(Going {
                place,
                handoff: handoff.clone(),
                backend: backend.clone(),
                runs: Vec::new(),
            });
            visits.len() - 1
        };
        (self.watch)(Event::Arrived { source, look });
        let mut probes: FuturesUnordered<_> = plan
            .probes
            .iter()
            .map(|plugin| self.probe(plugin, place, &handoff, &*backend))
            .collect();
        while let Some(run) = probes.next().await {
            (self.watch)(Event::Ended(&run));
            lock(&self.visits)[index].runs.push(run);
        }
        handoff.close().await;
        (self.watch)(Event::Left { source });
    }

    fn plan(&self, look: Look) -> &Plan {
        match look {
            Look::Full => &self.plan,
            Look::Ladder => &self.ladder,
        }
    }

    /// What was seen in a round, in the order of the settings: of an address that was looked at in two ways, the fuller.
    fn visits(&self, round: Round) -> Vec<Visit> {
        let going = lock(&self.visits);
        let sources = sources(&self.check.remote);
        let of = |source: &Option<IpAddr>| {
            going
                .iter()
                .filter(|visit| visit.place.round == round && visit.place.source == *source)
                .min_by_key(|visit| visit.place.look == Look::Ladder)
        };
        let visits = sources.iter().filter_map(of);
        visits
            .map(|visit| visit.told(self.plan(visit.place.look)))
            .collect()
    }

    /// After a cut every probe is gone with its connections; those that owe something get an instance to remove it.
    async fn clean_up(&self) {
        let visits: Vec<_> = lock(&self.visits)
            .iter()
            .map(|visit| (visit.place, visit.handoff.clone(), visit.backend.clone()))
            .collect();
        for (place, handoff, backend) in visits {
            handoff.close().await;
            if backend.owes() {
                (self.watch)(Event::CleaningUp);
            }
            for plugin in &self.plan.probes {
                self.clean_up_after(plugin, place, &handoff, &*backend)
                    .await;
            }
        }
    }

    /// Removes what a probe owes.
    async fn clean_up_after(
        &self,
        plugin: &Plugin,
        place: Place,
        handoff: &Handoff,
        backend: &dyn VisitBackend,
    ) {
        let left = backend.to_remove(plugin.name());
        if !left.is_empty() {
            let facts = handoff.facts(plugin.description.standing);
            let told = Told::to_remove(facts, left);
            clean_up::remove(&told, plugin, backend, self.check, place).await;
        }
    }

    /// A probe waits for a few replies at most; more means that it will not end. A third party leaves enough of the time
    /// of the run for the source addresses that are still to come and for the proof of a change: each has an equal share.
    fn deadline(&self, standing: Standing) -> Duration {
        let timeouts = &self.check.timeouts;
        let usual = Duration::from_secs(20) + 2 * timeouts.connect + 3 * timeouts.reply;
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
        place: Place,
        handoff: &Arc<Handoff>,
        backend: &dyn VisitBackend,
    ) -> ProbeRun {
        let description = &plugin.description;
        let mut answers = backend.probe(&plugin.identity, Purpose::Look, handoff.clone());
        let source = place.source;
        let (ended, duration) = match answers.wait(handoff, description).await {
            Err(not_run) => (not_run, answers.took(Duration::ZERO)),
            Ok(facts) => {
                (self.watch)(Event::Started {
                    probe: &description.name,
                    source,
                });
                let context = RunContext {
                    backend: answers,
                    look: place.look,
                    deadline: self.deadline(description.standing),
                };
                let told = Told::to_look(facts);
                let ended = plugin.run(context, self.check, source, &told).await;
                self.clean_up_after(plugin, place, handoff, backend).await;
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
        let mut visits = self.visits(Round::First);
        for source in sources(&self.check.remote) {
            if !visits.iter().any(|visit| visit.source == source) {
                visits.push(never_begun(source, &self.plan));
            }
        }
        let mut record = Record {
            visits,
            second_looks: self.visits(Round::Second),
            left_out: self.plan.left_out.clone(),
            denied: self.check.selection.denied.clone(),
            connections: Counts::default(),
            peak: 0,
            transcript: Vec::new(),
            duration,
            cut,
            sheet: None,
            left_behind: Vec::new(),
            password: Became::default(),
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
