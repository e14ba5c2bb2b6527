//! The command line: arguments in, output and an exit code out. Each command is a module. It makes a check of its
//! arguments, calls the library, and renders what comes back.

mod addresses;
mod args;
mod check;
mod clients;
mod compare;
mod consent;
mod demo;
mod explain;
mod fleet;
mod input;
mod lab;
mod leftovers;
mod output;
mod plugin;
mod progress;
mod remote_file;
mod replay;
mod report;
mod say;
mod schema;
#[doc(hidden)]
pub mod seams;
mod secret;
mod sheet;
mod shell;
mod signals;
mod slips;
mod third_party;

use std::process::ExitCode;

use args::Command;
use run::ProbesError;

/// What the exit codes mean. They are part of the contract: scripts and CI depend on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Nothing at or above `--fail-on`.
    Fine = 0,
    /// A finding at or above it.
    Found = 1,
    /// Usage or settings error.
    Usage = 2,
    /// No such finding, but the diagnosis is incomplete.
    Incomplete = 3,
    /// The user interrupted it.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

/// Why a command could not be done: a sentence for whoever typed it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    #[error("{0}")]
    Usage(String),
    #[error(transparent)]
    Probes(#[from] ProbesError),
    #[error(transparent)]
    Run(#[from] run::RunError),
    #[error(transparent)]
    Resolver(#[from] host::net::ResolverError),
    #[error(transparent)]
    Samples(#[from] doctor::StateFileError),
    #[error(transparent)]
    Location(#[from] model::remote::LocationError),
    #[error(transparent)]
    Unfit(#[from] settings::Unfit),
    #[error(transparent)]
    RemoteFile(#[from] settings::RemoteFileError),
    #[error(transparent)]
    Source(#[from] published_addresses::source::SourceError),
    #[error(transparent)]
    State(#[from] published_addresses::state::StateError),
    #[error(transparent)]
    Token(#[from] published_addresses::fetch::TokenError),
    #[error("{what}: {source}")]
    File {
        what: String,
        source: std::io::Error,
    },
    #[error(transparent)]
    Output(#[from] files::output_file::OutputError),
    #[error(transparent)]
    Outputs(#[from] args::outputs::OutputsError),
    #[error(transparent)]
    Lock(#[from] files::output_file::LockError),
    #[error(transparent)]
    Journal(#[from] host::journal::JournalError),
    #[error(transparent)]
    FleetJournal(#[from] ::journal::JournalError),
    #[error(transparent)]
    Remotes(#[from] ::fleet::RemotesError),
    #[error(transparent)]
    OptOut(#[from] ::fleet::OptOutError),
    #[error(transparent)]
    Clock(#[from] model::clock::ClockError),
    #[error("{place}: not a report of remote-doctor: {reason}")]
    NotAReport { place: String, reason: String },
    #[error(transparent)]
    Recording(#[from] recording::RecordingError),
    #[error("{place}: {source}")]
    Diverged {
        place: String,
        source: recording::Divergence,
    },
    #[error("{place}: {source}")]
    Pseudonyms {
        place: String,
        source: doctor::ShareError,
    },
    #[error(transparent)]
    Merge(#[from] ::report::MergeError),
    #[error(transparent)]
    Redact(#[from] ::report::redact::RedactError),
    #[error(transparent)]
    NotShown(#[from] ::report::NotShown),
    #[error(transparent)]
    Baseline(#[from] ::report::baseline::BaselineError),
    #[error(transparent)]
    Client(#[from] ::clients::ClientsError),
    #[error(transparent)]
    NewProbe(#[from] plugin::NewProbeError),
    #[error(transparent)]
    Scenario(#[from] plugin::ScenarioError),
    #[error(transparent)]
    BuildProbe(#[from] plugin::BuildProbeError),
    #[error(transparent)]
    Key(#[from] sandbox::KeyError),
    #[error("the lab: {0}")]
    Lab(#[from] ::lab::LabError),
}

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    keep_secrets_out_of_panics();
    let args = slips::parsed();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            return report_error(&CliError::File {
                what: "cannot start".into(),
                source: error,
            });
        }
    };
    let exit = match runtime.block_on(run(args.command)) {
        Ok(exit) => exit.into(),
        Err(error) => report_error(&error),
    };
    // A lookup or a lab server that is still waiting must not hold the process.
    runtime.shutdown_background();
    exit
}

async fn run(command: Command) -> Result<Exit, CliError> {
    match command {
        Command::Check(args) => Box::pin(check::run(*args)).await,
        Command::Compare(args) => compare::run(&args).await,
        Command::Report(args) => report::run(&args).await,
        Command::Clients(args) => clients::run(args).await,
        Command::Replay(args) => replay::run(args).await,
        Command::Schema { subject } => schema::run(subject),
        Command::Addresses(args) => addresses::run(*args).await,
        Command::Leftovers(args) => leftovers::run(*args).await,
        Command::Fleet { command } => fleet::run(command).await,
        Command::Sheet(args) => sheet::run(args).await,
        Command::Demo(args) => demo::run(args).await,
        Command::Lab(args) => lab::run(args).await,
        Command::Plugin { command } => plugin::run(command).await,
        Command::Completions { shell } => shell::completions(shell),
        Command::Man { command, output } => shell::man(command.as_deref(), output.as_deref()),
        Command::Explain(args) => explain::run(args).await,
    }
}

fn report_error(error: &CliError) -> ExitCode {
    say::message(format_args!("error: {error}"));
    Exit::Usage.into()
}

/// A panic says where, never what: its payload may have been made from anything.
fn keep_secrets_out_of_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(|at| format!(" at {}:{}", at.file(), at.line()))
            .unwrap_or_default();
        say::line(format_args!(
            "error: remote-doctor has a defect{place}; please report it"
        ));
    }));
}
