//! How our side is configured to speak, beyond where it connects to. Everything is left open unless somebody set it.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::{AsRefStr, EnumMessage, EnumString, VariantArray};

/// What clients are told about the way to speak. None leaves it to the client and the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientSettings {
    /// The only command to ask for data ports with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passive_mode: Option<PassiveMode>,
    /// The only IP version to connect over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_version: Option<IpVersion>,
    /// The highest TLS version to offer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub highest_tls_version: Option<HighestTlsVersion>,
}

/// The command that data ports are asked for with.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    JsonSchema,
    Serialize,
    Deserialize,
    AsRefStr,
    EnumString,
    EnumMessage,
    VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum PassiveMode {
    /// RFC 2428 section 3: a port only.
    Epsv,
    /// RFC 959 section 4.1.2: an IPv4 address and a port.
    Pasv,
}

/// A version of IP.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    JsonSchema,
    Serialize,
    Deserialize,
    AsRefStr,
    EnumString,
    EnumMessage,
    VariantArray,
)]
pub enum IpVersion {
    /// RFC 791.
    #[serde(rename = "4")]
    #[strum(serialize = "4")]
    V4,
    /// RFC 8200.
    #[serde(rename = "6")]
    #[strum(serialize = "6")]
    V6,
}

/// A TLS version that a client can be limited to.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    JsonSchema,
    Serialize,
    Deserialize,
    AsRefStr,
    EnumString,
    EnumMessage,
    VariantArray,
)]
pub enum HighestTlsVersion {
    /// RFC 5246.
    #[serde(rename = "1.2")]
    #[strum(serialize = "1.2")]
    Tls12,
    /// RFC 8446.
    #[serde(rename = "1.3")]
    #[strum(serialize = "1.3")]
    Tls13,
}

impl fmt::Display for IpVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            IpVersion::V4 => "IPv4",
            IpVersion::V6 => "IPv6",
        })
    }
}
