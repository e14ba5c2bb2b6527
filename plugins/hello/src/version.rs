use std::fmt;

/// A version of the protocol, oldest first. TLS 1.3 is left to the TLS library: its answers are encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// RFC 6101.
    Ssl3,
    /// RFC 2246.
    Tls10,
    /// RFC 4346.
    Tls11,
    /// RFC 5246.
    Tls12,
}

impl Version {
    /// As it stands in records and hellos: major, minor.
    #[must_use]
    pub fn wire(self) -> [u8; 2] {
        [
            3,
            match self {
                Version::Ssl3 => 0,
                Version::Tls10 => 1,
                Version::Tls11 => 2,
                Version::Tls12 => 3,
            },
        ]
    }

    pub(crate) fn from_wire(wire: [u8; 2]) -> Option<Version> {
        [
            Version::Ssl3,
            Version::Tls10,
            Version::Tls11,
            Version::Tls12,
        ]
        .into_iter()
        .find(|version| version.wire() == wire)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Version::Ssl3 => "SSL 3.0",
            Version::Tls10 => "TLS 1.0",
            Version::Tls11 => "TLS 1.1",
            Version::Tls12 => "TLS 1.2",
        })
    }
}
