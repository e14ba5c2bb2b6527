//! A backend that keeps everything another one answers.

use std::sync::Arc;
use std::time::Duration;

use diagnosis::record::Record;
use futures_util::future::BoxFuture;
use host::Check;
use host::backend::{Ended, Halt, ProbeBackend};
use host::call::{Answer, Call};
use host::handoff::Handoff;
use host::net::Awaited;
use model::capability::Powers;
use model::finding::{Description, Fact};
use model::probe::ProbeIdentity;
use model::remote::Remote;
use model::visit::{PasswordUse, Purpose, RunPhase, RunResult, VisitKey};
use run::RunError;
use run::backend::{Backend, Clock, RunBackend, VisitBackend};

use crate::{End, Recorder, TraceRecorder};

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
        phase: RunPhase,
        check: &Check,
        before: PasswordUse,
    ) -> Result<Box<dyn RunBackend>, RunError> {
        Ok(Box::new(RecordedRun {
            run: self.backend.begin(phase, check, before)?,
            recorder: self.recorder.clone(),
            phase,
        }))
    }

    fn has(&self, phase: RunPhase, remote: &Remote) -> bool {
        self.backend.has(phase, remote)
    }

    fn keep(&self, phase: RunPhase, record: &Record, remote: &Remote) {
        self.recorder.keep(phase, record, remote);
    }
}

struct RecordedRun {
    run: Box<dyn RunBackend>,
    recorder: Arc<Recorder>,
    phase: RunPhase,
}

impl RunBackend for RecordedRun {
    fn visit(&self, key: VisitKey) -> Arc<dyn VisitBackend> {
        Arc::new(RecordedVisit {
            visit: self.run.visit(key),
            recorder: self.recorder.clone(),
            key: (self.phase, key),
        })
    }

    fn was_cut_before(&self, key: VisitKey) -> bool {
        self.run.was_cut_before(key)
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
    key: (RunPhase, VisitKey),
}

impl VisitBackend for RecordedVisit {
    fn probe(
        &self,
        probe: &ProbeIdentity,
        purpose: Purpose,
        handoff: Arc<Handoff>,
    ) -> Box<dyn ProbeBackend> {
        Box::new(RecordedProbe {
            trace_recorder: self
                .recorder
                .trace_recorder(self.key, probe.name(), purpose),
            probe: self.visit.probe(probe, purpose, handoff),
        })
    }

    fn awaited(&self, time: Duration) -> Vec<Awaited> {
        self.visit.awaited(time)
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
    trace_recorder: TraceRecorder,
}

impl ProbeBackend for RecordedProbe {
    fn wait<'a>(
        &'a mut self,
        handoff: &'a Handoff,
        probe: &'a Description,
    ) -> BoxFuture<'a, Result<Vec<Fact>, Ended>> {
        Box::pin(async {
            let waited = self.probe.wait(handoff, probe).await;
            self.trace_recorder.reached(&waited);
            waited
        })
    }

    fn start(&mut self, powers: Arc<Powers>) {
        self.probe.start(powers);
    }

    fn answer(&mut self, call: Call) -> BoxFuture<'_, Result<Answer, Halt>> {
        let number = self.trace_recorder.asked(&call);
        let answer = self.probe.answer(call);
        let trace_recorder = &self.trace_recorder;
        Box::pin(async move {
            let answer = answer.await;
            trace_recorder.heard(number, &answer);
            answer
        })
    }

    fn close(&mut self, connection: u32) {
        self.probe.close(connection);
    }

    fn plan_data_ports(&mut self, tried: u32, of: u32) {
        self.probe.plan_data_ports(tried, of);
    }

    fn mismatched(&mut self) {
        self.probe.mismatched();
    }

    fn ended(&mut self, ended: Ended) -> Ended {
        let ended = self.probe.ended(ended);
        self.trace_recorder.ended(match &ended.result {
            RunResult::TimedOut(why) => End::TimedOut(why.clone()),
            _ => End::OfItself,
        });
        ended
    }

    fn took(&mut self, measured: Duration) -> Duration {
        let took = self.probe.took(measured);
        self.trace_recorder.took(took);
        took
    }
}
