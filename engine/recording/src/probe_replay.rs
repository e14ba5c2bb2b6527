//! What a probe is answered from a recording.

use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use host::backend::{Ended, Halt, ProbeBackend, provide};
use host::call::{Answer, Call};
use host::handoff::{Handed, Handoff};
use model::capability::Powers;
use model::finding::{Description, Fact};
use model::probe::ProbeIdentity;
use model::visit::{RunPhase, RunResult, VisitKey};

use super::tolerant::TolerantReplay;
use super::{End, Entry, Heard, Reached, Replay, Trace};

/// What is missing where a recording has nothing of a probe.
const THIS_PROBE: &str = "this probe";

/// The answers for one run of one probe.
#[derive(Clone, Debug)]
pub struct ProbeReplay {
    replay: Arc<Replay>,
    probe: Arc<Description>,
    handoff: Arc<Handoff>,
    role: Role,
}

#[derive(Clone, Debug)]
enum Role {
    /// The same probe: the trace, and how far it is.
    Same { trace: usize, next: usize },
    /// Another version of the probe.
    Other(Box<TolerantReplay>),
    /// The run was cut before the probe began.
    Cut,
    /// There is nothing of it.
    Absent,
}

impl ProbeReplay {
    pub(super) fn new(
        replay: Arc<Replay>,
        (phase, key): (RunPhase, VisitKey),
        probe: &ProbeIdentity,
        handoff: Arc<Handoff>,
    ) -> ProbeReplay {
        let recording = &replay.recording;
        let cut = replay
            .summary(phase)
            .is_some_and(|summary| summary.cut.is_some());
        let same = |id: &super::ProbeId| id.name == probe.name() && id.digest == probe.digest;
        let role = match recording.find(phase, key, probe.name()) {
            Some(trace) if recording.header.probes.iter().any(same) => {
                Role::Same { trace, next: 0 }
            }
            Some(trace) => Role::Other(Box::new(TolerantReplay::new(
                replay.clone(),
                (phase, key),
                trace,
            ))),
            None if cut => Role::Cut,
            None => Role::Absent,
        };
        ProbeReplay {
            replay,
            probe: probe.description.clone(),
            handoff,
            role,
        }
    }
}

impl ProbeBackend for ProbeReplay {
    /// Where other versions get further than the recorded ones, the recording has nothing of what could have followed.
    fn wait<'a>(
        &'a mut self,
        handoff: &'a Handoff,
        probe: &'a Description,
    ) -> BoxFuture<'a, Result<Vec<Fact>, Ended>> {
        Box::pin(async {
            let waited = self.waited();
            let skipped =
                matches!(&waited, Err(ended) if matches!(ended.result, RunResult::Skipped(_)));
            match skipped && self.replay.has_other_versions() {
                false => waited,
                true => Err(match handoff.reach(probe).await {
                    Ok(_) => Ended::not_recorded(probe, THIS_PROBE),
                    Err(why) => Ended::silent(RunResult::Skipped(why)),
                }),
            }
        })
    }

    fn start(&mut self, _: Arc<Powers>) {}

    fn answer(&mut self, call: Call) -> BoxFuture<'_, Result<Answer, Halt>> {
        let answer = self.recorded(&call).and_then(|answer| {
            self.hand_on(call)?;
            Ok(answer)
        });
        Box::pin(ready(answer))
    }

    fn close(&mut self, _: u32) {}

    fn mismatched(&mut self) {
        let probe = &self.probe.name;
        let what = format!("an answer for `{probe}` does not have the expected type");
        self.replay.went_astray(what);
    }

    fn ended(&mut self, ended: Ended) -> Ended {
        match self.recorded_end() {
            Some(End::TimedOut(why)) => Ended::silent(RunResult::TimedOut(why.clone())),
            None => Ended::silent(RunResult::Cut),
            Some(End::OfItself) => {
                self.check_used_up();
                ended
            }
        }
    }

    fn took(&mut self, measured: Duration) -> Duration {
        match &self.role {
            Role::Same { trace, .. } => self.trace(*trace).took,
            Role::Other(tolerant) => tolerant.trace().took,
            Role::Cut | Role::Absent => measured,
        }
    }
}

impl ProbeReplay {
    fn waited(&self) -> Result<Vec<Fact>, Ended> {
        match &self.role {
            Role::Same { trace, .. } => waited(self.trace(*trace)),
            Role::Other(tolerant) => waited(tolerant.trace()),
            Role::Cut => Err(Ended::silent(RunResult::Cut)),
            Role::Absent => Err(Ended::not_recorded(&self.probe, THIS_PROBE)),
        }
    }

    /// States are provided in a replay, too: what follows from them is not part of a recording.
    fn hand_on(&self, call: Call) -> Result<(), Halt> {
        if let Call::Provide {
            state,
            connection,
            facts,
        } = call
        {
            let handed = connection.map(Handed::Replayed);
            provide(&self.handoff, &self.probe, &state, handed, facts)?;
        }
        Ok(())
    }

    /// The answer to the next question.
    ///
    /// # Errors
    /// Why there is none.
    fn recorded(&mut self, call: &Call) -> Result<Answer, Halt> {
        let (trace, next) = match &mut self.role {
            Role::Same { trace, next } => (*trace, *next),
            Role::Other(tolerant) => return tolerant.answer(call),
            Role::Cut | Role::Absent => return Err(Halt::NotRecorded(call.name())),
        };
        match self.trace(trace).entries.get(next) {
            Some(entry) if entry.call == *call => {
                let heard = entry.heard.clone();
                self.role = Role::Same {
                    trace,
                    next: next + 1,
                };
                heard.again()
            }
            // It was ended between two questions.
            None if !matches!(self.recorded_end(), Some(End::OfItself)) => Err(Halt::Over),
            other => Err(self.divergence(next, other, &call.shown())),
        }
    }

    /// What the recording says of how the probe ended; none where the whole run ended first.
    fn recorded_end(&self) -> Option<&End> {
        match self.role {
            Role::Same { trace, .. } => self.trace(trace).end.as_ref(),
            Role::Other(_) | Role::Cut | Role::Absent => Some(&End::OfItself),
        }
    }

    /// The probe ended of itself, as it did then: everything that was asked must have been asked again.
    fn check_used_up(&self) {
        if let Role::Same { trace, next } = self.role
            && let Some(entry) = self.trace(trace).entries.get(next)
        {
            let _ = self.divergence(next, Some(entry), "nothing more");
        }
    }

    fn divergence(&self, next: usize, recorded: Option<&Entry>, asked: &str) -> Halt {
        let recorded = recorded.map_or("nothing more".into(), |entry| entry.call.shown());
        let (probe, number) = (&self.probe.name, next + 1);
        self.replay.went_astray(format!(
            "question {number} of `{probe}` was {recorded}, but the same probe now asks {asked}"
        ));
        Halt::Diverged
    }

    fn trace(&self, index: usize) -> &Trace {
        &self.replay.recording.traces[index].2
    }
}

fn waited(trace: &Trace) -> Result<Vec<Fact>, Ended> {
    match &trace.reached {
        Some(Reached::Facts(facts)) => Ok(facts.clone()),
        Some(Reached::Out(why)) => Err(Ended::silent(RunResult::Skipped(why.clone()))),
        None => Err(Ended::silent(RunResult::Cut)),
    }
}

impl Heard {
    /// What the probe gets of it.
    pub(super) fn again(self) -> Result<Answer, Halt> {
        match self {
            Heard::Answer(answer) => Ok(answer),
            Heard::Denied(why) => Err(Halt::Denied(why)),
            Heard::Nothing => Err(Halt::Over),
        }
    }
}
