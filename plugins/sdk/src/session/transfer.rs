//! One transfer over an open data connection, with control and data watched together: servers say 150 before or after the
//! TLS handshake of the data connection, and a refusal may come at any moment.

mod handshake;

use ftp::phase::transfer::{self, TransferAnswer};
use ftp::{Phase, Reply};

use super::Session;
use super::payload::{Answer, Payload, Refusal, Transferred};
use crate::{Connection, DialogueError, Failure, FailureKind, TlsSession, ready};

/// How long a server may take over its last words.
const LAST_WORDS_MS: u32 = 5_000;
/// How long bytes that woke the control connection are read for, in milliseconds: what has come is here.
const GLANCE_MS: u32 = 50;
/// As often a server may say that a transfer begins.
const MOST_BEGUN: usize = 4;
/// One write; between two of them the control connection is looked at.
const PIECE: usize = 16 * 1024;

impl Session {
    /// Sends `command` and moves the payload over `data`, whose TCP connection is made.
    ///
    /// # Errors
    /// Everything but a transfer that the server called complete.
    pub fn transfer(
        &mut self,
        data: Connection,
        command: &str,
        payload: Payload<'_>,
    ) -> Result<Transferred, Box<Refusal>> {
        Transfer {
            session: self,
            seen: Seen::default(),
        }
        .run(data, command, payload)
        .map_err(Box::new)
    }
}

/// What has been seen so far.
#[derive(Default)]
pub(super) struct Seen {
    started: bool,
    /// Whether the 1yz was there before the end of the TLS handshake; none where both came at once.
    said_first: Option<bool>,
    session: Option<TlsSession>,
    failure: Option<Failure>,
    /// A final reply that came before the data ended.
    last: Option<Reply>,
    passed: usize,
    ended: bool,
}

impl Seen {
    /// Nothing yet but, perhaps, the 1yz.
    pub(super) fn from_start(started: bool) -> Seen {
        Seen {
            started,
            ..Seen::default()
        }
    }
}

pub(super) struct Transfer<'s> {
    pub(super) session: &'s mut Session,
    pub(super) seen: Seen,
}

