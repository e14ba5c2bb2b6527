//! The host's side of the seam: a question of a probe goes in, an answer comes out, whether the network gives it, the
//! network and a tape, or a recording.

mod live;

use std::sync::Arc;

use super::granted::Granted;
use super::{Answers, Ending, Ground, replayed};
use crate::finding::Description;
use crate::handoff::{Handed, Handoff};
use crate::recording::{Answer, Call, End, Halt, Script, Tape};

use live::Live;

/// What answers one run of one probe.
pub(super) struct Host {
    probe: Arc<Description>,
    handoff: Arc<Handoff>,
    granted: Granted,
    side: Side,
}

enum Side {
    Live(Box<Live>),
    Recorded(Box<Live>, Tape),
    Replayed(Script),
}

impl Host {
    pub(super) fn new(ground: Ground, probe: Arc<Description>, granted: Granted) -> Host {
        let (handoff, of_live) = (ground.handoff.clone(), probe.clone());
        let powers = granted.powers();
        let live = |outside| Box::new(Live::new(outside, ground.handoff, of_live, powers));
        Host {
            side: match ground.answers {
                Answers::Live(outside) => Side::Live(live(outside)),
                Answers::Recorded(outside, tape) => Side::Recorded(live(outside), tape),
                Answers::Replayed(script) => Side::Replayed(script),
            },
            probe,
            handoff,
            granted,
        }
    }

    /// What the probe was granted, and what of it was missed.
    pub(super) fn granted(&self) -> &Granted {
        &self.granted
    }

    /// Answers a question.
    ///
    /// # Errors
    /// The probe is to be stopped: why.
    pub(super) async fn answer(&mut self, call: Call) -> Result<Answer, Halt> {
        // Ahead of the tape: a replay withholds the same, and asks the recording for the rest.
        if let Some(answer) = self.granted.withheld(&call)? {
            return Ok(answer);
        }
        let writes = matches!(call, Call::Write { .. });
        let answer = self.asked(call).await?;
        if writes {
            self.granted.written(&answer);
        }
        Ok(answer)
    }

    async fn asked(&mut self, call: Call) -> Result<Answer, Halt> {
        // What the network may have to remember is kilobytes; boxed, they are not copied on their way up with every call.
        match &mut self.side {
            Side::Live(live) => Box::pin(live.answer(call)).await,
            Side::Recorded(live, tape) => {
                let number = tape.asked(&call);
                let answer = Box::pin(live.answer(call)).await;
                tape.heard(number, &answer);
                answer
            }
            Side::Replayed(script) => {
                let answer = script.answer(&call)?;
                self.hand_on(call)?;
                Ok(answer)
            }
        }
    }

    /// The probe needs this connection no more.
    pub(super) fn close(&mut self, connection: u32) {
        match &mut self.side {
            Side::Live(live) | Side::Recorded(live, _) => live.close(connection),
            Side::Replayed(_) => {}
        }
    }

    /// An answer was of another kind than the question: only a forged recording has such.
    pub(super) fn mismatched(&self) {
        if let Side::Replayed(script) = &self.side {
            script.mismatched();
        }
    }

    /// The end of the run, as it counts: one that came from outside is not made again by running the probe again.
    pub(super) fn ended(&self, ending: Ending) -> Ending {
        match &self.side {
            Side::Live(_) => ending,
            Side::Recorded(_, tape) => {
                tape.ended(match &ending {
                    Ending::TimedOut(why) => End::TimedOut(why.clone()),
                    _ => End::OfItself,
                });
                ending
            }
            Side::Replayed(script) => replayed(script, ending),
        }
    }

    /// States are reached in a replay, too: what follows from them is not part of a recording.
    fn hand_on(&self, call: Call) -> Result<(), Halt> {
        if let Call::Provide {
            state,
            connection,
            facts,
        } = call
        {
            let handed = connection.map(Handed::Replayed);
            return live::provide(&self.handoff, &self.probe, &state, handed, facts);
        }
        Ok(())
    }
}
