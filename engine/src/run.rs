//! Runs the probes against a remote: side by side where they are independent, one after another where one goes on with
//! what another left, and from each source address in turn.

mod itinerary;
mod record;

use std::net::IpAddr;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio_util::sync::CancellationToken;

use crate::builtin::Catalogue;
use crate::clean_up::{self, GRACE};
use crate::compare;
use crate::finding::{Omission, OmissionCause, Outcome};
use crate::login::{Login, LoginPolicy};
use crate::matrix::Step;
use crate::net::{
    Counts, Grant, Network, NetworkSettings, Resolver, ResolverError, Slots, TlsVersion,
    Transcript, Writes,
};
use crate::plan::{Plan, PlanError};
use crate::plugin::{Ending, Ground, Plugin};
use crate::relay::Relay;
use crate::settings::{CertificateCheck, Check, Depth, HighestTlsVersion};
use crate::trust::Trust;

use itinerary::{Going, Itinerary, Round, never_begun, sources};
pub use record::{Cut, Look, ProbeRun, Record, Status, Visit};

/// At most so many connections to one remote at a time, over all source addresses, unless `full` is asked for.
const CONNECTIONS: usize = 3;

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
    catalogue: &Catalogue,
    interrupt: Interrupt,
    watch: Watch<'_>,
) -> Result<Record, RunError> {
    let run = Run::new(check, catalogue, watch)?;
    let started = Instant::now();
    let cut = tokio::select! {
        biased;
        () = run.every_source() => None,
        () = interrupt.stop.cancelled() => Some(Cut::Interrupted),
        () = tokio::time::sleep(check.timeouts.whole) => Some(Cut::TimedOut),
    };
    if cut.is_some() {
        tokio::select! {
            () = run.clean_up() => {}
            () = interrupt.give_up.cancelled() => {}
            () = tokio::time::sleep(GRACE) => {}
        }
    }
    Ok(run.record(started.elapsed(), cut))
}

/// The same in brief: every probe, and of each no more than its main line, over one session from each source address.
///
/// # Errors
/// As [`run`].
pub async fn brief(
    check: &Check,
    catalogue: &Catalogue,
    interrupt: Interrupt,
    watch: Watch<'_>,
) -> Result<Record, RunError> {
    let mut run = Run::new(check, catalogue, watch)?;
    run.ladder = Plan::new(catalogue, &check.selection)?;
    let started = Instant::now();
    let cut = tokio::select! {
        biased;
        () = run.in_brief() => None,
        () = interrupt.stop.cancelled() => Some(Cut::Interrupted),
        () = tokio::time::sleep(check.timeouts.whole) => Some(Cut::TimedOut),
    };
    Ok(run.record(started.elapsed(), cut))
}

/// What all probes and source addresses of a run share.
struct Run<'a> {
    check: &'a Check,
    catalogue: &'a Catalogue,
    plan: Plan,
    ladder: Plan,
    watch: Watch<'a>,
    login: Arc<Login>,
    trust: Trust,
    resolver: Arc<Resolver>,
    grant: Arc<Grant>,
    slots: Arc<Slots>,
    transcript: Transcript,
    ids: Arc<AtomicU32>,
    visits: Mutex<Vec<Going>>,
}

