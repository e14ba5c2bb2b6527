//! The arguments of `remote-doctor fleet`, as they are typed.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Subcommand, ValueEnum};

use crate::args::Format;
use crate::args::values::resolver;
use model::finding::Owner;
use settings::choices::one_of;
use settings::values::{address, seconds};

#[derive(Subcommand, Debug)]
pub(crate) enum FleetCommand {
    /// Check all remotes of a list from all their source addresses, and keep the results in a journal
    Run(Box<FleetRunArgs>),
    /// Show how far a run is
    Status(FleetStatusArgs),
    /// List the runs of a journal
    List(FleetListArgs),
    /// Print what the reports of a run say together, or what changed since an earlier run
    Report(FleetReportArgs),
    /// Print one message to one owner about all of their remotes
    Message(FleetMessageArgs),
}

#[derive(clap::Args, Debug)]
pub(crate) struct JournalArgs {
    /// The journal [default: remote-doctor/fleet.journal in the user's folder for state]
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: Option<PathBuf>,
}

#[derive(clap::Args, Debug)]
#[command(next_line_help = false)]
pub(crate) struct FleetRunArgs {
    /// A folder of settings files, a TOML file with a table for each remote, or a CSV file whose columns are the keys of a
    /// settings file
    #[arg(
        value_name = "REMOTES",
        required_unless_present = "resume",
        conflicts_with = "resume"
    )]
    pub(super) remotes: Option<PathBuf>,
    #[command(flatten)]
    pub(super) journal: JournalArgs,
    /// Go on with a run that was stopped [default: the last that has not ended]
    #[arg(long, value_name = "RUN", num_args = 0..=1)]
    pub(super) resume: Option<Option<i64>>,

    /// Check each remote from this address instead of the sources of its settings (repeatable)
    #[arg(long, help_heading = "Plan", value_name = "ADDR", value_parser = address, conflicts_with = "resume")]
    pub(super) from_address: Vec<IpAddr>,
    /// Spread the run over so many hours
    #[arg(long, help_heading = "Plan", value_name = "HOURS", value_parser = hours, conflicts_with = "resume")]
    pub(super) within: Option<Duration>,
    /// Do not check what this file lists: a name, *.domain, an address or a network in each line
    #[arg(long, help_heading = "Plan", value_name = "FILE")]
    pub(super) opt_out: Option<PathBuf>,

    /// How many jobs run at a time; at most one of them at each address
    #[arg(long, help_heading = "Execution", value_name = "N", default_value_t = 8, value_parser = at_once)]
    pub(super) at_once: usize,
    /// The pause between two jobs at one address, in seconds
    #[arg(long, help_heading = "Execution", value_name = "SECONDS", default_value = "2", value_parser = seconds)]
    pub(super) pause: Duration,
    /// Report what is likely as soon as it is likely, as check does with --fast
    #[arg(long, help_heading = "Execution")]
    pub(super) fast: bool,
    /// Ask this resolver instead of the system's
    #[arg(long, help_heading = "Execution", value_name = "ADDR[:PORT]", value_parser = resolver)]
    pub(super) resolver: Option<SocketAddr>,

    /// Allow the settings to use secrets from outside the folder of their file: environment variables, and files elsewhere
    #[arg(long, help_heading = "Permissions")]
    pub(super) use_secrets_of_file: bool,
    /// Send passwords in clear text where a server offers no TLS (with if-available), or the settings say never
    #[arg(long, help_heading = "Permissions")]
    pub(super) allow_cleartext_login: bool,
    /// Send passwords even if a certificate fails verification, to find problems behind it
    #[arg(long, help_heading = "Permissions")]
    pub(super) allow_unverified_login: bool,
    /// Accept private and loopback addresses for host names; link-local addresses are never accepted
    #[arg(long, help_heading = "Permissions")]
    pub(super) allow_private: bool,

    /// Show no line for each result, and no report at the end
    #[arg(short, long)]
    pub(super) quiet: bool,
}

#[derive(clap::Args, Debug)]
pub(crate) struct FleetStatusArgs {
    /// The run [default: the last]
    #[arg(value_name = "RUN")]
    pub(super) run: Option<i64>,
    #[command(flatten)]
    pub(super) journal: JournalArgs,
    /// Print it again whenever something changes, until the run has ended
    #[arg(long)]
    pub(super) follow: bool,
    /// Format; json prints one object in each line
    #[arg(long, default_value = "text")]
    pub(super) format: Format,
}

#[derive(clap::Args, Debug)]
pub(crate) struct FleetListArgs {
    #[command(flatten)]
    pub(super) journal: JournalArgs,
    /// Format of the list
    #[arg(long, default_value = "text")]
    pub(super) format: Format,
}

#[derive(clap::Args, Debug)]
pub(crate) struct FleetReportArgs {
    /// The run [default: the last]
    #[arg(value_name = "RUN")]
    pub(super) run: Option<i64>,
    #[command(flatten)]
    pub(super) journal: JournalArgs,
    /// Also say what changed since this earlier run
    #[arg(long, value_name = "RUN")]
    pub(super) since: Option<i64>,
    /// Format of the report [default: from the ending of the file, else text]
    #[arg(long)]
    pub(super) format: Option<FleetFormat>,
    /// Write the report to this file
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

#[derive(clap::Args, Debug)]
pub(crate) struct FleetMessageArgs {
    /// Who the message is for
    #[arg(value_name = "OWNER", value_parser = one_of::<Owner>())]
    pub(super) owner: Owner,
    /// The run [default: the last]
    #[arg(long, value_name = "RUN")]
    pub(super) run: Option<i64>,
    #[command(flatten)]
    pub(super) journal: JournalArgs,
    /// Write the message to this file
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

/// The formats of a fleet's report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum FleetFormat {
    /// For a terminal
    #[default]
    Text,
    /// For programs
    Json,
    /// One file for a browser
    Html,
    /// A row for each remote
    Csv,
    /// For documents and tickets
    Markdown,
    /// JUnit XML, for CI: a test case for each remote
    Junit,
}

impl FleetReportArgs {
    /// What was said, or what the ending of the file says.
    pub(super) fn format(&self) -> FleetFormat {
        let ending = self.output.as_deref().and_then(|path| path.extension());
        let ending = ending
            .and_then(|it| it.to_str())
            .map(str::to_ascii_lowercase);
        let by_ending = match ending.as_deref() {
            Some("json") => FleetFormat::Json,
            Some("html" | "htm") => FleetFormat::Html,
            Some("csv") => FleetFormat::Csv,
            Some("md" | "markdown") => FleetFormat::Markdown,
            Some("xml") => FleetFormat::Junit,
            Some(_) | None => FleetFormat::Text,
        };
        self.format.unwrap_or(by_ending)
    }
}

/// A month is longer than anybody waits for a run.
fn hours(text: &str) -> Result<Duration, String> {
    const MOST: f64 = 31.0 * 24.0;
    let wrong = || "write a number of hours, up to 744".to_string();
    let hours: f64 = text
        .trim_end_matches('h')
        .trim()
        .parse()
        .map_err(|_| wrong())?;
    match (0.0..=MOST).contains(&hours) {
        true => Ok(Duration::from_secs_f64(hours * 3_600.0)),
        false => Err(wrong()),
    }
}

/// Each job has connections, and each process may have a limited number of them.
fn at_once(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..=200) => Ok(number),
        Ok(_) | Err(_) => Err("write a number from 1 to 200".into()),
    }
}
