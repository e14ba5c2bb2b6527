//! The arguments, as they are typed. Nothing is read or resolved here.

pub(crate) mod values;

use crate::choices::one_of;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};

use super::leftovers::LeftoversArgs;
use super::output::{FailOn, ReportFormat};
use super::plugin::PluginCommand;
use super::replay::ReplayArgs;
use super::report::ReportArgs;
use super::schema;
use super::third_party::SignatureArgs;
use allow_list::Zone;
use model::capability::Capability;
use model::redaction::Level;
use model::remote::{
    CertificateCheck, Depth, ExpectedName, HighestTlsVersion, IpVersion, PassiveMode, SslSetting,
    Use,
};
use values::{at_least_one, pointer, resolver, seconds};

/// Finds out why an FTP or FTPS remote will not connect or will not transfer, who has to act, and what to change.
#[derive(Parser, Debug)]
#[command(version, max_term_width = 100, after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "Examples:
  remote-doctor demo
  remote-doctor check ftpes://user@ftp.example.com --password-file secret.txt
  remote-doctor check remote.toml --allow-writes
  remote-doctor check --host ftp.example.com --ssl require-implicit --format json
  remote-doctor check ftpes://ftp.example.com --sheet --format json -o report.json
  remote-doctor check remote.toml --baseline worked.json
  remote-doctor sheet report.json
  remote-doctor report report.json --format html -o report.html
  remote-doctor check ftpes://ftp.example.com --record failure.recording
  remote-doctor replay failure.recording
  remote-doctor explain cert.missing-intermediate
  remote-doctor leftovers

Exit codes: 0 nothing found, 1 something found, 2 usage error, 3 incomplete, 130 interrupted.
A report that could not be written to its file goes to standard output; then 0 becomes 3.";

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Diagnose one remote and print the report
    Check(Box<CheckArgs>),
    /// Merge saved reports of one remote, taken from several places, into one diagnosis
    Compare(CompareArgs),
    /// Render a saved report in another format, or print the message to one owner
    Report(ReportArgs),
    /// Run the probes again on a recording of `check --record`, with no network
    Replay(ReplayArgs),
    /// Compare a service's published and dedicated addresses with the last look: exit code 1 on change
    Addresses(Box<AddressesArgs>),
    /// List what checks that were killed left on remotes, or remove it
    Leftovers(Box<LeftoversArgs>),
    /// Print the allow-list sheet of a report: the addresses to let in, the ports, and what is known of each address
    Sheet(SheetArgs),
    /// Start faulty servers on this machine and diagnose each: real reports in the first minute
    Demo(DemoArgs),
    /// Run one of the lab's faulty servers in the foreground, to point other clients at
    Lab(LabArgs),
    /// Write, build and look at probes of your own
    Plugin {
        #[command(subcommand)]
        command: PluginCommand,
    },
    /// Print the JSON Schema of a file of ours
    Schema {
        /// Which
        subject: schema::Subject,
    },
    /// Print the completion script of a shell
    Completions {
        /// Which
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
    /// Print the page of one code: meaning, look-alikes, remedies
    Explain {
        /// The code, such as cert.expired
        #[arg(required_unless_present = "list")]
        code: Option<String>,
        /// List all codes
        #[arg(long)]
        list: bool,
        /// Include the codes of these third-party probes
        #[arg(long, value_name = "FILE.wasm")]
        plugin: Vec<PathBuf>,
        #[command(flatten)]
        signatures: SignatureArgs,
    },
}

#[derive(clap::Args, Debug, Default)]
#[command(next_line_help = false)]
pub(crate) struct CheckArgs {
    /// ftp://, ftpes:// (explicit TLS) or ftps:// (implicit TLS), with optional user, port and path; or a settings file
    #[arg(value_name = "URL|remote.toml")]
    pub(crate) remote: Option<String>,

