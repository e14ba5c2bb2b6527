//! Work that goes on while the control connection is listened to.

use std::{collections::VecDeque, io};

use crate::control::Control;

/// Commands that may wait for the end of a transfer.
const MOST_QUEUED: usize = 32;

/// How such work ended.
pub(super) enum Ended<T> {
    /// By itself.
    Done(T),
    /// `ABOR` came.
    Aborted,
    /// The client left, or sent far too much.
    Gone,
}

/// Runs to the end unless the client aborts it. Other commands wait in the queue.
pub(super) async fn beside<T>(
    control: &mut Control,
    queued: &mut VecDeque<String>,
    work: impl Future<Output = T>,
) -> io::Result<Ended<T>> {
    tokio::pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return Ok(Ended::Done(done)),
            command = control.command() => match command? {
                Some(line) if line.trim().eq_ignore_ascii_case("ABOR") => return Ok(Ended::Aborted),
                Some(line) if queued.len() < MOST_QUEUED => queued.push_back(line),
                _ => return Ok(Ended::Gone),
            }
        }
    }
}