impl<'a> Run<'a> {
    fn new(
        check: &'a Check,
        catalogue: &'a Catalogue,
        watch: Watch<'a>,
    ) -> Result<Run<'a>, RunError> {
        let plan = Plan::new(catalogue, &check.selection)?;
        let remote = &check.remote;
        let trust = Trust::new(&check.authorities);
        let policy = LoginPolicy {
            ssl: remote.ssl,
            certificate_check: remote.certificate_check == CertificateCheck::Full,
            allow_cleartext: check.permissions.cleartext_login,
            allow_unverified: check.permissions.unverified_login,
            host: remote.host.clone(),
            now: check.now,
        };
        let limit = match (remote.max_connections, check.depth) {
            (None, _) => CONNECTIONS,
            (Some(most), Depth::Full) => most,
            (Some(most), Depth::Quick | Depth::Standard) => most.min(CONNECTIONS),
        };
        Ok(Run {
            check,
            catalogue,
            ladder: plan.up_to(Step::Tls.state()),
            plan,
            watch,
            login: Arc::new(Login::new(check.credential.clone(), policy, trust.clone())),
            trust,
            resolver: Arc::new(Resolver::new(check.resolver)?),
            grant: Arc::new(Grant::new(
                &remote.host,
                remote.port,
                check.data_addresses.iter().copied(),
            )),
            slots: Slots::new(limit),
            transcript: Transcript::new(),
            ids: Arc::default(),
            visits: Mutex::default(),
        })
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
        for source in compare::doubtful(&self.visits(Round::First), self.catalogue) {
            self.visit(source, Look::Ladder, Round::Second).await;
        }
    }

    /// What the probes are granted from one source address.
    fn ground(&self, source: Option<IpAddr>, look: Look, plan: &Plan) -> Ground {
        let writes = Arc::new(match self.check.permissions.writes {
            true => Writes::permitted(),
            false => Writes::forbidden(),
        });
        let settings = NetworkSettings {
            source,
            connect_timeout: self.check.timeouts.connect,
            client_certificate: self.check.client_certificate.clone(),
            highest_tls_version: match self.check.remote.client.highest_tls_version {
                Some(HighestTlsVersion::Tls12) => TlsVersion::Tls12,
                Some(HighestTlsVersion::Tls13) | None => TlsVersion::Tls13,
            },
            expected_addresses: self.check.remote.expect_addresses.clone(),
            expected_names: self.check.remote.expect_names.clone(),
            fetch_issuers: self.check.permissions.fetch_issuers,
            mask: self.login.mask(),
            writes: writes.clone(),
        };
        let network = Arc::new(Network::new(
            settings,
            self.resolver.clone(),
            self.grant.clone(),
            self.slots.clone(),
            self.transcript.clone(),
            self.ids.clone(),
        ));
        let relay = Arc::new(Relay::new(
            plan.probes.iter().map(|plugin| &plugin.description),
        ));
        Ground {
            network,
            login: self.login.clone(),
            trust: self.trust.clone(),
            writes,
            relay,
            look,
            deadline: self.deadline(),
        }
    }

    async fn in_brief(&self) {
        for source in sources(&self.check.remote) {
            self.visit(source, Look::Ladder, Round::First).await;
        }
    }

    async fn visit(&self, source: Option<IpAddr>, look: Look, round: Round) {
        let plan = self.plan(look);
        let ground = self.ground(source, look, plan);
        let place = {
            let mut visits = lock(&self.visits);
            visits.push(Going {
                round,
                source,
                look,
                ground: ground.clone(),
                runs: Vec::new(),
            });
            visits.len() - 1
        };
        (self.watch)(Event::Arrived { source, look });
        let mut probes: FuturesUnordered<_> = plan
            .probes
            .iter()
            .map(|plugin| self.probe(plugin, source, &ground))
            .collect();
        while let Some(run) = probes.next().await {
            (self.watch)(Event::Ended(&run));
            lock(&self.visits)[place].runs.push(run);
        }
        ground.relay.close().await;
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
                .filter(|visit| visit.round == round && visit.source == *source)
                .min_by_key(|visit| visit.look == Look::Ladder)
        };
        let visits = sources.iter().filter_map(of);
        visits
            .map(|visit| visit.told(self.plan(visit.look)))
            .collect()
    }

    /// After a cut every probe is gone with its connections; those that owe something get an instance to remove it.
    async fn clean_up(&self) {
        let grounds: Vec<_> = lock(&self.visits)
            .iter()
            .map(|visit| (visit.source, visit.ground.clone()))
            .collect();
        for (source, ground) in grounds {
            ground.relay.close().await;
            if !ground.writes.debts().is_empty() {
                (self.watch)(Event::CleaningUp);
            }
            for plugin in &self.plan.probes {
                clean_up::after(plugin, &ground, self.check, source).await;
            }
        }
    }

    /// A probe waits for a few replies at most; more means that it will not end.
    fn deadline(&self) -> Duration {
        let timeouts = &self.check.timeouts;
        Duration::from_secs(20) + 2 * timeouts.connect + 3 * timeouts.reply
    }

    async fn probe(
        &self,
        plugin: &Arc<Plugin>,
        source: Option<IpAddr>,
        ground: &Ground,
    ) -> ProbeRun {
        let description = &plugin.description;
        let reached = ground.relay.reach(description).await;
        let started = Instant::now();
        let (status, outcome) = match reached {
            Err(out_of_reach) => (Status::Skipped(out_of_reach), Outcome::default()),
            Ok(facts) => {
                (self.watch)(Event::Started {
                    probe: &description.name,
                    source,
                });
                let ending = plugin.run(ground.clone(), self.check, source, &facts).await;
                clean_up::after(plugin, ground, self.check, source).await;
                ended(plugin, ending)
            }
        };
        ground.relay.ended(description).await;
        ProbeRun {
            plugin: plugin.clone(),
            source,
            status,
            duration: started.elapsed(),
            outcome,
        }
    }

    fn record(self, duration: Duration, cut: Option<Cut>) -> Record {
        let mut visits = self.visits(Round::First);
        for source in sources(&self.check.remote) {
            if !visits.iter().any(|visit| visit.source == source) {
                visits.push(never_begun(source, &self.plan));
            }
        }
        let second_looks = self.visits(Round::Second);
        let going = lock(&self.visits);
        let left_behind = going
            .iter()
            .flat_map(|visit| clean_up::left_behind(&visit.ground, visit.source))
            .collect();
        let counts = going
            .iter()
            .map(|visit| visit.ground.network.counts())
            .fold(Counts::default(), |sum, each| Counts {
                control: sum.control + each.control,
                data: sum.data + each.data,
            });
        drop(going);
        let peak = self.slots.peak();
        Record {
            visits,
            second_looks,
            connections: counts,
            peak,
            transcript: self.transcript,
            duration,
            cut,
            sheet: None,
            left_behind,
        }
    }
}

fn ended(plugin: &Plugin, ending: Ending) -> (Status, Outcome) {
    match ending {
        Ending::Done(outcome) => (Status::Ok, outcome),
        Ending::CouldNotLook(failure) => {
            let omission = Omission {
                check: plugin.description.summary.clone(),
                codes: plugin
                    .description
                    .codes
                    .iter()
                    .map(|code| code.name.clone())
                    .collect(),
                cause: OmissionCause::CouldNotLook,
                reason: failure.detail,
            };
            (
                Status::Ok,
                Outcome {
                    not_tested: vec![omission],
                    ..Outcome::default()
                },
            )
        }
        Ending::Crashed(why) => (Status::Crashed(why), Outcome::default()),
        Ending::TimedOut(why) => (Status::TimedOut(why), Outcome::default()),
        Ending::Denied(why) => (Status::Denied(why), Outcome::default()),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
