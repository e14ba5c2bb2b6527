//! The TLS side of a server: its configuration, its handshakes, and the ways these fail.

mod config;
mod hello;
mod old;
mod store;

use std::{io, sync::Arc, time::Duration};

use rustls::{HandshakeKind, ServerConfig};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use crate::{Behaviour, Channel, Fault, LabError, certificate::Identity, stream::Rewound};
use hello::ClientHello;
use store::Asked;

/// Alert 112: the server name is not known here.
const UNRECOGNIZED_NAME: u8 = 112;

/// Everything a server needs to secure a connection.
#[derive(Debug)]
pub(crate) struct Tls {
    control: ServerConfig,
    data: ServerConfig,
    /// Shown over IPv6, if that makes a difference.
    over_ipv6: Option<Arc<config::Shown>>,
}

/// A connection after its handshake.
pub(crate) struct Secured {
    pub(crate) stream: TlsStream<Rewound>,
    /// `TLSv1_2` or `TLSv1_3`.
    pub(crate) version: String,
    pub(crate) reuse: Reuse,
}

/// What a handshake did with an earlier session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reuse {
    /// None was offered.
    NotOffered,
    /// One was offered, and a full handshake made all the same.
    Declined,
    /// A session of the same control connection was resumed.
    Resumed,
    /// A session of another control connection was resumed.
    Foreign,
}

impl Reuse {
    pub(crate) fn resumed(self) -> bool {
        matches!(self, Self::Resumed | Self::Foreign)
    }
}

impl Tls {
    pub(crate) fn new(behaviour: &Behaviour, identity: &Identity) -> Result<Self, LabError> {
        let (control, data) = config::pair(behaviour, identity)?;
        let over_ipv6 = identity.over_ipv6.as_ref();
        Ok(Self {
            control,
            data,
            over_ipv6: over_ipv6.map(|other| Arc::new(config::Shown::always(other))),
        })
    }

    /// Makes the handshake. `owner` is the number of the control connection that the session belongs to.
    pub(crate) async fn secure(
        &self,
        channel: Channel,
        stream: Rewound,
        owner: usize,
        limit: Duration,
    ) -> io::Result<Secured> {
        let mut config = match channel {
            Channel::Control => self.control.clone(),
            Channel::Data => self.data.clone(),
        };
        if let Some(other) = self.over_ipv6.as_ref().filter(|_| stream.is_ipv6()) {
            config.cert_resolver = Arc::clone(other) as _;
        }
        let asked = Arc::new(Asked::new(Arc::clone(&config.session_storage)));
        config.session_storage = Arc::clone(&asked) as _;
        let tag = owner.to_be_bytes();
        let handshake = TlsAcceptor::from(Arc::new(config))
            .accept_with(stream, |tls| tls.set_resumption_data(&tag));
        let stream = timeout(limit, handshake).await??;

        let session = stream.get_ref().1;
        let reuse = match (session.handshake_kind(), session.received_resumption_data()) {
            (Some(HandshakeKind::Resumed), Some(received)) if received != tag => Reuse::Foreign,
            (Some(HandshakeKind::Resumed), _) => Reuse::Resumed,
            _ if asked.was_asked() => Reuse::Declined,
            _ => Reuse::NotOffered,
        };
        let version = session
            .protocol_version()
            .map(|version| format!("{version:?}"))
            .unwrap_or_default();
        Ok(Secured {
            stream,
            version,
            reuse,
        })
    }
}

/// Lets the faults of a handshake that need no TLS library have their way. True if one of them did.
pub(crate) async fn spoiled(
    behaviour: &Behaviour,
    stream: &mut Rewound,
    limit: Duration,
) -> io::Result<bool> {
    let concerned = behaviour.faults.iter().any(|fault| {
        matches!(
            fault,
            Fault::HandshakeAlert { .. }
                | Fault::SniRejected
                | Fault::OldVersionsOnly
                | Fault::OldVersionsToo
                | Fault::OldCiphersOnly
        )
    });
    if !concerned {
        return Ok(false);
    }
    let record = timeout(limit, hello::record(stream)).await??;
    let hello = ClientHello::parse(&record);
    let Some(answer) = behaviour.value(|fault| answer(fault, hello.as_ref())) else {
        stream.unread(record);
        return Ok(false);
    };
    stream.write_all(&answer).await?;
    Ok(true)
}

/// What a fault makes of a ClientHello; nothing if the handshake is to go on.
fn answer(fault: &Fault, hello: Option<&ClientHello>) -> Option<Vec<u8>> {
    match fault {
        Fault::HandshakeAlert { description } => Some(alert(*description)),
        Fault::SniRejected => hello?.server_name.then(|| alert(UNRECOGNIZED_NAME)),
        Fault::OldVersionsOnly => Some(old::versions_only(hello?)),
        Fault::OldVersionsToo => old::versions_too(hello?),
        Fault::OldCiphersOnly => Some(old::ciphers_only(hello?)),
        _ => None,
    }
}

/// A fatal alert as it is sent before anything is encrypted (RFC 8446 section 6).
pub(crate) fn alert(description: u8) -> Vec<u8> {
    vec![21, 3, 3, 0, 2, 2, description]
}

/// Reads a ClientHello, so that what is said next does not destroy it on its way, and forgets it.
pub(crate) async fn ignore_hello(stream: &mut Rewound, limit: Duration) -> io::Result<()> {
    timeout(limit, hello::record(stream)).await?.map(drop)
}

/// Reads until the client is gone.
pub(crate) async fn ignore(stream: &mut Rewound) {
    let mut waste = [0; 1024];
    while matches!(stream.read(&mut waste).await, Ok(count) if count > 0) {}
}
