//! What all probes and source addresses of a run share: the way to the remote, or a recording.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use super::itinerary::Going;
use super::{Record, RunError};
use crate::clean_up;
use crate::clock;
use crate::journal::Session;
use crate::login::{Became, Login};
use crate::net::{
    Counts, Grant, Names, Network, NetworkSettings, OwnWords, Resolver, Slots, TlsVersion,
    Transcript, Writes,
};
use crate::plugin::{Answers, Outside, Plugin};
use crate::recording::{Part, Place, Purpose, Replay, Tally, World};
use crate::settings::{Check, Depth, HighestTlsVersion};
use crate::standing::Standing;
use crate::trust::Trust;

/// At most so many connections to one remote at a time, over all source addresses, unless `full` is asked for.
pub(super) const CONNECTIONS: usize = 3;

/// Who asks whether a server takes a name in clear text, where the settings have none (RFC 1635).
const ANONYMOUS: &str = "anonymous";

/// Who answers the probes of one run.
pub(super) enum Host {
    /// The remote.
    Live(Box<Shared>),
    /// A recording.
    Replayed(Arc<Replay>, Part),
}

/// What the source addresses of a run share.
pub(super) struct Shared {
    world: World,
    part: Part,
    login: Arc<Login>,
    trust: Trust,
    names: Arc<Names>,
    grant: Arc<Grant>,
    slots: Arc<Slots>,
    transcript: Transcript,
    ids: Arc<AtomicU32>,
    words: Arc<OwnWords>,
}

impl Host {
    /// `before` is what became of the password in the run that this one goes on from.
    pub(super) fn new(
        world: &World,
        part: Part,
        check: &Check,
        before: Became,
    ) -> Result<Host, RunError> {
        Ok(match world {
            World::Replayed(replay) => Host::Replayed(replay.clone(), part),
            World::Live | World::Recorded(_) => {
                // TLS cannot begin at such a time, and no certificate be judged.
                clock::now()?;
                let shared = Shared::new(world.clone(), part, check, before)?;
                Host::Live(Box::new(shared))
            }
        })
    }

    /// The world as one source address sees it; none in a recording.
    pub(super) fn outside(&self, check: &Check, source: Option<IpAddr>) -> Option<Outside> {
        match self {
            Host::Live(shared) => Some(shared.outside(check, source)),
            Host::Replayed(..) => None,
        }
    }

    /// The same for removing what an earlier run left; none in a recording.
    pub(super) fn settling(
        &self,
        check: &Check,
        source: Option<IpAddr>,
        writes: Arc<Writes>,
    ) -> Option<Outside> {
        match self {
            Host::Live(shared) => Some(shared.outside_with(check, source, writes)),
            Host::Replayed(..) => None,
        }
    }

    /// Who answers one run of a probe.
    pub(super) fn answers(
        &self,
        place: Place,
        plugin: &Plugin,
        outside: Option<&Outside>,
        purpose: Purpose,
    ) -> Option<Answers> {
        match (self, outside) {
            (Host::Replayed(replay, part), _) => {
                Some(Answers::Replayed(replay.script(*part, place, plugin)))
            }
            (Host::Live(shared), Some(outside)) => {
                let (part, probe) = (shared.part, &plugin.description.name);
                Some(match shared.world.tape(part, place, probe, purpose) {
                    Some(tape) => Answers::Recorded(outside.clone(), tape),
                    None => Answers::Live(outside.clone()),
                })
            }
            (Host::Live(_), None) => None,
        }
    }

    /// A recorded run that was cut has nothing of what would have come after.
    pub(super) fn was_cut_before(&self, place: Place) -> bool {
        match self {
            Host::Live(_) => false,
            Host::Replayed(replay, part) => replay.was_cut_before(*part, place),
        }
    }

    /// What the recording says beside what its probes say.
    pub(super) fn recorded(&self) -> Option<&Tally> {
        match self {
            Host::Live(_) => None,
            Host::Replayed(replay, part) => replay.tally(*part),
        }
    }

    /// Adds to a record what is not told by the probes.
    pub(super) fn tell(&self, going: &[Going], record: &mut Record) {
        match self {
            Host::Live(shared) => shared.tell(going, record),
            Host::Replayed(replay, part) => {
                if let Some(tally) = replay.tally(*part) {
                    tally.tell(record);
                }
            }
        }
    }
}

impl Shared {
    fn new(world: World, part: Part, check: &Check, before: Became) -> Result<Shared, RunError> {
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
        Ok(Shared {
            world,
            part,
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
        })
    }

    fn outside(&self, check: &Check, source: Option<IpAddr>) -> Outside {
        let session = Session::of(check, source);
        let writes = match check.permissions.writes {
            true => Writes::permitted(&check.journal, &session),
            false => Writes::forbidden(),
        };
        self.outside_with(check, source, Arc::new(writes))
    }

    fn outside_with(&self, check: &Check, source: Option<IpAddr>, writes: Arc<Writes>) -> Outside {
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
        Outside {
            network,
            login: self.login.clone(),
            trust: self.trust.clone(),
            writes,
        }
    }

    fn tell(&self, going: &[Going], record: &mut Record) {
        for visit in going {
            let Some(outside) = &visit.outside else {
                continue;
            };
            let opened = outside.network.counts();
            record.connections = Counts {
                control: record.connections.control + opened.control,
                data: record.connections.data + opened.data,
            };
            let facts = visit.handoff.facts(Standing::BuiltIn);
            let left = clean_up::left_behind(&outside.writes, &facts, visit.place.source);
            record.left_behind.extend(left);
        }
        record.peak = self.slots.peak();
        record.transcript = self.transcript.lines();
        record.password = self.login.became();
    }
}
