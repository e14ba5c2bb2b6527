//! `remote-doctor plugin test`: the conformance kit. Probes are run against their own scenarios and against every server of
//! the lab, and are judged by what they say and by how they end.

mod claims;
mod kit;
mod recorded;
mod render;
mod scenario;
mod servers;
mod trial;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use super::super::output;
use super::super::progress::with_spinner;
use super::super::third_party::SignatureArgs;
use super::super::{CliError, Exit};
use kit::Kit;
use recorded::Recorded;
use run::Probes;
use scenario::Scenario;

pub(crate) use scenario::ScenarioError;

#[derive(clap::Args, Debug)]
pub(crate) struct TestArgs {
    /// The component [default: all built-in probes together]
    #[arg(value_name = "FILE.wasm")]
    file: Option<PathBuf>,
    #[command(flatten)]
    signatures: SignatureArgs,
    /// The folder with the probe's own scenarios and recordings [default: scenarios, next to the folder target with the
    /// component]
    #[arg(long, value_name = "DIR", required_unless_present = "file")]
    scenarios: Option<PathBuf>,
    /// Play one of N scenarios and servers, for a quick try while you write a probe; the output says how many were
    /// omitted
    #[arg(long, value_name = "N", default_value = "1")]
    sample: NonZeroUsize,
    /// Format of the result
    #[arg(long, default_value = "text")]
    format: TestFormat,
    /// Write the result to this file
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum TestFormat {
    /// For a terminal
    Text,
    /// JUnit XML, for CI
    Junit,
}

pub(super) async fn run(args: &TestArgs) -> Result<Exit, CliError> {
    let folder = match (&args.scenarios, &args.file) {
        (Some(folder), _) => folder.clone(),
        (None, Some(file)) => beside(file),
        (None, None) => PathBuf::from("scenarios"),
    };
    // Without it, the folder of its scenarios would be missed first.
    if let Some(file) = &args.file {
        std::fs::metadata(file).map_err(|source| CliError::File {
            what: file.display().to_string(),
            source,
        })?;
    }
    let (scenarios, recordings) = (Scenario::all(&folder)?, Recorded::all(&folder)?);
    let kit = match &args.file {
        Some(file) => {
            let signatures = args.signatures.signatures(&[file])?;
            let trying = Probes::trying(file, &signatures);
            Kit::of_one(with_spinner(false, trying).await?, &scenarios)
        }
        None => Kit::of_all(Probes::built_in().await?, &scenarios),
    };
    let kit = kit.sample(args.sample);
    let trials = kit.run(&scenarios, &recordings).await;
    let rendered = match args.format {
        TestFormat::Text => render::text(&kit.name(), &trials),
        TestFormat::Junit => render::junit(&kit.name(), &trials),
    };
    let delivered = output::put(&rendered, args.output.as_deref());
    let failed = trials.iter().any(trial::Trial::failed);
    Ok(delivered.exit(if failed { Exit::Found } else { Exit::Fine }))
}

/// The scenarios of a probe that was built in its own folder.
fn beside(file: &Path) -> PathBuf {
    let target = file.parent().unwrap_or(Path::new(""));
    target.join("../scenarios")
}