    /// Name or address of the server
    #[arg(long, help_heading = "Remote")]
    pub(crate) host: Option<String>,
    /// Control port [default: 990 for require-implicit, else 21]
    #[arg(long, help_heading = "Remote", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) port: Option<u16>,
    /// How the remote is configured to be secured [default: if-available]
    #[arg(long, help_heading = "Remote", value_parser = one_of::<SslSetting>())]
    pub(crate) ssl: Option<SslSetting>,
    /// What the remote is configured with; off: any certificate is accepted [default: full]
    #[arg(long, help_heading = "Remote", value_parser = one_of::<CertificateCheck>())]
    pub(crate) certificate_check: Option<CertificateCheck>,
    /// Trust the CA certificates in this PEM file, too
    #[arg(long, help_heading = "Remote", value_name = "PEM")]
    pub(crate) ca_file: Vec<PathBuf>,
    /// Fetch a missing issuer from the address the certificate names (a third party's, over HTTP)
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
    /// Path to work in, seen from the login directory
    #[arg(long, help_heading = "Remote", value_name = "PATH")]
    pub(crate) remote_path: Option<String>,
    /// What the remote is configured for: the report says whether that is possible
    #[arg(long = "use", help_heading = "Remote", value_parser = one_of::<Use>())]
    pub(crate) intended_use: Option<Use>,
    /// The most connections the settings allow at a time; at most 3 are opened, all of them with --depth full
    #[arg(long, help_heading = "Remote", value_name = "N", value_parser = at_least_one)]
    pub(crate) max_connections: Option<usize>,
    /// The only command to ask for data ports with [default: either]
    #[arg(long, help_heading = "Remote", value_parser = one_of::<PassiveMode>())]
    pub(crate) passive_mode: Option<PassiveMode>,
    /// The only IP version to connect over [default: either]
    #[arg(long, help_heading = "Remote", value_parser = one_of::<IpVersion>())]
    pub(crate) ip_version: Option<IpVersion>,
    /// The highest TLS version to offer [default: 1.3]
    #[arg(long, help_heading = "Remote", value_parser = one_of::<HighestTlsVersion>())]
    pub(crate) highest_tls_version: Option<HighestTlsVersion>,

    /// User name; without one everything up to the login is tested
    #[arg(long, help_heading = "Login")]
    pub(crate) user: Option<String>,
    /// Read the password from this file
    #[arg(long, help_heading = "Login", value_name = "FILE", group = "password")]
    pub(crate) password_file: Option<PathBuf>,
    /// Read the password from standard input
    #[arg(long, help_heading = "Login", group = "password")]
    pub(crate) password_stdin: bool,
    /// Read the password from this environment variable
    #[arg(long, help_heading = "Login", value_name = "NAME", group = "password")]
    pub(crate) password_env: Option<String>,
    /// Let the settings file use secrets from outside its own folder: an environment variable, standard input, or a file
    /// elsewhere
    #[arg(long, help_heading = "Login")]
    pub(crate) use_secrets_of_file: bool,
    /// Send the password in clear text if the server offers no TLS (with if-available), or the settings file says never
    #[arg(long, help_heading = "Login")]
    pub(crate) allow_cleartext_login: bool,
    /// Send the password although the certificate did not pass, to find faults behind it
    #[arg(long, help_heading = "Login")]
    pub(crate) allow_unverified_login: bool,

    /// Upload, rename and remove a few small files of our own, named remote-doctor-…, in the remote path
    #[arg(long, help_heading = "Writes")]
    pub(crate) allow_writes: bool,

