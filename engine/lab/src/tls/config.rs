//! What the TLS library is told.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use rustls::{
    RootCertStore, ServerConfig, SupportedProtocolVersion,
    crypto::aws_lc_rs,
    server::{
        ClientHello, NoServerSessionStorage, ResolvesServerCert, ServerSessionMemoryCache,
        WebPkiClientVerifier, danger::ClientCertVerifier,
    },
    sign::CertifiedKey,
    version::{TLS12, TLS13},
};

use crate::{
    Behaviour, Fault, LabError, SessionReuse, TlsVersions,
    certificate::{Identity, Unnamed},
};

/// Sessions that can be resumed at one time.
const SESSIONS: usize = 256;

/// The configurations of control and data connections, which share their sessions unless that is the fault.
pub(super) fn pair(
    behaviour: &Behaviour,
    identity: &Identity,
) -> Result<(ServerConfig, ServerConfig), LabError> {
    let mut control = base(behaviour, identity)?;
    if behaviour.session_reuse == SessionReuse::Ignored {
        forget_sessions(&mut control);
    } else {
        control.session_storage = ServerSessionMemoryCache::new(SESSIONS);
    }
    let mut data = control.clone();

    if let Some(tickets) = behaviour.value(tickets_on_control) {
        control.send_tls13_tickets = tickets;
        data.send_tls13_tickets = 0;
    }
    if behaviour.has(&Fault::ReuseRefused) {
        forget_sessions(&mut data);
    }
    if identity.in_turn.is_some() {
        // Only control connections take turns.
        data.cert_resolver = Arc::new(Shown::always(&identity.shown));
    }
    if let Some(other) = &identity.for_data {
        data.cert_resolver = Arc::new(Shown::always(other));
        // A resumed session shows no certificate, so there must be none to resume.
        forget_sessions(&mut data);
    }
    Ok((control, data))
}

fn tickets_on_control(fault: &Fault) -> Option<usize> {
    match fault {
        Fault::NoTickets => Some(0),
        Fault::TicketsRunOut { after } => Some(*after),
        _ => None,
    }
}

fn forget_sessions(config: &mut ServerConfig) {
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
}

fn base(behaviour: &Behaviour, identity: &Identity) -> Result<ServerConfig, LabError> {
    let versions: &[&'static SupportedProtocolVersion] = match behaviour.tls {
        TlsVersions::Both => &[&TLS13, &TLS12],
        TlsVersions::Tls12 => &[&TLS12],
        TlsVersions::Tls13 => &[&TLS13],
    };
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_protocol_versions(versions)?;
    let builder = match client_verifier(behaviour, identity)? {
        Some(verifier) => builder.with_client_cert_verifier(verifier),
        None => builder.with_no_client_auth(),
    };
    Ok(builder.with_cert_resolver(Arc::new(Shown::from(identity))))
}

/// Asks for client certificates that the lab's own root signed. Nobody has one.
fn client_verifier(
    behaviour: &Behaviour,
    identity: &Identity,
) -> Result<Option<Arc<dyn ClientCertVerifier>>, LabError> {
    let required = behaviour.has(&Fault::ClientCertificateRequired);
    if !required && !behaviour.has(&Fault::ClientCertificateRequested) {
        return Ok(None);
    }
    let mut roots = RootCertStore::empty();
    roots.add(identity.root.clone())?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    if !required {
        builder = builder.allow_unauthenticated();
    }
    Ok(Some(builder.build()?))
}

/// Which certificate a client gets to see.
#[derive(Debug)]
pub(super) struct Shown {
    with_name: Arc<CertifiedKey>,
    without_name: Unnamed,
    /// Takes turns with the first.
    in_turn: Option<Arc<CertifiedKey>>,
    handshakes: AtomicUsize,
}

impl Shown {
    /// One certificate, whoever asks.
    pub(super) fn always(certificate: &Arc<CertifiedKey>) -> Self {
        Self {
            with_name: Arc::clone(certificate),
            without_name: Unnamed::Same,
            in_turn: None,
            handshakes: AtomicUsize::new(0),
        }
    }
}

impl From<&Identity> for Shown {
    fn from(identity: &Identity) -> Self {
        Self {
            without_name: identity.without_name.clone(),
            in_turn: identity.in_turn.clone(),
            ..Self::always(&identity.shown)
        }
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, client_hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let turn = self.handshakes.fetch_add(1, Ordering::Relaxed);
        let with_name = match &self.in_turn {
            Some(other) if turn % 2 == 1 => other,
            _ => &self.with_name,
        };
        match (client_hello.server_name(), &self.without_name) {
            (Some(_), _) | (None, Unnamed::Same) => Some(Arc::clone(with_name)),
            (None, Unnamed::Other(other)) => Some(Arc::clone(other)),
            (None, Unnamed::Nothing) => None,
        }
    }
}
