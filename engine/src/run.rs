//! Runs the probes against a remote: side by side where they are independent, one after another where one goes on with
//! what another left, and from each source address in turn.

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
use crate::finding::{Omission, OmissionCause, Outcome};
use crate::login::{Login, LoginPolicy};
use crate::net::{
    Counts, Grant, Network, NetworkSettings, Resolver, ResolverError, Slots, Transcript, Writes,
};
use crate::plan::{Plan, PlanError};
use crate::plugin::{Ending, Ground, Plugin};
use crate::relay::Relay;
use crate::settings::{CertificateCheck, Check, Depth};
use crate::trust::Trust;

pub use record::{Cut, ProbeRun, Record, Status};

/// At most so many connections to one remote at a time, over all source addresses, unless `full` is asked for.
const CONNECTIONS: usize = 3;

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
    /// A probe begins.
    Started {
        /// Its name.
        probe: &'a str,
        /// The source address.
        source: Option<IpAddr>,
    },
    /// A probe has ended.
    Ended(&'a ProbeRun),
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
    let plan = Plan::new(catalogue, &check.selection)?;
    let run = Run::new(check, plan, watch)?;
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

/// What all probes and source addresses of a run share.
struct Run<'a> {
    check: &'a Check,
    plan: Plan,
    watch: Watch<'a>,
    login: Arc<Login>,
    trust: Trust,
    resolver: Arc<Resolver>,
    grant: Arc<Grant>,
    slots: Arc<Slots>,
    transcript: Transcript,
    ids: Arc<AtomicU32>,
    /// What was granted from each source address.
    grounds: Mutex<Vec<(Option<IpAddr>, Ground)>>,
    runs: Mutex<Vec<ProbeRun>>,
}

impl<'a> Run<'a> {
    fn new(check: &'a Check, plan: Plan, watch: Watch<'a>) -> Result<Run<'a>, RunError> {
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
            grounds: Mutex::default(),
            runs: Mutex::default(),
        })
    }

    /// One source address after another: with three connections in all, two sessions at once would wait for each other.
    async fn every_source(&self) {
        for source in self.sources() {
            self.from(source).await;
        }
    }

    fn sources(&self) -> Vec<Option<IpAddr>> {
        match self.check.remote.sources.as_slice() {
            [] => vec![None],
            sources => sources.iter().copied().map(Some).collect(),
        }
    }

    /// What the probes are granted from one source address.
    fn ground(&self, source: Option<IpAddr>) -> Ground {
        let writes = Arc::new(match self.check.permissions.writes {
            true => Writes::permitted(),
            false => Writes::forbidden(),
        });
        let settings = NetworkSettings {
            source,
            connect_timeout: self.check.timeouts.connect,
            client_certificate: self.check.client_certificate.clone(),
            expected_addresses: self.check.remote.expect_addresses.clone(),
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
            self.plan.probes.iter().map(|plugin| &plugin.description),
        ));
        Ground {
            network,
            login: self.login.clone(),
            trust: self.trust.clone(),
            writes,
            relay,
            deadline: self.deadline(),
        }
    }

    async fn from(&self, source: Option<IpAddr>) {
        let ground = self.ground(source);
        lock(&self.grounds).push((source, ground.clone()));
        let mut probes: FuturesUnordered<_> = self
            .plan
            .probes
            .iter()
            .map(|plugin| self.probe(plugin, source, &ground))
            .collect();
        while let Some(run) = probes.next().await {
            (self.watch)(Event::Ended(&run));
            lock(&self.runs).push(run);
        }
        ground.relay.close().await;
    }

    /// After a cut every probe is gone with its connections; those that owe something get an instance to remove it.
    async fn clean_up(&self) {
        let grounds = lock(&self.grounds).clone();
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
        let mut runs = std::mem::take(&mut *lock(&self.runs));
        if cut.is_some() {
            self.add_unfinished(&mut runs);
        }
        let order = |run: &ProbeRun| {
            let source = self
                .check
                .remote
                .sources
                .iter()
                .position(|source| Some(*source) == run.source);
            let probe = self
                .plan
                .probes
                .iter()
                .position(|plugin| Arc::ptr_eq(plugin, &run.plugin));
            (source, probe)
        };
        runs.sort_by_key(order);
        let grounds = lock(&self.grounds);
        let left_behind = grounds
            .iter()
            .flat_map(|(source, ground)| clean_up::left_behind(ground, *source))
            .collect();
        let counts = grounds
            .iter()
            .map(|(_, ground)| ground.network.counts())
            .fold(Counts::default(), |sum, each| Counts {
                control: sum.control + each.control,
                data: sum.data + each.data,
            });
        drop(grounds);
        let peak = self.slots.peak();
        Record {
            runs,
            connections: counts,
            peak,
            transcript: self.transcript,
            duration,
            cut,
            left_behind,
        }
    }

    fn add_unfinished(&self, runs: &mut Vec<ProbeRun>) {
        for source in self.sources() {
            for plugin in &self.plan.probes {
                if !runs
                    .iter()
                    .any(|run| run.source == source && Arc::ptr_eq(&run.plugin, plugin))
                {
                    runs.push(ProbeRun {
                        plugin: plugin.clone(),
                        source,
                        status: Status::Cut,
                        duration: Duration::ZERO,
                        outcome: Outcome::default(),
                    });
                }
            }
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
