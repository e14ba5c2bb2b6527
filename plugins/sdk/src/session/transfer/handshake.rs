//! The TLS handshake of the data connection, while the control connection is listened to: a reply may come before its end,
//! or in place of it.

use ftp::Phase;
use ftp::phase::transfer::{self, TransferAnswer};

use super::{LAST_WORDS_MS, Transfer, is_over};
use crate::session::payload::{Answer, Refusal};
use crate::{Connection, FailureKind, Patience, ready};

/// How long the end of a handshake may take that a reply has overtaken.
const OVERTAKEN_MS: u32 = 500;
/// How long an upload waits for the first reply before its data connection is secured.
const FIRST_WORD_MS: u32 = 500;
/// The same where that reply is all there is to learn, and the way is long.
const MOST_OF_A_WORD_MS: u32 = 2_000;

impl Transfer<'_> {
    /// Servers that refuse an upload do so at once, and a handshake begun before would use up one of the few tickets of
    /// TLS 1.3 (RFC 8446 appendix C.4): later data connections would have none.
    pub(super) fn first_word(&mut self) -> Result<(), Refusal> {
        let control = &self.session.control;
        let wait_ms = match self.session.hears_first {
            true => control.patience_ms(FIRST_WORD_MS, MOST_OF_A_WORD_MS),
            false => FIRST_WORD_MS,
        };
        let spoken = control.has_bytes() || !ready(&[control.connection()], wait_ms).is_empty();
        if !spoken || self.seen.started {
            return Ok(());
        }
        match self.spoken(self.session.standstill_ms) {
            Ok(Some(reply)) => match transfer::judge(Phase::Transfer, &reply) {
                TransferAnswer::Started => {
                    self.seen.started = true;
                    Ok(())
                }
                _ => Err(self.refused(reply)),
            },
            Ok(None) => Ok(()),
            Err(error) => Err(self.lost(&error)),
        }
    }

    /// Waits for the end of the data connection's handshake, and listens to the control connection meanwhile.
    pub(super) fn handshake(&mut self, data: &Connection) -> Result<(), Refusal> {
        let mut patience = Patience::new(self.session.standstill_ms);
        loop {
            let left = patience.left_ms();
            let woken = self.watch(data, left);
            if woken.data {
                return match data.secured(0) {
                    Ok(session) => {
                        self.seen.session = Some(session);
                        self.seen.said_first = match (self.seen.started, woken.control) {
                            (true, _) => Some(true),
                            (false, true) => None,
                            (false, false) => Some(false),
                        };
                        Ok(())
                    }
                    Err(failure) => {
                        self.seen.failure = Some(failure);
                        Err(self.after_failed_handshake())
                    }
                };
            }
            if woken.control {
                let reply = match self.spoken(left.max(100)) {
                    Ok(Some(reply)) => reply,
                    Ok(None) => continue,
                    Err(error) => return Err(self.lost(&error)),
                };
                match transfer::judge(Phase::Transfer, &reply) {
                    // Some servers say it twice: once as the command begins, and once as the data does.
                    TransferAnswer::Started => self.seen.started = true,
                    // A short listing: the server was done before we looked at the end of its handshake.
                    TransferAnswer::Done if self.seen.last.is_none() => {
                        self.seen.last = Some(reply);
                    }
                    answer => {
                        // A refusal of the session may overtake the end of the handshake it is about.
                        if self.seen.started || answer == TransferAnswer::TlsRefused {
                            self.overtaken(data);
                        }
                        return Err(self.refused(reply));
                    }
                }
            }
            if left == 0 {
                // No reply and no handshake: the dialogue is out of step from here on.
                let last = self.seen.last.take();
                self.session.usable &= last.is_some();
                return Err(self.refusal(Answer::Handshake, last));
            }
        }
    }

    /// How the handshake ended whose refusal was faster; one that goes on has not.
    fn overtaken(&mut self, data: &Connection) {
        match data.secured(OVERTAKEN_MS) {
            Ok(session) => self.seen.session = Some(session),
            Err(failure) if failure.kind == FailureKind::TimedOut => {}
            Err(failure) => self.seen.failure = Some(failure),
        }
    }

    /// The server usually says why.
    fn after_failed_handshake(&mut self) -> Refusal {
        if let Some(reply) = self.seen.last.take() {
            return self.refused(reply);
        }
        loop {
            match self.session.control.transfer_reply_within(LAST_WORDS_MS) {
                Ok(reply)
                    if !self.seen.started
                        && transfer::judge(Phase::Transfer, &reply) == TransferAnswer::Started =>
                {
                    self.seen.started = true;
                }
                Ok(reply) => return self.refused(reply),
                // The whole session is gone, not only its data connection.
                Err(error) if is_over(&error) => return self.lost(&error),
                Err(_) => {
                    self.session.usable = false;
                    return self.refusal(Answer::Handshake, None);
                }
            }
        }
    }
}
