//! A recording for others: put in disguise, and tried before anybody gets it.

use recording::{ExpectedResult, Fault, PseudonymiseError, Recording, Replay, pseudonymised};
use report::Report;
use run::{Probes, RunError};

/// Why there is no recording for others.
#[derive(Debug, thiserror::Error)]
pub enum ShareError {
    /// It cannot be put in disguise.
    #[error(transparent)]
    Pseudonyms(#[from] PseudonymiseError),
    /// It is no recording to begin with, or would be none.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The probes could not be run on it.
    #[error(transparent)]
    Run(#[from] RunError),
    /// Somebody's names are part of what was found.
    #[error(
        "the recording cannot be pseudonymised: its probes would then find {is}, but they found {was}"
    )]
    OtherConclusion {
        /// The root causes that were found.
        was: String,
        /// Those that would be.
        is: String,
    },
}

/// The same recording for others. `report` is what it led to: from there it is known what is somebody's.
///
/// # Errors
/// Why there is none.
pub async fn shareable(
    file: &[u8],
    report: &Report,
    probes: &Probes,
) -> Result<Vec<u8>, ShareError> {
    let recording = Recording::from_bytes(file)?;
    let file = pseudonymised(file, &recording, report)?;
    prove(&file, &recording, probes).await?;
    Ok(file)
}

/// The probes find in disguise what they found, or nobody gets it.
async fn prove(file: &[u8], before: &Recording, probes: &Probes) -> Result<(), ShareError> {
    let replay = Replay::new(Recording::from_bytes(file)?, probes.identities());
    let report = crate::replay(&replay.recording.check(), &replay, probes).await?;
    let is = ExpectedResult::from(&report);
    let was = &before.expected;
    if is == *was && replay.faithful().is_ok() {
        return Ok(());
    }
    Err(ShareError::OtherConclusion {
        was: cause_list(was),
        is: match replay.faithful() {
            Ok(()) => cause_list(&is),
            Err(divergence) => divergence.0,
        },
    })
}

fn cause_list(expected: &ExpectedResult) -> String {
    match expected.root_causes.as_slice() {
        [] => "no fault".into(),
        codes => codes.join(", "),
    }
}
