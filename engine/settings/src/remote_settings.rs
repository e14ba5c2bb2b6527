//! The settings of a remote, each once: its flag, its key in a settings file, what it takes, and what it comes to.
//!
//! What was typed, a settings file and a URL say a part of them each. They are combined in this order, and the first that
//! says something counts; what nobody says has its default when the [`Remote`] is made.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use model::remote::{
    CertificateCheck, ClientSettings, Depth, ExpectedName, HighestTlsVersion, HostError, IpVersion,
    Location, PassiveMode, PasswordEncoding, Remote, SslSetting, Timeouts, Use, host,
};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::choices::one_of;
use crate::values::{self, address, at_least_one, expected_names, own_address, seconds};

/// What somebody says of a remote. A flag has the name of its field, and so has a key of a settings file, unless it says
/// otherwise here; lists have plural names there.
#[derive(Clone, Debug, Default, PartialEq, clap::Args, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
#[command(next_line_help = false)]
pub struct RemoteSettings {
    /// Name or address of the server
    #[arg(long, help_heading = "Remote")]
    #[schemars(extend("takes" = "a name or an address in quotes, without scheme, user, port or path"))]
    pub host: Option<String>,
    /// Control port [default: 990 for require-implicit, else 21]
    #[arg(long, help_heading = "Remote", allow_negative_numbers = true, value_parser = clap::value_parser!(u16).range(1..))]
    #[schemars(range(min = 1), extend("takes" = "a number from 1 to 65535"))]
    pub port: Option<u16>,
    /// The SSL setting of the remote [default: if-available]
    #[arg(long, help_heading = "Remote", value_parser = one_of::<SslSetting>())]
    pub ssl: Option<SslSetting>,
    /// How strictly the remote is configured to check certificates [default: full]
    #[arg(long, help_heading = "Remote", value_parser = one_of::<CertificateCheck>())]
    pub certificate_check: Option<CertificateCheck>,
    /// Also trust the CA certificates in this PEM file
    #[arg(long = "ca-file", help_heading = "Remote", value_name = "PEM")]
    #[schemars(extend("takes" = "a list of paths in quotes"))]
    pub ca_files: Vec<PathBuf>,
    /// Path to work in, relative to the login directory
    #[arg(long, help_heading = "Remote", value_name = "PATH")]
    #[schemars(extend("takes" = "a path on the remote in quotes, in one line"))]
    pub remote_path: Option<String>,
    /// How the remote is used; the report says whether that is possible
    #[arg(long = "use", help_heading = "Remote", value_parser = one_of::<Use>())]
    #[serde(rename = "use")]
    pub intended_use: Option<Use>,
    /// How many connections the settings allow at a time; the check opens at most 3, or all of them with --depth full
    #[arg(long, help_heading = "Remote", value_name = "N", allow_negative_numbers = true, value_parser = at_least_one)]
    #[schemars(range(min = 1), extend("takes" = "a number from 1 up"))]
    pub max_connections: Option<usize>,
    /// Ask for data ports only with this command [default: either]
    #[arg(long, help_heading = "Remote", value_parser = one_of::<PassiveMode>())]
    pub passive_mode: Option<PassiveMode>,
    /// Connect only over this IP version [default: either]
    #[arg(long, help_heading = "Remote", value_parser = one_of::<IpVersion>())]
    pub ip_version: Option<IpVersion>,
    /// The highest TLS version to offer [default: 1.3]
    #[arg(long, help_heading = "Remote", value_parser = one_of::<HighestTlsVersion>())]
    pub highest_tls_version: Option<HighestTlsVersion>,

    /// The client that uses the remote, such as filezilla or files-com (repeatable): the first line of the report says
    /// whether it works there, and the remote is judged from the view of that client
    #[arg(long = "client", help_heading = "Remote", value_name = "NAME")]
    #[serde(rename = "client", deserialize_with = "values::one_or_more")]
    #[schemars(with = "String", extend("takes" = "the name of a client in quotes, or a list of names"))]
    pub clients: Vec<String>,

