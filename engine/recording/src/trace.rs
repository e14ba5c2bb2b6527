//! What one run of one probe asked, and what it heard.

use host::backend::Ended;
use model::visit::Purpose;
use model::visit::RunResult;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use host::backend::Halt;
use host::call::{Answer, Call};
use model::finding::Fact;
use model::visit::SkipReason;

/// One run of one probe.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Trace {
    /// The probe.
    pub probe: String,
    /// What it ran for.
    pub purpose: Purpose,
    /// Whether it got what it waited for; none where the whole run ended first.
    pub reached: Option<Reached>,
    /// In the order they were asked.
    pub entries: Vec<Entry>,
    /// How it ended; none where the whole run ended first.
    pub end: Option<End>,
    /// How long it took.
    pub took: Duration,
}

/// What came of waiting for the states that a probe needs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reached {
    /// The facts it was told.
    Facts(Vec<Fact>),
    /// It was not run.
    Out(SkipReason),
}

/// A question and its answer, with their times.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Entry {
    /// When it was asked, since the probe started, in microseconds.
    pub at_us: u64,
    /// How long the answer took, in microseconds.
    pub took_us: u64,
    /// The question.
    pub call: Call,
    /// The answer.
    pub heard: Heard,
}

/// What came back.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Heard {
    /// An answer.
    Answer(Answer),
    /// The probe was stopped for asking.
    Denied(String),
    /// The probe was ended while it waited.
    Nothing,
}

/// How a probe ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// Of itself, or stopped for what it did: running it again ends alike.
    OfItself,
    /// Its time was up.
    TimedOut(String),
}

/// A trace while it is made. What is on it stays when the probe is ended from outside.
#[derive(Clone, Debug)]
pub struct TraceRecorder {
    trace: Arc<Mutex<Trace>>,
    started: Instant,
}

impl TraceRecorder {
    pub(super) fn new(probe: &str, purpose: Purpose) -> TraceRecorder {
        TraceRecorder {
            trace: Arc::new(Mutex::new(Trace {
                probe: probe.into(),
                purpose,
                reached: None,
                entries: Vec::new(),
                end: None,
                took: Duration::ZERO,
            })),
            started: Instant::now(),
        }
    }

    /// The probe runs from now on, or never will.
    pub fn reached(&mut self, waited: &Result<Vec<Fact>, Ended>) {
        self.started = Instant::now();
        self.trace().reached = match waited {
            Ok(facts) => Some(Reached::Facts(facts.clone())),
            Err(Ended {
                result: RunResult::Skipped(out_of_reach),
                ..
            }) => Some(Reached::Out(out_of_reach.clone())),
            Err(_) => None,
        };
    }

    /// A question; gives its number.
    pub fn asked(&self, call: &Call) -> usize {
        let at_us = micros(self.started.elapsed());
        let mut trace = self.trace();
        trace.entries.push(Entry {
            at_us,
            took_us: 0,
            call: call.clone(),
            heard: Heard::Nothing,
        });
        trace.entries.len() - 1
    }

    /// The answer to it.
    pub fn heard(&self, number: usize, answer: &Result<Answer, Halt>) {
        let now = micros(self.started.elapsed());
        if let Some(entry) = self.trace().entries.get_mut(number) {
            entry.took_us = now.saturating_sub(entry.at_us);
            entry.heard = match answer {
                Ok(answer) => Heard::Answer(answer.clone()),
                Err(Halt::Denied(why)) => Heard::Denied(why.clone()),
                Err(Halt::NotRecorded(_) | Halt::Over | Halt::Diverged) => Heard::Nothing,
            };
        }
    }

    /// The end of the probe.
    pub fn ended(&self, end: End) {
        self.trace().end = Some(end);
    }

    /// How long all of it took, as the report says it.
    pub fn took(&self, took: Duration) {
        self.trace().took = took;
    }

    /// What is on it so far.
    pub(super) fn copy(&self) -> Trace {
        self.trace().clone()
    }

    fn trace(&self) -> MutexGuard<'_, Trace> {
        self.trace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
