//! A remote, as somebody configured it, and what a check may do.

mod client;
mod expected_name;
mod host;
mod location;
mod shown;
mod timeouts;

use std::collections::BTreeSet;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::path::PathBuf;

use facts::name;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::{AsRefStr, Display, EnumMessage, EnumString, VariantArray};

use crate::capability::Capability;

pub use client::*;
pub use expected_name::{ExpectedName, ExpectedNameError, is_host_name, is_same_name};
pub use host::{HostError, host};
pub use location::{Location, LocationError, without_userinfo};
pub use timeouts::{Patience, Timeouts, budget, whole_seconds};

/// The SSL setting of the remote.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    JsonSchema,
    Serialize,
    Deserialize,
    AsRefStr,
    Display,
    EnumString,
    EnumMessage,
    VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum SslSetting {
    /// Explicit TLS if the server offers it, else clear text.
    #[default]
    IfAvailable,
    /// Explicit TLS (`AUTH TLS`, RFC 4217), or nothing.
    RequireExplicit,
    /// TLS from the first byte, usually on port 990.
    RequireImplicit,
    /// Clear text.
    Never,
}

impl SslSetting {
    /// The port where none is configured.
    pub fn default_port(self) -> u16 {
        match self {
            SslSetting::RequireImplicit => 990,
            SslSetting::IfAvailable | SslSetting::RequireExplicit | SslSetting::Never => 21,
        }
    }
}

/// Whether certificates are checked.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
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
pub enum CertificateCheck {
    /// Dates, name and trust.
    #[default]
    Full,
    /// Any certificate is accepted.
    Off,
}

/// How much to look at.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    JsonSchema,
    Serialize,
    Deserialize,
    AsRefStr,
    Display,
    EnumString,
    EnumMessage,
    VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum Depth {
    /// One test of everything.
    Quick,
    /// Also samples.
    #[default]
    Standard,
    /// Also load tests.
    Full,
}

/// What a remote is configured for.
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
pub enum Use {
    /// Files go to the remote.
    Push,
    /// Files come from the remote.
    Pull,
    /// Both directions, synchronised by file times.
    TwoWaySync,
    /// The remote is used like a folder.
    Mount,
}

impl Use {
    /// The fact that says whether it is possible.
    pub fn fact(self) -> &'static str {
        match self {
            Use::Push => name::USE_PUSH,
            Use::Pull => name::USE_PULL,
            Use::TwoWaySync => name::USE_TWO_WAY_SYNC,
            Use::Mount => name::USE_MOUNT,
        }
    }
}

impl fmt::Display for Use {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Use::Push => "push",
            Use::Pull => "pull",
            Use::TwoWaySync => "two-way sync",
            Use::Mount => "mount",
        })
    }
}

/// The remote and the settings somebody uses to reach it. Reports have it with the addresses that they may show.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(bound(deserialize = "A: Deserialize<'de>"))]
#[schemars(rename = "Remote")]
pub struct Remote<A = IpAddr> {
    /// Name or address.
    pub host: String,
    /// The control port.
    pub port: u16,
    /// The address that the user gave in place of what DNS says of the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect_to: Option<A>,
    /// The SSL setting.
    pub ssl: SslSetting,
    /// Whether certificates are checked.
    pub certificate_check: CertificateCheck,
    /// The user name.
    pub user: Option<String>,
    /// The path to work in, from the login directory.
    pub remote_path: Option<String>,
    /// What it is configured for.
    #[serde(default, rename = "use", skip_serializing_if = "Option::is_none")]
    pub intended_use: Option<Use>,
    /// The most connections the settings allow.
    pub max_connections: Option<usize>,
    /// The source addresses to test from; none lets the system choose.
    pub sources: Vec<A>,
    /// Those of them that belong to one customer.
    pub dedicated: Vec<A>,
    /// What the name should resolve to.
    pub expect_addresses: Vec<A>,
    /// Other names, and what each should resolve to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect_names: Vec<ExpectedName<A>>,
    /// The clients that it is used with, by the names of their profiles: it is judged as they would meet it.
    #[serde(default, rename = "clients", skip_serializing_if = "Vec::is_empty")]
    pub clients: Vec<String>,
    /// How our side is configured to speak.
    #[serde(flatten)]
    pub client: ClientSettings,
}

impl<A> Remote<A> {
    /// A remote of which nothing more is known than where it is: certificates are checked, the rest is left open.
    pub fn at(host: impl Into<String>, port: u16) -> Remote<A> {
        Remote {
            host: host.into(),
            port,
            connect_to: None,
            ssl: SslSetting::default(),
            certificate_check: CertificateCheck::default(),
            user: None,
            remote_path: None,
            intended_use: None,
            max_connections: None,
            sources: Vec::new(),
            dedicated: Vec::new(),
            expect_addresses: Vec::new(),
            expect_names: Vec::new(),
            clients: Vec::new(),
            client: ClientSettings::default(),
        }
    }

    /// Host and port as people write them: an IPv6 address in brackets (RFC 3986 section 3.2.2).
    pub fn place(&self) -> String {
        match self.host.parse::<Ipv6Addr>() {
            Ok(ip) => format!("[{ip}]:{}", self.port),
            Err(_) => format!("{}:{}", self.host, self.port),
        }
    }
}

/// Whether it is a name or an address alone, without scheme, user, port or path.
pub fn is_host(text: &str) -> bool {
    let foreign = |c: char| c.is_whitespace() || c.is_control() || "/@:".contains(c);
    text.parse::<IpAddr>().is_ok()
        || (!text.is_empty() && text.len() <= 253 && !text.contains(foreign))
}

/// What the user agrees to, in words of the user's own: no settings file says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Permissions {
    /// Upload a small file and remove it.
    pub writes: bool,
    /// Send the password in clear text if the server offers no TLS, or the settings say never.
    pub cleartext_login: bool,
    /// Send the password even if the certificate fails verification, or the settings say not to check it.
    pub unverified_login: bool,
    /// Fetch a missing issuer's certificate from where a certificate says.
    pub fetch_issuers: bool,
    /// Connect to a private or loopback address that the name of the host leads to.
    #[serde(default)]
    pub private_addresses: bool,
}

/// Which probes to run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only these, and what they need; empty means all.
    pub only: Vec<String>,
    /// Not these.
    pub skip: Vec<String>,
    /// Third-party probes.
    pub plugins: Vec<PathBuf>,
    /// What third-party probes do not get, though they ask for it.
    pub denied: BTreeSet<Capability>,
}
