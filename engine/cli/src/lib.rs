//! The command line: arguments in, output and an exit code out. Each command is a module. It makes a check of its
//! arguments, calls the library, and renders what comes back.

mod addresses;
mod args;
mod check;
mod choices;
mod compare;
mod consent;
mod demo;
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
mod third_party;

use run::Probes;
use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};
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
    Samples(#[from] doctor::StateError),
    #[error(transparent)]
    Location(#[from] model::remote::LocationError),
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
    Lock(#[from] files::output_file::LockError),
    #[error(transparent)]
    Journal(#[from] host::journal::JournalError),
    #[error(transparent)]
    Clock(#[from] model::clock::ClockError),
    #[error("{place}: not a report of remote-doctor: {reason}")]
    NotAReport { place: String, reason: String },
    #[error(transparent)]
    Recording(#[from] recording::RecordingError),
    #[error("{place}: {source}")]
    Astray {
        place: String,
        source: recording::Astray,
    },
    #[error("{place}: {source}")]
    Disguise {
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
    let args = Args::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            return complain(&CliError::File {
                what: "cannot start".into(),
                source: error,
            });
        }
    };
    let exit = match runtime.block_on(run(args.command)) {
        Ok(exit) => exit.into(),
        Err(error) => complain(&error),
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
        Command::Replay(args) => replay::run(args).await,
        Command::Schema { subject } => schema::run(subject),
        Command::Addresses(args) => addresses::run(*args).await,
        Command::Leftovers(args) => leftovers::run(*args).await,
        Command::Sheet(args) => sheet::run(args).await,
        Command::Demo(args) => demo::run(args).await,
        Command::Lab(args) => lab::run(args).await,
        Command::Plugin { command } => plugin::run(command).await,
        Command::Completions { shell } => shell::completions(shell),
        Command::Man { command, output } => shell::man(command.as_deref(), output.as_deref()),
        Command::Explain {
            code,
            list,
            plugin,
            signatures,
        } => {
            let signatures = signatures.signatures(&plugin)?;
            let loading = Probes::load(&plugin, &signatures);
            let probes = progress::patiently(false, loading).await?;
            explain(&probes, code.as_deref(), list)
        }
    }
}

fn explain(probes: &Probes, code: Option<&str>, list: bool) -> Result<Exit, CliError> {
    let text = match code {
        Some(name) if !list => {
            let code = probes
                .codes
                .code(name)
                .ok_or_else(|| unknown_code(probes, name))?;
            ::report::explain(code)
        }
        _ => ::report::list(&probes.codes),
    };
    output::print(&text)?;
    Ok(Exit::Fine)
}

/// Names the codes that are meant most likely: those that are spelt alike.
fn unknown_code(probes: &Probes, name: &str) -> CliError {
    const ALIKE: f64 = 0.7;
    let likeness = |code: &str| {
        let problem = code.split_once('.').map_or(code, |(_, problem)| problem);
        strsim::normalized_damerau_levenshtein(code, name)
            .max(strsim::normalized_damerau_levenshtein(problem, name))
    };
    let names = probes.codes.all().iter().map(|code| code.name.as_str());
    let mut near: Vec<(f64, &str)> = names
        .map(|code| (likeness(code), code))
        .filter(|near| near.0 > ALIKE)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    let near: Vec<&str> = near.iter().take(3).map(|(_, code)| *code).collect();
    let hint = if near.is_empty() {
        String::new()
    } else {
        format!(" Did you mean {}?", near.join(" or "))
    };
    CliError::Usage(format!(
        "there is no code `{name}`.{hint} `remote-doctor explain --list` lists all"
    ))
}

fn complain(error: &CliError) -> ExitCode {
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
