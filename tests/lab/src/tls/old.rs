//! The first answer of TLS stacks that are too old. No library here speaks as they do, and a client that looks for
//! them learns all it wants from their ServerHello, so that is where they end.

use super::{alert, hello::ClientHello};

const TLS10: u16 = 0x0301;
const TLS11: u16 = 0x0302;
const TLS12: u16 = 0x0303;
const TLS13: u16 = 0x0304;
const HANDSHAKE_FAILURE: u8 = 40;
const PROTOCOL_VERSION: u8 = 70;

/// What an old stack picks from, best first: CBC with SHA-1, with RSA or ephemeral key exchange, and triple DES.
const OLD_CIPHERS: [u16; 7] = [0xc014, 0xc013, 0xc00a, 0xc009, 0x0035, 0x002f, 0x000a];
/// RSA key exchange with CBC, best first.
const RSA_CBC_CIPHERS: [u16; 5] = [0x003d, 0x003c, 0x0035, 0x002f, 0x000a];

/// A server that has TLS 1.0 and 1.1 only.
pub(super) fn versions_only(hello: &ClientHello) -> Vec<u8> {
    match [TLS11, TLS10]
        .into_iter()
        .find(|version| hello.speaks(*version))
    {
        Some(version) => answer(hello, version, &OLD_CIPHERS),
        None => alert(PROTOCOL_VERSION),
    }
}

/// A server that has TLS 1.0 and 1.1 too; nothing if the client has better ones.
pub(super) fn versions_too(hello: &ClientHello) -> Option<Vec<u8>> {
    let modern = hello.speaks(TLS12) || hello.speaks(TLS13);
    (!modern).then(|| versions_only(hello))
}

/// A server that has TLS 1.2 with RSA key exchange and CBC only.
pub(super) fn ciphers_only(hello: &ClientHello) -> Vec<u8> {
    if hello.speaks(TLS12) {
        answer(hello, TLS12, &RSA_CBC_CIPHERS)
    } else {
        alert(PROTOCOL_VERSION)
    }
}

fn answer(hello: &ClientHello, version: u16, ciphers: &[u16]) -> Vec<u8> {
    match ciphers.iter().find(|cipher| hello.ciphers.contains(cipher)) {
        Some(cipher) => server_hello(version, *cipher),
        None => alert(HANDSHAKE_FAILURE),
    }
}

/// A ServerHello (RFC 5246 section 7.4.1.3) without a session and without extensions. Its random is not random, since
/// nothing is ever encrypted with it.
fn server_hello(version: u16, cipher: u16) -> Vec<u8> {
    let mut body = version.to_be_bytes().to_vec();
    body.extend([0x5a; 32]);
    body.push(0);
    body.extend(cipher.to_be_bytes());
    body.push(0);
    let mut message = vec![2, 0, 0, body.len() as u8];
    message.extend(body);
    let mut record = vec![22];
    record.extend(version.to_be_bytes());
    record.extend([0, message.len() as u8]);
    record.extend(message);
    record
}