    /// Source address to test from (repeatable)
    #[arg(long, help_heading = "Network", value_name = "ADDR")]
    pub(crate) source: Vec<IpAddr>,
    /// Marks a source address as dedicated (repeatable)
    #[arg(long, help_heading = "Network", value_name = "ADDR")]
    pub(crate) dedicated: Vec<IpAddr>,
    /// What the host name should resolve to, such as a custom domain's dedicated addresses (repeatable)
    #[arg(long, help_heading = "Network", value_name = "ADDR")]
    pub(crate) expect_address: Vec<IpAddr>,
    /// What another name should resolve to, such as the account's own beside a custom domain (repeatable)
    #[arg(long, help_heading = "Network", value_name = "NAME=ADDR[,ADDR...]")]
    pub(crate) expect_name: Vec<ExpectedName>,
    /// A data address other than the remote's own that may be dialled (repeatable)
    #[arg(long, help_heading = "Network", value_name = "ADDR")]
    pub(crate) allow_data_address: Vec<IpAddr>,
    /// Ask this resolver instead of the system's
    #[arg(long, help_heading = "Network", value_name = "ADDR[:PORT]", value_parser = resolver)]
    pub(crate) resolver: Option<SocketAddr>,
    /// For a TCP connection, in seconds [default: 10]
    #[arg(long, help_heading = "Network", value_name = "SECONDS", value_parser = seconds)]
    pub(crate) connect_timeout: Option<Duration>,
    /// For a reply, in seconds [default: 30]
    #[arg(long, help_heading = "Network", value_name = "SECONDS", value_parser = seconds)]
    pub(crate) reply_timeout: Option<Duration>,
    /// For the whole run, in seconds; then the report says what is known [default: 120]
    #[arg(long, help_heading = "Network", value_name = "SECONDS", value_parser = seconds)]
    pub(crate) timeout: Option<Duration>,

    /// Look up what parties that allow-list ask of our addresses, for `remote-doctor sheet`
    #[arg(long, help_heading = "Allow list")]
    pub(crate) sheet: bool,
    /// Ask this policy list about our addresses, too; one question for each address
    #[arg(
        long,
        help_heading = "Allow list",
        value_name = "ZONE",
        requires = "sheet"
    )]
    pub(crate) policy_list: Option<Zone>,
    /// Remember in this file which addresses were seen, and compare with earlier runs
    #[arg(
        long,
        help_heading = "Allow list",
        value_name = "FILE",
        requires = "sheet"
    )]
    pub(crate) state: Option<PathBuf>,

    /// How much to look at [default: standard]
    #[arg(long, help_heading = "Probes", value_parser = one_of::<Depth>())]
    pub(crate) depth: Option<Depth>,
    /// Run only this probe, and those it goes on from (repeatable)
    #[arg(long, help_heading = "Probes", value_name = "PROBE")]
    pub(crate) only: Vec<String>,
    /// Do not run this probe (repeatable)
    #[arg(long, help_heading = "Probes", value_name = "PROBE")]
    pub(crate) skip: Vec<String>,
    /// Run this third-party probe, too (repeatable); what it asks for is printed first
    #[arg(long, help_heading = "Probes", value_name = "FILE.wasm")]
    pub(crate) plugin: Vec<PathBuf>,
    /// Do not give this to third-party probes, though they ask for it (repeatable)
    #[arg(
        long,
        help_heading = "Probes",
        value_name = "CAPABILITY",
        requires = "plugin", value_parser = one_of::<Capability>())]
    pub(crate) deny: Vec<Capability>,
    #[command(flatten)]
    pub(crate) signatures: SignatureArgs,

    /// Format of the report
    #[arg(long, help_heading = "Report", default_value = "text")]
    pub(crate) format: ReportFormat,
    /// Write the report to this file; if that fails, it goes to standard output
    #[arg(short, long, help_heading = "Report", value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// What makes the exit code 1
    #[arg(long, help_heading = "Report", default_value = "error")]
    pub(crate) fail_on: FailOn,
    /// Whom the report is for: private names and addresses are replaced by tokens [default: internal]
    #[arg(long, help_heading = "Report", value_name = "LEVEL", value_parser = one_of::<Level>())]
    pub(crate) redact: Option<Level>,
    /// Say first what changed since this earlier report of the same remote (JSON or HTML)
    #[arg(long, help_heading = "Report", value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Keep in this file what the probes ask and hear, without secrets, for `remote-doctor replay`; for those that --redact
    /// names
    #[arg(long, help_heading = "Report", value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,
    /// No progress, and nothing of third-party probes, on standard error
    #[arg(short, long, help_heading = "Report")]
    pub(crate) quiet: bool,
}

