//! The certificates that servers show: one valid kind and the ways to get it wrong.

mod authority;
mod forge;
mod leaf;
mod weak;

use std::sync::Arc;

use rustls::{pki_types::CertificateDer, sign::CertifiedKey};
use serde::{Deserialize, Serialize};
use strum::{EnumMessage, VariantArray};

use crate::{Behaviour, Fault, LabError, issuers::Published};
use authority::Authority;

/// The certificate a server shows. Unless stated, the chain is complete and ends at the lab's own root.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    EnumMessage,
    VariantArray,
)]
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
    /// Valid for 900 days: `cert.lifetime-too-long`, if it is [`Public`](Self::Public) too.
    LongLived,
    /// Names the policy of the public CAs, and so is bound by their rules.
    Public,
    /// For another host: `cert.hostname-mismatch` (F-C04).
    WrongName,
    /// A wildcard that lacks a label: `cert.hostname-mismatch` (F-C04).
    WildcardTooDeep,
    /// The right name, but only as common name: `cert.hostname-mismatch` (F-C04).
    CommonNameOnly,
    /// Another certificate unless the client sends a server name: `cert.sni-dependent` (F-A12).
    SniDependent,
    /// The handshake fails unless the client sends a server name: healthy for those who do (F-A12).
    NameRequired,
    /// Another certificate at the server's IPv6 address: `cert.differs-between-addresses` (F-N03).
    OtherOverIpv6,
    /// Another certificate on every second control connection, as with several servers behind one address (F-C11).
    Alternating,
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
    /// The root is sent along at the end: healthy.
    RootSent,
    /// The root is sent too as certified by an older root that nobody needs: healthy.
    CrossSigned,
    /// The same, and the older root's signature has ended: harmless but to some, `cert.chain-misordered` (F-C08).
    ExpiredCrossSign,
    /// The chain, and a certificate that does not belong to it: `cert.chain-misordered` (F-C14).
    StrangerAlong,
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

/// Everything that one certificate is at once.
#[derive(Clone, Debug)]
pub(crate) struct Kinds {
    kinds: Vec<CertificateKind>,
    authority: Option<String>,
}

impl Kinds {
    fn of(behaviour: &Behaviour) -> Self {
        let mut kinds = behaviour.certificate_also.clone();
        kinds.push(behaviour.certificate);
        Self {
            kinds,
            authority: behaviour.certificate_authority.clone(),
        }
    }

    fn only(kind: CertificateKind) -> Self {
        Self {
            kinds: vec![kind],
            authority: None,
        }
    }

    fn has(&self, kind: CertificateKind) -> bool {
        self.kinds.contains(&kind)
    }

    /// The name of the CA that nobody trusts, if one issued it.
    fn private_authority(&self) -> Option<&str> {
        if self.has(CertificateKind::Inspected) {
            Some("Fortinet FortiGate inspection")
        } else if self.has(CertificateKind::PrivateCa) {
            Some(
                self.authority
                    .as_deref()
                    .unwrap_or("Example Widgets private"),
            )
        } else {
            None
        }
    }
}

/// What a server proves itself with.
#[derive(Debug)]
pub(crate) struct Identity {
    /// Shown by default.
    pub(crate) shown: Arc<CertifiedKey>,
    /// Shown to clients that send no server name, if that makes a difference.
    pub(crate) without_name: Unnamed,
    /// Shown over IPv6, if that makes a difference.
    pub(crate) over_ipv6: Option<Arc<CertifiedKey>>,
    /// Shown on every second control connection, if that is the fault.
    pub(crate) in_turn: Option<Arc<CertifiedKey>>,
    /// Shown on data connections, if that is the fault.
    pub(crate) for_data: Option<Arc<CertifiedKey>>,
    /// The root that a client is told to trust.
    pub(crate) root: CertificateDer<'static>,
    /// The same as PEM.
    pub(crate) authority_pem: String,
    /// What can be had where the certificates say that their issuers are.
    pub(crate) issuers: Vec<Published>,
}

/// What clients get that send no server name.
#[derive(Clone, Debug)]
pub(crate) enum Unnamed {
    /// The same as the others.
    Same,
    /// Another certificate.
    Other(Arc<CertifiedKey>),
    /// None: the handshake fails.
    Nothing,
}

impl Identity {
    /// Makes keys and certificates for a server. `issuers_at` is where they say that their issuers can be had.
    pub(crate) fn new(behaviour: &Behaviour, issuers_at: Option<&str>) -> Result<Self, LabError> {
        use CertificateKind::{
            Alternating, Expired, NameRequired, OtherOverIpv6, SniDependent, WrongName,
        };
        let kinds = Kinds::of(behaviour);
        let names = &behaviour.names;
        let strength = authority::Strength::for_kinds(&kinds);
        let lab = Authority::new("remote-doctor lab", strength, issuers_at)?;
        let private = kinds
            .private_authority()
            .map(|name| Authority::new(name, strength, issuers_at))
            .transpose()?;
        let authority = private.as_ref().unwrap_or(&lab);
        let another = |wanted: bool, kinds: &Kinds| {
            wanted.then(|| leaf::issue(kinds, names, &lab)).transpose()
        };
        let unnamed = another(kinds.has(SniDependent), &Kinds::only(WrongName))?;
        Ok(Self {
            shown: leaf::issue(&kinds, names, authority)?,
            without_name: match unnamed {
                Some(other) => Unnamed::Other(other),
                None if kinds.has(NameRequired) => Unnamed::Nothing,
                None => Unnamed::Same,
            },
            over_ipv6: another(kinds.has(OtherOverIpv6), &Kinds::only(Expired))?,
            in_turn: another(kinds.has(Alternating), &Kinds::only(CertificateKind::Valid))?,
            for_data: behaviour
                .has(&Fault::DataCertificateDiffers)
                .then(|| leaf::issue(&kinds, names, authority))
                .transpose()?,
            root: lab.root.der().clone(),
            authority_pem: lab.root.pem(),
            issuers: authority.published(),
        })
    }
}
