#![allow(
    clippy::cast_possible_truncation,
    reason = "what a test makes is short"
)]

use crate::{Alert, End, Flight, Group, KeyExchange, Reader, ServerHello, Suite, Version};

/// A record of TLS 1.0, as servers send it before the version is agreed.
pub(crate) fn record(content: u8, payload: &[u8]) -> Vec<u8> {
    let mut record = vec![content, 3, 1];
    record.extend((payload.len() as u16).to_be_bytes());
    record.extend(payload);
    record
}

pub(crate) fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut message = vec![kind];
    message.extend(&(body.len() as u32).to_be_bytes()[1..]);
    message.extend(body);
    message
}

pub(crate) fn server_hello(version: [u8; 2], suite: u16) -> Vec<u8> {
    let mut body = version.to_vec();
    body.extend([0x5a; 32]);
    body.push(0);
    body.extend(suite.to_be_bytes());
    body.push(0);
    message(2, &body)
}

pub(crate) fn certificates(chain: &[&[u8]]) -> Vec<u8> {
    let mut list: Vec<u8> = Vec::new();
    for certificate in chain {
        list.extend(&(certificate.len() as u32).to_be_bytes()[1..]);
        list.extend(*certificate);
    }
    let mut body = (list.len() as u32).to_be_bytes()[1..].to_vec();
    body.extend(list);
    message(11, &body)
}

fn dh(prime: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    for part in [prime, &[2], prime] {
        body.extend((part.len() as u16).to_be_bytes());
        body.extend(part);
    }
    message(12, &body)
}

const DONE: [u8; 4] = [14, 0, 0, 0];
/// One kind of client certificate (RSA), one signature algorithm, no authority.
const REQUEST: [u8; 12] = [13, 0, 0, 8, 1, 1, 0, 2, 4, 1, 0, 0];
/// As before TLS 1.2: no signature algorithms.
const OLD_REQUEST: [u8; 8] = [13, 0, 0, 4, 1, 1, 0, 0];

pub(crate) fn read(bytes: &[u8]) -> (Flight, Option<End>) {
    let mut reader = Reader::new();
    reader.push(bytes);
    reader.finish()
}

fn hello(version: Version, suite: u16) -> Option<ServerHello> {
    Some(ServerHello {
        version,
        suite: Suite(suite),
    })
}

#[test]
fn a_flight_with_rsa_key_exchange() {
    let flight = [
        server_hello([3, 1], 0x002f),
        certificates(&[b"leaf", b"issuer"]),
        DONE.to_vec(),
    ];
    let (seen, end) = read(&record(22, &flight.concat()));
    assert_eq!(end, Some(End::Done));
    assert_eq!(seen.hello, hello(Version::Tls10, 0x002f));
    assert_eq!(seen.chain, [b"leaf".to_vec(), b"issuer".to_vec()]);
    assert_eq!(seen.key_exchange, None);
    assert!(!seen.client_certificate_requested);
}

#[test]
fn the_parameters_of_the_key_exchange() {
    let mut weak = vec![0; 129];
    weak[1] = 0x80;
    let explicit = [1, 1, 17, 1, 1, 1, 1, 1, 4, 1, 1, 1, 1];
    let cases: [(u16, Vec<u8>, Option<KeyExchange>); 6] = [
        // A leading zero is no part of the number.
        (0x0033, dh(&weak), Some(KeyExchange::Dh { bits: 1024 })),
        (
            0x009e,
            dh(&[0x7f; 256]),
            Some(KeyExchange::Dh { bits: 2047 }),
        ),
        (0x0033, dh(&[]), Some(KeyExchange::Dh { bits: 0 })),
        (
            0xc013,
            message(12, &[3, 0, 25, 1, 4]),
            Some(KeyExchange::Ecdh(Group(25))),
        ),
        (
            0xc013,
            message(12, &explicit),
            Some(KeyExchange::ExplicitCurve),
        ),
        // Cut short.
        (0xc013, message(12, &[3, 0]), None),
    ];
    for (suite, exchange, expected) in cases {
        let flight = [server_hello([3, 3], suite), exchange, DONE.to_vec()];
        let (seen, end) = read(&record(22, &flight.concat()));
        assert_eq!((seen.key_exchange, end), (expected, Some(End::Done)));
    }
    assert_eq!(
        KeyExchange::Ecdh(Group(25)).to_string(),
        "ECDH over secp521r1"
    );
    assert_eq!(
        KeyExchange::Dh { bits: 768 }.to_string(),
        "DH with 768 bits"
    );
}

