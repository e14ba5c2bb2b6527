//! The arguments of `remote-doctor leftovers`. Those of a remote and its login are those of `check`.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use crate::args::values::resolver;
use crate::args::{CheckArgs, Format};
use crate::third_party::SignatureArgs;
use model::remote::{CertificateCheck, SslSetting};
use settings::RemoteSettings;
use settings::choices::one_of;
use settings::values::seconds;

#[derive(clap::Args, Debug)]
pub(crate) struct LeftoversArgs {
    /// The remote to clean up: a URL or a settings file, as for `check`
    #[arg(value_name = "URL|remote.toml", requires = "remove")]
    remote: Option<String>,
    /// Remove what earlier checks left on this remote
    #[arg(long)]
    pub(super) remove: bool,
    /// Remove this run from the list, but not what it left on the remote (repeatable)
    #[arg(long, value_name = "NAME", conflicts_with = "remove")]
    pub(super) forget: Vec<String>,
    /// Format of the list
    #[arg(long, default_value = "text", conflicts_with_all = ["remove", "forget"])]
    pub(super) format: Format,
    /// Show no progress and nothing about third-party probes
    #[arg(short, long)]
    pub(super) quiet: bool,

    /// Name or address of the server
    #[arg(long, help_heading = "Remote", requires = "remove")]
    host: Option<String>,
    /// Control port [default: 990 for require-implicit, else 21]
    #[arg(long, help_heading = "Remote", requires = "remove", value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,
    /// The SSL setting of the remote [default: if-available]
    #[arg(long, help_heading = "Remote", requires = "remove", value_parser = one_of::<SslSetting>())]
    ssl: Option<SslSetting>,
    /// How strictly the remote is configured to check certificates [default: full]
    #[arg(long, help_heading = "Remote", requires = "remove", value_parser = one_of::<CertificateCheck>())]
    certificate_check: Option<CertificateCheck>,
    /// Also trust the CA certificates in this PEM file
    #[arg(long, help_heading = "Remote", value_name = "PEM", requires = "remove")]
    ca_file: Vec<PathBuf>,
    /// Our own certificate, for servers that ask for one
    #[arg(long, help_heading = "Remote", value_name = "PEM", requires_all = ["remove", "client_key"])]
    client_cert: Option<PathBuf>,
    /// The key of our own certificate
    #[arg(
        long,
        help_heading = "Remote",
        value_name = "PEM",
        requires = "client_cert"
    )]
    client_key: Option<PathBuf>,

    /// User name
    #[arg(long, help_heading = "Login", requires = "remove")]
    user: Option<String>,
    /// Read the password from this file
    #[arg(
        long,
        help_heading = "Login",
        value_name = "FILE",
        group = "password",
        requires = "remove"
    )]
    password_file: Option<PathBuf>,
    /// Read the password from standard input
    #[arg(long, help_heading = "Login", group = "password", requires = "remove")]
    password_stdin: bool,
    /// Read the password from this environment variable
    #[arg(
        long,
        help_heading = "Login",
        value_name = "NAME",
        group = "password",
        requires = "remove"
    )]
    password_env: Option<String>,
    /// Allow the settings file to use secrets from outside its own folder: an environment variable, standard input, or
    /// a file elsewhere
    #[arg(long, help_heading = "Login", requires = "remove")]
    use_secrets_of_file: bool,
    /// Send the password in clear text if the server offers no TLS (with if-available), or the settings file says never
    #[arg(long, help_heading = "Login", requires = "remove")]
    allow_cleartext_login: bool,
    /// Send the password even if the certificate fails verification
    #[arg(long, help_heading = "Login", requires = "remove")]
    allow_unverified_login: bool,

    /// Connect to this address instead of those in the DNS
    #[arg(
        long,
        help_heading = "Network",
        value_name = "ADDR",
        requires = "remove"
    )]
    connect_to: Option<IpAddr>,
    /// Accept private and loopback addresses for the host name; link-local addresses are never accepted
    #[arg(long, help_heading = "Network", requires = "remove")]
    allow_private: bool,
    /// Ask this resolver instead of the system's
    #[arg(long, help_heading = "Network", value_name = "ADDR[:PORT]", value_parser = resolver, requires = "remove")]
    resolver: Option<SocketAddr>,
    /// For a reply, in seconds [default: 30]
    #[arg(long, help_heading = "Network", value_name = "SECONDS", value_parser = seconds, requires = "remove")]
    reply_timeout: Option<Duration>,
    /// How long the whole run may take, in seconds [default: 120]
    #[arg(long, help_heading = "Network", value_name = "SECONDS", value_parser = seconds, requires = "remove")]
    timeout: Option<Duration>,

    /// The third-party probe that created it (repeatable)
    #[arg(
        long,
        help_heading = "Probes",
        value_name = "FILE.wasm",
        requires = "remove"
    )]
    plugin: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) signatures: SignatureArgs,
}

impl LeftoversArgs {
    /// A check of the same remote.
    pub(super) fn into_check(self) -> CheckArgs {
        CheckArgs {
            remote: self.remote,
            settings: RemoteSettings {
                host: self.host,
                port: self.port,
                ssl: self.ssl,
                certificate_check: self.certificate_check,
                ca_files: self.ca_file,
                user: self.user,
                reply_timeout: self.reply_timeout,
                timeout: self.timeout,
                ..RemoteSettings::default()
            },
            client_cert: self.client_cert,
            client_key: self.client_key,
            password_file: self.password_file,
            password_stdin: self.password_stdin,
            password_env: self.password_env,
            use_secrets_of_file: self.use_secrets_of_file,
            allow_cleartext_login: self.allow_cleartext_login,
            allow_unverified_login: self.allow_unverified_login,
            connect_to: self.connect_to,
            allow_private: self.allow_private,
            resolver: self.resolver,
            plugin: self.plugin,
            ..CheckArgs::default()
        }
    }
}
