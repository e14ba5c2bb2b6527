//! `remote-doctor plugin`: the bench of whoever writes probes.

mod build;
mod inspect;
mod list;
mod new;
mod test;

use std::path::PathBuf;

use clap::Subcommand;

use super::third_party::SignatureArgs;
use super::{CliError, Exit};

pub(crate) use build::BuildProbeError;
pub(crate) use new::NewProbeError;
pub(crate) use test::ScenarioError;

#[derive(Subcommand, Debug)]
pub(crate) enum PluginCommand {
    /// Write a working probe, with its advice and its scenarios, into a new folder
    New {
        /// The name of the probe: lower-case words joined by hyphens; with a path, the folder is created there
        #[arg(value_name = "NAME")]
        folder: PathBuf,
    },
    /// Compile a probe; the last line of the output is the path of the component
    Build {
        /// The folder of the probe
        #[arg(default_value = ".")]
        folder: PathBuf,
        /// Write the component to this file [default: target/NAME.wasm in the folder]
        #[arg(short, long, value_name = "FILE.wasm")]
        output: Option<PathBuf>,
    },
    /// Show what a probe is, who signed it, what it asks for, and whether it would be accepted; no remote is contacted
    Inspect {
        /// The component
        #[arg(value_name = "FILE.wasm")]
        file: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        signatures: SignatureArgs,
    },
    /// Run the conformance kit: its own scenarios, and every healthy, faulty and hostile server of the lab
    Test(test::TestArgs),
    /// List the probes that run, in their order
    List {
        /// Include these third-party probes
        #[arg(long, value_name = "FILE.wasm")]
        plugin: Vec<PathBuf>,
        #[command(flatten)]
        signatures: SignatureArgs,
    },
}

pub(super) async fn run(command: PluginCommand) -> Result<Exit, CliError> {
    match command {
        PluginCommand::New { folder } => new::run(&folder),
        PluginCommand::Build { folder, output } => build::run(&folder, output.as_deref()).await,
        PluginCommand::Inspect {
            file,
            json,
            signatures,
        } => inspect::run(&file, json, &signatures).await,
        PluginCommand::Test(args) => test::run(&args).await,
        PluginCommand::List { plugin, signatures } => list::run(&plugin, &signatures).await,
    }
}