#[test]
fn a_client_certificate_that_is_asked_for() {
    for (version, request) in [([3, 3], REQUEST.as_slice()), ([3, 1], &OLD_REQUEST)] {
        let flight = [
            server_hello(version, 0x002f),
            request.to_vec(),
            DONE.to_vec(),
        ];
        let (seen, end) = read(&record(22, &flight.concat()));
        assert!(seen.client_certificate_requested);
        assert_eq!(end, Some(End::Done));
    }
}

#[test]
fn every_version_is_told() {
    let versions = [
        ([3, 0], Version::Ssl3),
        ([3, 1], Version::Tls10),
        ([3, 2], Version::Tls11),
        ([3, 3], Version::Tls12),
    ];
    for (wire, version) in versions {
        let (seen, _) = read(&record(22, &server_hello(wire, 0x0035)));
        assert_eq!(seen.hello, hello(version, 0x0035));
    }
    let (seen, end) = read(&record(22, &server_hello([3, 4], 0x1301)));
    assert_eq!(seen.hello, None);
    assert!(matches!(end, Some(End::Broken(_))));
}

#[test]
fn messages_and_records_are_cut_anywhere() {
    let flight = [
        server_hello([3, 3], 0x0039),
        certificates(&[&[7; 500], &[8; 900]]),
        dh(&[0xff; 128]),
        DONE.to_vec(),
    ]
    .concat();
    let whole = read(&record(22, &flight));
    assert_eq!(whole.0.chain.len(), 2);
    for size in [1, 2, 3, 5, 64, 1000] {
        let records: Vec<u8> = flight.chunks(size).flat_map(|it| record(22, it)).collect();
        // Records of a byte each are more than any server sends; the bound may end them.
        if flight.len() / size < 200 {
            assert_eq!(read(&records), whole, "records of {size}");
        }
        let mut reader = Reader::new();
        for piece in record(22, &flight).chunks(size) {
            assert_eq!(reader.end(), None);
            reader.push(piece);
        }
        assert_eq!(reader.finish(), whole, "pieces of {size}");
    }
}

#[test]
fn alerts_end_it_or_do_not() {
    let (_, end) = read(&record(21, &[2, 70]));
    let alert = Alert {
        fatal: true,
        description: 70,
    };
    assert_eq!(end, Some(End::Alert(alert)));
    assert_eq!(alert.to_string(), "alert 70 (protocol_version)");
    let unnamed = Alert {
        fatal: true,
        description: 200,
    };
    assert_eq!(unnamed.to_string(), "alert 200");

    // A name that is not known may be worth no more than a warning (RFC 6066 section 3).
    let warned = [
        record(21, &[1, 112]),
        record(22, &server_hello([3, 3], 0x002f)),
    ];
    let (seen, end) = read(&warned.concat());
    assert_eq!(end, None);
    assert_eq!(seen.warning.map(|alert| alert.description), Some(112));
    assert_eq!(seen.hello, hello(Version::Tls12, 0x002f));

    let (_, end) = read(&record(21, &[1, 0]));
    assert!(matches!(end, Some(End::Alert(_))), "close_notify");
}

#[test]
fn what_is_not_tls_is_kept() {
    for text in ["220 Welcome\r\n", "421 no shared cipher\r\n", "\x16HTTP"] {
        let (seen, end) = read(text.as_bytes());
        assert_eq!(end, Some(End::NotTls(text.as_bytes().to_vec())));
        assert_eq!(seen, Flight::default());
    }
    // Text after an alert that was worth no more than a warning.
    let both = [record(21, &[1, 112]), b"500 OOPS".to_vec()].concat();
    assert_eq!(read(&both).1, Some(End::NotTls(b"500 OOPS".to_vec())));
}

#[test]
fn a_flight_that_is_out_of_order() {
    let cases = [
        record(22, &certificates(&[b"leaf"])),
        record(
            22,
            &[server_hello([3, 3], 47), server_hello([3, 3], 47)].concat(),
        ),
        record(23, b"secret"),
        record(20, &[1]),
        record(21, &[2]),
        record(
            22,
            &[server_hello([3, 3], 47), message(20, &[0; 12])].concat(),
        ),
        record(22, &message(2, &[3, 3, 1])),
    ];
    for bytes in cases {
        let (_, end) = read(&bytes);
        assert!(matches!(end, Some(End::Broken(_))), "{bytes:?}: {end:?}");
    }
}
