//! How long is waited for what does not come. Every wait of a probe is derived from the constants here, from what the server
//! has shown so far, and from the two time-outs of the settings; the deadline of a probe and that of a run follow from them
//! (`engine/model/src/remote/timeouts.rs`).
//!
//! Silence is looked at twice, side by side: after a first look the same is asked of a second connection, and the first one is
//! listened to meanwhile. So the full time is spent once.

use std::cell::Cell;

use ftp::Asked;

use crate::elapsed_us;

thread_local! {
    /// Whether the time-outs of the settings are all there is. An instance of a probe is one run of it.
    static IS_LIMITED: Cell<bool> = const { Cell::new(false) };
}

/// From now on nothing is waited for beyond the time-outs of the settings, and a first look has half of one.
pub(crate) fn limit() {
    IS_LIMITED.set(true);
}

/// How long the first look at silence lasts, of so many milliseconds in all.
#[must_use]
pub fn first_look_of(reply_ms: u32) -> u32 {
    let most_ms = match IS_LIMITED.get() {
        true => reply_ms / 2,
        false => reply_ms,
    };
    FIRST_LOOK_MS.min(most_ms)
}

/// How long a second look lasts at least, in milliseconds. Beside a first one it may go on for longer than the settings wait: so
/// a late answer is told from none.
#[must_use]
pub fn second_look_of(reply_ms: u32) -> u32 {
    match IS_LIMITED.get() {
        true => FIRST_LOOK_MS.min(reply_ms / 2),
        false => FIRST_LOOK_MS,
    }
}

/// How long an answer is listened for beyond the settings, in milliseconds.
#[must_use]
pub fn beyond_ms() -> u32 {
    match IS_LIMITED.get() {
        true => 0,
        false => BEYOND_MS,
    }
}

/// How many seconds a whole check of a server takes whose usual reply takes so many milliseconds: the commands of a run at
/// standard depth, one after another.
#[must_use]
pub fn whole_check_s(usual_ms: i64) -> i64 {
    const COMMANDS: i64 = 60;
    usual_ms.saturating_mul(COMMANDS) / 1000
}

/// The time since a moment of the run's clock, which is in microseconds; in whole milliseconds that have passed.
#[must_use]
pub fn since_ms(moment_us: u64) -> u32 {
    let passed = elapsed_us().saturating_sub(moment_us) / 1000;
    u32::try_from(passed).unwrap_or(u32::MAX)
}

/// Three packets that ask for a connection have been lost by then, in milliseconds (RFC 6298 section 2: after one second, and
/// after two more).
pub const THREE_LOST_MS: u32 = 4_000;
/// After so long a silence the same is asked of a second session, in milliseconds: a server that answers at all answers most
/// commands well within it, and a packet that was lost three times has come by then.
pub const FIRST_LOOK_MS: u32 = 4_000;
/// How long an answer may take in all that the server has [at hand](Asked::is_at_hand), in milliseconds, where it has shown to
/// answer the rest at once. What lies behind other answers, such as a service for names, takes up to the whole time-out.
pub const AT_HAND_MS: u32 = 12_000;
/// So much later than the settings allow an answer is still listened for, in milliseconds, to tell late from never.
const BEYOND_MS: u32 = 4_000;
/// How long a reply that has begun may pause, in milliseconds; and how long where this server has left one without its end.
pub(crate) const MID_REPLY_MS: u32 = 8_000;
pub(crate) const MID_REPLY_AGAIN_MS: u32 = 2_000;

/// What a server has shown of its pace in one session.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pace {
    /// How long the usual reply takes, in milliseconds.
    pub usual_ms: Option<u32>,
    /// How long the slowest one took, in milliseconds.
    pub slowest_ms: u32,
}

impl Pace {
    /// How long a reply is waited for before the same is asked of a second session.
    #[must_use]
    pub fn first_look_ms(self, reply_ms: u32) -> u32 {
        let usual_ms = self.usual_ms.unwrap_or_default();
        first_look_of(reply_ms)
            .max(usual_ms.saturating_mul(4))
            .max(self.slowest_ms.saturating_mul(2))
            .min(reply_ms)
    }

