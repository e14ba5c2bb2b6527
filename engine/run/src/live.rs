//! The backend on the network.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::{Duration, Instant};

use diagnosis::record::Record;
use host::Check;
use host::backend::ProbeBackend;
use host::handoff::Handoff;
use host::journal::Session;
use host::live::{HostServices, Live};
use host::login::Login;
use host::net::{
    AddressPolicy, Awaited, Gauge, Names, Network, NetworkSettings, OwnWords, Resolver, Slots,
    TlsVersion, Transcript, Writes,
};
use host::trust::Trust;
use model::clock;
use model::dialogue::Counts;
use model::finding::Fact;
use model::probe::ProbeIdentity;
use model::remote::{Depth, HighestTlsVersion};
use model::visit::{PasswordUse, Purpose, RunPhase, VisitKey, VisitScope};

use crate::RunError;
use crate::backend::{Backend, RunBackend, VisitBackend};
use crate::clean_up;

/// At most so many connections to one remote at a time from one source address, unless `full` is asked for.
const CONNECTIONS: usize = 3;
/// At most so many over all of them.
const IN_ALL: usize = 2 * CONNECTIONS;

/// From one source address at a time, at most.
fn connections(check: &Check) -> usize {
    match (check.remote.max_connections, check.depth) {
        (None, _) => CONNECTIONS,
        (Some(most), Depth::Full) => most.max(1),
        (Some(most), Depth::Quick | Depth::Standard) => most.clamp(1, CONNECTIONS),
    }
}

/// From how many source addresses the remote is looked at at a time, so that the limit on all of them holds.
pub(super) fn side_by_side(check: &Check) -> usize {
    let in_all = check.remote.max_connections.unwrap_or(IN_ALL).min(IN_ALL);
    (in_all / connections(check)).max(1)
}

/// Who asks whether a server takes a name in clear text, where the settings have none (RFC 1635).
const ANONYMOUS: &str = "anonymous";

/// The network, and nothing kept of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct LiveBackend;

impl Backend for LiveBackend {
    fn begin(
        &self,
        _: RunPhase,
        check: &Check,
        before: PasswordUse,
    ) -> Result<Box<dyn RunBackend>, RunError> {
        Ok(Box::new(LiveRun::new(check, before)?))
    }
}

/// What the source addresses of a run share.
pub(super) struct LiveRun {
    check: Check,
    login: Arc<Login>,
    trust: Trust,
    names: Arc<Names>,
    policy: Arc<AddressPolicy>,
    gauge: Arc<Gauge>,
    transcript: Transcript,
    ids: Arc<AtomicU32>,
    words: Arc<OwnWords>,
    began: Instant,
}

impl LiveRun {
    pub(super) fn new(check: &Check, before: PasswordUse) -> Result<LiveRun, RunError> {
        // TLS cannot begin at such a time, and no certificate be judged.
        clock::now()?;
        let remote = &check.remote;
        let trust = Trust::new(&check.authorities);
        // Whatever the settings of this run are: the authority is that of the user.
        let policy = Arc::new(AddressPolicy::new(check.authority().clone()));
        let resolver = Resolver::new(check.resolver)?;
        Ok(LiveRun {
            login: Arc::new(Login::new(check, policy.clone(), trust.clone(), before)),
            trust,
            names: Arc::new(Names::new(resolver, policy.clone(), &remote.host)),
            policy,
            gauge: Arc::default(),
            transcript: Transcript::new(),
            ids: Arc::default(),
            words: Arc::new(OwnWords {
                user: remote.user.clone().unwrap_or_else(|| ANONYMOUS.into()),
                host: remote.host.clone(),
            }),
            check: check.clone(),
            began: Instant::now(),
        })
    }

    /// What one source address sees, with these rules for writing.
    pub(super) fn with_writes(
        &self,
        source: Option<IpAddr>,
        scope: VisitScope,
        writes: Arc<Writes>,
    ) -> LiveVisit {
        let check = &self.check;
        let settings = NetworkSettings {
            source,
            connect_timeout: check.connect_timeout(scope),
            client_certificate: check.client_certificate.clone(),
            highest_tls_version: match check.remote.client.highest_tls_version {
                Some(HighestTlsVersion::Tls12) => TlsVersion::Tls12,
                Some(HighestTlsVersion::Tls13) | None => TlsVersion::Tls13,
            },
            expected_addresses: check.remote.expect_addresses.clone(),
            expected_names: check.remote.expect_names.clone(),
            fetch_issuers: check.permissions.fetch_issuers,
            mask: self.login.mask(),
            writes: writes.clone(),
            words: self.words.clone(),
        };
        let network = Arc::new(Network::new(
            settings,
            self.names.clone(),
            self.policy.clone(),
            Slots::new(connections(check), self.gauge.clone()),
            self.transcript.clone(),
            self.ids.clone(),
        ));
        LiveVisit {
            source,
            services: HostServices {
                network,
                login: self.login.clone(),
                trust: self.trust.clone(),
                writes,
                timeouts: check.timeouts,
                began: self.began,
            },
        }
    }
}

impl RunBackend for LiveRun {
    fn visit(&self, key: VisitKey) -> Arc<dyn VisitBackend> {
        let session = Session::of(&self.check, key.source);
        let writes = match self.check.permissions.writes {
            true => Writes::permitted(&self.check.journal, &session),
            false => Writes::forbidden(),
        };
        Arc::new(self.with_writes(key.source, key.scope, Arc::new(writes)))
    }

    fn complete(&self, record: &mut Record) {
        record.peak = self.gauge.peak();
        record.transcript = self.transcript.lines();
        record.password = self.login.became();
    }
}

/// The network as one source address sees it.
pub(super) struct LiveVisit {
    source: Option<IpAddr>,
    services: HostServices,
}

impl VisitBackend for LiveVisit {
    fn probe(
        &self,
        probe: &ProbeIdentity,
        _: Purpose,
        handoff: Arc<Handoff>,
    ) -> Box<dyn ProbeBackend> {
        let services = self.services.clone();
        Box::new(Live::new(services, handoff, probe.description.clone()))
    }

    fn awaited(&self, time: Duration) -> Vec<Awaited> {
        self.services.network.waits().longer_than(time)
    }

    fn to_remove(&self, probe: &str) -> Vec<String> {
        self.services.writes.clean_up(probe)
    }

    fn owes(&self) -> bool {
        !self.services.writes.debts().is_empty()
    }

    fn complete(&self, facts: &[Fact], record: &mut Record) {
        let opened = self.services.network.counts();
        record.connections = Counts {
            control: record.connections.control + opened.control,
            data: record.connections.data + opened.data,
        };
        let left = clean_up::left_behind(&self.services.writes, facts, self.source);
        record.left_behind.extend(left);
    }
}
