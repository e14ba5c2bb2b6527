//! TLS as a client that records what it sees and refuses nothing: judging certificates is the probes' work, and
//! keeping the password from an unverified server is the login's.

use crate::net::failure;
use std::collections::HashSet;
use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{
    ClientSessionMemoryCache, ClientSessionStore, ResolvesClientCert, Resumption,
    Tls12ClientSessionValue, Tls13ClientSessionValue,
};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{
    ClientConfig, DigitallySignedStruct, HandshakeKind, NamedGroup, ProtocolVersion,
    SignatureScheme,
};
use serde::{Deserialize, Serialize};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::tap::Tap;
use model::failure::{Failure, FailureKind, Operation};

/// Alerts (RFC 8446 section 6.2).
const HANDSHAKE_FAILURE: u8 = 40;
const CERTIFICATE_REQUIRED: u8 = 116;

/// The versions we speak; TLS 1.0 and 1.1 are deprecated (RFC 8996).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TlsVersion {
    /// RFC 5246.
    Tls12,
    /// RFC 8446.
    Tls13,
}

/// How to do a handshake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TlsOptions {
    /// The name for SNI; none sends no SNI.
    pub server_name: Option<String>,
    /// Offer the session of the control connection.
    pub resume: bool,
    /// The highest version to offer.
    pub highest: Option<TlsVersion>,
}

/// What a finished handshake showed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TlsSession {
    /// The version agreed on.
    pub version: TlsVersion,
    /// The IANA name of the cipher suite.
    pub cipher: String,
    /// Whether an earlier session was resumed.
    pub resumed: bool,
    /// Whether there was an earlier session to offer.
    pub resumption_offered: bool,
    /// The server's certificates in the order sent (DER).
    #[serde(with = "crate::bytes::chain")]
    pub chain: Vec<CertificateDer<'static>>,
    /// Whether the server's signature over the handshake was right; false also where its key cannot be checked.
    pub signature_checked: bool,
    /// Whether the server asked for a client certificate.
    pub client_certificate_requested: bool,
    /// How long the handshake took.
    pub took: Duration,
}

/// A certificate of our own, for servers that ask for one.
pub type ClientCertificate = Arc<CertifiedKey>;

/// Everything the handshakes of one control session share: above all the session store, so that its data channels
/// resume it and no other session does (RFC 4217 section 10.2).
///
/// rustls resumes only within one `ClientConfig`, so the configurations live as long as the session.
#[derive(Debug)]
pub(super) struct Context {
    recorder: Arc<CertificateRecorder>,
    certificate: Arc<OwnCertificate>,
    store: Arc<Store>,
    /// The highest version that the settings allow.
    highest: TlsVersion,
    configs: Mutex<Vec<((TlsVersion, bool, bool), Arc<ClientConfig>)>>,
}

impl Context {
    pub(super) fn new(certificate: Option<ClientCertificate>, highest: TlsVersion) -> Context {
        Context {
            recorder: Arc::new(CertificateRecorder::new()),
            certificate: Arc::new(OwnCertificate {
                certificate,
                requested: AtomicBool::new(false),
            }),
            store: Arc::new(Store::new()),
            highest,
            configs: Mutex::default(),
        }
    }

