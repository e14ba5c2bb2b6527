//! Answers from the network.

use crate::backend::Ended;
use crate::backend::ProbeBackend;
use crate::backend::provide;
use crate::capability_grants::not_sent;
use crate::login::Login;
use crate::net::Network;
use crate::net::Writes;
use crate::trust::Trust;
use model::visit::RunResult;
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use rustls::pki_types::CertificateDer;

use crate::backend::Halt;
use crate::bytes::Bytes;
use crate::call::{Answer, Call};
use crate::handoff::{Handed, Handoff};
use crate::net::{Connection, NotBegun, NotWritten, Origin, TlsOptions, Waiting};
use crate::trust::{Question, Store, TrustFault};
use model::capability::Powers;
use model::failure::Failure;
use model::finding::{Description, Fact};
use model::remote::Timeouts;
use model::visit::SkipReason;

/// A shorter wait is nobody's to watch.
const LONG: Duration = Duration::from_secs(1);

/// How long a connection may wait for a free place.
const SLOT_WAIT: Duration = Duration::from_secs(60);

/// The world outside, as the probes of one source address may use it.
#[derive(Clone)]
pub struct HostServices {
    /// Names and connections.
    pub network: Arc<Network>,
    /// The password's keeper.
    pub login: Arc<Login>,
    /// Certificates.
    pub trust: Trust,
    /// What may be written on the remote.
    pub writes: Arc<Writes>,
    /// The times of the run.
    pub timeouts: Timeouts,
    /// When it began.
    pub began: Instant,
}

/// The network for one run of one probe.
pub struct Live {
    services: HostServices,
    handoff: Arc<Handoff>,
    probe: Arc<Description>,
    powers: Arc<Powers>,
    connections: BTreeMap<u32, Connection>,
    started: Instant,
    /// Whether it holds the session for which a place is kept free.
    holds_session: bool,
}

impl ProbeBackend for Live {
    fn wait<'a>(
        &'a mut self,
        handoff: &'a Handoff,
        probe: &'a Description,
    ) -> BoxFuture<'a, Result<Vec<Fact>, Ended>> {
        let reached = handoff.reach(probe);
        let HostServices {
            timeouts, began, ..
        } = self.services;
        Box::pin(async move {
            let reached = reached.await;
            let in_time =
                reached.and_then(|facts| match timeouts.leave_time_after(began.elapsed()) {
                    true => Ok(facts),
                    false => Err(SkipReason::NoTime {
                        seconds: timeouts.seconds(),
                    }),
                });
            in_time.map_err(|why| Ended::silent(RunResult::Skipped(why)))
        })
    }

    fn start(&mut self, powers: Arc<Powers>) {
        self.powers = powers;
        self.started = Instant::now();
    }

    // What the network may have to remember is kilobytes; boxed, they are not copied on their way up with every call.
    fn answer(&mut self, call: Call) -> BoxFuture<'_, Result<Answer, Halt>> {
        Box::pin(self.answer_live(call))
    }

    fn close(&mut self, connection: u32) {
        self.connections.remove(&connection);
    }

    fn plan_data_ports(&mut self, tried: u32, of: u32) {
        self.services.network.plan_data_ports(tried, of);
    }
}

impl Live {
    /// Answers for a probe that has not started yet.
    pub fn new(services: HostServices, handoff: Arc<Handoff>, probe: Arc<Description>) -> Live {
        Live {
            services,
            handoff,
            probe,
            powers: Arc::default(),
            connections: BTreeMap::new(),
            started: Instant::now(),
            holds_session: false,
        }
    }

