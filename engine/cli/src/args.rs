//! The arguments, as they are typed. Nothing is read or resolved here.

pub(crate) mod help;
pub(crate) mod outputs;
pub(crate) mod rendering;
pub(crate) mod values;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};

use super::clients::ClientsArgs;
use super::explain::ExplainArgs;
use super::fleet::FleetCommand;
use super::leftovers::LeftoversArgs;
use super::plugin::PluginCommand;
use super::replay::ReplayArgs;
use super::report::ReportArgs;
use super::schema;
use super::third_party::SignatureArgs;
use allow_list::Zone;
use model::capability::Capability;
use model::redaction::Level;
use rendering::Rendering;
use settings::RemoteSettings;
use settings::choices::one_of;
use settings::values::{address, seconds};
use values::{pointer, resolver};

/// Finds out why an FTP or FTPS remote will not connect or will not transfer, who has to act, and what to change.
#[derive(Parser, Debug)]
#[command(version, max_term_width = 100)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Diagnose one remote and print the report
    Check(Box<CheckArgs>),
    /// Merge reports of one remote from several places into one diagnosis
    Compare(CompareArgs),
    /// Render a saved report in another format, or print the message to one owner
    Report(ReportArgs),
    /// Print what well-known clients would do with the remote of a report, and which setting to change in each
    Clients(ClientsArgs),
    /// Run the probes again on a recording from `check --record`, without a network
    Replay(ReplayArgs),
    /// Compare a service's published and dedicated addresses with the saved ones; the exit code of a change is 1
    Addresses(Box<AddressesArgs>),
    /// List or remove what killed checks left on remotes
    Leftovers(Box<LeftoversArgs>),
    /// Print the allow-list sheet of a report: the addresses to allow, the ports, and what is known about each address
    Sheet(SheetArgs),
    /// Check many remotes from many source addresses, and report on all of them together
    Fleet {
        #[command(subcommand)]
        command: FleetCommand,
    },
    /// Start faulty servers on this machine and diagnose each of them
    Demo(DemoArgs),
    /// Run a faulty server of the lab in the foreground, to try other clients on it
    Lab(LabArgs),
    /// Write, build, test and inspect your own probes
    Plugin {
        #[command(subcommand)]
        command: PluginCommand,
    },
    /// Print the JSON Schema of a report or of a settings file
    Schema {
        /// The kind of file
        subject: schema::Subject,
    },
    /// Print the completion script of a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the man page of the program, or of one command
    Man {
        /// The command
        command: Option<String>,
        /// Write all pages into this folder instead
        #[arg(short, long, value_name = "DIR", conflicts_with = "command")]
        output: Option<PathBuf>,
    },
    /// Print the page of one code (meaning, look-alikes, remedies), or find the pages for a symptom
    Explain(ExplainArgs),
}

#[derive(clap::Args, Debug, Default)]
#[command(next_line_help = false)]
pub(crate) struct CheckArgs {
    /// A host, such as ftp.example.com or ftp.example.com:2121; ftp://, ftpes:// (explicit TLS) or ftps:// (implicit TLS),
    /// with optional user, port and path; or a settings file
    #[arg(value_name = "HOST|URL|remote.toml")]
    pub(crate) remote: Option<String>,

    #[command(flatten)]
    pub(crate) settings: RemoteSettings,

