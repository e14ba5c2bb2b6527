//! A remote, as somebody configured it, and what a check may do.

mod client;
mod expected_name;
mod host;
mod shown;

use std::collections::BTreeSet;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use facts::name;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::{AsRefStr, Display, EnumMessage, EnumString, VariantArray};
use url::Url;

use crate::capability::Capability;

pub use client::{ClientSettings, HighestTlsVersion, IpVersion, PassiveMode};
pub use expected_name::{ExpectedName, ExpectedNameError, is_host_name, is_same_name};
pub use host::{HostError, host};

/// How the remote is configured to be secured.
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
    /// One of everything.
    Quick,
    /// Samples, too.
    #[default]
    Standard,
    /// Loads the remote, too.
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
    /// Both, kept in step by their times.
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
    /// Send the password although the certificate did not pass, or the settings say not to check it.
    pub unverified_login: bool,
    /// Fetch a missing issuer's certificate from where a certificate says.
    pub fetch_issuers: bool,
}

/// The times a run keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeouts {
    /// For a TCP connection.
    pub connect: Duration,
    /// For a reply.
    pub reply: Duration,
    /// For the whole run.
    pub whole: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Timeouts {
            connect: Duration::from_secs(10),
            reply: Duration::from_secs(30),
            whole: Duration::from_secs(120),
        }
    }
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

/// What a URL says of a remote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// Name or address.
    pub host: String,
    /// Where the URL names one.
    pub port: Option<u16>,
    /// What the scheme says; `ftp` says nothing.
    pub ssl: Option<SslSetting>,
    /// Where the URL names one.
    pub user: Option<String>,
    /// The path, if it is more than `/`.
    pub path: Option<String>,
}

/// Why a URL is not a remote.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum LocationError {
    /// Not a URL.
    #[error(
        "`{0}` is not a URL: {1}; write ftp://host, ftpes://host (explicit TLS) or ftps://host (implicit TLS)"
    )]
    NotAUrl(String, url::ParseError),
    /// Another scheme.
    #[error("`{0}://` is not FTP: use ftp://, ftpes:// (explicit TLS) or ftps:// (implicit TLS)")]
    Scheme(String),
    /// No host.
    #[error("`{0}` names no host")]
    NoHost(String),
    /// The password stands in the URL.
    #[error(
        "a password in the URL can be read by others: give it by --password-file, --password-stdin or --password-env"
    )]
    Password,
}

impl FromStr for Location {
    type Err = LocationError;

    fn from_str(text: &str) -> Result<Location, LocationError> {
        let url = Url::parse(text)
            .map_err(|error| LocationError::NotAUrl(without_userinfo(text), error))?;
        let ssl = match url.scheme() {
            "ftp" => None,
            "ftpes" => Some(SslSetting::RequireExplicit),
            "ftps" => Some(SslSetting::RequireImplicit),
            other => return Err(LocationError::Scheme(other.into())),
        };
        if url.password().is_some() {
            return Err(LocationError::Password);
        }
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or_else(|| LocationError::NoHost(without_userinfo(text)))?;
        let decode = |text: &str| {
            percent_encoding::percent_decode_str(text)
                .decode_utf8_lossy()
                .into_owned()
        };
        Ok(Location {
            // Of a scheme that the library does not know, it keeps a name in another script in escapes.
            host: decode(host.trim_start_matches('[').trim_end_matches(']')),
            port: url.port().or_else(|| names_port_21(text)),
            ssl,
            user: Some(decode(url.username())).filter(|user| !user.is_empty()),
            // The path of an FTP URL starts at the login directory (RFC 1738 section 3.2.2).
            path: Some(decode(url.path().trim_start_matches('/'))).filter(|path| !path.is_empty()),
        })
    }
}

/// The library drops a port that is its scheme's default; here it may have been written to contradict `--ssl`.
fn names_port_21(text: &str) -> Option<u16> {
    let authority = text.split_once("://")?.1.split('/').next()?;
    authority.ends_with(":21").then_some(21)
}

/// A URL that cannot be parsed may still hold a password: an error must not repeat it. What stands before `://` may be a
/// part of it, too, unless it is a scheme (RFC 3986 section 3.1).
fn without_userinfo(text: &str) -> String {
    let is_scheme = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    };
    match text.rsplit_once('@') {
        Some((before, host)) => {
            let scheme = before
                .split_once("://")
                .filter(|(scheme, _)| is_scheme(scheme))
                .map(|(scheme, _)| format!("{scheme}://"))
                .unwrap_or_default();
            format!("{scheme}…@{host}")
        }
        None => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_read() {
        let location: Location = "ftpes://jo%40corp@[2001:db8::1]:2121/in%20box"
            .parse()
            .unwrap();
        assert_eq!(location.host, "2001:db8::1");
        assert_eq!(location.ssl, Some(SslSetting::RequireExplicit));
        assert_eq!(
            (location.port, location.user.as_deref()),
            (Some(2121), Some("jo@corp"))
        );
        assert_eq!(location.path.as_deref(), Some("in box"));
        assert_eq!("ftp://h:21".parse::<Location>().unwrap().port, Some(21));
        assert_eq!(
            "ftps://h".parse::<Location>().unwrap().ssl,
            Some(SslSetting::RequireImplicit)
        );
        assert_eq!("ftp://h".parse::<Location>().unwrap().ssl, None);
    }

    #[test]
    fn a_password_in_a_url_is_refused_and_not_repeated() {
        for url in [
            "ftp://u:s3cret@h",
            "u:s3cret@h:x:y",
            "http://u:s3cret@h",
            // Where the scheme comes late, twice, or not at all.
            ":s3cret@http://h",
            "u :s3cret://x@h",
            "u:s3cret@ftp://v:w@h",
            "1://u:s3cret@h",
        ] {
            let error = url.parse::<Location>().unwrap_err().to_string();
            assert!(!error.contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn the_scheme_of_a_url_that_is_none_is_shown() {
        let error = "ftp://u:s3cret@h:x".parse::<Location>().unwrap_err();
        assert!(error.to_string().starts_with("`ftp://…@h:x` is"), "{error}");
    }
}
