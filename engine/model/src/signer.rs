//! Who vouches for a probe.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who vouches for a probe.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum Signer {
    /// It is a part of this program.
    BuiltIn,
    /// Nobody.
    NotSigned,
    /// There is a signature, and without its key nobody can say whether it fits the file.
    UnknownKey {
        /// The ID of the key, as minisign prints it: 16 hexadecimal digits.
        key_id: String,
    },
    /// A key that the user trusts signed this very file.
    Trusted {
        /// The ID of the key, as minisign prints it: 16 hexadecimal digits.
        key_id: String,
        /// What the signer wrote into the signature: the words of a third party.
        comment: String,
    },
}

impl fmt::Display for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Signer::BuiltIn => f.write_str("part of this program"),
            Signer::NotSigned => f.write_str("not signed"),
            Signer::UnknownKey { key_id } => write!(f, "signed by the unknown key {key_id}"),
            Signer::Trusted { key_id, .. } => write!(f, "signed by the trusted key {key_id}"),
        }
    }
}
