//! The question for a data port, and the patience for its answer: an end of the session, or silence, is seen once more before
//! it counts.

use probe_sdk::session::{Method, Offer};
use probe_sdk::{AT_HAND_MS, DialogueError, elapsed_us, first_look_of};

use crate::channel::{Channel, since_ms};
use crate::ending::{Ending, How};
use crate::lost::Lost;
use crate::pret;

/// How long the answer to a question for a port is waited for the first time, in milliseconds, unless a reply usually takes
/// longer.
const QUESTION_MS: u32 = 4_000;
/// The same where a port that was given before was not connected to: some servers wait for that first, for 10 s.
const QUESTION_BEHIND_A_PORT_MS: u32 = 12_000;

/// What came of a question for a port.
pub(crate) enum Asked {
    Offer(Offer),
    /// The session ended over it, or nothing came, in two sessions.
    Ended(Ending),
    /// The dialogue broke for another reason, or could not be had once more.
    Broke(String),
}

impl Channel {
    /// Asks for a port for this transfer command. An end of the session, or silence, is seen once more before it counts.
    pub(crate) fn ask(&mut self, method: Method, command: &str) -> Asked {
        if let Some(silent) = self.silent_beside.take_if(|it| it.method == method) {
            return Asked::Ended(silent.ending);
        }
        if !self.session.usable && self.reopen && !self.afresh(|_| ()) {
            return Asked::Broke("no fresh session was available".into());
        }
        let asked = elapsed_us();
        let error = match self.ask_within(self.question_ms(), method, command) {
            Ok(offer) => {
                self.round_trip_ms = self.round_trip_ms.min(since_ms(asked));
                self.adjust_to_path();
                let offer = if self.session.usable {
                    let offer = self.busy_again(method, command, offer);
                    pret::tried(self, method, command, offer)
                } else {
                    self.closed_over(method, command, offer)
                };
                return Asked::Offer(offer);
            }
            Err(error) => error,
        };
        self.session.usable = false;
        let Some(first) = Ending::of(&error, &self.session) else {
            return Asked::Broke(error.to_string());
        };
        if first.how == How::Silence
            && let Some(asked) = self.side_by_side(method, command, &first)
        {
            return asked;
        }
        if !self.afresh(|_| ()) {
            return Asked::Broke(error.to_string());
        }
        let again_ms = self.session.control.reply_ms().min(AT_HAND_MS);
        match self.ask_within(again_ms, method, command) {
            Ok(offer) => {
                let told = format!("{}: {}", method.name(), first.words());
                match first.how {
                    How::Closed | How::Broken => self.was_lost(Lost::instead_of_an_answer(told)),
                    How::Silence | How::Late { .. } | How::Unreadable => self.once.push(told),
                }
                Asked::Offer(offer)
            }
            Err(error) => {
                self.session.usable = false;
                let again = Ending::of(&error, &self.session);
                // What follows goes on in a session that nobody asked this of.
                self.reopen = true;
                match again {
                    Some(again) if again.how == first.how => Asked::Ended(first),
                    _ => Asked::Broke(error.to_string()),
                }
            }
        }
    }

    /// How long the answer to a question for a port is waited for the first time, in milliseconds.
    fn question_ms(&self) -> u32 {
        let least_ms = match self.samples.iter().any(|it| it.port().is_some()) {
            true => QUESTION_BEHIND_A_PORT_MS,
            false => first_look_of(self.session.control.reply_ms()).min(QUESTION_MS),
        };
        let control = &self.session.control;
        control
            .patience_ms(least_ms, u32::MAX)
            .max(control.first_look_ms())
    }

    /// Asks once, and waits no longer than this, in milliseconds.
    fn ask_within(
        &mut self,
        wait_ms: u32,
        method: Method,
        command: &str,
    ) -> Result<Offer, DialogueError> {
        let reply_ms = self.session.control.set_reply_ms(wait_ms);
        let asked = self.session.ask(method, command);
        self.session.control.set_reply_ms(reply_ms);
        asked
    }

    /// No port is free: it is asked for once more, since one may have become free.
    fn busy_again(&mut self, method: Method, command: &str, offer: Offer) -> Offer {
        if !matches!(offer, Offer::Busy(_)) {
            return offer;
        }
        match self.session.ask(method, command) {
            Ok(again @ Offer::Port { .. }) => {
                let name = method.name();
                self.once.push(format!("{name}: no port was free"));
                again
            }
            Ok(_) => offer,
            Err(_) => {
                self.session.usable = false;
                self.reopen = true;
                offer
            }
        }
    }

    /// A session that broke off, and a fresh one that did not.
    pub(crate) fn was_lost(&mut self, lost: Lost) {
        self.once.push(lost.told.clone());
        self.lost.push(lost);
    }

    /// 421 in place of a port, which ends the session: asked for once more in a fresh one, and the rest goes on in one that
    /// nobody asked this of.
    fn closed_over(&mut self, method: Method, command: &str, offer: Offer) -> Offer {
        if !self.afresh(|_| ()) {
            return offer;
        }
        match self.session.ask(method, command) {
            Ok(again @ Offer::Port { .. }) => {
                let told = format!("{}: the session ended", method.name());
                self.was_lost(Lost::instead_of_an_answer(told));
                again
            }
            Ok(_) | Err(_) => {
                self.session.usable = false;
                self.reopen = true;
                offer
            }
        }
    }
}
