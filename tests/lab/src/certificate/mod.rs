//! The certificates that servers show: one valid kind and the ways to get it wrong.

mod authority;
mod forge;
mod leaf;
mod weak;

use std::sync::Arc;

use rustls::{pki_types::CertificateDer, sign::CertifiedKey};
use serde::{Deserialize, Serialize};

use crate::{Behaviour, Fault, LabError};
use authority::Authority;

/// The certificate a server shows. Unless stated, the chain is complete and ends at the lab's own root.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CertificateKind {
    /// Nothing is wrong with it.
    #[default]
    Valid,
    /// Past its end by three days: `cert.expired` (F-C01).
    Expired,
    /// Starts in three days: `cert.not-yet-valid` (F-C02).
    NotYetValid,
    /// Ten days left: `cert.expires-soon` (F-C15).
    ExpiresSoon,
    /// Valid for 900 days: `cert.lifetime-too-long`.
    LongLived,
    /// For another host: `cert.hostname-mismatch` (F-C04).
    WrongName,
    /// A wildcard that lacks a label: `cert.hostname-mismatch` (F-C04).
    WildcardTooDeep,
    /// The right name, but only as common name: `cert.hostname-mismatch` (F-C04).
    CommonNameOnly,
    /// Another certificate unless the client sends a server name: `cert.sni-dependent` (F-A12).
    SniDependent,
    /// Signed by itself: `cert.self-signed` (F-C05).
    SelfSigned,
    /// A complete chain to a root that nobody trusts, root included: `cert.untrusted-ca` (F-C06).
    PrivateCa,
    /// Made by a firewall that inspects TLS: `tls.interception` (F-C13).
    Inspected,
    /// The leaf alone: `cert.missing-intermediate` (F-C07).
    MissingIntermediate,
    /// The intermediate is past its end: `cert.expired-intermediate` (F-C08).
    ExpiredIntermediate,
    /// Leaf, root, a stranger, then the intermediate: `cert.chain-misordered` (F-C14).
    Misordered,
    /// An RSA key of 1024 bits: `cert.weak-key` (F-C09). Many TLS libraries refuse the handshake for it.
    WeakKey,
    /// Signed with SHA-1: `cert.weak-signature` (F-C09).
    WeakSignature,
    /// For clients only: `cert.wrong-purpose` (F-C12).
    ClientOnly,
    /// A certificate authority's certificate as a leaf: `cert.wrong-purpose` (F-C12).
    CaAsLeaf,
    /// Ends before it starts: `cert.malformed`.
    DatesReversed,
    /// X.509 version 1 by its version field: `cert.malformed` (F-C12).
    VersionOne,
    /// Cut in the middle: `cert.malformed`.
    Malformed,
}

/// What a server proves itself with.
#[derive(Debug)]
pub(crate) struct Identity {
    /// Shown by default.
    pub(crate) shown: Arc<CertifiedKey>,
    /// Shown to clients that send no server name, if that makes a difference.
    pub(crate) without_name: Option<Arc<CertifiedKey>>,
    /// Shown on data connections, if that is the fault.
    pub(crate) for_data: Option<Arc<CertifiedKey>>,
    /// The root that a client is told to trust.
    pub(crate) root: CertificateDer<'static>,
    /// The same as PEM.
    pub(crate) authority_pem: String,
}

impl Identity {
    /// Makes keys and certificates for a server.
    pub(crate) fn new(behaviour: &Behaviour) -> Result<Self, LabError> {
        let kind = behaviour.certificate;
        let names = &behaviour.names;
        let lab = Authority::new("remote-doctor lab", authority::Strength::for_kind(kind))?;
        let another =
            |wanted: bool, kind| wanted.then(|| leaf::issue(kind, names, &lab)).transpose();
        Ok(Self {
            shown: leaf::issue(kind, names, &lab)?,
            without_name: another(
                kind == CertificateKind::SniDependent,
                CertificateKind::WrongName,
            )?,
            for_data: another(behaviour.has(&Fault::DataCertificateDiffers), kind)?,
            root: lab.root.der().clone(),
            authority_pem: lab.root.pem(),
        })
    }
}
