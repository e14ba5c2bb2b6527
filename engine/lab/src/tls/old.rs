//! The first flight of TLS stacks that are too old. No library here speaks as they do, and a client that looks for them
//! learns all it wants up to their ServerHelloDone, so that is where they end.

use rustls::pki_types::CertificateDer;

use super::{alert, hello::ClientHello};

const SSL3: u16 = 0x0300;
const TLS10: u16 = 0x0301;
const TLS11: u16 = 0x0302;
const TLS12: u16 = 0x0303;
const TLS13: u16 = 0x0304;

const HANDSHAKE: u8 = 22;
const SERVER_HELLO: u8 = 2;
const CERTIFICATE: u8 = 11;
const SERVER_KEY_EXCHANGE: u8 = 12;
const SERVER_HELLO_DONE: u8 = 14;
const HANDSHAKE_FAILURE: u8 = 40;
const PROTOCOL_VERSION: u8 = 70;

/// What a stack has, best first.
pub(super) struct Stack {
    versions: &'static [u16],
    ciphers: &'static [u16],
}

/// TLS 1.0 and 1.1: CBC with SHA-1, with RSA or ephemeral key exchange, and triple DES.
pub(super) const OLD_VERSIONS: Stack = Stack {
    versions: &[TLS11, TLS10],
    ciphers: &[0xc014, 0xc013, 0xc00a, 0xc009, 0x0035, 0x002f, 0x000a],
};
/// SSL 3.0, with RSA key exchange, triple DES and RC4.
pub(super) const SSL3_ONLY: Stack = Stack {
    versions: &[SSL3],
    ciphers: &[0x000a, 0x0005],
};
/// TLS 1.0 with RSA key exchange.
pub(super) const TLS10_ONLY: Stack = Stack {
    versions: &[TLS10],
    ciphers: &[0x002f, 0x000a],
};
/// TLS 1.2 with RSA key exchange and CBC.
pub(super) const RSA_CBC: Stack = Stack {
    versions: &[TLS12],
    ciphers: &[0x003d, 0x003c, 0x0035, 0x002f, 0x000a],
};
/// TLS 1.2 with signatures and no encryption.
pub(super) const UNENCRYPTED: Stack = Stack {
    versions: &[TLS12],
    ciphers: &[0x003b, 0x0002],
};
/// TLS 1.2 with ephemeral Diffie-Hellman over a small prime.
pub(super) const WEAK_DH: Stack = Stack {
    versions: &[TLS12],
    ciphers: &[0x009e, 0x0033],
};
/// TLS 1.2, and an order of its own that puts CBC before the suites of today.
pub(super) const OWN_ORDER: Stack = Stack {
    versions: &[TLS12],
    ciphers: &[0xc013, 0xc009, 0xc02f, 0xc02b],
};

/// Ephemeral key exchange over elliptic curves, and over a prime.
const ELLIPTIC: [u16; 8] = [
    0xc014, 0xc013, 0xc00a, 0xc009, 0xc02f, 0xc02b, 0xc030, 0xc02c,
];
const PRIME: [u16; 2] = [0x009e, 0x0033];
/// 1024 bits.
const PRIME_BYTES: usize = 128;

impl Stack {
    /// Its answer, with the server's certificates in it.
    pub(super) fn answer(&self, hello: &ClientHello, chain: &[CertificateDer<'_>]) -> Vec<u8> {
        let speaks = |version: &&u16| hello.speaks(**version);
        let Some(version) = self.versions.iter().find(speaks) else {
            return alert(PROTOCOL_VERSION);
        };
        let offered = |cipher: &&u16| hello.ciphers.contains(cipher);
        let Some(cipher) = self.ciphers.iter().find(offered) else {
            return alert(HANDSHAKE_FAILURE);
        };
        flight(*version, *cipher, chain)
    }
}

/// Whether the client has a version that is still in use.
pub(super) fn is_modern(hello: &ClientHello) -> bool {
    hello.speaks(TLS12) || hello.speaks(TLS13)
}

/// From ServerHello to ServerHelloDone (RFC 5246 section 7.4), the first of them in a record of its own. Nothing in it is
/// random or signed, since nothing is ever encrypted with it.
fn flight(version: u16, cipher: u16, chain: &[CertificateDer<'_>]) -> Vec<u8> {
    let mut hello = version.to_be_bytes().to_vec();
    hello.extend([0x5a; 32]);
    hello.push(0);
    hello.extend(cipher.to_be_bytes());
    hello.push(0);
    let certificates: Vec<u8> = chain.iter().flat_map(|each| counted::<3>(each)).collect();
    let mut rest = message(CERTIFICATE, &counted::<3>(&certificates));
    if let Some(exchange) = key_exchange(cipher) {
        rest.extend(message(SERVER_KEY_EXCHANGE, &exchange));
    }
    rest.extend(message(SERVER_HELLO_DONE, &[]));
    let mut flight = record(version, &message(SERVER_HELLO, &hello));
    flight.extend(record(version, &rest));
    flight
}

/// Parameters and an empty signature.
fn key_exchange(cipher: u16) -> Option<Vec<u8>> {
    if ELLIPTIC.contains(&cipher) {
        let mut exchange = vec![3, 0, 23];
        exchange.extend(counted::<1>(&[4; 65]));
        exchange.extend(counted::<2>(&[]));
        return Some(exchange);
    }
    PRIME.contains(&cipher).then(|| {
        let prime = [0xff; PRIME_BYTES];
        let parts = [&prime[..], &[2], &prime[..], &[]];
        parts.iter().flat_map(|part| counted::<2>(part)).collect()
    })
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut message = vec![kind];
    message.extend(counted::<3>(body));
    message
}

fn record(version: u16, content: &[u8]) -> Vec<u8> {
    let mut record = vec![HANDSHAKE];
    record.extend(version.to_be_bytes());
    record.extend(counted::<2>(content));
    record
}

/// Bytes behind their number.
fn counted<const WIDTH: usize>(bytes: &[u8]) -> Vec<u8> {
    let length = bytes.len().to_be_bytes();
    let mut counted = length[length.len() - WIDTH..].to_vec();
    counted.extend(bytes);
    counted
}
