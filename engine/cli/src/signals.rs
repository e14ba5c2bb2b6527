//! What asks the program to end: Ctrl-C and its kin. The first lets the run remove what it made, the second ends that.

use std::io;
use std::time::Duration;

use run::Interrupt;

use super::{CliError, Exit};

/// As long as the report may take after the second.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Listens from now on. The first signal stops the run, which then removes what it made on the remote; the second ends that,
/// too; a third, or a report that cannot be written in a few seconds, ends the program.
///
/// # Errors
/// The system does not let us listen.
pub(super) fn listen() -> Result<Interrupt, CliError> {
    let interrupt = Interrupt::default();
    let Interrupt { stop, give_up } = interrupt.clone();
    let mut signals = Signals::new().map_err(|source| CliError::File {
        what: "waiting for signals".into(),
        source,
    })?;
    tokio::spawn(async move {
        signals.next().await;
        stop.cancel();
        signals.next().await;
        give_up.cancel();
        tokio::select! {
            () = signals.next() => {}
            () = tokio::time::sleep(LAST_WORDS) => {}
        }
        std::process::exit(Exit::Interrupted as i32);
    });
    Ok(interrupt)
}

/// Everything that asks a program to end and lets it do so by itself.
#[cfg(unix)]
struct Signals(Vec<tokio::signal::unix::Signal>);

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Signals> {
        use tokio::signal::unix::{SignalKind, signal};
        let mut kinds = vec![
            SignalKind::interrupt(),
            SignalKind::terminate(),
            SignalKind::quit(),
        ];
        // nohup is there so that a program outlives its terminal.
        if !is_ignored(SignalKind::hangup().as_raw_value()) {
            kinds.push(SignalKind::hangup());
        }
        let signals = kinds.into_iter().map(signal);
        Ok(Signals(signals.collect::<io::Result<_>>()?))
    }

    async fn next(&mut self) {
        let any = self.0.iter_mut().map(|signal| Box::pin(signal.recv()));
        futures_util::future::select_all(any).await;
    }
}

/// Whether whoever started this process wanted it not to hear a signal; Linux tells it in a mask.
#[cfg(unix)]
fn is_ignored(number: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & (1 << (number - 1)) != 0)
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Signals> {
        Ok(Signals)
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}
