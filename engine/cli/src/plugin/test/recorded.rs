//! Recordings among the scenarios of a probe: what happened once, at somebody's remote, is a test from then on.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::super::CliError;
use super::scenario::ScenarioError;
use super::trial::Outcome;
use model::finding::OmissionCause;
use recording::{Recording, Replay};
use run::Probes;
use sandbox::Plugin;

pub(super) struct Recorded {
    pub(super) name: String,
    path: PathBuf,
}

impl Recorded {
    /// The files `*.recording` of a folder and of the folders in it, by name.
    pub(super) fn all(folder: &Path) -> Result<Vec<Recorded>, ScenarioError> {
        let mut paths = Vec::new();
        for entry in entries(folder)? {
            match entry.is_dir() {
                true => paths.extend(entries(&entry)?),
                false => paths.push(entry),
            }
        }
        paths.retain(|path| path.extension().is_some_and(|it| it == "recording"));
        paths.sort();
        let recorded = paths.into_iter().map(|path| Recorded {
            name: path.file_stem().unwrap_or_default().display().to_string(),
            path,
        });
        Ok(recorded.collect())
    }

    /// Whether the tested probes find in it what was found when it was made.
    pub(super) async fn judge(
        &self,
        probes: &Probes,
        tested: &[Arc<Plugin>],
    ) -> Result<Outcome, CliError> {
        let recording = Recording::read(&self.path)?;
        let check = recording.check();
        let replay = Replay::new(recording, probes.identities());
        let report = doctor::replay(&check, &replay, probes).await?;
        if let Err(divergence) = replay.faithful() {
            return Ok(Outcome::Failed(divergence.to_string()));
        }
        let declared: Vec<&str> = tested
            .iter()
            .flat_map(|plugin| &plugin.description.codes)
            .map(|code| code.name.as_str())
            .collect();
        let was = &replay.recording.expected.findings;
        let is: Vec<&String> = report.findings.iter().map(|it| &it.code).collect();
        let ours =
            |code: &&&str| was.iter().any(|it| it == **code) != is.iter().any(|it| *it == **code);
        let unknown = report.not_tested.iter().find(|it| {
            it.cause == OmissionCause::CouldNotLook
                && it
                    .codes
                    .iter()
                    .any(|code| declared.contains(&code.as_str()))
        });
        Ok(match (declared.iter().find(ours), unknown) {
            (None, None) => Outcome::Passed,
            (None, Some(omission)) => Outcome::NotRun(format!(
                "it asks for something that the recording does not have: {}: {}",
                omission.check, omission.reason
            )),
            (Some(code), _) if was.iter().any(|it| it == code) => Outcome::Failed(format!(
                "finds too little: {code} was found when it was recorded"
            )),
            (Some(code), _) => Outcome::Failed(format!(
                "finds too much: {code} was not found when it was recorded"
            )),
        })
    }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, ScenarioError> {
    let unreadable = |source| ScenarioError::Folder {
        path: folder.into(),
        source,
    };
    let entries = fs::read_dir(folder).map_err(unreadable)?;
    entries
        .map(|entry| Ok(entry.map_err(unreadable)?.path()))
        .collect()
}
