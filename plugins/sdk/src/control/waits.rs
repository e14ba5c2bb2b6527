//! How long a reply is waited for: from the time-out of the settings, and from the pace of the session.

use ftp::Asked;

use super::Control;
use crate::Pace;

impl Control {
    /// How long replies are waited for, in milliseconds.
    #[must_use]
    pub fn reply_ms(&self) -> u32 {
        self.reply_ms
    }

    /// Changes how long a reply is waited for, in milliseconds; gives what it was.
    pub fn set_reply_ms(&mut self, reply_ms: u32) -> u32 {
        std::mem::replace(&mut self.reply_ms, reply_ms)
    }

    /// How long a reply is waited for before the same is asked of a second session, in milliseconds.
    #[must_use]
    pub fn first_look_ms(&self) -> u32 {
        self.pace().first_look_ms(self.reply_ms)
    }

    /// How long the answer to the last command may take in all, in milliseconds.
    #[must_use]
    pub fn full_ms(&self) -> u32 {
        let asked = match self.asked() {
            "" => Asked::Greeting,
            command => Asked::by(command),
        };
        self.pace().full_ms(asked, self.reply_ms)
    }

    pub(super) fn is_full(&self, wait_ms: u32) -> bool {
        wait_ms >= self.full_ms()
    }

    /// What the last reply was waited for, in milliseconds.
    #[must_use]
    pub fn waited_ms(&self) -> u32 {
        self.waited_ms
    }

    /// How long the usual reply of this session takes, in milliseconds: the median of what passed from one wait for a reply to
    /// the next, which costs no look at the clock. None before three commands.
    #[must_use]
    pub fn usual_reply_ms(&self) -> Option<u32> {
        self.exchanges.usual_ms()
    }

    /// Says how long a reply took that came before this session was taken over, in milliseconds.
    pub fn took_before(&mut self, ms: u32) {
        self.known_ms = self.known_ms.max(ms);
    }

    /// How long a reply is waited for where it need not have all of its time, in milliseconds: some times what it usually takes
    /// in this session, between these two, and never longer than any reply.
    #[must_use]
    pub fn patience_ms(&self, least_ms: u32, most_ms: u32) -> u32 {
        const USUAL_REPLIES: u32 = 4;
        let usual_ms = self.usual_reply_ms().unwrap_or_default();
        usual_ms
            .saturating_mul(USUAL_REPLIES)
            .clamp(least_ms, most_ms)
            .min(self.reply_ms)
    }

    pub(super) fn pace(&self) -> Pace {
        let usual_ms = self.usual_reply_ms();
        // Later a probe may have done other things between two replies.
        let seen_ms = match usual_ms {
            None => self.exchanges.slowest_ms(),
            Some(_) => 0,
        };
        Pace {
            usual_ms,
            slowest_ms: seen_ms.max(self.known_ms),
        }
    }
}
