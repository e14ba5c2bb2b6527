//! Opens connections: from the run's source address, to what the address policy admits, within the limit.

use crate::net::failure;
use model::dialogue::Counts;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tokio::net::{TcpSocket, TcpStream};
use tokio_util::task::AbortOnDropHandle;

use super::connection::Role;
use super::data_ports::DataPorts;
use super::fetch;
use super::icmp::Witness;
use super::slots::Use;
use super::socket::bound;
use super::tls::{ClientCertificate, Context, TlsVersion};
use super::waits::Waits;
use super::{
    AddressPolicy, Connection, Denied, Established, Names, OwnWords, Slots, TlsSession, Transcript,
    Writes,
};
use model::failure::{Failure, FailureKind, Operation};
use model::mask::{Mask, MaskedStream};
use model::remote::ExpectedName;
use model::standing::Standing;

/// How connections of a run are made.
#[derive(Clone, Debug)]
pub struct NetworkSettings {
    /// The source address; none where the system chooses.
    pub source: Option<IpAddr>,
    /// How long a TCP connection may take.
    pub connect_timeout: Duration,
    /// Our own certificate for servers that ask for one.
    pub client_certificate: Option<ClientCertificate>,
    /// The highest TLS version to offer.
    pub highest_tls_version: TlsVersion,
    /// What the name of the remote should resolve to; empty where nothing is expected.
    pub expected_addresses: Vec<IpAddr>,
    /// Other names that are to lead somewhere.
    pub expected_names: Vec<ExpectedName>,
    /// Whether certificates may be fetched from where other certificates say.
    pub fetch_issuers: bool,
    /// What is kept out of everything a server says.
    pub mask: Option<Mask>,
    /// What may be written on the remote.
    pub writes: Arc<Writes>,
    /// The words of the settings that probes may send.
    pub words: Arc<OwnWords>,
}

/// The network from one source address.
#[derive(Debug)]
pub struct Network {
    settings: NetworkSettings,
    names: Arc<Names>,
    policy: Arc<AddressPolicy>,
    slots: Arc<Slots>,
    transcript: Transcript,
    control: AtomicU32,
    data: DataPorts,
    ids: Arc<AtomicU32>,
    waits: Arc<Waits>,
}

/// A connection as it is asked for.
pub(super) struct Wanted {
    pub(super) to: SocketAddr,
    pub(super) role: Role,
    purpose: Use,
    pub(super) tls: Arc<Context>,
    /// The largest TCP segment, in bytes of payload; none leaves it to the system.
    pub(super) max_segment: Option<u16>,
    /// What is kept out of what comes on it.
    pub(super) mask: Option<MaskedStream>,
}

/// Why a connection was not even begun.
#[derive(Debug)]
pub enum NotBegun {
    /// The policy forbids it: the guest broke the rules.
    Denied(Denied),
    /// It could not be.
    Failed(Failure),
}

impl Network {
    /// The network of one run from one source address. Names, policy, transcript and the numbers of connections are shared
    /// between the source addresses of a run; the slots are those of this one.
    pub fn new(
        settings: NetworkSettings,
        names: Arc<Names>,
        policy: Arc<AddressPolicy>,
        slots: Arc<Slots>,
        transcript: Transcript,
        ids: Arc<AtomicU32>,
    ) -> Network {
        Network {
            settings,
            names,
            policy,
            slots,
            transcript,
            control: AtomicU32::new(0),
            data: DataPorts::default(),
            ids,
            waits: Arc::default(),
        }
    }

    /// What is waited for.
    pub fn waits(&self) -> &Arc<Waits> {
        &self.waits
    }

    /// A probe has tried so many data ports and will try so many in all.
    pub fn plan_data_ports(&self, tried: u32, of: u32) {
        self.data.plan(tried, of);
    }

    /// How many connections were opened.
    pub fn counts(&self) -> Counts {
        Counts {
            control: self.control.load(Ordering::Relaxed),
            data: self.data.opened(),
        }
    }

    /// What the name of the remote should resolve to.
    pub fn expected_addresses(&self) -> &[IpAddr] {
        &self.settings.expected_addresses
    }

    /// Other names that are to lead somewhere.
    pub fn expected_names(&self) -> &[ExpectedName] {
        &self.settings.expected_names
    }

    /// Which names may be asked about, and where they lead.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// A handshake of a probe has ended: from now on it may be asked about what stands in the certificates.
    pub fn secured(&self, session: &TlsSession) {
        self.names.chain_shown(&session.chain);
    }

    /// A certificate from the address that another certificate names. A probe of somebody else cannot choose it: it has to
    /// stand in a certificate that the host saw.
    ///
    /// # Errors
    /// The user did not ask for it, no certificate names the address, it is narrower than the remote's, or nothing could be
    /// had.
    pub async fn fetch(&self, url: &str, asker: Standing) -> Result<Vec<u8>, Failure> {
        if !self.settings.fetch_issuers {
            let detail = "the user did not ask for it";
            return Err(Failure::new(
                Operation::Connect,
                FailureKind::NotPermitted,
                detail,
            ));
        }
        // Probes of ours read certificates that the host has not seen, too: those of handshakes made by hand.
        if asker == Standing::ThirdParty && !self.names.names_issuer_at(url) {
            let detail = "no certificate that the remote showed names this address for its issuer";
            return Err(Failure::new(
                Operation::Connect,
                FailureKind::InvalidArgument,
                detail,
            ));
        }
        let location = fetch::Location::parse(url)?;
        let addresses = self.names.of_issuer(&location.host).await?;
        let address = addresses
            .into_iter()
            .find(|address| self.policy.third_party(*address))
            .ok_or_else(|| {
                let detail = format!("{} leads to no public address", location.host);
                Failure::new(Operation::Connect, FailureKind::InvalidArgument, detail)
            })?;
        let to = (address, location.port).into();
        let der = location.get(self.settings.source, to).await?;
        self.names.fetched(&der);
        Ok(der)
    }