    /// User name; without it, the check tests everything up to the login
    #[arg(long, help_heading = "Login")]
    #[schemars(extend("takes" = "a user name in quotes, in one line"))]
    pub user: Option<String>,
    /// How the characters of the password are sent [default: utf-8]
    #[arg(long, help_heading = "Login", value_parser = one_of::<PasswordEncoding>())]
    pub password_encoding: Option<PasswordEncoding>,

    /// Source address to test from (repeatable)
    #[arg(long = "source", help_heading = "Network", value_name = "ADDR", value_parser = own_address)]
    #[schemars(extend("takes" = values::ADDRESSES))]
    pub sources: Vec<IpAddr>,
    /// Mark a source address as dedicated (repeatable)
    #[arg(long, help_heading = "Network", value_name = "ADDR", value_parser = own_address)]
    #[schemars(extend("takes" = values::ADDRESSES))]
    pub dedicated: Vec<IpAddr>,
    /// What the host name should resolve to, such as the dedicated addresses of a custom domain (repeatable)
    #[arg(long = "expect-address", help_heading = "Network", value_name = "ADDR", value_parser = address)]
    #[schemars(extend("takes" = values::ADDRESSES))]
    pub expect_addresses: Vec<IpAddr>,
    /// What another name should resolve to, such as the account's own name in addition to a custom domain (repeatable)
    #[arg(
        long = "expect-name",
        help_heading = "Network",
        value_name = "NAME=ADDR[,ADDR...]"
    )]
    #[serde(deserialize_with = "expected_names")]
    #[schemars(
        with = "std::collections::BTreeMap<String, Vec<IpAddr>>",
        extend("takes" = "host names, each with a list of IP addresses, such as \"ftp.example.com\" = [\"203.0.113.7\"]")
    )]
    pub expect_names: Vec<ExpectedName>,
    /// How long a TCP connection may take, in seconds [default: 10]
    #[arg(long, help_heading = "Network", value_name = "SECONDS", allow_negative_numbers = true, value_parser = seconds)]
    #[serde(deserialize_with = "values::time")]
    #[schemars(with = "Option<f64>", range(min = 0.1, max = 86400), extend("takes" = values::SECONDS))]
    pub connect_timeout: Option<Duration>,
    /// How long a reply may take, in seconds [default: 30]
    #[arg(long, help_heading = "Network", value_name = "SECONDS", allow_negative_numbers = true, value_parser = seconds)]
    #[serde(deserialize_with = "values::time")]
    #[schemars(with = "Option<f64>", range(min = 0.1, max = 86400), extend("takes" = values::SECONDS))]
    pub reply_timeout: Option<Duration>,
    /// How long the whole run may take, in seconds; the report then says what is known [default: 120]
    #[arg(long, help_heading = "Network", value_name = "SECONDS", allow_negative_numbers = true, value_parser = seconds)]
    #[serde(deserialize_with = "values::time")]
    #[schemars(with = "Option<f64>", range(min = 0.1, max = 86400), extend("takes" = values::SECONDS))]
    pub timeout: Option<Duration>,

    /// How much to look at [default: standard]
    #[arg(long, help_heading = "Probes", value_parser = one_of::<Depth>())]
    pub depth: Option<Depth>,
}

/// Why settings come to no remote.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Nobody says which.
    #[error(
        "which remote? give a host such as ftp.example.com, a URL such as ftpes://host, a settings file with a host, or --host"
    )]
    NoHost,
    /// The host is more than a host, or less.
    #[error(transparent)]
    NotAHost(#[from] HostError),
    /// The host is an address of the version that the settings exclude.
    #[error("{address} is not an {only} address, but the settings allow only {only} (ip-version)")]
    OtherIpVersion {
        /// The host.
        address: IpAddr,
        /// The only version.
        only: IpVersion,
    },
    /// The user name would be more than one line.
    #[error("the user name contains a line end or a NUL")]
    User,
    /// A dedicated address from which nothing is tested.
    #[error("--dedicated {0} is not among the --source addresses")]
    NotASource(IpAddr),
}

