//! What the sandbox costs: each probe of a recorded diagnosis as a component and compiled for this machine, told the same and
//! answered the same. Both have to say the same.

use std::sync::Arc;
use std::time::Duration;

use native_probes::PROBES;
use probe_sdk::native::NativeProbe;
use remote_doctor::builtin::Catalogue;
use remote_doctor::finding::Fact;
use remote_doctor::handoff::Handoff;
use remote_doctor::plugin::{Answers, Ending, Ground, Plugin};
use remote_doctor::recording::{Reached, Replay};
use remote_doctor::settings::Check;
use remote_doctor::standing::Told;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::native;
use crate::usage;

/// No probe takes nearly as long on a recording.
const DEADLINE: Duration = Duration::from_secs(20);

/// One probe of a diagnosis in both forms, by the processor time of a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Compared {
    pub probe: String,
    /// How often it asks the host.
    pub questions: usize,
    /// Compiled for this machine.
    pub native: Duration,
    /// As a component: store, instance, and judging what it said are in it.
    pub sandbox: Duration,
}

/// The probes of a recorded diagnosis.
pub struct Comparison<'a> {
    replay: &'a Arc<Replay>,
    catalogue: &'a Catalogue,
    check: Check,
    probes: Vec<Both<'a>>,
}

struct Both<'a> {
    component: &'a Plugin,
    native: &'static NativeProbe,
    /// Which run of the recording it is.
    trace: usize,
    /// What it was told by others.
    facts: Vec<Fact>,
    compared: Compared,
}

impl<'a> Comparison<'a> {
    /// Those that ran.
    pub fn new(replay: &'a Arc<Replay>, catalogue: &'a Catalogue) -> Result<Self, Failure> {
        let mut probes = Vec::new();
        for (number, (_, _, trace)) in replay.recording.traces.iter().enumerate() {
            let Some(Reached::Facts(facts)) = &trace.reached else {
                continue;
            };
            let name = &trace.probe;
            let mut components = catalogue.plugins.iter();
            let component = components.find(|plugin| plugin.description.name == *name);
            let native = PROBES.iter().copied().find(|probe| probe.name == name);
            probes.push(Both {
                component: component.ok_or_else(|| differs(name, "is no component"))?,
                native: native.ok_or_else(|| differs(name, "is not linked natively"))?,
                trace: number,
                facts: facts.iter().cloned().map(Into::into).collect(),
                compared: Compared {
                    probe: name.clone(),
                    questions: trace.entries.len(),
                    native: Duration::ZERO,
                    sandbox: Duration::ZERO,
                },
            });
        }
        Ok(Self {
            replay,
            catalogue,
            check: replay.recording.check(),
            probes,
        })
    }

    /// Runs each probe once in either form.
    pub async fn round(&mut self) -> Result<(), Failure> {
        let mut said = Vec::with_capacity(self.probes.len());
        for probe in &mut self.probes {
            let answers = native::Answers::new(self.replay, probe.trace);
            let begun = usage::cpu();
            let outcome = native::run(probe.native, answers, &self.check, &probe.facts);
            probe.compared.native += usage::cpu() - begun;
            said.push(outcome);
        }
        for (probe, native) in self.probes.iter_mut().zip(said) {
            let (part, place, _) = self.replay.recording.traces[probe.trace];
            let plugins = self.catalogue.plugins.iter();
            let ground = Ground {
                answers: Answers::Replayed(self.replay.script(part, place, probe.component)),
                handoff: Arc::new(Handoff::new(plugins.map(|plugin| &*plugin.description))),
                look: place.look,
                deadline: DEADLINE,
            };
            let told = Told::to_look(probe.facts.clone());
            let begun = usage::cpu();
            let component = probe.component;
            let run = component.run(ground, &self.check, place.source, &told);
            let ending = run.await;
            probe.compared.sandbox += usage::cpu() - begun;
            match (ending, native) {
                (Ending::Done(outcome), Some(native)) if outcome == native => {}
                other => return Err(differs(&probe.compared.probe, &format!("said {other:?}"))),
            }
        }
        Ok(())
    }

    /// What came of so many rounds.
    pub fn of(self, rounds: usize) -> Result<Vec<Compared>, Failure> {
        let faithful = self.replay.faithful();
        faithful.map_err(|astray| differs("a probe", &astray.to_string()))?;
        let each = |total: Duration| total.div_f64(rounds as f64);
        let compared = self.probes.into_iter().map(|probe| Compared {
            native: each(probe.compared.native),
            sandbox: each(probe.compared.sandbox),
            ..probe.compared
        });
        Ok(compared.collect())
    }
}

fn differs(probe: &str, said: &str) -> Failure {
    Failure::Unhealthy {
        what: format!("the comparison of `{probe}`"),
        said: said.into(),
    }
}