    /// How long the answer to this may take in all.
    #[must_use]
    pub fn full_ms(self, asked: Asked, reply_ms: u32) -> u32 {
        if !asked.is_at_hand() {
            return reply_ms;
        }
        let usual_ms = self.usual_ms.unwrap_or_default();
        AT_HAND_MS
            .max(usual_ms.saturating_mul(8))
            .max(self.slowest_ms.saturating_mul(3))
            .min(reply_ms)
    }

    /// How long a reply that has begun may pause.
    pub(crate) fn mid_reply_ms(self, is_known_for_it: bool) -> u32 {
        let least_ms = match is_known_for_it {
            true => MID_REPLY_AGAIN_MS,
            false => MID_REPLY_MS,
        };
        least_ms.max(self.usual_ms.unwrap_or_default().saturating_mul(4))
    }
}

/// What is left of a wait. The first thing that is waited for has all of it, and the clock is not asked: nearly every wait
/// ends with it, and each look at the clock is a question to the host.
#[derive(Debug)]
pub struct Patience {
    until_us: u64,
    first_ms: Option<u32>,
}

impl Patience {
    /// So many milliseconds from now on.
    #[must_use]
    pub fn new(wait_ms: u32) -> Patience {
        Patience {
            until_us: elapsed_us() + u64::from(wait_ms) * 1000,
            first_ms: Some(wait_ms),
        }
    }

    /// When it began, on the clock of the run, in microseconds; `wait_ms` is what it was made with.
    pub(crate) fn began_us(&self, wait_ms: u32) -> u64 {
        self.until_us.saturating_sub(u64::from(wait_ms) * 1000)
    }

    /// What is left, in milliseconds.
    pub fn left_ms(&mut self) -> u32 {
        self.first_ms.take().unwrap_or_else(|| {
            let left = self.until_us.saturating_sub(elapsed_us()) / 1000;
            u32::try_from(left).unwrap_or(u32::MAX)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPLY_MS: u32 = 30_000;

    fn pace(usual_ms: u32, slowest_ms: u32) -> Pace {
        Pace {
            usual_ms: Some(usual_ms),
            slowest_ms,
        }
    }

    #[test]
    fn a_server_that_answers_at_once_is_not_waited_for_as_long() {
        let quick = pace(1, 3);
        assert_eq!(quick.first_look_ms(REPLY_MS), 4_000);
        assert_eq!(quick.full_ms(Asked::Features, REPLY_MS), 12_000);
        assert_eq!(quick.full_ms(Asked::User, REPLY_MS), REPLY_MS);
        assert_eq!(Pace::default().full_ms(Asked::Epsv, REPLY_MS), 12_000);
    }

    #[test]
    fn a_slow_server_has_the_time_it_needs() {
        let slow = pace(6_000, 6_100);
        assert_eq!(slow.first_look_ms(REPLY_MS), 24_000);
        assert_eq!(slow.full_ms(Asked::Features, REPLY_MS), REPLY_MS);
        assert_eq!(slow.mid_reply_ms(false), 24_000);
        assert_eq!(pace(600, 16_000).first_look_ms(REPLY_MS), REPLY_MS);
    }

    #[test]
    fn a_budget_is_spent_in_two_halves() {
        limit();
        assert_eq!(first_look_of(5_000), 2_500);
        assert_eq!(first_look_of(REPLY_MS), FIRST_LOOK_MS);
        assert_eq!((second_look_of(5_000), beyond_ms()), (2_500, 0));
        IS_LIMITED.set(false);
        assert_eq!(first_look_of(3_000), 3_000);
        assert_eq!(
            (second_look_of(3_000), beyond_ms()),
            (FIRST_LOOK_MS, BEYOND_MS)
        );
    }

    #[test]
    fn a_whole_check_of_a_slow_server_has_its_price() {
        assert_eq!(whole_check_s(6_000), 360);
        assert_eq!(whole_check_s(1), 0);
    }

    #[test]
    fn no_wait_is_longer_than_the_settings_say() {
        for ms in [1, 100, 3_000, 60_000] {
            assert!(pace(700, 900).first_look_ms(ms) <= ms);
            assert!(pace(700, 900).full_ms(Asked::Auth, ms) <= ms);
        }
    }
}
