//! Replies that belong to another command than the last one: they are noticed, passed over and reported.

use ftp::exchange::{Fit, fit};
use ftp::{Asked, Reply};

use super::{Control, DialogueError};
use crate::{ready, step};

/// A reply too many comes right behind the one before it, in milliseconds.
const BEHIND_MS: u32 = 50;
/// Of a reply that has begun, the rest is here in this time, in milliseconds.
const LAST_WORDS_MS: u32 = 200;

impl Control {
    /// The reply to the last command, where this one belongs to another: the session is brought back into step with a
    /// `NOOP`, and what was out of step becomes a finding when the probe ends, if that is its to report.
    pub(super) fn in_step(&mut self, reply: Reply) -> Result<Reply, DialogueError> {
        if step::follows_the_greeting(self.asked(), self.asked_before(), &reply) {
            return self.passed_over(&reply, self.reply_ms, true);
        }
        if !step::can_be_brought_back(self.asked(), &reply) {
            return Ok(reply);
        }
        let slip = self.exchanges.slip(&reply);
        let (reply, is_behind) = step::bring_back(self, reply)?;
        if is_behind && self.is_main {
            step::note(slip.with_answer(&reply));
        }
        Ok(reply)
    }

    /// The next reply to a transfer, waiting up to `wait_ms` milliseconds. One that can only belong to the command before is
    /// passed over: that was answered twice.
    pub(crate) fn transfer_reply_within(&mut self, wait_ms: u32) -> Result<Reply, DialogueError> {
        let odd = self.reply_within(wait_ms)?;
        if fit(Asked::Transfer, &odd) == Fit::Possible {
            return Ok(odd);
        }
        self.passed_over(&odd, wait_ms, self.is_main)
    }

    /// The reply behind one that belongs to another command.
    fn passed_over(
        &mut self,
        odd: &Reply,
        wait_ms: u32,
        is_noted: bool,
    ) -> Result<Reply, DialogueError> {
        let slip = self.exchanges.slip(odd);
        let reply = self.reply_within(wait_ms)?;
        if is_noted {
            step::note(slip.with_answer(&reply));
        }
        Ok(reply)
    }

    /// Looks whether the server has said more than it was asked, before a session is given away whose replies had nothing in
    /// them to tell one from another. It costs no round trip.
    pub fn settle(&mut self) {
        if !self.has_bytes() && ready(&[&self.connection], BEHIND_MS).is_empty() {
            return;
        }
        let Some(slip) = self.exchanges.slip_at_the_end() else {
            return;
        };
        // A goodbye comes without a question (RFC 959 section 5.4).
        if let Ok(reply) = self.reply_within(LAST_WORDS_MS)
            && reply.code != 421
        {
            step::note(slip.with_answer(&reply));
        }
    }
}
