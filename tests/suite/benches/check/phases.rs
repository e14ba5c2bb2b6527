//! What each step of a quick diagnosis costs for itself, and what of it is the sandbox: what a worker does.

use std::sync::Arc;
use std::time::Duration;

use doctor::Options;
use host::Check;
use jiff::Timestamp;
use recording::{Recorded, Recorder, Recording, Replay};
use report::Report;
use run::{LiveBackend, Probes};
use serde::{Deserialize, Serialize};

use crate::diagnoses::could_not_run;
use crate::failure::Failure;
use crate::sandbox::{Alone, ProbesAlone};
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
    /// The probes once more, on a recording: neither network nor TLS.
    pub probes: Vec<Alone>,
}

impl Phases {
    /// All of it.
    pub fn whole(&self) -> Duration {
        self.run + self.report + self.json
    }

    /// What all probes take on a recording.
    pub fn of_probes(&self) -> Duration {
        self.probes.iter().map(|it| it.took).sum()
    }
}

/// A diagnosis and each probe alone in turns, so that whatever else the machine does falls on all of them.
pub async fn measure(site: &Site, times: usize) -> Result<Phases, Failure> {
    let catalogue = remote::catalogue(&[]).await?;
    let check = remote::of(site)?;
    let replay = recorded(&check, &catalogue).await?;
    let mut alone = ProbesAlone::new(&replay, &catalogue)?;
    let mut all = Phases::default();
    for _ in 0..times {
        one(&check, &catalogue, &mut all).await?;
        alone.round().await?;
    }
    let each = |total: Duration| total.div_f64(times as f64);
    Ok(Phases {
        run: each(all.run),
        report: each(all.report),
        json: each(all.json),
        probes: alone.of(times)?,
    })
}

/// Adds the steps of one diagnosis.
async fn one(check: &Check, catalogue: &Probes, all: &mut Phases) -> Result<(), Failure> {
    let started = Timestamp::now();
    let begun = usage::cpu();
    let record = run::run(check, catalogue, &LiveBackend, Default::default(), &|_| ()).await;
    let record = record.map_err(could_not_run)?;
    let ran = usage::cpu();
    let report = Report::new(&record, &check.remote, &catalogue.codes, started);
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
async fn recorded(check: &Check, catalogue: &Probes) -> Result<Arc<Replay>, Failure> {
    let recorder = Arc::<Recorder>::default();
    let backend = Recorded::new(LiveBackend, recorder.clone());
    let diagnosis = doctor::diagnose(check, catalogue, &backend, Options::default()).await;
    let report = diagnosis.map_err(could_not_run)?.report;
    let file = recorder.file(check, catalogue.identities(), &report);
    let file = file.map_err(|damage| unhealthy(&damage))?;
    let recording = Recording::from_bytes(&file).map_err(|fault| unhealthy(&fault))?;
    Ok(Replay::new(recording, catalogue.identities()))
}

fn unhealthy(said: &dyn std::fmt::Display) -> Failure {
    Failure::Unhealthy {
        what: "a recording".into(),
        said: said.to_string(),
    }
}