impl Transfer<'_> {
    fn run(
        mut self,
        data: Connection,
        command: &str,
        payload: Payload<'_>,
    ) -> Result<Transferred, Refusal> {
        if let Err(error) = self.session.control.send(command) {
            return Err(self.lost(&error));
        }
        self.go_on(data, payload)
    }

    /// Everything after the command.
    pub(super) fn go_on(
        mut self,
        data: Connection,
        payload: Payload<'_>,
    ) -> Result<Transferred, Refusal> {
        if self.session.tls {
            if matches!(payload, Payload::Send(_)) || self.session.hears_first {
                self.first_word()?;
            }
            // Without waiting for 150 any longer: some servers say it only when the handshake is done.
            if let Err(failure) = data.start_tls(&self.session.tls_options()) {
                self.seen.failure = Some(failure);
            }
            self.handshake(&data)?;
        }
        let (bytes, end) = match payload {
            Payload::Receive { most } => self.receive(&data, most)?,
            Payload::Send(bytes) => (Vec::new(), self.send(&data, bytes)?),
        };
        let silent = matches!(&end, Err(failure) if failure.kind == FailureKind::TimedOut);
        self.seen.ended = !silent;
        let closed_properly = end.is_ok();
        let ended_by = end.as_ref().err().map(|failure| failure.kind);
        // Without close_notify is a way to end; everything else is a failure.
        self.seen.failure = end
            .err()
            .filter(|failure| failure.kind != FailureKind::Truncated);
        // Both ways closed before the last reply is waited for: some servers send it only then.
        let _ = data.finish(LAST_WORDS_MS);
        drop(data);
        let reply = match self.seen.last.take() {
            Some(reply) => Ok(reply),
            None => self.final_reply(),
        };
        match reply {
            // All was sent, says the server, and it never came.
            Ok(reply) if silent => Err(self.refusal(Answer::Silence, Some(reply))),
            // What could not be decrypted did not arrive.
            Ok(reply)
                if matches!(
                    ended_by,
                    Some(FailureKind::TlsBroken | FailureKind::NotTls | FailureKind::TlsAlert(_))
                ) =>
            {
                Err(self.refused(reply))
            }
            Ok(reply) if transfer::judge(Phase::Transferring, &reply) == TransferAnswer::Done => {
                Ok(Transferred {
                    bytes,
                    said_first: self.seen.said_first,
                    session: self.seen.session,
                    closed_properly,
                    ended_by,
                    reply,
                })
            }
            Ok(reply) => Err(self.refused(reply)),
            Err(error) if error.kind() == Some(FailureKind::TimedOut) => {
                self.session.usable = false;
                Err(self.refusal(Answer::Silence, None))
            }
            Err(error) => Err(self.lost(&error)),
        }
    }

    /// Reads to the end, unless the server refuses before.
    fn receive(
        &mut self,
        data: &Connection,
        most: usize,
    ) -> Result<(Vec<u8>, Result<(), Failure>), Refusal> {
        let mut all = Vec::new();
        loop {
            if self.seen.last.is_some() {
                // The last reply may overtake the last data.
                let (rest, end) =
                    data.read_to_end(most.saturating_sub(all.len()), self.session.end_ms);
                all.extend(rest);
                self.seen.passed = all.len();
                return Ok((all, end));
            }
            let woken = self.watch(data, self.session.standstill_ms);
            if woken.data {
                match data.read(0) {
                    Ok(bytes) if bytes.is_empty() => return Ok((all, Ok(()))),
                    Ok(bytes) => all.extend(bytes),
                    Err(failure) => return Ok((all, Err(failure))),
                }
                self.seen.passed = all.len();
                if all.len() > most {
                    return Ok((all, Ok(())));
                }
            }
            self.heard(&woken)?;
        }
    }

    /// Writes all, closes our direction, and reads to the peer's end: closing with unread bytes would reset the
    /// connection and cost the tail of the file (F-D22).
    fn send(&mut self, data: &Connection, bytes: &[u8]) -> Result<Result<(), Failure>, Refusal> {
        for piece in bytes.chunks(PIECE) {
            let woken = self.watch(data, 0);
            self.heard_while_sending(&woken)?;
            if let Err(failure) = data.write(piece, self.session.standstill_ms) {
                return self.broken_off(failure);
            }
            self.seen.passed += piece.len();
        }
        if let Err(failure) = data.finish(self.session.standstill_ms) {
            return self.broken_off(failure);
        }
        let (_, end) = data.read_to_end(PIECE, LAST_WORDS_MS);
        Ok(end.or_else(|failure| match failure.kind {
            // Servers that wait for nothing more close late, or without close_notify: our bytes are theirs already.
            FailureKind::TimedOut | FailureKind::Truncated | FailureKind::Reset => Ok(()),
            _ => Err(failure),
        }))
    }

    /// Our bytes were not taken: the server's reply, if there is one, says why.
    fn broken_off(&mut self, failure: Failure) -> Result<Result<(), Failure>, Refusal> {
        let silent = failure.kind == FailureKind::TimedOut;
        self.seen.failure = Some(failure);
        match self.final_reply() {
            Ok(reply) => Err(self.refused(reply)),
            Err(error) if is_over(&error) => Err(self.lost(&error)),
            Err(_) if silent => {
                self.session.usable = false;
                Err(self.refusal(Answer::Silence, None))
            }
            Err(error) => Err(self.lost(&error)),
        }
    }

    fn heard_while_sending(&mut self, woken: &Woken) -> Result<(), Refusal> {
        self.heard(woken)?;
        match self.seen.last.take() {
            // It calls the transfer complete and has not seen the end of it.
            Some(reply) => Err(self.refused(reply)),
            None => Ok(()),
        }
    }

    /// A reply on the control connection while data moves.
    fn heard(&mut self, woken: &Woken) -> Result<(), Refusal> {
        if woken.nothing() && woken.waited {
            self.session.usable = false;
            return Err(self.refusal(Answer::Silence, None));
        }
        if !woken.control {
            return Ok(());
        }
        let reply = match self.spoken(self.session.standstill_ms) {
            Ok(Some(reply)) => reply,
            Ok(None) => return Ok(()),
            Err(error) => return Err(self.lost(&error)),
        };
        match transfer::judge(self.phase(), &reply) {
            TransferAnswer::Started => self.seen.started = true,
            TransferAnswer::Done => self.seen.last = Some(reply),
            _ => return Err(self.refused(reply)),
        }
        Ok(())
    }

    /// The reply whose bytes woke the control connection; none where empty lines did, which some servers put between two.
    fn spoken(&mut self, wait_ms: u32) -> Result<Option<Reply>, DialogueError> {
        match self.session.control.has_spoken(GLANCE_MS) {
            true => self
                .session
                .control
                .transfer_reply_within(wait_ms)
                .map(Some),
            false => Ok(None),
        }
    }

    /// The next reply on the control connection.
    fn reply(&mut self) -> Result<Reply, DialogueError> {
        let wait_ms = self.session.standstill_ms;
        self.session.control.transfer_reply_within(wait_ms)
    }

    /// The reply that ends a transfer; the end of the data may have overtaken the 1yz before it.
    fn final_reply(&mut self) -> Result<Reply, DialogueError> {
        let mut reply = self.reply()?;
        for _ in 0..MOST_BEGUN {
            if transfer::judge(Phase::Transfer, &reply) != TransferAnswer::Started {
                break;
            }
            self.seen.started = true;
            reply = self.reply()?;
        }
        Ok(reply)
    }

    /// Waits until one of the two connections has something to say.
    fn watch(&self, data: &Connection, wait_ms: u32) -> Woken {
        if self.session.control.has_bytes() {
            return Woken {
                control: true,
                data: false,
                waited: false,
            };
        }
        let woken = ready(&[self.session.control.connection(), data], wait_ms);
        Woken {
            control: woken.contains(&0),
            data: woken.contains(&1),
            waited: wait_ms > 0,
        }
    }

    fn phase(&self) -> Phase {
        if self.seen.started {
            Phase::Transferring
        } else {
            Phase::Transfer
        }
    }

    fn refused(&mut self, reply: Reply) -> Refusal {
        let answer = match transfer::judge(self.phase(), &reply) {
            TransferAnswer::TlsRefused if !self.session.tls => without_tls(&reply),
            answer => answer,
        };
        if answer == TransferAnswer::Closing {
            self.session.usable = false;
        }
        self.refusal(Answer::Reply(answer), Some(reply))
    }

    fn lost(&mut self, error: &DialogueError) -> Refusal {
        self.session.usable = false;
        if let DialogueError::Failure(failure) = error {
            self.seen.failure = Some(failure.clone());
        }
        self.refusal(Answer::ControlLost, None)
    }

    fn refusal(&mut self, answer: Answer, reply: Option<Reply>) -> Refusal {
        let Seen {
            started,
            session,
            failure,
            passed,
            ended,
            ..
        } = std::mem::take(&mut self.seen);
        Refusal {
            answer,
            reply,
            session,
            failure,
            started,
            passed,
            data_ended: ended,
        }
    }
}

/// Which of the two connections has something to say.
struct Woken {
    control: bool,
    data: bool,
    /// Whether time was given to them at all.
    waited: bool,
}

impl Woken {
    fn nothing(&self) -> bool {
        !self.control && !self.data
    }
}

/// What is read as a refusal of TLS where there is TLS, in a session that has none: the data connection, what became of it, or
/// a demand for TLS.
fn without_tls(reply: &Reply) -> TransferAnswer {
    match reply.code {
        425 => TransferAnswer::NoDataConnection,
        450 => TransferAnswer::Broken,
        _ => TransferAnswer::ProtectionRequired,
    }
}

/// Whether the connection is gone.
fn is_over(error: &DialogueError) -> bool {
    matches!(
        error.kind(),
        Some(FailureKind::Reset | FailureKind::Closed | FailureKind::Truncated)
    )
}
