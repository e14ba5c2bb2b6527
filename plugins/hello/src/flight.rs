use std::fmt;

use crate::{Alert, Group, Suite, Version};

/// What a server said up to its ServerHelloDone, or as far as it got.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flight {
    /// Version and cipher suite, once there was a ServerHello.
    pub hello: Option<ServerHello>,
    /// The certificates in the order sent, the server's own first (DER, not looked into).
    pub chain: Vec<Vec<u8>>,
    /// The key exchange, where the suite has parameters for it.
    pub key_exchange: Option<KeyExchange>,
    /// Whether a client certificate was asked for.
    pub client_certificate_requested: bool,
    /// A warning that came on the way, such as 112 for a name that is not known and does not matter.
    pub warning: Option<Alert>,
}

/// What the server chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerHello {
    /// The version.
    pub version: Version,
    /// The cipher suite.
    pub suite: Suite,
}

/// The parameters of the key exchange (RFC 5246 section 7.4.3, RFC 8422 section 5.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyExchange {
    /// Diffie-Hellman over a prime of so many bits.
    Dh {
        /// Below 1024 within reach of anybody, 1024 of some.
        bits: usize,
    },
    /// Diffie-Hellman over a named curve.
    Ecdh(Group),
    /// Diffie-Hellman over a curve that is spelled out.
    ExplicitCurve,
}

impl fmt::Display for KeyExchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeyExchange::Dh { bits } => write!(f, "DH with {bits} bits"),
            KeyExchange::Ecdh(group) => write!(f, "ECDH over {group}"),
            KeyExchange::ExplicitCurve => f.write_str("ECDH over a curve without a name"),
        }
    }
}

impl fmt::Display for ServerHello {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.version, self.suite)
    }
}
