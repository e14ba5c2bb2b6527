//! The times of a run. What is derived from them is derived here: how long the verdict takes at most, what a budget leaves of
//! the time-outs, and what there is no time for. What a probe makes of them for each of its waits is in the SDK
//! (`plugins/sdk/src/patience.rs`).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Depth;

/// The times a run keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeouts {
    /// For a TCP connection.
    pub connect: Duration,
    /// For a reply.
    pub reply: Duration,
    /// For the whole run.
    pub whole: Duration,
    /// Whether they are what an answer may take.
    #[serde(default, skip_serializing_if = "Patience::is_full")]
    pub patience: Patience,
}

/// How long is waited for what does not come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Patience {
    /// As long as the settings say.
    #[default]
    Full,
    /// As long as it takes to know what is likely: what did not come then is never certain.
    Fast,
    /// As long as the time of the whole run allows, which is so many seconds: what did not come then is never certain either.
    Budget {
        /// The seconds of the whole run, rounded up.
        seconds: u32,
    },
}

impl Patience {
    fn is_full(&self) -> bool {
        *self == Patience::Full
    }

    /// The option that keeps it short, in the user's words; none where it is full.
    pub fn option(self) -> Option<String> {
        match self {
            Patience::Full => None,
            Patience::Fast => Some("--fast".into()),
            Patience::Budget { seconds } => Some(budget(seconds)),
        }
    }
}

/// The option that sets a time for the whole run.
pub fn budget(seconds: u32) -> String {
    format!("--timeout {seconds}")
}

/// A time in whole seconds, wherever probes, reports or sentences have it so. It is rounded up: half a second that was waited
/// is not "at most 0 s".
pub fn whole_seconds(time: Duration) -> u32 {
    u32::try_from(time.as_millis().div_ceil(1000)).unwrap_or(u32::MAX)
}

/// By then three packets that ask for a connection have been lost (RFC 6298 section 2: after one second, and after two more).
const LIKELY_LOST: Duration = Duration::from_secs(4);
/// A server that answers at all answers most commands well within it.
const LIKELY_SILENT: Duration = Duration::from_secs(5);
/// A packet that asks for a connection and one repetition of it (RFC 6298 section 2).
const ONE_LOST: Duration = Duration::from_secs(1);
/// Beneath this a run has time for the main line and for nothing beside it.
const MAIN_LINE: Duration = Duration::from_secs(20);
/// Probes that do what is left to do: the waits of the one that hangs, and as much again for those around it.
const PROBES: u32 = 2;
/// The part of a budget in which nothing is waited for any more.
const KEPT: u32 = 20;
/// What a probe takes beside its waits.
const WORK: Duration = Duration::from_secs(20);

impl Timeouts {
    /// The same for whoever wants to know soon what is likely.
    #[must_use]
    pub fn fast(self) -> Timeouts {
        Timeouts {
            connect: self.connect.min(LIKELY_LOST),
            reply: self.reply.min(LIKELY_SILENT),
            whole: self.whole,
            patience: Patience::Fast,
        }
    }

    /// How long it takes at most until something that hangs has a name: one connection or one reply is waited for to its end, and
    /// the looks at it around that take half as long.
    pub fn to_a_verdict(self) -> Duration {
        (self.connect + self.reply) * 3 / 2
    }

    /// The same within the time of the whole run: where that is too short for the time-outs, they are as long as it allows, in
    /// the same proportion, so that what hangs has a name before the time is up.
    #[must_use]
    pub fn within_budget(self) -> Timeouts {
        let is_kept = matches!(self.patience, Patience::Budget { .. });
        if is_kept || self.whole >= self.to_a_verdict() {
            return self;
        }
        let share = self.whole.as_secs_f64() / self.to_a_verdict().as_secs_f64();
        let least = ONE_LOST.min(self.whole / 3);
        let connect = self.connect.mul_f64(share).max(least).min(self.connect);
        let reply = (self.whole * 2 / 3).saturating_sub(connect).min(self.reply);
        let seconds = self.seconds();
        Timeouts {
            connect,
            reply,
            whole: self.whole,
            patience: match self.patience {
                Patience::Full => Patience::Budget { seconds },
                Patience::Fast | Patience::Budget { .. } => self.patience,
            },
        }
    }