    fn config(&self, options: &TlsOptions) -> Arc<ClientConfig> {
        let wanted = options.highest.unwrap_or(self.highest);
        let highest = wanted.min(self.highest);
        let key = (highest, options.resume, options.server_name.is_some());
        let mut configs = self.configs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, config)) = configs.iter().find(|(other, _)| *other == key) {
            return config.clone();
        }
        let versions: &[&rustls::SupportedProtocolVersion] = match highest {
            TlsVersion::Tls12 => &[&rustls::version::TLS12],
            TlsVersion::Tls13 => rustls::ALL_VERSIONS,
        };
        let mut config = ClientConfig::builder_with_provider(self.recorder.provider.clone())
            .with_protocol_versions(versions)
            .expect("the provider has suites for both versions")
            .dangerous()
            .with_custom_certificate_verifier(self.recorder.clone())
            .with_client_cert_resolver(self.certificate.clone());
        config.enable_sni = options.server_name.is_some();
        config.resumption = if options.resume {
            Resumption::store(self.store.clone())
        } else {
            Resumption::disabled()
        };
        let config = Arc::new(config);
        configs.push((key, config.clone()));
        config
    }

    /// Does one handshake. `address` stands in for the name where no SNI is to be sent.
    pub(super) async fn handshake(
        &self,
        stream: Tap,
        options: &TlsOptions,
        address: IpAddr,
    ) -> Result<(TlsStream<Tap>, TlsSession), Failure> {
        let started = Instant::now();
        let name = match &options.server_name {
            Some(name) => ServerName::try_from(name.clone()).map_err(|error| {
                Failure::new(Operation::Handshake, FailureKind::InvalidArgument, error)
            })?,
            None => ServerName::IpAddress(address.into()),
        };
        self.certificate.requested.store(false, Ordering::Relaxed);
        self.store.offered.store(false, Ordering::Relaxed);
        let mut stream = TlsConnector::from(self.config(options))
            .connect(name, stream)
            .await
            .map_err(|error| self.failure(&error))?;
        stream.get_mut().0.handshake_ended();
        let session = self.session(stream.get_ref().1, started.elapsed());
        Ok((stream, session))
    }

    /// TLS 1.2 has no alert for a missing client certificate; the server says handshake_failure (RFC 5246 section 7.4.6)
    /// as for everything else. What it asked for before tells; then this is what TLS 1.3 calls certificate_required.
    fn failure(&self, error: &io::Error) -> Failure {
        let mut failure = failure::from_io(Operation::Handshake, error);
        let asked_in_vain = self.certificate.requested.load(Ordering::Relaxed)
            && self.certificate.certificate.is_none();
        if asked_in_vain && failure.kind == FailureKind::TlsAlert(HANDSHAKE_FAILURE) {
            failure.kind = FailureKind::TlsAlert(CERTIFICATE_REQUIRED);
            failure
                .detail
                .push_str(", after the server had asked for a client certificate and got none");
        }
        failure
    }

    fn session(&self, connection: &rustls::ClientConnection, took: Duration) -> TlsSession {
        let chain: Vec<_> = connection.peer_certificates().unwrap_or_default().to_vec();
        TlsSession {
            version: match connection.protocol_version() {
                Some(ProtocolVersion::TLSv1_3) => TlsVersion::Tls13,
                _ => TlsVersion::Tls12,
            },
            cipher: connection
                .negotiated_cipher_suite()
                .map(|suite| iana_name(suite.suite()))
                .unwrap_or_default(),
            resumed: connection.handshake_kind() == Some(HandshakeKind::Resumed),
            resumption_offered: self.store.offered.load(Ordering::Relaxed),
            signature_checked: chain
                .first()
                .is_some_and(|leaf| self.recorder.checked(leaf)),
            chain,
            client_certificate_requested: self.certificate.requested.load(Ordering::Relaxed),
            took,
        }
    }
}

/// The sessions of one control session, and whether the last handshake was given one to offer: the library does not
/// say whether a server refused to resume or was never asked.
#[derive(Debug)]
struct Store {
    sessions: ClientSessionMemoryCache,
    offered: AtomicBool,
}

impl Store {
    /// Room for the tickets of a few servers' worth of names; a session has one.
    fn new() -> Store {
        Store {
            sessions: ClientSessionMemoryCache::new(16),
            offered: AtomicBool::new(false),
        }
    }

    fn offer<T>(&self, session: Option<T>) -> Option<T> {
        self.offered.fetch_or(session.is_some(), Ordering::Relaxed);
        session
    }
}

impl ClientSessionStore for Store {
    fn set_kx_hint(&self, name: ServerName<'static>, group: NamedGroup) {
        self.sessions.set_kx_hint(name, group);
    }

    fn kx_hint(&self, name: &ServerName<'_>) -> Option<NamedGroup> {
        self.sessions.kx_hint(name)
    }

