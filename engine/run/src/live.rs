//! The backend on the network.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use diagnosis::record::Record;
use host::Check;
use host::backend::ProbeBackend;
use host::handoff::Handoff;
use host::journal::Session;
use host::live::{Live, Outside};
use host::login::Login;
use host::net::{
    Grant, Names, Network, NetworkSettings, OwnWords, Resolver, Slots, TlsVersion, Transcript,
    Writes,
};
use host::trust::Trust;
use model::clock;
use model::dialogue::Counts;
use model::finding::Fact;
use model::probe::ProbeIdentity;
use model::remote::{Depth, HighestTlsVersion};
use model::visit::{Became, Part, Place, Purpose};

use crate::RunError;
use crate::backend::{Backend, RunBackend, VisitBackend};
use crate::clean_up;

/// At most so many connections to one remote at a time, over all source addresses, unless `full` is asked for.
pub(super) const CONNECTIONS: usize = 3;

/// Who asks whether a server takes a name in clear text, where the settings have none (RFC 1635).
const ANONYMOUS: &str = "anonymous";

/// The network, and nothing kept of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct LiveBackend;

impl Backend for LiveBackend {
    fn begin(
        &self,
        _: Part,
        check: &Check,
        before: Became,
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
    grant: Arc<Grant>,
    slots: Arc<Slots>,
    transcript: Transcript,
    ids: Arc<AtomicU32>,
    words: Arc<OwnWords>,
}

impl LiveRun {
    pub(super) fn new(check: &Check, before: Became) -> Result<LiveRun, RunError> {
        // TLS cannot begin at such a time, and no certificate be judged.
        clock::now()?;
        let remote = &check.remote;
        let trust = Trust::new(&check.authorities);
        // Whatever the settings of this run are: the authority is that of the user.
        let grant = Arc::new(Grant::new(check.authority().clone()));
        let resolver = Resolver::new(check.resolver)?;
        let limit = match (remote.max_connections, check.depth) {
            (None, _) => CONNECTIONS,
            (Some(most), Depth::Full) => most,
            (Some(most), Depth::Quick | Depth::Standard) => most.min(CONNECTIONS),
        };
        Ok(LiveRun {
            login: Arc::new(Login::new(check, grant.clone(), trust.clone(), before)),
            trust,
            names: Arc::new(Names::new(resolver, grant.clone(), &remote.host)),
            grant,
            slots: Slots::new(limit),
            transcript: Transcript::new(),
            ids: Arc::default(),
            words: Arc::new(OwnWords {
                user: remote.user.clone().unwrap_or_else(|| ANONYMOUS.into()),
                host: remote.host.clone(),
            }),
            check: check.clone(),
        })
    }

    /// What one source address sees, with these rules for writing.
    pub(super) fn with_writes(&self, source: Option<IpAddr>, writes: Arc<Writes>) -> LiveVisit {
        let check = &self.check;
        let settings = NetworkSettings {
            source,
            connect_timeout: check.timeouts.connect,
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
            self.grant.clone(),
            self.slots.clone(),
            self.transcript.clone(),
            self.ids.clone(),
        ));
        LiveVisit {
            source,
            outside: Outside {
                network,
                login: self.login.clone(),
                trust: self.trust.clone(),
                writes,
            },
        }
    }
}

impl RunBackend for LiveRun {
    fn visit(&self, place: Place) -> Arc<dyn VisitBackend> {
        let session = Session::of(&self.check, place.source);
        let writes = match self.check.permissions.writes {
            true => Writes::permitted(&self.check.journal, &session),
            false => Writes::forbidden(),
        };
        Arc::new(self.with_writes(place.source, Arc::new(writes)))
    }

    fn complete(&self, record: &mut Record) {
        record.peak = self.slots.peak();
        record.transcript = self.transcript.lines();
        record.password = self.login.became();
    }
}

/// The network as one source address sees it.
pub(super) struct LiveVisit {
    source: Option<IpAddr>,
    outside: Outside,
}

impl VisitBackend for LiveVisit {
    fn probe(
        &self,
        probe: &ProbeIdentity,
        _: Purpose,
        handoff: Arc<Handoff>,
    ) -> Box<dyn ProbeBackend> {
        let outside = self.outside.clone();
        Box::new(Live::new(outside, handoff, probe.description.clone()))
    }

    fn to_remove(&self, probe: &str) -> Vec<String> {
        self.outside.writes.clean_up(probe)
    }

    fn owes(&self) -> bool {
        !self.outside.writes.debts().is_empty()
    }

    fn complete(&self, facts: &[Fact], record: &mut Record) {
        let opened = self.outside.network.counts();
        record.connections = Counts {
            control: record.connections.control + opened.control,
            data: record.connections.data + opened.data,
        };
        let left = clean_up::left_behind(&self.outside.writes, facts, self.source);
        record.left_behind.extend(left);
    }
}