    /// The seconds of the whole run, as [`whole_seconds`] has them.
    pub fn seconds(self) -> u32 {
        whole_seconds(self.whole)
    }

    /// How much there is time to look at, of what was asked for.
    pub fn depth(self, asked: Depth) -> Depth {
        match self.whole < MAIN_LINE {
            true => asked.min(Depth::Quick),
            false => asked,
        }
    }

    /// Whether a probe that begins so late could still say what hangs.
    pub fn leave_time_after(self, elapsed: Duration) -> bool {
        self.whole.saturating_sub(elapsed) >= self.reply.min(self.whole / 2)
    }

    /// How long may still be waited for something, so late in the run. Within a budget a little of the time is kept, so that
    /// the probe that waits can say what it has seen.
    pub fn left_to_wait(self, elapsed: Duration) -> Duration {
        match self.patience {
            Patience::Budget { .. } => (self.whole - self.whole / KEPT).saturating_sub(elapsed),
            Patience::Full | Patience::Fast => Duration::MAX,
        }
    }

    /// The deadline of a probe: it waits for a few connections and replies at most, and more means that it will not end.
    pub fn of_a_probe(self) -> Duration {
        WORK + PROBES * self.to_a_verdict()
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Timeouts {
            connect: Duration::from_secs(10),
            reply: Duration::from_secs(30),
            whole: Duration::from_secs(120),
            patience: Patience::Full,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn within(seconds: u64) -> Timeouts {
        Timeouts {
            whole: Duration::from_secs(seconds),
            ..Timeouts::default()
        }
        .within_budget()
    }

    #[test]
    fn a_part_of_a_second_counts_as_one() {
        for (millis, seconds) in [(0, 0), (1, 1), (500, 1), (1_000, 1), (1_001, 2)] {
            assert_eq!(
                whole_seconds(Duration::from_millis(millis)),
                seconds,
                "{millis} ms"
            );
        }
    }

    #[test]
    fn time_for_a_verdict_leaves_the_time_outs_as_they_are() {
        for seconds in [60, 120, 3600] {
            let kept = within(seconds);
            assert_eq!(kept.patience, Patience::Full);
            assert_eq!(kept.reply, Timeouts::default().reply);
            assert_eq!(kept.connect, Timeouts::default().connect);
        }
    }

    #[test]
    fn a_budget_has_room_for_what_hangs() {
        for seconds in [1, 2, 5, 10, 20, 40, 59] {
            let short = within(seconds);
            assert!(short.to_a_verdict() <= short.whole, "{short:?}");
            assert!(short.reply > Duration::ZERO && short.connect > Duration::ZERO);
            let option = format!("--timeout {seconds}");
            assert_eq!(short.patience.option(), Some(option));
            assert_eq!(short.within_budget(), short);
        }
        assert_eq!(within(5).connect, ONE_LOST);
        assert_eq!(within(20).reply, Duration::from_secs(10));
    }

    #[test]
    fn what_is_least_needed_is_left_out_first() {
        assert_eq!(within(10).depth(Depth::Full), Depth::Quick);
        assert_eq!(within(20).depth(Depth::Standard), Depth::Standard);
        assert!(within(20).leave_time_after(Duration::from_secs(9)));
        assert!(!within(20).leave_time_after(Duration::from_secs(11)));
        assert!(within(2).leave_time_after(Duration::from_millis(900)));
    }

    #[test]
    fn the_last_moments_of_a_budget_are_for_saying_what_was_seen() {
        let short = within(10);
        let left = short.left_to_wait(Duration::from_secs(9));
        assert_eq!(left, Duration::from_millis(500));
        assert_eq!(short.left_to_wait(Duration::from_secs(10)), Duration::ZERO);
        let usual = Timeouts::default();
        assert_eq!(usual.left_to_wait(usual.whole), Duration::MAX);
    }

    #[test]
    fn a_probe_may_take_what_its_waits_take() {
        let usual = Timeouts::default();
        assert!(usual.of_a_probe() > usual.to_a_verdict());
    }
}