impl RemoteSettings {
    /// These, and where they say nothing, others. Dedicated addresses of the others that are no sources any more are left
    /// out.
    #[must_use]
    pub fn or(self, others: RemoteSettings) -> RemoteSettings {
        let sources = or_list(self.sources, others.sources);
        let mut dedicated = others.dedicated;
        dedicated.retain(|address| sources.contains(address));
        RemoteSettings {
            host: self.host.or(others.host),
            port: self.port.or(others.port),
            ssl: self.ssl.or(others.ssl),
            certificate_check: self.certificate_check.or(others.certificate_check),
            ca_files: or_list(self.ca_files, others.ca_files),
            remote_path: self.remote_path.or(others.remote_path),
            intended_use: self.intended_use.or(others.intended_use),
            max_connections: self.max_connections.or(others.max_connections),
            passive_mode: self.passive_mode.or(others.passive_mode),
            ip_version: self.ip_version.or(others.ip_version),
            highest_tls_version: self.highest_tls_version.or(others.highest_tls_version),
            clients: or_list(self.clients, others.clients),
            user: self.user.or(others.user),
            password_encoding: self.password_encoding.or(others.password_encoding),
            sources,
            dedicated: or_list(self.dedicated, dedicated),
            expect_addresses: or_list(self.expect_addresses, others.expect_addresses),
            expect_names: or_list(self.expect_names, others.expect_names),
            connect_timeout: self.connect_timeout.or(others.connect_timeout),
            reply_timeout: self.reply_timeout.or(others.reply_timeout),
            timeout: self.timeout.or(others.timeout),
            depth: self.depth.or(others.depth),
        }
    }

    /// The remote that they come to.
    ///
    /// # Errors
    /// Why they come to none.
    pub fn remote(&self) -> Result<Remote, Unfit> {
        let host = host(self.host.as_deref().ok_or(Unfit::NoHost)?)?;
        if let (Some(only), Ok(address)) = (self.ip_version, host.parse::<IpAddr>())
            && address.is_ipv4() != (only == IpVersion::V4)
        {
            return Err(Unfit::OtherIpVersion { address, only });
        }
        let user = self.user.as_ref();
        if user.is_some_and(|user| user.contains(['\r', '\n', '\0'])) {
            return Err(Unfit::User);
        }
        let mut dedicated = self.dedicated.iter();
        if let Some(stranger) = dedicated.find(|address| !self.sources.contains(address)) {
            return Err(Unfit::NotASource(*stranger));
        }
        let ssl = self.ssl.unwrap_or_default();
        let (of_host, others): (Vec<_>, Vec<_>) = self
            .expect_names
            .iter()
            .cloned()
            .partition(|expected| expected.is_for(&host));
        let of_host = of_host.into_iter().flat_map(|expected| expected.addresses);
        Ok(Remote {
            port: self.port.unwrap_or(ssl.default_port()),
            // Where a name leads is for the command line alone to say.
            connect_to: None,
            ssl,
            certificate_check: self.certificate_check.unwrap_or_default(),
            user: self.user.clone(),
            remote_path: self.remote_path.clone(),
            intended_use: self.intended_use,
            max_connections: self.max_connections,
            sources: self.sources.clone(),
            dedicated: self.dedicated.clone(),
            expect_addresses: self
                .expect_addresses
                .iter()
                .copied()
                .chain(of_host)
                .collect(),
            expect_names: others,
            clients: self.clients.clone(),
            client: ClientSettings {
                passive_mode: self.passive_mode,
                ip_version: self.ip_version,
                highest_tls_version: self.highest_tls_version,
                password_encoding: self.password_encoding,
            },
            host,
        })
    }

    /// The times to keep.
    pub fn timeouts(&self) -> Timeouts {
        let usual = Timeouts::default();
        Timeouts {
            connect: self.connect_timeout.unwrap_or(usual.connect),
            reply: self.reply_timeout.unwrap_or(usual.reply),
            whole: self.timeout.unwrap_or(usual.whole),
            patience: usual.patience,
        }
    }
}

fn or_list<T>(list: Vec<T>, other: Vec<T>) -> Vec<T> {
    match list.is_empty() {
        true => other,
        false => list,
    }
}

impl From<Location> for RemoteSettings {
    fn from(location: Location) -> RemoteSettings {
        RemoteSettings {
            host: Some(location.host),
            port: location.port,
            ssl: location.ssl,
            user: location.user,
            remote_path: location.path,
            ..RemoteSettings::default()
        }
    }
}
