//! Certificates that no library agrees to make, patched from good ones.
//!
//! The signature no longer fits what was patched. That does no harm to the lesson: a client looks at the version and
//! at the name of the signature algorithm first, and refuses both before it would compute anything.

use rustls::pki_types::CertificateDer;

/// The object identifier of RSA with SHA-256 (RFC 4055), encoded. Its last byte tells the members of the family apart.
const RSA_WITH_SHA256: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
/// The last byte of RSA with SHA-1.
const WITH_SHA1: u8 = 0x05;
/// Version 3, as it stands in front of the serial number.
const VERSION_THREE: [u8; 5] = [0xa0, 0x03, 0x02, 0x01, 0x02];

/// Names SHA-1 in both places where a certificate names its signature algorithm.
pub(super) fn signed_with_sha1(good: &CertificateDer<'_>) -> CertificateDer<'static> {
    patched(good, &RSA_WITH_SHA256, WITH_SHA1)
}

/// Claims X.509 version 1.
pub(super) fn version_one(good: &CertificateDer<'_>) -> CertificateDer<'static> {
    patched(good, &VERSION_THREE, 0)
}

/// Ends in the middle.
pub(super) fn cut(good: &CertificateDer<'_>) -> CertificateDer<'static> {
    good[..good.len() / 2].to_vec().into()
}

/// Replaces the last byte of a pattern wherever it occurs.
fn patched(good: &CertificateDer<'_>, pattern: &[u8], last: u8) -> CertificateDer<'static> {
    let mut der = good.to_vec();
    let starts: Vec<usize> = der
        .windows(pattern.len())
        .enumerate()
        .filter(|(_, bytes)| *bytes == pattern)
        .map(|(at, _)| at)
        .collect();
    for start in starts {
        der[start + pattern.len() - 1] = last;
    }
    der.into()
}