    fn set_tls12_session(&self, name: ServerName<'static>, session: Tls12ClientSessionValue) {
        self.sessions.set_tls12_session(name, session);
    }

    fn tls12_session(&self, name: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        self.offer(self.sessions.tls12_session(name))
    }

    fn remove_tls12_session(&self, name: &ServerName<'static>) {
        self.sessions.remove_tls12_session(name);
    }

    fn insert_tls13_ticket(&self, name: ServerName<'static>, ticket: Tls13ClientSessionValue) {
        self.sessions.insert_tls13_ticket(name, ticket);
    }

    fn take_tls13_ticket(&self, name: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        self.offer(self.sessions.take_tls13_ticket(name))
    }
}

/// rustls marks the suites of TLS 1.3 in their names; IANA does not.
fn iana_name(suite: rustls::CipherSuite) -> String {
    format!("{suite:?}").replace("TLS13_", "TLS_")
}

/// Accepts every certificate and remembers those whose key could not be checked.
#[derive(Debug)]
struct CertificateRecorder {
    provider: Arc<CryptoProvider>,
    unchecked: Mutex<HashSet<Vec<u8>>>,
}

impl CertificateRecorder {
    fn new() -> CertificateRecorder {
        let mut provider = rustls::crypto::aws_lc_rs::default_provider();
        // A hybrid key share makes a ClientHello of two packets, which old middleboxes drop: a fault of ours, then.
        provider
            .kx_groups
            .retain(|group| group.name() != rustls::NamedGroup::X25519MLKEM768);
        CertificateRecorder {
            provider: Arc::new(provider),
            unchecked: Mutex::default(),
        }
    }

    fn checked(&self, leaf: &CertificateDer<'_>) -> bool {
        !self
            .unchecked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(leaf.as_ref())
    }

    /// A handshake goes on even if its signature cannot be checked (a key below 2048 bits, an X.509 v1 certificate):
    /// the certificate must be seen to be judged. No credential is ever sent on such a connection.
    fn note(
        &self,
        leaf: &CertificateDer<'_>,
        verdict: Result<HandshakeSignatureValid, rustls::Error>,
    ) -> HandshakeSignatureValid {
        verdict.unwrap_or_else(|_| {
            self.unchecked
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(leaf.to_vec());
            HandshakeSignatureValid::assertion()
        })
    }
}

impl ServerCertVerifier for CertificateRecorder {
    fn verify_server_cert(
        &self,
        _leaf: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        Ok(self.note(
            leaf,
            rustls::crypto::verify_tls12_signature(message, leaf, signed, algorithms),
        ))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        Ok(self.note(
            leaf,
            rustls::crypto::verify_tls13_signature(message, leaf, signed, algorithms),
        ))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// Gives our certificate where we have one, and notes that the server asked.
#[derive(Debug)]
struct OwnCertificate {
    certificate: Option<ClientCertificate>,
    requested: AtomicBool,
}

impl ResolvesClientCert for OwnCertificate {
    fn resolve(&self, _hints: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<ClientCertificate> {
        self.requested.store(true, Ordering::Relaxed);
        self.certificate.clone()
    }

    fn has_certs(&self) -> bool {
        self.certificate.is_some()
    }
}

#[cfg(test)]
mod tests {
    use hello::{Group, Suite};

    use super::*;

    #[test]
    fn what_probes_offer_by_hand_as_ours_is_ours() {
        let provider = CertificateRecorder::new().provider;
        let tls12 = |suite: &&rustls::SupportedCipherSuite| suite.tls13().is_none();
        let suites: Vec<u16> = provider
            .cipher_suites
            .iter()
            .filter(tls12)
            .map(|suite| suite.suite().into())
            .collect();
        assert_eq!(suites, Vec::from_iter(Suite::OURS.iter().map(|it| it.0)));
        let groups: Vec<u16> = provider
            .kx_groups
            .iter()
            .map(|group| group.name().into())
            .collect();
        assert_eq!(groups, Vec::from_iter(Group::OURS.iter().map(|it| it.0)));
    }
}