    /// Fetch a missing issuer from the address in the certificate (a third party, over HTTP)
    #[arg(long, help_heading = "Remote")]
    pub(crate) fetch_issuers: bool,
    /// Our own certificate, for servers that ask for one
    #[arg(
        long,
        help_heading = "Remote",
        value_name = "PEM",
        requires = "client_key"
    )]
    pub(crate) client_cert: Option<PathBuf>,
    /// The key of our own certificate
    #[arg(
        long,
        help_heading = "Remote",
        value_name = "PEM",
        requires = "client_cert"
    )]
    pub(crate) client_key: Option<PathBuf>,
    /// Read the password from this file
    #[arg(long, help_heading = "Login", value_name = "FILE", group = "password")]
    pub(crate) password_file: Option<PathBuf>,
    /// Read the password from standard input
    #[arg(long, help_heading = "Login", group = "password")]
    pub(crate) password_stdin: bool,
    /// Read the password from this environment variable
    #[arg(long, help_heading = "Login", value_name = "NAME", group = "password")]
    pub(crate) password_env: Option<String>,
    /// Allow the settings file to use secrets from outside its own folder: an environment variable, standard input, or
    /// a file elsewhere
    #[arg(long, help_heading = "Login")]
    pub(crate) use_secrets_of_file: bool,
    /// Send the password in clear text if the server offers no TLS (with if-available), or the settings file says never
    #[arg(long, help_heading = "Login")]
    pub(crate) allow_cleartext_login: bool,
    /// Send the password even if the certificate fails verification, to find problems behind it
    #[arg(long, help_heading = "Login")]
    pub(crate) allow_unverified_login: bool,

    /// Upload, rename and remove a few small test files, named remote-doctor-…, in the remote path
    #[arg(long, help_heading = "Writes")]
    pub(crate) allow_writes: bool,

    /// Connect to this address instead of those in the DNS; the certificate is still checked for the name
    #[arg(long, help_heading = "Network", value_name = "ADDR", value_parser = address)]
    pub(crate) connect_to: Option<IpAddr>,
    /// Accept private and loopback addresses for the host name; link-local addresses are never accepted
    #[arg(long, help_heading = "Network")]
    pub(crate) allow_private: bool,
    /// Allow data connections to this address in addition to the remote's own (repeatable)
    #[arg(long, help_heading = "Network", value_name = "ADDR", value_parser = address)]
    pub(crate) allow_data_address: Vec<IpAddr>,
    /// Ask this resolver instead of the system's
    #[arg(long, help_heading = "Network", value_name = "ADDR[:PORT]", value_parser = resolver)]
    pub(crate) resolver: Option<SocketAddr>,
    /// Report what is likely as soon as it is likely: at most 4 seconds for a connection and 5 for a reply, and --depth
    /// quick unless another is given. Conclusions from a missing answer are then never certain
    #[arg(long, help_heading = "Network")]
    pub(crate) fast: bool,
    /// Look up what parties with allow lists usually ask about our addresses, for `remote-doctor sheet`
    #[arg(long, help_heading = "Allow list")]
    pub(crate) sheet: bool,
    /// Also look up our addresses in this policy list, with one query for each
    #[arg(
        long,
        help_heading = "Allow list",
        value_name = "ZONE",
        requires = "sheet"
    )]
    pub(crate) policy_list: Option<Zone>,
    /// Save the addresses that were seen in this file, and compare them with earlier runs
    #[arg(
        long,
        help_heading = "Allow list",
        value_name = "FILE",
        requires = "sheet"
    )]
    pub(crate) state: Option<PathBuf>,

    /// Run only this probe, and those that it depends on (repeatable)
    #[arg(long, help_heading = "Probes", value_name = "PROBE")]
    pub(crate) only: Vec<String>,
    /// Do not run this probe (repeatable)
    #[arg(long, help_heading = "Probes", value_name = "PROBE")]
    pub(crate) skip: Vec<String>,
    /// Also run this third-party probe (repeatable); the capabilities that it asks for are printed first
    #[arg(long, help_heading = "Probes", value_name = "FILE.wasm")]
    pub(crate) plugin: Vec<PathBuf>,
    /// Deny this capability to third-party probes (repeatable)
    #[arg(
        long,
        help_heading = "Probes",
        value_name = "CAPABILITY",
        requires = "plugin", value_parser = one_of::<Capability>())]
    pub(crate) deny: Vec<Capability>,
    #[command(flatten)]
    pub(crate) signatures: SignatureArgs,

    #[command(flatten)]
    pub(crate) rendering: Rendering,
    /// Show first what changed since this earlier report of the same remote (JSON or HTML)
    #[arg(long, help_heading = "Report", value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Record the questions of the probes and the answers in this file, without secrets, for `remote-doctor replay`;
    /// --redact applies to it
    #[arg(long, help_heading = "Report", value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,
    /// Show no progress and nothing about third-party probes; with -o, no verdict either
    #[arg(short, long, help_heading = "Report")]
    pub(crate) quiet: bool,
}

#[derive(clap::Args, Debug)]
pub(crate) struct CompareArgs {
    /// Two or more reports, as `check --format json -o FILE` writes them; each is called by its file's name
    #[arg(required = true, num_args = 1.., value_name = "REPORT.json")]
    pub(crate) reports: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) rendering: Rendering,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
}

