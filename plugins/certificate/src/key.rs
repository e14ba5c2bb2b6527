//! Keys and signatures that nobody should rely on any more.

use probe_sdk::{Decision, Run};
use x509_parser::objects::{oid_registry, oid2sn};
use x509_parser::prelude::{AlgorithmIdentifier, X509Certificate};
use x509_parser::public_key::PublicKey;

use crate::sent::Sent;
use crate::{WEAK_KEY, WEAK_SIGNATURE, facts, finding};

/// CA/Browser Forum baseline requirements section 6.1.5.
const RSA_BITS: usize = 2048;
/// As strong as RSA with 2048 bits (NIST SP 800-57 part 1, table 2).
const EC_BITS: usize = 224;

/// Signatures over MD2, MD5 and SHA-1, by object identifier.
const WEAK: &[(&str, &str)] = &[
    ("1.2.840.113549.1.1.2", "MD2 with RSA"),
    ("1.2.840.113549.1.1.4", "MD5 with RSA"),
    ("1.2.840.113549.1.1.5", "SHA-1 with RSA"),
    ("1.2.840.10040.4.3", "SHA-1 with DSA"),
    ("1.2.840.10045.4.1", "SHA-1 with ECDSA"),
];

pub(crate) fn judge(run: &mut Run, sent: &Sent<'_>) {
    let leaf = sent.leaf().certificate;
    let sent = || sent.members().iter().map(|member| member.certificate);
    if let Some(weak) = sent().find(|certificate| is_weak(certificate)) {
        let key = describe(weak);
        let detail = format!(
            "The key of {} is too short to be safe: {key}.",
            facts::common_name(weak.subject())
        );
        run.found(
            finding(WEAK_KEY, leaf, detail)
                .because(Decision::by_evidence("the key in the certificate"))
                .evidence("key", key),
        );
    }
    // The signature of a root on itself is never checked by anybody.
    let signed = sent().filter(|certificate| certificate.subject() != certificate.issuer());
    if let Some((weak, signature)) = signed
        .filter_map(|certificate| Some((certificate, weak_signature(certificate)?)))
        .next()
    {
        let detail = format!(
            "The certificate of {} is signed with {signature}, which can be forged; current clients refuse it.",
            facts::common_name(weak.subject())
        );
        run.found(
            finding(WEAK_SIGNATURE, leaf, detail)
                .because(Decision::by_evidence(
                    "the algorithm of the signature on it",
                ))
                .evidence("signature", signature),
        );
    }
}

/// The method a certificate is signed with, if it is one that can be forged.
pub(crate) fn weak_signature(certificate: &X509Certificate<'_>) -> Option<&'static str> {
    let algorithm = certificate.signature_algorithm.algorithm.to_id_string();
    WEAK.iter()
        .find(|(id, _)| *id == algorithm)
        .map(|(_, name)| *name)
}

fn is_weak(certificate: &X509Certificate<'_>) -> bool {
    match certificate.public_key().parsed() {
        Ok(PublicKey::RSA(key)) => key.key_size() < RSA_BITS,
        Ok(PublicKey::EC(point)) => point.key_size() < EC_BITS,
        Ok(PublicKey::DSA(_)) => true,
        _ => false,
    }
}

/// Kind and size of a key.
pub(crate) fn describe(certificate: &X509Certificate<'_>) -> String {
    match certificate.public_key().parsed() {
        Ok(PublicKey::RSA(key)) => format!("RSA {} bits", key.key_size()),
        Ok(PublicKey::EC(point)) => format!("EC {} bits", point.key_size()),
        Ok(PublicKey::DSA(_)) => "DSA".into(),
        _ => algorithm(&certificate.public_key().algorithm),
    }
}

/// The kind of a key as directives of servers name it, where they do.
pub(crate) fn kind(certificate: &X509Certificate<'_>) -> Option<&'static str> {
    match certificate.public_key().parsed() {
        Ok(PublicKey::RSA(_)) => Some("RSA"),
        Ok(PublicKey::EC(_)) => Some("EC"),
        _ => None,
    }
}

/// What a certificate is signed with.
pub(crate) fn signature(certificate: &X509Certificate<'_>) -> String {
    algorithm(&certificate.signature_algorithm)
}

/// The name that standards give it, or its object identifier.
fn algorithm(identifier: &AlgorithmIdentifier<'_>) -> String {
    let id = &identifier.algorithm;
    oid2sn(id, oid_registry()).map_or_else(|_| id.to_id_string(), Into::into)
}
