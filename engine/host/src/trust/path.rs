//! Whether issuers lead from a certificate to a root, whatever it may be used for. The library verifies servers only, and
//! says of any other certificate that it is none before it looks for a path.

use rustls::pki_types::{CertificateDer, TrustAnchor};
use x509_parser::asn1_rs::Any;
use x509_parser::prelude::{FromDer, SubjectPublicKeyInfo, X509Certificate, X509Name};

use super::signatures::Signatures;

/// Goes up from the first certificate. Dates and rights are other questions.
pub(super) fn leads_to_root(
    chain: &[CertificateDer<'_>],
    anchors: &[TrustAnchor<'static>],
    signatures: &Signatures,
) -> bool {
    // A signature that cannot be checked is another fault: the name has to do.
    let signed = |certificate: &X509Certificate<'_>, key: &SubjectPublicKeyInfo<'_>| {
        signatures.made_with(key, certificate).unwrap_or(true)
    };
    let sent: Vec<X509Certificate<'_>> = chain
        .iter()
        .filter_map(|der| Some(X509Certificate::from_der(der).ok()?.1))
        .collect();
    let mut current = sent.first();
    // A path is no longer than what was sent.
    for _ in 0..sent.len() {
        let Some(certificate) = current else {
            return false;
        };
        let leads = anchors.iter().any(|anchor| {
            is(anchor, certificate)
                || key_of_issuer(anchor, certificate).is_some_and(|der| {
                    SubjectPublicKeyInfo::from_der(&der)
                        .is_ok_and(|(_, key)| signed(certificate, &key))
                })
        });
        if leads {
            return true;
        }
        current = sent.iter().find(|other| {
            other.subject() != certificate.subject()
                && other.subject() == certificate.issuer()
                && signed(certificate, other.public_key())
        });
    }
    false
}

/// Whether a certificate is the root itself: its own signature says nothing then (RFC 5280 section 6.1).
fn is(anchor: &TrustAnchor<'_>, certificate: &X509Certificate<'_>) -> bool {
    content(certificate.subject()) == Some(&anchor.subject)
        && certificate.public_key().raw == sequence(&anchor.subject_public_key_info)
}

/// The key of an anchor that has the name of the issuer.
fn key_of_issuer(anchor: &TrustAnchor<'_>, certificate: &X509Certificate<'_>) -> Option<Vec<u8>> {
    let is_issuer = content(certificate.issuer()) == Some(&anchor.subject);
    is_issuer.then(|| sequence(&anchor.subject_public_key_info))
}

/// Anchors hold names and keys without the tag and the length they have in a certificate.
fn content<'a>(name: &'a X509Name<'_>) -> Option<&'a [u8]> {
    Some(Any::from_der(name.as_raw()).ok()?.1.data)
}

/// Puts them back (X.690 section 8.1.3).
fn sequence(content: &[u8]) -> Vec<u8> {
    const SEQUENCE: u8 = 0x30;
    let length = content.len().to_be_bytes();
    let length = &length[length.iter().take_while(|byte| **byte == 0).count()..];
    let mut der = vec![SEQUENCE];
    match length {
        [] => der.push(0),
        [short] if *short < 0x80 => der.push(*short),
        long => {
            der.push(0x80 | u8::try_from(long.len()).unwrap_or(8));
            der.extend(long);
        }
    }
    der.extend(content);
    der
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_put_back() {
        assert_eq!(sequence(&[7]), [0x30, 1, 7]);
        assert_eq!(sequence(&[]), [0x30, 0]);
        assert_eq!(sequence(&[0; 0x80])[..3], [0x30, 0x81, 0x80]);
        assert_eq!(sequence(&[0; 0x126])[..4], [0x30, 0x82, 0x01, 0x26]);
    }
}