    async fn answer_live(&mut self, call: Call) -> Result<Answer, Halt> {
        let network = self.services.network.clone();
        Ok(match call {
            Call::ExpectedAddresses => network.expected_addresses().to_vec().into(),
            Call::ExpectedNames => network.expected_names().to_vec().into(),
            Call::Aliases { name } => network
                .names()
                .aliases(&name, self.probe.standing)
                .await
                .into(),
            Call::Resolve { name } => network
                .names()
                .resolve(&name, self.probe.standing)
                .await
                .into(),
            Call::MostConnections => (network.most_connections() as u64).into(),
            Call::Connect { to, max_segment } => self.connect(to, max_segment).await?.into(),
            Call::ConnectData {
                control,
                port,
                address,
            } => self.connect_data(control, port, address).await?.into(),
            Call::Verify {
                chain,
                name,
                at,
                store,
                anchors,
            } => self.verify(chain, name, at, store, anchors).into(),
            Call::FetchIssuer { url } => network
                .fetch(&url, self.probe.standing)
                .await
                .map(Bytes)
                .into(),
            Call::OwnAuthorities => self.services.trust.own_names().to_vec().into(),
            Call::SignedBy {
                certificate,
                issuer,
            } => {
                let trust = &self.services.trust;
                trust.signed_by(&certificate.0, &issuer.0).into()
            }
            Call::Offered => self.services.login.user().map(String::from).into(),
            Call::Provide {
                state,
                connection,
                facts,
            } => self.provide(&state, connection, facts)?.into(),
            Call::Take => self.take().into(),
            Call::WritesName => self.services.writes.name().map(String::from).into(),
            Call::Removed { path } => self.services.writes.removed(&self.probe.name, &path).into(),
            Call::NotRemoved { path, refusal } => self
                .services
                .writes
                .not_removed(&self.probe.name, &path, &refusal)
                .into(),
            Call::Elapsed => micros(self.started.elapsed()).into(),
            Call::Pause { ms } => tokio::time::sleep(millis(ms).min(self.left_to_wait()))
                .await
                .into(),
            on_connection => self.on_connection(on_connection).await?,
        })
    }

    /// Notes what a call waits for, where it may wait for long; of several connections the first.
    fn waiting(&mut self, call: &Call) -> Option<Waiting> {
        let (number, wait_ms) = match call {
            Call::Ready {
                connections,
                wait_ms,
            } => (connections.first()?, wait_ms),
            Call::Established {
                connection,
                wait_ms,
            }
            | Call::Secured {
                connection,
                wait_ms,
            }
            | Call::Read {
                connection,
                wait_ms,
                ..
            } => (connection, wait_ms),
            _ => return None,
        };
        if millis(*wait_ms) < LONG {
            return None;
        }
        let connection = self.connections.get_mut(number)?;
        Some(self.services.network.waits().begin(connection.awaited()))
    }

    /// What the time of the run leaves for a wait.
    fn left_to_wait(&self) -> Duration {
        let elapsed = self.services.began.elapsed();
        self.services.timeouts.left_to_wait(elapsed)
    }

    async fn on_connection(&mut self, call: Call) -> Result<Answer, Halt> {
        let _waiting = self.waiting(&call);
        let left = self.left_to_wait();
        let within = |wait_ms| millis(wait_ms).min(left);
        Ok(match call {
            Call::Ready {
                connections,
                wait_ms,
            } => self.ready(&connections, within(wait_ms)).await?.into(),
            Call::Established {
                connection,
                wait_ms,
            } => {
                let connection = self.connection(connection)?;
                connection.established(within(wait_ms)).await.into()
            }
            Call::Read {
                connection,
                max,
                wait_ms,
            } => self
                .read(connection, max as usize, within(wait_ms))
                .await?
                .into(),
            Call::Unread { connection, bytes } => {
                self.connection(connection)?.unread(&bytes.0).into()
            }
            Call::Write {
                connection,
                bytes,
                wait_ms,
            } => self
                .write(connection, &bytes, within(wait_ms))
                .await?
                .into(),
            Call::StartTls {
                connection,
                options,
            } => self.start_tls(connection, options)?.into(),
            Call::Secured {
                connection,
                wait_ms,
            } => {
                let network = self.services.network.clone();
                let connection = self.connection(connection)?;
                let secured = connection.secured(within(wait_ms)).await;
                if let Ok(session) = &secured {
                    network.secured(session);
                }
                secured.into()
            }
            Call::Unparsed { connection } => Bytes(self.connection(connection)?.unparsed()).into(),
            Call::Finish {
                connection,
                wait_ms,
            } => {
                let connection = self.connection(connection)?;
                connection.finish(within(wait_ms)).await.into()
            }
            Call::SendPassword { control, wait_ms } => {
                let login = self.services.login.clone();
                let control = self.connection(control)?;
                login.send(control, within(wait_ms)).await.into()
            }
            other => return Err(Halt::Denied(format!("there is no {}", other.name()))),
        })
    }

    fn connection(&mut self, number: u32) -> Result<&mut Connection, Halt> {
        self.connections
            .get_mut(&number)
            .ok_or_else(|| Halt::Denied(format!("it has no connection {number}")))
    }

    /// Takes a connection in; gives its number.
    fn keep(&mut self, mut connection: Connection, origin: Origin) -> u32 {
        connection.belongs_to(&self.probe.name, self.powers.clone(), origin);
        let number = connection.id();
        self.connections.insert(number, connection);
        number
    }

