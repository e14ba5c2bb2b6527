//! What each step of a quick diagnosis costs for itself, and what of it is the sandbox: what a worker does.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use remote_doctor::builtin::Catalogue;
use remote_doctor::recording::{Part, Recorder, Recording, Replay, World};
use remote_doctor::report::Report;
use remote_doctor::run;
use remote_doctor::settings::Check;
use serde::{Deserialize, Serialize};

use crate::diagnoses::could_not_run;
use crate::failure::Failure;
use crate::sandbox::{Compared, Comparison};
use crate::worker::Site;
use crate::{remote, usage};

/// Processor time of each step, of one diagnosis.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Phases {
    /// Running the probes against the lab.
    pub run: Duration,
    /// Making the report of the record.
    pub report: Duration,
    /// Writing it as JSON.
    pub json: Duration,
    /// The probes once more, on a recording and in both forms: neither network nor TLS.
    pub probes: Vec<Compared>,
}

impl Phases {
    /// All of it.
    pub fn whole(&self) -> Duration {
        self.run + self.report + self.json
    }

    /// What all probes take on a recording.
    pub fn of_probes(&self, form: impl Fn(&Compared) -> Duration) -> Duration {
        self.probes.iter().map(form).sum()
    }

    /// How many times more a diagnosis costs than one whose probes are compiled for this machine.
    pub fn beside_native(&self) -> f64 {
        let whole = self.whole().as_secs_f64();
        let sandbox = self.of_probes(|it| it.sandbox).as_secs_f64();
        let native = self.of_probes(|it| it.native).as_secs_f64();
        whole / (whole - (sandbox - native))
    }
}

/// A diagnosis and each probe in both forms in turns, so that whatever else the machine does falls on all of them.
pub async fn measure(site: &Site, times: usize) -> Result<Phases, Failure> {
    let catalogue = remote::catalogue(&[]).await?;
    let check = remote::of(site)?;
    let replay = recorded(&check, &catalogue).await?;
    let mut comparison = Comparison::new(&replay, &catalogue)?;
    let mut all = Phases::default();
    for _ in 0..times {
        one(&check, &catalogue, &mut all).await?;
        comparison.round().await?;
    }
    let each = |total: Duration| total.div_f64(times as f64);
    Ok(Phases {
        run: each(all.run),
        report: each(all.report),
        json: each(all.json),
        probes: comparison.of(times)?,
    })
}

/// Adds the steps of one diagnosis.
async fn one(check: &Check, catalogue: &Catalogue, all: &mut Phases) -> Result<(), Failure> {
    let started = Timestamp::now();
    let begun = usage::cpu();
    let (world, interrupt) = Default::default();
    let record = run::run(check, catalogue, &world, interrupt, &|_| ()).await;
    let record = record.map_err(could_not_run)?;
    let ran = usage::cpu();
    let report = Report::new(&record, &check.remote, catalogue, started);
    let reported = usage::cpu();
    let json = serde_json::to_vec(&report).expect("a report is plain data");
    let written = usage::cpu();
    drop(std::hint::black_box(json));
    all.run += ran - begun;
    all.report += reported - ran;
    all.json += written - reported;
    remote::healthy(&report)
}

/// Records one diagnosis.
async fn recorded(check: &Check, catalogue: &Catalogue) -> Result<Arc<Replay>, Failure> {
    let recorder = Arc::<Recorder>::default();
    let world = World::Recorded(recorder.clone());
    let started = Timestamp::now();
    let record = run::run(check, catalogue, &world, Default::default(), &|_| ()).await;
    let record = record.map_err(could_not_run)?;
    world.keep(Part::Diagnosis, &record, &check.remote);
    let report = Report::new(&record, &check.remote, catalogue, started);
    let file = recorder.file(check, catalogue, started, &report);
    let file = file.map_err(|damage| unhealthy(&damage))?;
    let recording = Recording::from_bytes(&file).map_err(|fault| unhealthy(&fault))?;
    Ok(Replay::new(recording, &catalogue.plugins))
}

fn unhealthy(said: &dyn std::fmt::Display) -> Failure {
    Failure::Unhealthy {
        what: "a recording".into(),
        said: said.to_string(),
    }
}