#[derive(clap::Args, Debug)]
pub(crate) struct AddressesArgs {
    /// The http:// or https:// URL of an endpoint that answers JSON, or a JSON file
    pub(crate) source: String,

    /// The file with the saved addresses; the first look-up creates it
    #[arg(long, value_name = "FILE")]
    pub(crate) state: PathBuf,
    /// A report from `check --format json`, a settings file (remote.toml), or a folder of them: the result says whether
    /// that remote is affected (repeatable)
    #[arg(long, value_name = "FILE")]
    pub(crate) remote: Vec<PathBuf>,
    /// Accept an empty list as a real change
    #[arg(long)]
    pub(crate) allow_empty: bool,

    /// JSON pointer to published addresses, such as /data/0/ip_addresses (repeatable) [default: by usual names]
    #[arg(long, help_heading = "Where the lists are", value_name = "POINTER", value_parser = pointer)]
    pub(crate) published: Vec<String>,
    /// JSON pointer to dedicated addresses (repeatable)
    #[arg(long, help_heading = "Where the lists are", value_name = "POINTER", value_parser = pointer)]
    pub(crate) dedicated_at: Vec<String>,

    /// Read a token from this file and send it only to the endpoint
    #[arg(long, help_heading = "Endpoint", value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// The header of the token [default: Authorization, as a bearer token]
    #[arg(
        long,
        help_heading = "Endpoint",
        value_name = "NAME",
        requires = "token_file"
    )]
    pub(crate) token_header: Option<String>,
    /// Send the token in clear text (http://) to another machine
    #[arg(long, help_heading = "Endpoint")]
    pub(crate) allow_cleartext_token: bool,
    /// Also trust the CA certificates in this PEM file (repeatable)
    #[arg(long, help_heading = "Endpoint", value_name = "PEM")]
    pub(crate) ca_file: Vec<PathBuf>,
    /// The time limit for the whole answer, in seconds
    #[arg(long, help_heading = "Endpoint", value_name = "SECONDS", default_value = "30", allow_negative_numbers = true, value_parser = seconds)]
    pub(crate) timeout: Duration,

    /// Format of the report
    #[arg(long, help_heading = "Report", default_value = "text")]
    pub(crate) format: Format,
    /// Write the report to this file
    #[arg(short, long, help_heading = "Report", value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(clap::Args, Debug)]
pub(crate) struct SheetArgs {
    /// A report from `check --format json`. If it was made without --sheet, the look-ups are made now
    #[arg(value_name = "REPORT.json")]
    pub(crate) report: PathBuf,
    /// Look up again, and also in this policy list
    #[arg(long, value_name = "ZONE")]
    pub(crate) policy_list: Option<Zone>,
    /// Look up again, with this resolver instead of the system's
    #[arg(long, value_name = "ADDR[:PORT]", value_parser = resolver)]
    pub(crate) resolver: Option<SocketAddr>,
    /// Format of the sheet
    #[arg(long, default_value = "text")]
    pub(crate) format: Format,
    /// Who the report is for; placeholders replace private names and addresses [default: internal]
    #[arg(long, value_name = "LEVEL", value_parser = one_of::<Level>())]
    pub(crate) redact: Option<Level>,
    /// Write the sheet to this file
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(clap::Args, Debug)]
pub(crate) struct DemoArgs {
    /// Format of the reports; json prints an array of them
    #[arg(long, default_value = "text")]
    pub(crate) format: Format,
}

#[derive(clap::Args, Debug)]
pub(crate) struct LabArgs {
    /// The address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    pub(crate) listen: IpAddr,
    /// How the server behaves: words from `lab --list`, separated by commas, such as expired,epsv-refused; or JSON,
    /// such as {"certificate": "expired", "faults": ["epsv-refused"]} [default: healthy]
    #[arg(long, value_name = "WORDS|JSON", visible_alias = "behavior")]
    pub(crate) behaviour: Option<String>,
    /// List the words that describe a behaviour
    #[arg(long)]
    pub(crate) list: bool,
    /// The port to listen on; 0 chooses a free one
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,
    /// Write the CA certificate for clients to this file
    #[arg(long, value_name = "PEM")]
    pub(crate) ca_file: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_make_sense_to_the_library() {
        use clap::CommandFactory;
        Args::command().debug_assert();
    }
}
