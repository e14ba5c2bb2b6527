//! What a server sends before a handshake is over, and its certificates.

use std::sync::LazyLock;

use hello::{End, Flight, Reader};
use host::trust::{Question, Store, Trust};
use rustls::pki_types::CertificateDer;

use crate::input::pieces;

/// More certificates in one flight than any server has.
const MOST_CERTIFICATES: usize = 32;
/// A moment in 2026, as the certificates of the corpus have it.
const NOW: i64 = 1_790_000_000;

/// A first flight does not depend on where the network cuts it, and what is kept of it is bounded. The first byte says how
/// it is cut.
pub fn first_flight(bytes: &[u8]) {
    let Some((sizes, bytes)) = bytes.split_first() else {
        return;
    };
    let (flight, end) = read([bytes].into_iter());
    assert!(flight.chain.len() <= MOST_CERTIFICATES);
    let kept: usize = flight.chain.iter().map(Vec::len).sum();
    assert!(kept <= bytes.len());
    if let Some(hello) = &flight.hello {
        assert!(!hello.to_string().is_empty());
    }
    // What is no TLS is kept as far as it had come when that was seen.
    if let (cut, Some(cut_end)) = read(pieces(bytes, *sizes))
        && !matches!(cut_end, End::NotTls(_))
    {
        assert_eq!((&flight, end.as_ref()), (&cut, Some(&cut_end)));
    }
}

fn read<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Flight, Option<End>) {
    let mut reader = Reader::new();
    for piece in pieces {
        reader.push(piece);
    }
    reader.finish()
}

/// Certificates, one after the other: no chain of a stranger's own making leads to a public root, and a question has the
/// same answer twice.
pub fn certificates(bytes: &[u8]) {
    static TRUST: LazyLock<Trust> = LazyLock::new(|| Trust::new(&[]));
    let chain: Vec<CertificateDer<'static>> = apart(bytes).map(CertificateDer::from).collect();
    let own = Trust::new(&chain);
    assert!(own.own_names().len() <= chain.len());
    let question = |store, anchors, name| Question {
        chain: &chain,
        name,
        at: NOW,
        store,
        anchors,
    };
    let public = question(Store::Public, &[], None);
    assert!(
        TRUST.verify(&public).is_err(),
        "the corpus has no public CA"
    );
    for (anchors, name) in [
        (&chain[..], None),
        (
            &chain[chain.len().saturating_sub(1)..],
            Some("ftp.example.com"),
        ),
        (&[][..], Some("192.0.2.1")),
    ] {
        let asked = || TRUST.verify(&question(Store::None, anchors, name));
        assert_eq!(asked(), asked());
    }
    for pair in chain.windows(2) {
        let asked = || TRUST.signed_by(&pair[0], &pair[1]);
        assert_eq!(asked(), asked());
    }
}

/// DER says how long it is (X.690 section 8.1.3); what is left at the end is one more.
pub(crate) fn apart(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let mut rest = bytes;
    let next = move || {
        let length = match rest {
            [] => return None,
            [0x30, 0x82, high, low, ..] => 4 + usize::from(u16::from_be_bytes([*high, *low])),
            _ => rest.len(),
        };
        let (one, after) = rest.split_at(length.min(rest.len()));
        rest = after;
        Some(one.to_vec())
    };
    std::iter::from_fn(next).take(8)
}
