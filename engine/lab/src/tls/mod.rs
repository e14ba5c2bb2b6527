//! The TLS side of a server: its configuration, its handshakes, and the ways these fail.

mod config;
mod hello;
mod old;
mod store;

use std::{io, sync::Arc, time::Duration};

use rustls::{HandshakeKind, ServerConfig, pki_types::CertificateDer};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use crate::{Behaviour, Channel, Fault, LabError, certificate::Identity, stream::Rewound};
use hello::ClientHello;
use old::Stack;
use store::Asked;

/// Alert 40: no common parameters, or whatever else went wrong.
pub(crate) const HANDSHAKE_FAILURE: u8 = 40;
/// Alert 112: the server name is not known here.
const UNRECOGNIZED_NAME: u8 = 112;

/// Everything a server needs to secure a connection.
#[derive(Debug)]
pub(crate) struct Tls {
    control: ServerConfig,
    data: ServerConfig,
    /// Shown over IPv6, if that makes a difference.
    over_ipv6: Option<Arc<config::Shown>>,
    /// The certificates, for those who show them without a TLS library.
    chain: Vec<CertificateDer<'static>>,
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
            chain: identity.shown.cert.clone(),
        })
    }

    /// Lets the faults of a handshake that need no TLS library have their way. True if one of them did.
    pub(crate) async fn spoiled(
        &self,
        behaviour: &Behaviour,
        stream: &mut Rewound,
        limit: Duration,
    ) -> io::Result<bool> {
        if !behaviour.faults.iter().any(concerns_hello) {
            return Ok(false);
        }
        let record = timeout(limit, hello::record(stream)).await??;
        let hello = ClientHello::parse(&record);
        let instead = behaviour.value(|fault| self.instead(fault, hello.as_ref()));
        match instead {
            Some(Instead::Bytes(answer)) => stream.write_all(&answer).await?,
            Some(Instead::End) => {}
            None => {
                stream.unread(record);
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What a fault makes of a ClientHello; nothing if the handshake is to go on.
    fn instead(&self, fault: &Fault, hello: Option<&ClientHello>) -> Option<Instead> {
        let alert = |description| Some(Instead::Bytes(alert(description)));
        let as_stack = |stack: &Stack| {
            let answer = stack.answer(hello?, &self.chain);
            Some(Instead::Bytes(answer))
        };
        match fault {
            Fault::HandshakeAlert { description } => alert(*description),
            Fault::HandshakeClosed => Some(Instead::End),
            Fault::NewHellosRefused if hello?.versions.is_some() => alert(HANDSHAKE_FAILURE),
            Fault::NewHellosRefused => as_stack(&old::OWN_ORDER),
            Fault::SniRejected if hello?.server_name.is_some() => alert(UNRECOGNIZED_NAME),
            Fault::SniDropped if hello?.server_name.is_some() => Some(Instead::End),
            Fault::SniUnknown { known } => {
                let asked = hello?.server_name.as_ref()?;
                (!known.contains(asked)).then(|| Instead::Bytes(self::alert(UNRECOGNIZED_NAME)))
            }
            Fault::OldVersionsOnly => as_stack(&old::OLD_VERSIONS),
            Fault::OldVersionsToo if !old::is_modern(hello?) => as_stack(&old::OLD_VERSIONS),
            Fault::OldHellosOnly if hello?.extended => Some(Instead::End),
            Fault::OldHellosOnly => as_stack(&old::TLS10_ONLY),
            Fault::Ssl3Only => as_stack(&old::SSL3_ONLY),
            Fault::OldCiphersOnly => as_stack(&old::RSA_CBC),
            Fault::NullCiphersOnly => as_stack(&old::UNENCRYPTED),
            Fault::WeakDhOnly => as_stack(&old::WEAK_DH),
            _ => None,
        }
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

/// What a client gets in place of a handshake.
enum Instead {
    Bytes(Vec<u8>),
    /// The end of the connection, without a word.
    End,
}

/// Whether a fault concerns the ClientHello, and so has to see it.
fn concerns_hello(fault: &Fault) -> bool {
    matches!(
        fault,
        Fault::HandshakeAlert { .. }
            | Fault::HandshakeClosed
            | Fault::NewHellosRefused
            | Fault::SniRejected
            | Fault::SniDropped
            | Fault::SniUnknown { .. }
            | Fault::OldVersionsOnly
            | Fault::OldVersionsToo
            | Fault::OldHellosOnly
            | Fault::Ssl3Only
            | Fault::OldCiphersOnly
            | Fault::NullCiphersOnly
            | Fault::WeakDhOnly
    )
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
