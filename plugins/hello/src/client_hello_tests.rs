use tls_parser::{TlsMessage, TlsMessageHandshake, parse_tls_plaintext};

use crate::{ClientHello, Extensions, Group, Suite, Version};

/// Extension type and content, in order.
type Extension = (u16, Vec<u8>);

fn parsed(hello: &ClientHello<'_>) -> (u16, u16, Vec<u16>, Option<Vec<Extension>>) {
    let bytes = hello.to_bytes();
    let (rest, record) = parse_tls_plaintext(&bytes).expect("a record");
    assert!(rest.is_empty(), "nothing after the record");
    let [TlsMessage::Handshake(TlsMessageHandshake::ClientHello(read))] = record.msg.as_slice()
    else {
        panic!("one ClientHello");
    };
    let suites = read.ciphers.iter().map(|suite| suite.0).collect();
    let extensions = read.ext.map(split);
    (record.hdr.version.0, read.version.0, suites, extensions)
}

fn split(mut bytes: &[u8]) -> Vec<Extension> {
    let mut extensions = Vec::new();
    while let [a, b, c, d, rest @ ..] = bytes {
        let (content, rest) = rest.split_at(u16::from_be_bytes([*c, *d]).into());
        extensions.push((u16::from_be_bytes([*a, *b]), content.to_vec()));
        bytes = rest;
    }
    assert!(bytes.is_empty());
    extensions
}

fn usual(server_name: Option<&str>) -> Option<Extensions<'_>> {
    Some(Extensions {
        server_name,
        groups: Group::OURS,
    })
}

#[test]
fn the_oldest_hello_byte_by_byte() {
    let hello = ClientHello {
        highest: Version::Ssl3,
        suites: &[Suite(0x000a)],
        extensions: None,
    };
    let mut expected = vec![22, 3, 0, 0, 47, 1, 0, 0, 43, 3, 0];
    expected.extend(b"remote-doctor looks and goes on.");
    expected.extend([0, 0, 4, 0, 0x0a, 0, 0xff, 1, 0]);
    assert_eq!(hello.to_bytes(), expected);
}

#[test]
fn version_and_suites_are_those_asked_for() {
    let cases = [
        (Version::Ssl3, 0x0300, 0x0300),
        (Version::Tls10, 0x0301, 0x0301),
        (Version::Tls11, 0x0301, 0x0302),
        (Version::Tls12, 0x0301, 0x0303),
    ];
    for (highest, in_record, in_hello) in cases {
        let hello = ClientHello {
            highest,
            suites: Suite::WIDE,
            extensions: usual(None),
        };
        let (record, version, suites, _) = parsed(&hello);
        assert_eq!((record, version), (in_record, in_hello));
        assert_eq!(suites.len(), Suite::WIDE.len() + 1);
        assert_eq!(suites.last(), Some(&0x00ff));
    }
}

#[test]
fn the_server_name_is_sent_where_there_is_one() {
    let with = |server_name| ClientHello {
        highest: Version::Tls12,
        suites: Suite::OURS,
        extensions: usual(server_name),
    };
    let names = |hello: &ClientHello<'_>| {
        let (_, _, _, extensions) = parsed(hello);
        let extensions = extensions.expect("extensions");
        extensions.into_iter().find(|(kind, _)| *kind == 0)
    };
    let mut sent = vec![0, 18, 0, 0, 15];
    sent.extend(b"ftp.example.com");
    for name in ["ftp.example.com", "ftp.example.com."] {
        assert_eq!(names(&with(Some(name))), Some((0, sent.clone())), "{name}");
    }
    assert_eq!(names(&with(None)), None);
    assert_eq!(names(&with(Some(&"a".repeat(300)))), None, "no such name");
}

#[test]
fn signature_algorithms_belong_to_tls_1_2() {
    let kinds = |highest| {
        let hello = ClientHello {
            highest,
            suites: Suite::WIDE,
            extensions: usual(None),
        };
        let (_, _, _, extensions) = parsed(&hello);
        let kinds = extensions.expect("extensions").into_iter();
        kinds.map(|(kind, _)| kind).collect::<Vec<_>>()
    };
    assert_eq!(kinds(Version::Tls12), [10, 11, 13]);
    assert_eq!(kinds(Version::Tls11), [10, 11]);
}

#[test]
fn no_hello_needs_more_than_one_packet() {
    let hello = ClientHello {
        highest: Version::Tls12,
        suites: Suite::WIDE,
        extensions: Some(Extensions {
            server_name: Some("a-rather-long-name.of-some-department.example.com"),
            groups: Group::WIDE,
        }),
    };
    assert!(hello.to_bytes().len() < 512, "{}", hello.to_bytes().len());
}

#[test]
fn ours_come_first_and_nothing_twice() {
    assert_eq!(&Suite::WIDE[..Suite::OURS.len()], Suite::OURS);
    assert_eq!(&Group::WIDE[..Group::OURS.len()], Group::OURS);
    for (index, suite) in Suite::WIDE.iter().enumerate() {
        assert!(!Suite::WIDE[..index].contains(suite), "{suite} twice");
    }
}

#[test]
fn suites_have_names_and_objections() {
    let cases: [(u16, &str, &[&str]); 7] = [
        (0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", &[]),
        (0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", &[]),
        (0xc014, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", &["CBC"]),
        (
            0x002f,
            "TLS_RSA_WITH_AES_128_CBC_SHA",
            &["RSA key exchange", "CBC"],
        ),
        (
            0x009e,
            "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
            &["DHE key exchange"],
        ),
        (
            0x0005,
            "TLS_RSA_WITH_RC4_128_SHA",
            &["RSA key exchange", "RC4"],
        ),
        (0x4242, "0x4242", &[]),
    ];
    for (number, name, objections) in cases {
        assert_eq!(Suite(number).to_string(), name);
        assert_eq!(Suite(number).objections(), objections, "{name}");
    }
    for suite in Suite::WIDE {
        assert!(suite.to_string().starts_with("TLS_"), "{suite}");
        assert_eq!(
            suite.objections().is_empty(),
            Suite::OURS.contains(suite) || matches!(suite.0, 0xc0ac | 0xc0ad),
            "{suite}"
        );
    }
}
