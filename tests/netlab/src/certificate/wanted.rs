//! What the `openssl` tool is told about each certificate that another one signs.

use crate::certificate::Certificate;
use crate::net::NAME;

pub(super) const EC: &[&str] = &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
const RSA_2048: &[&str] = &["-newkey", "rsa:2048"];
const RSA_1024: &[&str] = &["-newkey", "rsa:1024"];

const THREE_MONTHS: &[&str] = &["-days", "90"];
const ONE_WEEK: &[&str] = &["-days", "7"];
const PAST: &[&str] = &[
    "-startdate",
    "20200101000000Z",
    "-enddate",
    "20210101000000Z",
];
const FUTURE: &[&str] = &[
    "-startdate",
    "20450101000000Z",
    "-enddate",
    "20460101000000Z",
];

/// One certificate to be signed by another.
pub(super) struct Wanted {
    pub(super) name: &'static str,
    pub(super) subject: &'static str,
    pub(super) section: &'static str,
    pub(super) key: &'static [&'static str],
    pub(super) dates: &'static [&'static str],
    pub(super) digest: &'static str,
}

impl Wanted {
    pub(super) fn intermediate(certificate: Certificate) -> Self {
        Self {
            name: "intermediate",
            subject: "Lab Intermediate",
            section: "authority",
            // SHA-1 was used with RSA; few have ever seen it with elliptic curves.
            key: if certificate == Certificate::WeakSignature {
                RSA_2048
            } else {
                EC
            },
            dates: if certificate == Certificate::ExpiredIntermediate {
                PAST
            } else {
                THREE_MONTHS
            },
            digest: "sha256",
        }
    }

    /// What a CA signs with after a renewal.
    pub(super) fn new_intermediate() -> Self {
        Self {
            name: "new-intermediate",
            ..Self::intermediate(Certificate::Valid)
        }
    }

    /// A server's certificate after a renewal.
    pub(super) fn new_leaf(rsa: bool) -> Self {
        let certificate = if rsa {
            Certificate::Rsa
        } else {
            Certificate::Valid
        };
        Self {
            name: "new-leaf",
            ..Self::leaf(certificate)
        }
    }

    /// What the account shows to a server that asks.
    pub(super) fn client() -> Self {
        Self {
            name: "client",
            subject: "account of the tests",
            section: "client_only",
            key: EC,
            dates: THREE_MONTHS,
            digest: "sha256",
        }
    }

    pub(super) fn leaf(certificate: Certificate) -> Self {
        let usual = Self {
            name: "leaf",
            subject: NAME,
            section: "leaf",
            key: EC,
            dates: THREE_MONTHS,
            digest: "sha256",
        };
        match certificate {
            Certificate::Rsa => Self {
                key: RSA_2048,
                ..usual
            },
            Certificate::Expired => Self {
                dates: PAST,
                ..usual
            },
            Certificate::NotYetValid => Self {
                dates: FUTURE,
                ..usual
            },
            Certificate::ExpiresSoon => Self {
                dates: ONE_WEEK,
                ..usual
            },
            Certificate::WrongName => Self {
                subject: "other.example.net",
                section: "wrong_name",
                ..usual
            },
            Certificate::ClientOnly => Self {
                section: "client_only",
                ..usual
            },
            Certificate::WeakKey => Self {
                key: RSA_1024,
                ..usual
            },
            Certificate::WeakSignature => Self {
                digest: "sha1",
                ..usual
            },
            _ => usual,
        }
    }
}
