//! The signatures of certificates, each checked once in a run. Several probes and the login ask about the same chain with
//! one thing changed at a time, and a signature costs more than all the rest of such a question.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use rustls::pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm};
use x509_parser::asn1_rs::ToDer;
use x509_parser::error::X509Error;
use x509_parser::prelude::{SubjectPublicKeyInfo, X509Certificate};
use x509_parser::x509::AlgorithmIdentifier as Algorithm;

/// What is kept at most: chains are short, and a server that sends dozens of certificates may wait.
const KEPT: usize = 128;
/// Certificates longer than this are checked each time, in bytes.
const LONGEST: usize = 16 * 1024;

/// What was found of signatures so far, by everything that went into each. The whole of it is the key, and no digest: that
/// would cost more than all the rest here.
#[derive(Debug, Default)]
pub(super) struct Signatures {
    valid: Mutex<HashMap<Vec<u8>, bool>>,
}

impl Signatures {
    /// The algorithms of the library, each of which looks here first.
    pub(super) fn algorithms(&self) -> Vec<Remembering<'_>> {
        let all = library().iter().map(|algorithm| Remembering {
            algorithm: *algorithm,
            signatures: self,
        });
        all.collect()
    }

    /// Whether a certificate was signed with a key.
    ///
    /// # Errors
    /// Where the algorithm is not one we can check, or the key cannot be read.
    pub(super) fn made_with(
        &self,
        key: &SubjectPublicKeyInfo<'_>,
        certificate: &X509Certificate<'_>,
    ) -> Result<bool, X509Error> {
        let (of_key, of_signature) = (
            content(&key.algorithm),
            content(&certificate.signature_algorithm),
        );
        let algorithm = self.algorithms().into_iter().find(|it| {
            of_key.as_deref() == Some(&it.public_key_alg_id())
                && of_signature.as_deref() == Some(&it.signature_alg_id())
        });
        if let Some(algorithm) = algorithm {
            let verified = algorithm.verify_signature(
                &key.subject_public_key.data,
                certificate.tbs_certificate.as_ref(),
                &certificate.signature_value.data,
            );
            return Ok(verified.is_ok());
        }
        // Algorithms that no client accepts any longer still tell who signed whom.
        match certificate.verify_signature(Some(key)) {
            Ok(()) => Ok(true),
            Err(error @ X509Error::SignatureUnsupportedAlgorithm) => Err(error),
            Err(_) => Ok(false),
        }
    }

    fn known(&self, question: &[u8]) -> Option<bool> {
        self.lock().get(question).copied()
    }

    fn keep(&self, question: Vec<u8>, valid: bool) {
        let mut known = self.lock();
        if known.len() < KEPT && question.len() <= LONGEST {
            known.insert(question, valid);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Vec<u8>, bool>> {
        self.valid.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An algorithm that checks nothing twice.
#[derive(Debug)]
pub(super) struct Remembering<'a> {
    algorithm: &'static dyn SignatureVerificationAlgorithm,
    signatures: &'a Signatures,
}

impl SignatureVerificationAlgorithm for Remembering<'_> {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let algorithms = (self.public_key_alg_id(), self.signature_alg_id());
        let question = told_apart([&algorithms.0, &algorithms.1, public_key, message, signature]);
        let valid = self.signatures.known(&question).unwrap_or_else(|| {
            let verified = self
                .algorithm
                .verify_signature(public_key, message, signature);
            self.signatures.keep(question, verified.is_ok());
            verified.is_ok()
        });
        if valid { Ok(()) } else { Err(InvalidSignature) }
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.algorithm.public_key_alg_id()
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.algorithm.signature_alg_id()
    }
}

/// Several pieces as one; the length before each keeps them apart.
fn told_apart(pieces: [&[u8]; 5]) -> Vec<u8> {
    let whole = pieces.iter().map(|piece| piece.len() + size_of::<usize>());
    let mut all = Vec::with_capacity(whole.sum());
    for piece in pieces {
        all.extend_from_slice(&piece.len().to_be_bytes());
        all.extend_from_slice(piece);
    }
    all
}

/// What an algorithm is called, as the library spells it: the content of the sequence (RFC 5280 section 4.1.1.2).
fn content(algorithm: &Algorithm<'_>) -> Option<Vec<u8>> {
    let mut der = algorithm.algorithm.to_der_vec().ok()?;
    if let Some(parameters) = &algorithm.parameters {
        der.extend(parameters.to_der_vec().ok()?);
    }
    Some(der)
}

fn library() -> &'static [&'static dyn SignatureVerificationAlgorithm] {
    static ALL: LazyLock<&'static [&'static dyn SignatureVerificationAlgorithm]> =
        LazyLock::new(|| {
            rustls::crypto::aws_lc_rs::default_provider()
                .signature_verification_algorithms
                .all
        });
    *ALL
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
    use x509_parser::prelude::FromDer;

    use super::*;

    /// A root and a certificate that it signed, in DER.
    fn chain() -> (Vec<u8>, Vec<u8>) {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let root = params.self_signed(&key).unwrap();
        let issuer = Issuer::new(params, key);
        let leaf = CertificateParams::new(["ftp.example.com".to_string()]).unwrap();
        let leaf = leaf
            .signed_by(&KeyPair::generate().unwrap(), &issuer)
            .unwrap();
        (root.der().to_vec(), leaf.der().to_vec())
    }

    fn read(der: &[u8]) -> X509Certificate<'_> {
        X509Certificate::from_der(der).unwrap().1
    }

    #[test]
    fn a_signature_is_kept_with_everything_that_went_into_it() {
        let ((root, leaf), (stranger, _)) = (chain(), chain());
        let signatures = Signatures::default();
        let ask = |issuer: &[u8], der: &[u8]| {
            let made = signatures.made_with(read(issuer).public_key(), &read(der));
            (made, signatures.lock().len())
        };
        assert_eq!(ask(&root, &leaf), (Ok(true), 1));
        assert_eq!(ask(&root, &leaf), (Ok(true), 1));
        assert_eq!(ask(&stranger, &leaf), (Ok(false), 2));
        // The last byte is the signature's, and some byte in the middle what was signed.
        for place in [leaf.len() - 1, leaf.len() / 2] {
            let mut forged = leaf.clone();
            forged[place] ^= 1;
            if let Ok((_, forged)) = X509Certificate::from_der(&forged) {
                let made = signatures.made_with(read(&root).public_key(), &forged);
                assert_eq!(made, Ok(false), "byte {place}");
            }
        }
        assert_eq!(ask(&root, &leaf).0, Ok(true));
    }

    #[test]
    fn what_was_found_out_is_not_asked_of_the_library_again() {
        let (root, leaf) = chain();
        let signatures = Signatures::default();
        let (root, leaf) = (read(&root), read(&leaf));
        assert_eq!(signatures.made_with(root.public_key(), &leaf), Ok(true));
        signatures
            .lock()
            .values_mut()
            .for_each(|valid| *valid = false);
        assert_eq!(signatures.made_with(root.public_key(), &leaf), Ok(false));
    }
}
