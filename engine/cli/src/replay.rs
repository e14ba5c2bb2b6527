//! `remote-doctor replay`, and the file that `check --record` writes for it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::rendering::Rendering;
use super::check::exit;
use super::output::{self, Told};
use super::progress::with_spinner;
use super::third_party::SignatureArgs;
use super::{CliError, Exit, say};
use doctor::shareable;
use files::output_file::OutputFile;
use host::Check;
use model::redaction::Level;
use recording::{Recorded, Recorder, Recording, Replay};
use report::Report;
use report::redact::redact;
use run::LiveBackend;
use run::Probes;
use run::plan::Plan;

#[derive(clap::Args, Debug)]
pub(crate) struct ReplayArgs {
    /// A file from `check --record`
    #[arg(value_name = "RECORDING")]
    recording: PathBuf,

    /// Run only this probe, and those that it depends on (repeatable) [default: as recorded]
    #[arg(long, help_heading = "Probes", value_name = "PROBE")]
    only: Vec<String>,
    /// Do not run this probe (repeatable)
    #[arg(long, help_heading = "Probes", value_name = "PROBE")]
    skip: Vec<String>,
    /// Also run this third-party probe (repeatable); recorded third-party probes have to be given again
    #[arg(long, help_heading = "Probes", value_name = "FILE.wasm")]
    plugin: Vec<PathBuf>,
    #[command(flatten)]
    signatures: SignatureArgs,

    #[command(flatten)]
    rendering: Rendering,
    /// Write the recording anew, for those that --redact names
    #[arg(
        long,
        help_heading = "Report",
        value_name = "FILE",
        requires = "redact"
    )]
    record: Option<PathBuf>,
}

pub(super) async fn run(args: ReplayArgs) -> Result<Exit, CliError> {
    let rendering = &args.rendering;
    refuse_unrecordable(args.record.as_deref(), rendering.redact)?;
    rendering.is_possible()?;
    let recording = Recording::read(&args.recording)?;
    let signatures = args.signatures.signatures(&args.plugin)?;
    let probes = with_spinner(false, Probes::load(&args.plugin, &signatures)).await?;
    let replay = Replay::new(recording, probes.identities());
    let check = selected(&args, &replay.recording, &probes);
    let plan =
        Plan::new(&probes, &check.selection, Some(check.depth)).map_err(run::RunError::from)?;
    complete(&args, &replay, &plan)?;
    let report = doctor::replay(&check, &replay, &probes).await?;
    replay.faithful().map_err(|source| CliError::Diverged {
        place: args.recording.display().to_string(),
        source,
    })?;
    if let Some(path) = &args.record {
        let file = fs::read(&args.recording).map_err(|source| CliError::File {
            what: args.recording.display().to_string(),
            source,
        })?;
        let kept = Kept::begin(path)?;
        kept.put(&for_level(file, rendering.redact, &report, &probes, path).await?)?;
    }
    let shown = say::shown(redact(report.clone(), rendering.redact)?)?;
    let delivered = output::deliver(&shown, rendering, Told::Verdict);
    Ok(delivered.exit(exit(&report, rendering)))
}

/// A recording without the remote's names and certificates would be of nothing.
pub(super) fn refuse_unrecordable(
    path: Option<&Path>,
    level: Option<Level>,
) -> Result<(), CliError> {
    match (path, level) {
        (Some(path), Some(Level::Public)) => Err(CliError::Usage(format!(
            "{}: a recording contains the remote's certificates, so it cannot be public; shareable is the \
            strictest level",
            path.display()
        ))),
        _ => Ok(()),
    }
}

async fn for_level(
    file: Vec<u8>,
    level: Option<Level>,
    report: &Report,
    probes: &Probes,
    path: &Path,
) -> Result<Vec<u8>, CliError> {
    match level.unwrap_or_default() {
        Level::Internal => Ok(file),
        Level::Shareable | Level::Public => {
            let pseudonymised = shareable(&file, report, probes).await;
            pseudonymised.map_err(|source| CliError::Pseudonyms {
                place: path.display().to_string(),
                source,
            })
        }
    }
}

/// The recorded check, with the probes that are asked for now.
fn selected(args: &ReplayArgs, recording: &Recording, probes: &Probes) -> Check {
    // A probe that is not at hand needs no leaving out; one that nobody knows is a mistake.
    let recorded = |name: &str| recording.header.probes.iter().any(|it| it.name == name);
    let plugins = &probes.plugins;
    let at_hand = |name: &str| plugins.iter().any(|it| it.description.name == name);
    recording.check().altered(|asked| {
        let selection = &mut asked.selection;
        if !args.only.is_empty() {
            selection.only.clone_from(&args.only);
        }
        selection.skip.extend(args.skip.iter().cloned());
        selection
            .skip
            .retain(|name| !recorded(name) || at_hand(name));
    })
}

/// Without one of its probes, a replay would leave out what was found, and look better than the remote was.
fn complete(args: &ReplayArgs, replay: &Replay, plan: &Plan) -> Result<(), CliError> {
    let left_out = |name: &&str| !args.only.is_empty() || args.skip.iter().any(|it| it == name);
    match replay.missing(plan).into_iter().find(|it| !left_out(it)) {
        None => Ok(()),
        Some(name) => Err(CliError::Usage(format!(
            "the recording has a probe `{name}`, which was not given: add it with --plugin, or leave it out with \
            --skip {name}"
        ))),
    }
}

/// The file of a recording while the check runs: that it cannot be written is told before anything is asked of the remote.
pub(super) struct Kept {
    path: PathBuf,
    file: OutputFile,
    recorder: Arc<Recorder>,
}

impl Kept {
    pub(super) fn begin(path: &Path) -> Result<Kept, CliError> {
        Ok(Kept {
            file: OutputFile::open(path)?,
            path: path.into(),
            recorder: Arc::default(),
        })
    }

    /// The network, and all that it answers is kept.
    pub(super) fn backend(&self) -> Recorded<LiveBackend> {
        Recorded::new(LiveBackend, self.recorder.clone())
    }

    /// Writes what was recorded, for those that a level names.
    pub(super) async fn finish(
        self,
        check: &Check,
        probes: &Probes,
        report: &Report,
        level: Option<Level>,
    ) -> Result<(), CliError> {
        let bytes = self.recorder.file(check, probes.identities(), report);
        let bytes = bytes
            .map_err(|damage| CliError::Usage(format!("{}: {damage}", self.path.display())))?;
        let bytes = for_level(bytes, level, report, probes, &self.path).await?;
        self.put(&bytes)
    }

    fn put(self, bytes: &[u8]) -> Result<(), CliError> {
        Ok(self.file.finish(bytes)?)
    }
}
