//! What a probe is answered from a recording.

use std::sync::Arc;

use super::lenient::Lenient;
use super::{Answer, Call, End, Entry, Heard, Part, Place, Reached, Replay, Trace};
use crate::finding::{Description, Fact};
use crate::handoff::{Handoff, OutOfReach};
use crate::plugin::Plugin;

/// Why a probe gets no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Halt {
    /// It asked for what is not granted.
    Denied(String),
    /// The recording does not have it.
    NotRecorded(String),
    /// Here the probe was ended from outside.
    Over,
    /// It asked for something else than the same probe did when it was recorded.
    Astray,
}

/// The answers for one run of one probe.
#[derive(Clone, Debug)]
pub struct Script {
    replay: Arc<Replay>,
    probe: String,
    role: Role,
}

#[derive(Clone, Debug)]
enum Role {
    /// The same probe: the trace, and how far it is.
    Same { trace: usize, next: usize },
    /// Another version of the probe.
    Other(Box<Lenient>),
    /// The run was cut before the probe began.
    Cut,
    /// There is nothing of it.
    Absent,
}

/// What a recording says of how a probe ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// As it does now.
    OfItself,
    /// Its time was up.
    TimedOut(String),
    /// The whole run was cut before it ended.
    Cut,
}

impl Script {
    pub(super) fn new(replay: Arc<Replay>, part: Part, place: Place, plugin: &Plugin) -> Script {
        let probe = plugin.description.name.clone();
        let recording = &replay.recording;
        let cut = replay.tally(part).is_some_and(|tally| tally.cut.is_some());
        let same = |id: &super::ProbeId| id.name == probe && id.digest == plugin.digest;
        let role = match recording.find(part, place, &probe) {
            Some(trace) if recording.header.probes.iter().any(same) => {
                Role::Same { trace, next: 0 }
            }
            Some(trace) => {
                Role::Other(Box::new(Lenient::new(replay.clone(), (part, place), trace)))
            }
            None if cut => Role::Cut,
            None => Role::Absent,
        };
        Script {
            replay,
            probe,
            role,
        }
    }
}

/// What came of waiting for what a probe needs.
pub enum Waited {
    /// It came: the facts so far.
    Reached(Vec<Fact>),
    /// It never will.
    Out(OutOfReach),
    /// The whole run ended first.
    Cut,
    /// There is nothing of the probe.
    NotRecorded,
}

impl Script {
    /// What came of waiting for what the probe needs. Where other versions get further than the recorded ones, the recording
    /// has nothing of what could have followed.
    pub(crate) async fn wait(&self, handoff: &Handoff, probe: &Description) -> Waited {
        match self.waited() {
            Waited::Out(_) if self.replay.has_other_versions() => {
                match handoff.reach(probe).await {
                    Ok(_) => Waited::NotRecorded,
                    Err(out_of_reach) => Waited::Out(out_of_reach),
                }
            }
            waited => waited,
        }
    }

    fn waited(&self) -> Waited {
        match &self.role {
            Role::Same { trace, .. } => waited(self.trace(*trace)),
            Role::Other(lenient) => waited(lenient.trace()),
            Role::Cut => Waited::Cut,
            Role::Absent => Waited::NotRecorded,
        }
    }

    /// The answer to the next question.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) fn answer(&mut self, call: &Call) -> Result<Answer, Halt> {
        let (trace, next) = match &mut self.role {
            Role::Same { trace, next } => (*trace, *next),
            Role::Other(lenient) => return lenient.answer(call),
            Role::Cut | Role::Absent => return Err(Halt::NotRecorded(call.name())),
        };
        match self.trace(trace).entries.get(next) {
            Some(entry) if entry.call == *call => {
                let heard = entry.heard.clone();
                self.role = Role::Same {
                    trace,
                    next: next + 1,
                };
                heard.into()
            }
            // It was ended between two questions.
            None if self.recorded_end() != Recorded::OfItself => Err(Halt::Over),
            other => Err(self.astray(next, other, &call.shown())),
        }
    }

    /// How the probe ended, once it has ended now.
    pub(crate) fn recorded_end(&self) -> Recorded {
        let Role::Same { trace, .. } = self.role else {
            return Recorded::OfItself;
        };
        match &self.trace(trace).end {
            Some(End::OfItself) => Recorded::OfItself,
            Some(End::TimedOut(why)) => Recorded::TimedOut(why.clone()),
            None => Recorded::Cut,
        }
    }

    /// The probe ended of itself, as it did then: everything that was asked must have been asked again.
    pub(crate) fn check_used_up(&self) {
        if let Role::Same { trace, next } = self.role
            && let Some(entry) = self.trace(trace).entries.get(next)
        {
            let _ = self.astray(next, Some(entry), "nothing more");
        }
    }

    /// How long the probe took; none where the recording does not say.
    pub(crate) fn took(&self) -> Option<std::time::Duration> {
        match &self.role {
            Role::Same { trace, .. } => Some(self.trace(*trace).took),
            Role::Other(lenient) => Some(lenient.trace().took),
            Role::Cut | Role::Absent => None,
        }
    }

    /// An answer was of another kind than the question.
    pub(crate) fn mismatched(&self) {
        let probe = &self.probe;
        let what = format!("an answer for `{probe}` is not of the kind it asked for");
        self.replay.went_astray(what);
    }

    fn astray(&self, next: usize, recorded: Option<&Entry>, asked: &str) -> Halt {
        let recorded = recorded.map_or("nothing more".into(), |entry| entry.call.shown());
        let (probe, number) = (&self.probe, next + 1);
        self.replay.went_astray(format!(
            "question {number} of `{probe}` was {recorded}, and the same probe asks {asked}"
        ));
        Halt::Astray
    }

    fn trace(&self, index: usize) -> &Trace {
        &self.replay.recording.traces[index].2
    }
}

fn waited(trace: &Trace) -> Waited {
    match &trace.reached {
        Some(Reached::Facts(facts)) => Waited::Reached(facts.clone()),
        Some(Reached::Out(out_of_reach)) => Waited::Out(out_of_reach.clone()),
        None => Waited::Cut,
    }
}

impl From<Heard> for Result<Answer, Halt> {
    fn from(heard: Heard) -> Result<Answer, Halt> {
        match heard {
            Heard::Answer(answer) => Ok(answer),
            Heard::Denied(why) => Err(Halt::Denied(why)),
            Heard::Nothing => Err(Halt::Over),
        }
    }
}