    /// Begins a control connection. `max_segment` bounds its TCP segments, in bytes of payload, and those of its data
    /// connections. `holder` says that the probe holds the session for which a place is kept free.
    ///
    /// # Errors
    /// The policy forbids it, or no place was free in time.
    pub async fn connect(
        &self,
        to: SocketAddr,
        max_segment: Option<u16>,
        holder: bool,
        wait: Duration,
    ) -> Result<Connection, NotBegun> {
        self.policy.control(to).map_err(NotBegun::Denied)?;
        let tls = Arc::new(Context::new(
            self.settings.client_certificate.clone(),
            self.settings.highest_tls_version,
        ));
        let wanted = Wanted {
            to,
            role: Role::Control,
            purpose: if holder { Use::Kept } else { Use::Control },
            tls,
            max_segment,
            mask: self.settings.mask.as_ref().map(Mask::stream),
        };
        self.begin(wanted, wait).await
    }

    /// Begins a data connection of a control connection.
    ///
    /// # Errors
    /// As for [`connect`](Network::connect); also where the control connection is over.
    pub fn connect_data<'a>(
        &'a self,
        control: &Connection,
        port: u16,
        address: Option<IpAddr>,
        holder: bool,
        wait: Duration,
    ) -> impl Future<Output = Result<Connection, NotBegun>> + Send + use<'a> {
        let to = SocketAddr::new(address.unwrap_or(control.peer.ip()), port);
        let granted = self
            .policy
            .data(control.peer.ip(), to)
            .map_err(NotBegun::Denied);
        let usable = usable(control).map_err(NotBegun::Failed);
        let purpose = if holder || control.reservation.is_some() {
            Use::Kept
        } else {
            Use::Data
        };
        let wanted = Wanted {
            to,
            role: Role::Data { port: None },
            purpose,
            tls: control.tls.clone(),
            max_segment: control.max_segment,
            mask: control.mask.as_ref().map(MaskedStream::beside),
        };
        async move {
            granted?;
            usable?;
            self.begin(wanted, wait).await
        }
    }

    /// Keeps a place free for the data connections of this control connection.
    pub fn reserve_data(&self, control: &mut Connection) {
        if control.reservation.is_none() {
            control.reservation = Some(Arc::new(self.slots.reserve()));
        }
    }

    /// The most connections that may be open at a time.
    pub fn most_connections(&self) -> usize {
        self.slots.limit()
    }

    async fn begin(&self, mut wanted: Wanted, wait: Duration) -> Result<Connection, NotBegun> {
        let purpose = wanted.purpose;
        if matches!(wanted.role, Role::Data { .. }) && !self.slots.has_room_for_data() {
            let detail = "--max-connections 1 leaves no room for a data connection in addition to the control \
            connection";
            return Err(NotBegun::Failed(Failure::new(
                Operation::Connect,
                FailureKind::Busy,
                detail,
            )));
        }
        let slot = tokio::time::timeout(wait, self.slots.take(purpose))
            .await
            .map_err(|_| {
                let detail = "no connection was free: the limit on connections to one remote";
                NotBegun::Failed(Failure::new(Operation::Connect, FailureKind::Busy, detail))
            })?;
        match &mut wanted.role {
            Role::Control => {
                self.control.fetch_add(1, Ordering::Relaxed);
            }
            Role::Data { port } => *port = Some(self.data.next()),
        }
        let connecting = connect(
            self.settings.source,
            wanted.to,
            wanted.max_segment,
            self.settings.connect_timeout,
        );
        let connecting = AbortOnDropHandle::new(tokio::spawn(connecting));
        let id = self.ids.fetch_add(1, Ordering::Relaxed) + 1;
        Ok(Connection::new(
            id,
            wanted,
            slot,
            self.transcript.clone(),
            self.settings.words.clone(),
            self.settings.writes.clone(),
            connecting,
        ))
    }
}

fn usable(control: &Connection) -> Result<(), Failure> {
    let kind = match (control.is_control(), control.is_established()) {
        (true, true) if control.is_open() => return Ok(()),
        (true, true) => FailureKind::Closed,
        // What is still being made may lead to nobody.
        (true, false) | (false, _) => FailureKind::InvalidArgument,
    };
    Err(Failure::new(
        Operation::Connect,
        kind,
        "a data connection needs an open control connection, and its TCP handshake over",
    ))
}

async fn connect(
    source: Option<IpAddr>,
    to: SocketAddr,
    max_segment: Option<u16>,
    timeout: Duration,
) -> Result<(TcpStream, Established), Failure> {
    let started = Instant::now();
    let socket = bound(source, to, max_segment)?;
    let witness = Witness::of(&socket, to.is_ipv4());
    let socket = TcpSocket::from_std_stream(socket.into());
    let stream = tokio::time::timeout(timeout, socket.connect(to))
        .await
        .map_err(|_| Failure::timed_out(Operation::Connect, timeout))?
        .map_err(|error| witness.with_sender(failure::from_io(Operation::Connect, &error)))?;
    witness.dismiss();
    let took = started.elapsed();
    let local = stream
        .local_addr()
        .map_err(|error| failure::from_io(Operation::Connect, &error))?;
    Ok((
        stream,
        Established {
            local,
            peer: to,
            took,
        },
    ))
}