    fn begun(
        &mut self,
        opened: Result<Connection, NotBegun>,
    ) -> Result<Result<u32, Failure>, Halt> {
        match opened {
            Ok(connection) => Ok(Ok(self.keep(connection, Origin::Opened))),
            Err(NotBegun::Denied(denied)) => Err(Halt::Denied(format!(
                "it asked to connect where it may not: {denied}"
            ))),
            Err(NotBegun::Failed(failure)) => Ok(Err(failure)),
        }
    }

    async fn connect(
        &mut self,
        to: SocketAddr,
        max_segment: Option<u16>,
    ) -> Result<Result<u32, Failure>, Halt> {
        let slot_wait = SLOT_WAIT.min(self.left_to_wait());
        let network = &self.services.network;
        let opened = network
            .connect(to, max_segment, self.holds_session, slot_wait)
            .await;
        self.begun(opened)
    }

    async fn connect_data(
        &mut self,
        control: u32,
        port: u16,
        address: Option<IpAddr>,
    ) -> Result<Result<u32, Failure>, Halt> {
        let slot_wait = SLOT_WAIT.min(self.left_to_wait());
        let (network, holder) = (self.services.network.clone(), self.holds_session);
        let opening =
            network.connect_data(self.connection(control)?, port, address, holder, slot_wait);
        let opened = opening.await;
        self.begun(opened)
    }

    async fn ready(&mut self, numbers: &[u32], wait: Duration) -> Result<Vec<u32>, Halt> {
        let any = poll_fn(|cx| {
            let mut ready = Vec::new();
            for (index, number) in (0..).zip(numbers) {
                match self.connection(*number) {
                    Ok(connection) => {
                        if connection.poll_advance(cx).is_ready() {
                            ready.push(index);
                        }
                    }
                    Err(halt) => return Poll::Ready(Err(halt)),
                }
            }
            if ready.is_empty() {
                Poll::Pending
            } else {
                Poll::Ready(Ok(ready))
            }
        });
        tokio::time::timeout(wait, any)
            .await
            .unwrap_or(Ok(Vec::new()))
    }

    async fn read(
        &mut self,
        connection: u32,
        max: usize,
        wait: Duration,
    ) -> Result<Result<Bytes, Failure>, Halt> {
        let login = self.services.login.clone();
        let connection = self.connection(connection)?;
        let read = connection.read(max, wait).await;
        login.observe(connection);
        Ok(read.map(Bytes))
    }

    async fn write(
        &mut self,
        connection: u32,
        bytes: &Bytes,
        wait: Duration,
    ) -> Result<Result<(), Failure>, Halt> {
        match self.connection(connection)?.write(&bytes.0, wait).await {
            Ok(()) => Ok(Ok(())),
            Err(NotWritten::Failed(failure)) => Ok(Err(failure)),
            Err(NotWritten::Denied(capability)) => Ok(Err(not_sent(capability))),
            Err(NotWritten::Forbidden(rule)) => Err(Halt::Denied(rule.to_string())),
        }
    }

    fn start_tls(
        &mut self,
        connection: u32,
        options: TlsOptions,
    ) -> Result<Result<(), Failure>, Halt> {
        Ok(self.connection(connection)?.start_tls(options))
    }

    fn verify(
        &self,
        chain: Vec<Bytes>,
        name: Option<String>,
        at: i64,
        store: Store,
        anchors: Vec<Bytes>,
    ) -> Result<(), TrustFault> {
        let ders = |list: Vec<Bytes>| -> Vec<CertificateDer<'static>> {
            list.into_iter().map(|der| der.0.into()).collect()
        };
        self.services.trust.verify(&Question {
            chain: &ders(chain),
            name: name.as_deref(),
            at,
            store,
            anchors: &ders(anchors),
        })
    }

    fn provide(
        &mut self,
        state: &str,
        connection: Option<u32>,
        facts: Vec<Fact>,
    ) -> Result<(), Halt> {
        let mut connection = connection.and_then(|number| self.connections.remove(&number));
        if let Some(connection) = &mut connection {
            connection.let_go();
            self.services.network.reserve_data(connection);
        }
        if self.probe.consumes.as_deref() == Some(state) {
            self.holds_session = false;
        }
        let handed = connection.map(|connection| Handed::Live(Box::new(connection)));
        provide(&self.handoff, &self.probe, state, handed, facts)
    }

    fn take(&mut self) -> Option<u32> {
        let Some(Handed::Live(connection)) = self.handoff.take(&self.probe) else {
            return None;
        };
        self.holds_session = connection.has_kept_place();
        Some(self.keep(*connection, Origin::TakenOver))
    }
}

fn millis(ms: u32) -> Duration {
    Duration::from_millis(u64::from(ms))
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
