//! The arguments of `remote-doctor leftovers`. Those of a remote and its login are those of `check`.

use crate::choices::one_of;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::args::values::{resolver, seconds};
use crate::args::{CheckArgs, Format};
use crate::third_party::SignatureArgs;
use model::remote::{CertificateCheck, SslSetting};

#[derive(clap::Args, Debug)]
#[command(after_help = HELP)]
pub(crate) struct LeftoversArgs {
    /// The remote of which something is to be removed: a URL or a settings file, as for `check`
    #[arg(value_name = "URL|remote.toml", requires = "remove")]
    remote: Option<String>,
    /// Remove what earlier checks left on this remote
    #[arg(long)]
    pub(super) remove: bool,
    /// Take this run out of the list, and leave on the remote what is there (repeatable)
    #[arg(long, value_name = "NAME", conflicts_with = "remove")]
    pub(super) forget: Vec<String>,
    /// Format of the list
    #[arg(long, default_value = "text", conflicts_with_all = ["remove", "forget"])]
    pub(super) format: Format,
    /// No progress, and nothing of third-party probes, on standard error
    #[arg(short, long)]
    pub(super) quiet: bool,

    /// Name or address of the server
    #[arg(long, help_heading = "Remote", requires = "remove")]
    host: Option<String>,
    /// Control port [default: 990 for require-implicit, else 21]
    #[arg(long, help_heading = "Remote", requires = "remove", value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,
    /// How the remote is configured to be secured [default: if-available]
    #[arg(long, help_heading = "Remote", requires = "remove", value_parser = one_of::<SslSetting>())]
    ssl: Option<SslSetting>,
    /// What the remote is configured with; off: any certificate is accepted [default: full]
    #[arg(long, help_heading = "Remote", requires = "remove", value_parser = one_of::<CertificateCheck>())]
    certificate_check: Option<CertificateCheck>,
    /// Trust the CA certificates in this PEM file, too
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
    /// Let the settings file use secrets from outside its own folder: an environment variable, standard input, or a file
    /// elsewhere
    #[arg(long, help_heading = "Login", requires = "remove")]
    use_secrets_of_file: bool,
    /// Send the password in clear text if the server offers no TLS (with if-available), or the settings file says never
    #[arg(long, help_heading = "Login", requires = "remove")]
    allow_cleartext_login: bool,
    /// Send the password although the certificate did not pass
    #[arg(long, help_heading = "Login", requires = "remove")]
    allow_unverified_login: bool,

    /// Ask this resolver instead of the system's
    #[arg(long, help_heading = "Network", value_name = "ADDR[:PORT]", value_parser = resolver, requires = "remove")]
    resolver: Option<SocketAddr>,
    /// For a reply, in seconds [default: 30]
    #[arg(long, help_heading = "Network", value_name = "SECONDS", value_parser = seconds, requires = "remove")]
    reply_timeout: Option<Duration>,
    /// For the whole run, in seconds [default: 120]
    #[arg(long, help_heading = "Network", value_name = "SECONDS", value_parser = seconds, requires = "remove")]
    timeout: Option<Duration>,

    /// The third-party probe that made it (repeatable)
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

const HELP: &str = "Examples:
  remote-doctor leftovers
  remote-doctor leftovers --remove ftpes://user@ftp.example.com --password-file secret.txt
  remote-doctor leftovers --remove remote.toml

Only what a check wrote down before it made it is removed, from the same host and port and as the same user.

Exit codes: 0 nothing is left, 1 something is left, 2 usage error, 3 what is left could not be looked at, 130 interrupted.";

impl LeftoversArgs {
    /// A check of the same remote.
    pub(super) fn into_check(self) -> CheckArgs {
        CheckArgs {
            remote: self.remote,
            host: self.host,
            port: self.port,
            ssl: self.ssl,
            certificate_check: self.certificate_check,
            ca_file: self.ca_file,
            client_cert: self.client_cert,
            client_key: self.client_key,
            user: self.user,
            password_file: self.password_file,
            password_stdin: self.password_stdin,
            password_env: self.password_env,
            use_secrets_of_file: self.use_secrets_of_file,
            allow_cleartext_login: self.allow_cleartext_login,
            allow_unverified_login: self.allow_unverified_login,
            resolver: self.resolver,
            reply_timeout: self.reply_timeout,
            timeout: self.timeout,
            plugin: self.plugin,
            ..CheckArgs::default()
        }
    }
}
