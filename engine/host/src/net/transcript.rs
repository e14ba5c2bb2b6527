//! The dialogue of a run with its times, as it goes into the report.

use model::dialogue::Direction;
use model::dialogue::Line;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use model::cleaner;
use model::failure::{Failure, FailureKind};
use model::visit::RunPhase;

/// A run that says more than this is not read line by line.
const MAX_LINES: usize = 2000;
/// Longer lines are cut: nobody reads them, and a hostile server sends megabytes.
const MAX_LINE: usize = 500;

/// The lines of a run, in the order they happened.
#[derive(Clone, Debug)]
pub struct Transcript {
    started: Instant,
    lines: Arc<Mutex<Vec<Line>>>,
}

impl Transcript {
    /// An empty transcript; times count from now.
    pub fn new() -> Transcript {
        Transcript {
            started: Instant::now(),
            lines: Arc::default(),
        }
    }

    /// Adds a line, made printable and cut to length.
    pub fn add(&self, connection: u32, probe: &str, direction: Direction, text: &str) {
        self.push(connection, probe, direction, text, None);
    }

    /// Adds a failure, with its kind for whoever reads by machine.
    pub fn add_failure(&self, connection: u32, probe: &str, failure: &Failure) {
        let (text, kind) = (&failure.detail, failure.kind);
        self.push(connection, probe, Direction::Event, text, Some(kind));
    }

    /// Adds the line of a login and where it goes. It is never left out, however much was said before: whoever reads a
    /// transcript sees every login.
    pub fn add_login(&self, connection: u32, probe: &str, to: SocketAddr, text: &str) {
        let at_ms = self.at_ms();
        let line = |direction, text: &str| Line {
            at_ms,
            connection,
            probe: probe.to_string(),
            direction,
            text: cleaner::line(text, MAX_LINE),
            failure: None,
            part: RunPhase::Diagnosis,
        };
        let mut lines = self.lock();
        if lines.len() >= MAX_LINES {
            lines.push(line(
                Direction::Event,
                &format!("a login at {to}, after lines that are omitted"),
            ));
        }
        lines.push(line(Direction::Sent, text));
    }

    fn push(
        &self,
        connection: u32,
        probe: &str,
        direction: Direction,
        text: &str,
        failure: Option<FailureKind>,
    ) {
        let mut lines = self.lock();
        if lines.len() >= MAX_LINES {
            return;
        }
        lines.push(Line {
            at_ms: self.at_ms(),
            connection,
            probe: probe.to_string(),
            direction,
            text: cleaner::line(text, MAX_LINE),
            failure,
            part: RunPhase::Diagnosis,
        });
    }

    fn at_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// The lines so far.
    pub fn lines(&self) -> Vec<Line> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Line>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Transcript {
    fn default() -> Self {
        Transcript::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_never_reach_a_screen() {
        let transcript = Transcript::new();
        let hostile = "220 \x1b[2Jhello\x07\u{202e}\u{2028}FAIL";
        transcript.add(1, "reach", Direction::Received, hostile);
        let shown = &transcript.lines()[0].text;
        assert_eq!(shown, "220 \u{fffd}[2Jhello\u{fffd}\u{fffd} / FAIL");
    }

    #[test]
    fn a_transcript_is_bounded() {
        let transcript = Transcript::new();
        for _ in 0..MAX_LINES + 10 {
            transcript.add(1, "reach", Direction::Received, "220 hello");
        }
        assert_eq!(transcript.lines().len(), MAX_LINES);
    }

    #[test]
    fn no_login_is_left_out_however_much_was_said_before() {
        let transcript = Transcript::new();
        let to = "198.51.100.20:21".parse().unwrap();
        let logins = |transcript: &Transcript| {
            let lines = transcript.lines();
            lines
                .iter()
                .filter(|it| it.text == "PASS [password]")
                .count()
        };
        transcript.add_login(1, "login", to, "PASS [password]");
        for _ in 0..MAX_LINES + 10 {
            transcript.add(1, "reach", Direction::Received, "220 hello");
        }
        transcript.add_login(2, "sessions", to, "PASS [password]");
        transcript.add_login(3, "sessions", to, "PASS [password]");
        assert_eq!(logins(&transcript), 3);
        // Where it went is said with it, since the lines that tell are gone.
        let last = &transcript.lines()[MAX_LINES + 2];
        assert!(last.text.contains("198.51.100.20:21"), "{}", last.text);
        assert_eq!(last.connection, 3);
    }
}
