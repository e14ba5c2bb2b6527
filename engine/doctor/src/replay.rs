//! A recording is replayed.

use std::sync::Arc;

use host::Check;
use model::redaction::{self, Level};
use recording::{Replay, Replayed, Shareability};
use report::Report;
use run::{Probes, RunError};

use crate::{Options, diagnose};

/// Runs the probes on a recording, with no network. `check` is that of the recording, as far as it is still wanted.
///
/// # Errors
/// What cannot be run at all. Whether the probes followed the recording, the replay knows.
pub async fn replay(
    check: &Check,
    replay: &Arc<Replay>,
    probes: &Probes,
) -> Result<Report, RunError> {
    let backend = Replayed(replay.clone());
    let mut report = diagnose(check, probes, &backend, Options::default())
        .await?
        .report;
    // A recording for others leads to a report for them.
    if let Shareability::Shareable(removed) = &replay.recording.header.redaction {
        report.redaction = Some(redaction::Redaction {
            level: Level::Shareable,
            removed: removed.clone(),
        });
    }
    Ok(report)
}