#[derive(clap::Args, Debug)]
pub(crate) struct CompareArgs {
    /// Two or more reports, as `check --format json -o FILE` writes them; each is called by its file's name
    #[arg(required = true, num_args = 1.., value_name = "REPORT.json")]
    pub(crate) reports: Vec<PathBuf>,
    /// Format of the report
    #[arg(long, default_value = "text")]
    pub(crate) format: ReportFormat,
    /// Write the report to this file
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// What makes the exit code 1
    #[arg(long, default_value = "error")]
    pub(crate) fail_on: FailOn,
    /// Whom the report is for: private names and addresses are replaced by tokens [default: internal]
    #[arg(long, value_name = "LEVEL", value_parser = one_of::<Level>())]
    pub(crate) redact: Option<Level>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
}

#[derive(clap::Args, Debug)]
#[command(after_help = ADDRESSES_HELP)]
pub(crate) struct AddressesArgs {
    /// The http:// or https:// URL of an endpoint that answers JSON, or a JSON file
    pub(crate) source: String,

    /// The file that keeps what was seen; made at the first look
    #[arg(long, value_name = "FILE")]
    pub(crate) state: PathBuf,
    /// A report of `check --format json`, a settings file (remote.toml), or a folder of them: says whether that remote is affected (repeatable)
    #[arg(long, value_name = "FILE")]
    pub(crate) remote: Vec<PathBuf>,
    /// Take it for the truth that one of the lists is empty now
    #[arg(long)]
    pub(crate) allow_empty: bool,

    /// JSON pointer to published addresses, such as /data/0/ip_addresses (repeatable) [default: by usual names]
    #[arg(long, help_heading = "Where the lists are", value_name = "POINTER", value_parser = pointer)]
    pub(crate) published: Vec<String>,
    /// JSON pointer to dedicated addresses (repeatable)
    #[arg(long, help_heading = "Where the lists are", value_name = "POINTER", value_parser = pointer)]
    pub(crate) dedicated_at: Vec<String>,

    /// Read a token from this file and send it to the endpoint, and nowhere else
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
    /// Trust the CA certificates in this PEM file, too (repeatable)
    #[arg(long, help_heading = "Endpoint", value_name = "PEM")]
    pub(crate) ca_file: Vec<PathBuf>,
    /// For the whole answer, in seconds
    #[arg(long, help_heading = "Endpoint", value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub(crate) timeout: Duration,

    /// Format of the report
    #[arg(long, help_heading = "Report", default_value = "text")]
    pub(crate) format: Format,
    /// Write the report to this file
    #[arg(short, long, help_heading = "Report", value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

const ADDRESSES_HELP: &str = "Examples:
  remote-doctor addresses https://app.example.com/ip_addresses --token-file token --state seen.json
  remote-doctor addresses list.json --state seen.json --remote reports/

Exit codes: 0 unchanged, or the first look; 1 changed; 2 usage error; 3 could not look, and the state is as it was.";

#[derive(clap::Args, Debug)]
pub(crate) struct SheetArgs {
    /// A report that `check --format json` wrote. Where it was made without --sheet, the look-ups are made now
    #[arg(value_name = "REPORT.json")]
    pub(crate) report: PathBuf,
    /// Look up again, and ask this policy list, too
    #[arg(long, value_name = "ZONE")]
    pub(crate) policy_list: Option<Zone>,
    /// Look up again, at this resolver instead of the system's
    #[arg(long, value_name = "ADDR[:PORT]", value_parser = resolver)]
    pub(crate) resolver: Option<SocketAddr>,
    /// Format of the sheet
    #[arg(long, default_value = "text")]
    pub(crate) format: Format,
    /// Whom the report is for: private names and addresses are replaced by tokens [default: internal]
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
    /// How the server behaves, such as {"certificate": "expired", "faults": ["epsv-refused"]} [default: healthy]
    #[arg(long, value_name = "JSON")]
    pub(crate) behaviour: Option<String>,
    /// The port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,
    /// Write the CA certificate that clients are to trust to this file
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
