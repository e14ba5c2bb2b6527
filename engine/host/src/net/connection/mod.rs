//! One TCP connection, with or without TLS in it, as a state machine: nothing waits unless asked to.

mod progress;
mod writing;

pub use writing::NotWritten;

use std::future::poll_fn;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_util::task::AbortOnDropHandle;

use super::commands::{Commands, OwnWords};
use super::data_ports::DataPort;
use super::dialogue::{Dialogue, ReplyCodes};
use super::holder::Holder;
use super::network::Wanted;
use super::slots::{Reservation, Slot};
use super::tap::{Tap, Unparsed};
use super::tls::Context;
use super::transcript::Transcript;
use super::verbs::Origin;
use super::waits::{Awaited, What};
use super::{TlsOptions, TlsSession, Writes};
use model::capability::Powers;
use model::failure::{Failure, FailureKind, Operation};
use model::mask::MaskedStream;

/// More is not taken from the socket before the guest has read what there is.
const READ_AHEAD: usize = 64 * 1024;

/// How a TCP connection came to be.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Established {
    /// Our address.
    pub local: SocketAddr,
    /// The remote's.
    pub peer: SocketAddr,
    /// How long the TCP handshake took.
    pub took: Duration,
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

enum Stage {
    Connecting(AbortOnDropHandle<Result<(TcpStream, Established), Failure>>),
    Open(Box<dyn Stream>),
    /// A plain connection, which can still be secured.
    Plain(TcpStream),
    Securing(AbortOnDropHandle<Result<(Box<dyn Stream>, TlsSession), Failure>>),
    Failed(Failure),
}

/// What a connection is for.
pub(super) enum Role {
    Control,
    /// The peer is the control connection's, or one that the user granted.
    Data {
        /// Which of the data ports it leads to; none before its turn has come.
        port: Option<DataPort>,
    },
}

/// A connection of a probe. Dropping it closes it.
pub struct Connection {
    pub(super) id: u32,
    pub(super) peer: SocketAddr,
    pub(super) role: Role,
    pub(super) tls: Arc<Context>,
    pub(super) max_segment: Option<u16>,
    pub(super) reservation: Option<Arc<Reservation>>,
    stage: Stage,
    established: Option<Established>,
    session: Option<TlsSession>,
    server_name: Option<String>,
    unparsed: Option<Unparsed>,
    incoming: Vec<u8>,
    /// What is waited for, and since when: a wait in several parts is one.
    quiet: Option<(What, Instant)>,
    /// How reading ended, once it has.
    end: Option<Result<(), Failure>>,
    /// Of the phase that the connection is in.
    pub(super) mask: Option<MaskedStream>,
    commands: Commands,
    words: Arc<OwnWords>,
    writes: Arc<Writes>,
    holder: Holder,
    dialogue: Dialogue,
    _slot: Slot,
}

impl Connection {
    pub(super) fn new(
        id: u32,
        wanted: Wanted,
        slot: Slot,
        transcript: Transcript,
        words: Arc<OwnWords>,
        writes: Arc<Writes>,
        connecting: AbortOnDropHandle<Result<(TcpStream, Established), Failure>>,
    ) -> Connection {
        Connection {
            id,
            peer: wanted.to,
            role: wanted.role,
            tls: wanted.tls,
            max_segment: wanted.max_segment,
            reservation: None,
            stage: Stage::Connecting(connecting),
            established: None,
            session: None,
            server_name: None,
            unparsed: None,
            incoming: Vec::new(),
            quiet: None,
            end: None,
            mask: wanted.mask,
            commands: Commands::default(),
            words,
            writes,
            holder: Holder::nobody(),
            dialogue: Dialogue::new(transcript),
            _slot: slot,
        }
    }

    /// From now on the connection belongs to this probe, and what is said on it is held to its powers.
    pub fn belongs_to(&mut self, probe: &str, powers: Arc<Powers>, origin: Origin) {
        self.let_go();
        self.dialogue.probe = probe.into();
        self.holder = Holder::new(powers, origin);
    }

    /// It belongs to nobody, until somebody takes it: half a line is not for the next to end.
    pub fn let_go(&mut self) {
        self.commands.forget();
        self.holder = Holder::nobody();
    }

    /// The number of the connection, in the order they were opened.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// The peer's address.
    pub fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// The replies since the last command, on a control connection.
    pub fn reply_codes(&self) -> ReplyCodes {
        self.dialogue.reply_codes
    }

    /// Whether this is a control connection.
    pub fn is_control(&self) -> bool {
        matches!(self.role, Role::Control)
    }

    /// Whether a place is kept free for its data connections.
    pub fn has_kept_place(&self) -> bool {
        self.reservation.is_some()
    }

    /// Whether its TCP handshake is known to be over. What is open besides is said by [`is_open`](Connection::is_open).
    pub fn is_established(&self) -> bool {
        self.established.is_some()
    }

    /// Whether the connection can still be used.
    pub fn is_open(&self) -> bool {
        !matches!(self.stage, Stage::Failed(_)) && self.end.is_none()
    }

    /// What the TLS handshake showed, once there was one.
    pub fn session(&self) -> Option<&TlsSession> {
        self.session.as_ref()
    }

    /// The name that was sent as SNI.
    pub fn server_name(&self) -> Option<&str> {
        self.server_name.as_deref()
    }

