//! A backend that keeps everything another one answers.

use std::sync::Arc;
use std::time::Duration;

use diagnosis::record::Record;
use futures_util::future::BoxFuture;
use host::Check;
use host::backend::{Ended, Halt, ProbeBackend};
use host::call::{Answer, Call};
use host::handoff::Handoff;
use model::capability::Powers;
use model::finding::{Description, Fact};
use model::probe::ProbeIdentity;
use model::remote::Remote;
use model::visit::{Became, Part, Place, Purpose, RunResult};
use run::RunError;
use run::backend::{Backend, Clock, RunBackend, VisitBackend};

use crate::{End, Recorder, Tape};

/// A backend, and a recorder that keeps what it answers.
#[derive(Debug)]
pub struct Recorded<B> {
    backend: B,
    recorder: Arc<Recorder>,
}

impl<B> Recorded<B> {
    /// The backend, kept by the recorder.
    pub fn new(backend: B, recorder: Arc<Recorder>) -> Recorded<B> {
        Recorded { backend, recorder }
    }
}

impl<B: Backend> Backend for Recorded<B> {
    fn begin(
        &self,
        part: Part,
        check: &Check,
        before: Became,
    ) -> Result<Box<dyn RunBackend>, RunError> {
        Ok(Box::new(RecordedRun {
            run: self.backend.begin(part, check, before)?,
            recorder: self.recorder.clone(),
            part,
        }))
    }

    fn has(&self, part: Part, remote: &Remote) -> bool {
        self.backend.has(part, remote)
    }

    fn keep(&self, part: Part, record: &Record, remote: &Remote) {
        self.recorder.keep(part, record, remote);
    }
}

struct RecordedRun {
    run: Box<dyn RunBackend>,
    recorder: Arc<Recorder>,
    part: Part,
}

impl RunBackend for RecordedRun {
    fn visit(&self, place: Place) -> Arc<dyn VisitBackend> {
        Arc::new(RecordedVisit {
            visit: self.run.visit(place),
            recorder: self.recorder.clone(),
            place: (self.part, place),
        })
    }

    fn was_cut_before(&self, place: Place) -> bool {
        self.run.was_cut_before(place)
    }

    fn clock(&self) -> Clock {
        self.run.clock()
    }

    fn complete(&self, record: &mut Record) {
        self.run.complete(record);
    }
}

struct RecordedVisit {
    visit: Arc<dyn VisitBackend>,
    recorder: Arc<Recorder>,
    place: (Part, Place),
}

impl VisitBackend for RecordedVisit {
    fn probe(
        &self,
        probe: &ProbeIdentity,
        purpose: Purpose,
        handoff: Arc<Handoff>,
    ) -> Box<dyn ProbeBackend> {
        Box::new(RecordedProbe {
            tape: self.recorder.tape(self.place, probe.name(), purpose),
            probe: self.visit.probe(probe, purpose, handoff),
        })
    }

    fn to_remove(&self, probe: &str) -> Vec<String> {
        self.visit.to_remove(probe)
    }

    fn owes(&self) -> bool {
        self.visit.owes()
    }

    fn complete(&self, facts: &[Fact], record: &mut Record) {
        self.visit.complete(facts, record);
    }
}

struct RecordedProbe {
    probe: Box<dyn ProbeBackend>,
    tape: Tape,
}

impl ProbeBackend for RecordedProbe {
    fn wait<'a>(
        &'a mut self,
        handoff: &'a Handoff,
        probe: &'a Description,
    ) -> BoxFuture<'a, Result<Vec<Fact>, Ended>> {
        Box::pin(async {
            let waited = self.probe.wait(handoff, probe).await;
            self.tape.reached(&waited);
            waited
        })
    }

    fn start(&mut self, powers: Arc<Powers>) {
        self.probe.start(powers);
    }

    fn answer(&mut self, call: Call) -> BoxFuture<'_, Result<Answer, Halt>> {
        let number = self.tape.asked(&call);
        let answer = self.probe.answer(call);
        let tape = &self.tape;
        Box::pin(async move {
            let answer = answer.await;
            tape.heard(number, &answer);
            answer
        })
    }

    fn close(&mut self, connection: u32) {
        self.probe.close(connection);
    }

    fn mismatched(&mut self) {
        self.probe.mismatched();
    }

    fn ended(&mut self, ended: Ended) -> Ended {
        let ended = self.probe.ended(ended);
        self.tape.ended(match &ended.result {
            RunResult::TimedOut(why) => End::TimedOut(why.clone()),
            _ => End::OfItself,
        });
        ended
    }

    fn took(&mut self, measured: Duration) -> Duration {
        let took = self.probe.took(measured);
        self.tape.took(took);
        took
    }
}
