//! What the probes cost in the sandbox: each probe of a recorded diagnosis once more, told the same and answered the same, with
//! neither network nor TLS.

use std::sync::Arc;
use std::time::Duration;

use host::Check;
use host::handoff::Handoff;
use model::finding::Fact;
use model::standing::GivenFacts;
use model::visit::{Purpose, RunResult};
use recording::{Reached, Replay, Replayed};
use run::Probes;
use run::backend::Backend;
use sandbox::{Plugin, RunContext};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::usage;

/// No probe takes nearly as long on a recording.
const DEADLINE: Duration = Duration::from_secs(20);

/// One probe of a diagnosis, by the processor time of a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Alone {
    pub probe: String,
    /// How often it asks the host.
    pub questions: usize,
    /// Store, instance, the probe itself, and judging what it said.
    pub took: Duration,
}

/// The probes of a recorded diagnosis.
pub struct ProbesAlone<'a> {
    replay: &'a Arc<Replay>,
    probes: &'a Probes,
    check: Check,
    alone: Vec<One<'a>>,
}

struct One<'a> {
    plugin: &'a Plugin,
    /// Which run of the recording it is.
    trace: usize,
    /// What it was told by others.
    facts: Vec<Fact>,
    measured: Alone,
}

impl<'a> ProbesAlone<'a> {
    /// Those that ran.
    pub fn new(replay: &'a Arc<Replay>, probes: &'a Probes) -> Result<Self, Failure> {
        let mut alone = Vec::new();
        for (number, (_, _, trace)) in replay.recording.traces.iter().enumerate() {
            let Some(Reached::Facts(facts)) = &trace.reached else {
                continue;
            };
            let name = &trace.probe;
            let plugin = probes.plugins.iter().find(|plugin| plugin.name() == name);
            alone.push(One {
                plugin: plugin.ok_or_else(|| differs(name, "is no component"))?,
                trace: number,
                facts: facts.clone(),
                measured: Alone {
                    probe: name.clone(),
                    questions: trace.entries.len(),
                    took: Duration::ZERO,
                },
            });
        }
        Ok(Self {
            replay,
            probes,
            check: replay.recording.check(),
            alone,
        })
    }

    /// Runs each probe once.
    pub async fn round(&mut self) -> Result<(), Failure> {
        let backend = Replayed(self.replay.clone());
        for probe in &mut self.alone {
            let (part, place, _) = self.replay.recording.traces[probe.trace];
            let run = backend.begin(part, &self.check, Default::default());
            let run = run.map_err(|error| differs(&probe.measured.probe, &error.to_string()))?;
            let plugins = self.probes.plugins.iter();
            let handoff = Arc::new(Handoff::new(plugins.map(|plugin| &*plugin.description)));
            let visit = run.visit(place);
            let context = RunContext {
                backend: visit.probe(&probe.plugin.identity, Purpose::Diagnose, handoff),
                scope: place.scope,
                deadline: DEADLINE,
            };
            let given_facts = GivenFacts::to_look(probe.facts.clone());
            let begun = usage::cpu();
            let ran = probe
                .plugin
                .run(context, &self.check, place.source, &given_facts);
            let (ended, _) = ran.await;
            probe.measured.took += usage::cpu() - begun;
            if ended.result != RunResult::Done {
                return Err(differs(
                    &probe.measured.probe,
                    &format!("{:?}", ended.result),
                ));
            }
        }
        Ok(())
    }

    /// What came of so many rounds.
    pub fn of(self, rounds: usize) -> Result<Vec<Alone>, Failure> {
        let faithful = self.replay.faithful();
        faithful.map_err(|divergence| differs("a probe", &divergence.to_string()))?;
        let alone = self.alone.into_iter().map(|probe| Alone {
            took: probe.measured.took.div_f64(rounds as f64),
            ..probe.measured
        });
        Ok(alone.collect())
    }
}

fn differs(probe: &str, said: &str) -> Failure {
    Failure::Unhealthy {
        what: format!("`{probe}` on a recording"),
        said: said.into(),
    }
}
