use std::fmt;

use tls_parser::{TlsCipherEnc, TlsCipherEncMode, TlsCipherKx, TlsCipherMac, TlsCipherSuite};

/// A cipher suite, by its number (IANA, TLS Cipher Suites).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suite(pub u16);

impl Suite {
    /// The suites our TLS library offers for TLS 1.2: ECDHE with AES-GCM or ChaCha20.
    pub const OURS: &'static [Suite] = &[
        Suite(0xc02c),
        Suite(0xc02b),
        Suite(0xcca9),
        Suite(0xc030),
        Suite(0xc02f),
        Suite(0xcca8),
    ];

    /// Ours first, since servers without an order of their own take the first they know; then everything that servers
    /// with a certificate have used, down to the export suites.
    pub const WIDE: &'static [Suite] = &[
        // ECDHE with AEAD: ours, then CCM.
        Suite(0xc02c),
        Suite(0xc02b),
        Suite(0xcca9),
        Suite(0xc030),
        Suite(0xc02f),
        Suite(0xcca8),
        Suite(0xc0ad),
        Suite(0xc0ac),
        // ECDHE with CBC, Camellia, triple DES, RC4.
        Suite(0xc024),
        Suite(0xc023),
        Suite(0xc028),
        Suite(0xc027),
        Suite(0xc00a),
        Suite(0xc009),
        Suite(0xc014),
        Suite(0xc013),
        Suite(0xc077),
        Suite(0xc076),
        Suite(0xc012),
        Suite(0xc008),
        Suite(0xc011),
        Suite(0xc007),
        // DHE with RSA: AEAD, CBC, the rest.
        Suite(0x009f),
        Suite(0x009e),
        Suite(0xccaa),
        Suite(0xc09f),
        Suite(0xc09e),
        Suite(0x006b),
        Suite(0x0067),
        Suite(0x0039),
        Suite(0x0033),
        Suite(0x0088),
        Suite(0x0045),
        Suite(0x009a),
        Suite(0x0016),
        Suite(0x0015),
        // DHE with DSS.
        Suite(0x00a3),
        Suite(0x00a2),
        Suite(0x006a),
        Suite(0x0040),
        Suite(0x0038),
        Suite(0x0032),
        Suite(0x0013),
        // RSA key exchange: AEAD, CBC, the rest.
        Suite(0x009d),
        Suite(0x009c),
        Suite(0xc09d),
        Suite(0xc09c),
        Suite(0x003d),
        Suite(0x003c),
        Suite(0x0035),
        Suite(0x002f),
        Suite(0x0084),
        Suite(0x0041),
        Suite(0x0096),
        Suite(0x0007),
        Suite(0x000a),
        Suite(0x0005),
        Suite(0x0004),
        Suite(0x0009),
        Suite(0x0008),
        Suite(0x0006),
        Suite(0x0003),
    ];

    /// Those that do not encrypt, or encrypt for anybody without a certificate. No client of today offers one: they are asked
    /// for alone, to name a server that has nothing else.
    pub const UNENCRYPTED: &'static [Suite] = &[
        Suite(0xc010),
        Suite(0xc006),
        Suite(0x003b),
        Suite(0x0002),
        Suite(0x0001),
        Suite(0xc019),
        Suite(0xc018),
        Suite(0x00a6),
        Suite(0x006d),
        Suite(0x003a),
        Suite(0x0034),
    ];

    /// What today's clients object to in it, as people say it: `RSA key exchange`, `CBC`, `RC4`. Empty for a suite with
    /// ECDHE and AEAD, and for one that nobody knows.
    #[must_use]
    pub fn objections(self) -> Vec<&'static str> {
        let Some(suite) = TlsCipherSuite::from_id(self.0) else {
            return Vec::new();
        };
        let key_exchange = match suite.kx {
            TlsCipherKx::Ecdhe => None,
            TlsCipherKx::Dhe => Some("DHE key exchange"),
            TlsCipherKx::Rsa => Some("RSA key exchange"),
            TlsCipherKx::Dh | TlsCipherKx::Ecdh | TlsCipherKx::Aecdh => Some("static key exchange"),
            _ => Some("an unusual key exchange"),
        };
        let encryption = match (suite.enc, suite.enc_mode) {
            _ if suite.mac == TlsCipherMac::Aead => None,
            (TlsCipherEnc::Null, _) => Some("no encryption"),
            (TlsCipherEnc::Rc4, _) => Some("RC4"),
            (TlsCipherEnc::TripleDes, _) => Some("triple DES"),
            (TlsCipherEnc::Des | TlsCipherEnc::Rc2, _) => Some("a broken cipher"),
            (_, TlsCipherEncMode::Cbc) => Some("CBC"),
            _ => None,
        };
        key_exchange.into_iter().chain(encryption).collect()
    }

    /// How its ServerKeyExchange is laid out.
    pub(crate) fn key_exchange(self) -> Option<TlsCipherKx> {
        TlsCipherSuite::from_id(self.0).map(|suite| suite.kx)
    }
}

impl fmt::Display for Suite {
    /// The name of IANA's list, or the number where it has none.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match TlsCipherSuite::from_id(self.0) {
            Some(suite) => f.write_str(suite.name),
            None => write!(f, "0x{:04x}", self.0),
        }
    }
}