    /// What is to come on it next.
    pub(crate) fn awaited(&mut self) -> Awaited {
        let what = match (&self.stage, &self.role) {
            (Stage::Connecting(_), Role::Control) => What::Connection,
            (Stage::Connecting(_), Role::Data { port: Some(port) }) => What::DataConnection(*port),
            (Stage::Connecting(_), Role::Data { port: None }) => What::Connection,
            (Stage::Securing(_), _) => What::Handshake,
            (_, Role::Data { .. }) => What::Data,
            (_, Role::Control) => match self.dialogue.last_command() {
                Some(command) => What::Reply(command.into()),
                None => What::Greeting,
            },
        };
        let since = match self.quiet.take() {
            Some((before, since)) if before == what => since,
            Some(_) | None => Instant::now(),
        };
        self.quiet = Some((what.clone(), since));
        Awaited::new(self.id, &self.dialogue.probe, self.peer, what, since)
    }

    /// Waits for the TCP handshake.
    ///
    /// # Errors
    /// How it failed.
    pub async fn established(&mut self, wait: Duration) -> Result<Established, Failure> {
        self.settle(Operation::Connect, wait, |stage| {
            matches!(stage, Stage::Connecting(_))
        })
        .await?;
        self.established
            .ok_or_else(|| self.failure(Operation::Connect))
    }

    /// Waits for the end of the TLS handshake.
    ///
    /// # Errors
    /// How it failed.
    pub async fn secured(&mut self, wait: Duration) -> Result<TlsSession, Failure> {
        self.settle(Operation::Handshake, wait, |stage| {
            matches!(stage, Stage::Securing(_))
        })
        .await?;
        self.session
            .clone()
            .ok_or_else(|| self.failure(Operation::Handshake))
    }

    /// Up to `max` bytes; none is an orderly end.
    ///
    /// # Errors
    /// How reading failed. Bytes that came before the failure are given first.
    pub async fn read(&mut self, max: usize, wait: Duration) -> Result<Vec<u8>, Failure> {
        self.within(Operation::Read, wait, |this, cx| this.poll_advance(cx))
            .await?;
        if self.incoming.is_empty() {
            return match self.end.clone() {
                Some(Ok(())) => Ok(Vec::new()),
                Some(Err(failure)) => Err(failure),
                // The stage changed (connected, secured) and nothing has come yet.
                None if matches!(self.stage, Stage::Failed(_)) => {
                    Err(self.failure(Operation::Read))
                }
                None => Box::pin(self.read(max, wait)).await,
            };
        }
        let rest = self.incoming.split_off(self.incoming.len().min(max));
        Ok(std::mem::replace(&mut self.incoming, rest))
    }

    /// Puts bytes back to be read first.
    pub fn unread(&mut self, bytes: &[u8]) {
        self.incoming.splice(0..0, bytes.iter().copied());
    }

    /// Begins a TLS handshake as the client. Bytes read and not consumed are dropped.
    ///
    /// # Errors
    /// Where the connection is not open or TLS was started before.
    pub fn start_tls(&mut self, options: TlsOptions) -> Result<(), Failure> {
        let unusable = Stage::Failed(self.failure(Operation::Handshake));
        let stage = std::mem::replace(&mut self.stage, unusable);
        let Stage::Plain(stream) = stage else {
            self.stage = stage;
            return Err(Failure::new(
                Operation::Handshake,
                FailureKind::InvalidArgument,
                "TLS needs an open connection without TLS",
            ));
        };
        self.incoming.clear();
        if let Some(mask) = &mut self.mask {
            mask.next_phase();
        }
        self.commands.forget();
        self.dialogue.forget();
        self.server_name.clone_from(&options.server_name);
        let (tap, unparsed) = Tap::new(stream);
        self.unparsed = Some(unparsed);
        let (context, address) = (self.tls.clone(), self.peer.ip());
        self.stage = Stage::Securing(AbortOnDropHandle::new(tokio::spawn(async move {
            let (stream, session) = context.handshake(tap, &options, address).await?;
            Ok((Box::new(stream) as Box<dyn Stream>, session))
        })));
        Ok(())
    }

    /// The bytes that came where a TLS record was due.
    pub fn unparsed(&self) -> Vec<u8> {
        let bytes = self
            .unparsed
            .as_ref()
            .map(Unparsed::bytes)
            .unwrap_or_default();
        match &self.mask {
            None => bytes,
            Some(mask) => mask.whole(&bytes),
        }
    }

    fn failure(&self, operation: Operation) -> Failure {
        match &self.stage {
            Stage::Failed(failure) => failure.clone(),
            _ => Failure::new(
                operation,
                FailureKind::InvalidArgument,
                "the connection is not in that state",
            ),
        }
    }

    async fn settle(
        &mut self,
        operation: Operation,
        wait: Duration,
        pending: fn(&Stage) -> bool,
    ) -> Result<(), Failure> {
        if !pending(&self.stage) {
            return Ok(());
        }
        self.within(operation, wait, |this, cx| this.poll_advance(cx))
            .await
    }

    async fn within(
        &mut self,
        operation: Operation,
        wait: Duration,
        mut poll: impl FnMut(&mut Self, &mut TaskContext<'_>) -> Poll<()>,
    ) -> Result<(), Failure> {
        tokio::time::timeout(wait, poll_fn(|cx| poll(self, cx)))
            .await
            .map_err(|_| Failure::timed_out(operation, wait))
    }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection")
            .field("id", &self.id)
            .field("peer", &self.peer)
            .finish_non_exhaustive()
    }
}
