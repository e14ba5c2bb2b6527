//! What certificates can be verified against, and questions about them.
//!
//! A library that verifies gives one error, ranked; a diagnosis wants all of them. So the probes ask again with one
//! thing changed at a time, and this module answers each question by itself.

mod path;
mod roots;
mod signatures;

use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::{
    CertificateDer, ServerName, SignatureVerificationAlgorithm, TrustAnchor, UnixTime,
};
use serde::{Deserialize, Serialize};
use x509_parser::prelude::{FromDer, X509Certificate};

use roots::Roots;
use signatures::Signatures;

/// Why a certificate did not verify.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the texts say it")]
pub enum TrustFault {
    #[error("it has expired")]
    Expired,
    #[error("it is not valid yet")]
    NotYetValid,
    #[error("it does not name this host")]
    NameMismatch,
    #[error("no path leads to a trusted root")]
    UnknownIssuer,
    #[error("a signature is wrong or its key too weak")]
    BadSignature,
    #[error("a signature algorithm is not supported")]
    UnsupportedSignature,
    #[error("it is not meant for servers")]
    WrongPurpose,
    #[error("a CA certificate is used as the server's")]
    CaUsedAsLeaf,
    #[error("an issuer is not a CA")]
    IssuerNotCa,
    #[error("an issuer may not issue for this name")]
    NameConstraints,
    #[error("the chain is longer than an issuer allows")]
    PathTooLong,
    #[error("it was revoked")]
    Revoked,
    #[error("it cannot be read")]
    Malformed,
    #[error("it did not verify: {0}")]
    Other(String),
}

/// Which roots count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Store {
    /// The system's and Mozilla's roots, and the user's CA file.
    Configured,
    /// Mozilla's roots alone.
    Public,
    /// Only the anchors of the question.
    None,
}

/// One question about a chain.
#[derive(Debug)]
pub struct Question<'a> {
    /// DER; the leaf first.
    pub chain: &'a [CertificateDer<'static>],
    /// None leaves the name out.
    pub name: Option<&'a str>,
    /// Seconds since 1970.
    pub at: i64,
    /// Which roots count.
    pub store: Store,
    /// Trusted for this question only.
    pub anchors: &'a [CertificateDer<'static>],
}

/// The roots a remote is checked against, and what is already known of signatures: one for all questions of a run.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    roots: Arc<Roots>,
    signatures: Arc<Signatures>,
}

impl Trust {
    /// Public roots and the user's own CAs.
    pub fn new(own: &[CertificateDer<'static>]) -> Trust {
        Trust {
            roots: Arc::new(Roots::new(own)),
            signatures: Arc::default(),
        }
    }

    /// The roots a client is to trust: the user's own CAs, Mozilla's and the system's.
    pub fn roots(&self) -> rustls::RootCertStore {
        self.roots.all().iter().cloned().collect()
    }

    /// The names of the user's own CAs.
    pub fn own_names(&self) -> &[String] {
        self.roots.own_names()
    }

    /// Verifies a chain as a TLS client would (RFC 5280 section 6, names by RFC 9525).
    ///
    /// # Errors
    /// The one fault that the library ranks highest; the path comes before the name.
    pub fn verify(&self, question: &Question<'_>) -> Result<(), TrustFault> {
        let (leaf, others) = question.chain.split_first().ok_or(TrustFault::Malformed)?;
        let leaf = webpki::EndEntityCert::try_from(leaf).map_err(fault)?;
        if question.store != Store::None || !question.anchors.is_empty() {
            let anchors = self.roots.of(question);
            match self.verify_path(&leaf, others, &anchors, question.at) {
                // The library says these of the leaf before it looks for a path.
                Err(TrustFault::CaUsedAsLeaf | TrustFault::WrongPurpose)
                    if !path::leads_to_root(question.chain, &anchors, &self.signatures) =>
                {
                    return Err(TrustFault::UnknownIssuer);
                }
                verified => verified?,
            }
        }
        if let Some(name) = question.name {
            let name = ServerName::try_from(name).map_err(|_| TrustFault::NameMismatch)?;
            leaf.verify_is_valid_for_subject_name(&name)
                .map_err(fault)?;
        }
        Ok(())
    }

    fn verify_path(
        &self,
        leaf: &webpki::EndEntityCert<'_>,
        others: &[CertificateDer<'static>],
        anchors: &[TrustAnchor<'static>],
        at: i64,
    ) -> Result<(), TrustFault> {
        let at = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(at).unwrap_or(0)));
        let purpose = webpki::KeyUsage::server_auth();
        let algorithms = self.signatures.algorithms();
        let algorithms: Vec<_> = algorithms
            .iter()
            .map(|it| it as &dyn SignatureVerificationAlgorithm)
            .collect();
        leaf.verify_for_usage(&algorithms, anchors, others, at, purpose, None, None)
            .map(drop)
            .map_err(fault)
    }

    /// Whether the signature on one certificate was made with the key of another.
    ///
    /// # Errors
    /// Where one of them cannot be read or the algorithm is not one we can check.
    pub fn signed_by(&self, certificate: &[u8], issuer: &[u8]) -> Result<bool, TrustFault> {
        let parse = |der| {
            X509Certificate::from_der(der)
                .map(|(_, it)| it)
                .map_err(|_| TrustFault::Malformed)
        };
        let (certificate, issuer) = (parse(certificate)?, parse(issuer)?);
        self.signatures
            .made_with(issuer.public_key(), &certificate)
            .map_err(|_| TrustFault::UnsupportedSignature)
    }
}

fn fault(error: webpki::Error) -> TrustFault {
    use webpki::Error;
    #[allow(
        clippy::match_same_arms,
        reason = "one line for each of the library's errors that has a meaning here"
    )]
    match error {
        Error::CertExpired { .. } => TrustFault::Expired,
        Error::CertNotValidYet { .. } => TrustFault::NotYetValid,
        Error::InvalidCertValidity => TrustFault::Malformed,
        Error::CertNotValidForName(_) => TrustFault::NameMismatch,
        Error::UnknownIssuer => TrustFault::UnknownIssuer,
        Error::InvalidSignatureForPublicKey => TrustFault::BadSignature,
        Error::UnsupportedSignatureAlgorithmContext(_) => TrustFault::UnsupportedSignature,
        Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => {
            TrustFault::UnsupportedSignature
        }
        Error::RequiredEkuNotFoundContext(_) => TrustFault::WrongPurpose,
        Error::CaUsedAsEndEntity => TrustFault::CaUsedAsLeaf,
        Error::EndEntityUsedAsCa => TrustFault::IssuerNotCa,
        Error::NameConstraintViolation => TrustFault::NameConstraints,
        Error::PathLenConstraintViolated => TrustFault::PathTooLong,
        Error::CertRevoked => TrustFault::Revoked,
        Error::BadDer
        | Error::BadDerTime
        | Error::ExtensionValueInvalid
        | Error::TrailingData(_) => TrustFault::Malformed,
        Error::UnsupportedCertVersion | Error::MalformedExtensions => TrustFault::Malformed,
        other => TrustFault::Other(other.to_string()),
    }
}
