//! What each step of a quick diagnosis costs for itself: what a worker does.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use remote_doctor::builtin::Catalogue;
use remote_doctor::recording::{Part, Recorder, Recording, Replay, World, rerun, unpack};
use remote_doctor::report::Report;
use remote_doctor::run;
use remote_doctor::settings::Check;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::diagnoses::could_not_run;
use crate::failure::Failure;
use crate::worker::Site;
use crate::{remote, usage};

/// What takes so little that it is done so often.
const SHORT: u32 = 10;

/// Processor time of each step, of one diagnosis.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Phases {
    /// Running the probes against the lab.
    pub run: Duration,
    /// Making the report of the record.
    pub report: Duration,
    /// Writing it as JSON.
    pub json: Duration,
    /// The probes once more, on a recording: all of the sandbox, and neither network nor TLS. Its report is in it.
    pub replay: Duration,
    /// How often the probes ask the host.
    pub calls: usize,
    /// How many probes run.
    pub probes: usize,
}

impl Phases {
    /// All of it.
    pub fn whole(&self) -> Duration {
        self.run + self.report + self.json
    }

    /// What running the probes on a recording takes without the report.
    pub fn sandbox(&self) -> Duration {
        self.replay.saturating_sub(self.report)
    }

    /// How many times more a diagnosis costs than one without the cost of the sandbox.
    pub fn beside(&self, sandbox: Duration) -> f64 {
        let whole = self.whole();
        whole.div_duration_f64(whole.saturating_sub(sandbox))
    }
}

pub async fn measure(site: &Site, times: usize) -> Result<Phases, Failure> {
    let catalogue = remote::catalogue(&[]).await?;
    let check = remote::of(site)?;
    let (replay, calls, probes) = recorded(&check, &catalogue).await?;
    let started = Timestamp::now();
    let each = |cpu: Duration| cpu.div_f64(times as f64);

    let begin = usage::cpu()?;
    let mut records = Vec::with_capacity(times);
    for _ in 0..times {
        let (world, interrupt) = Default::default();
        let record = run::run(&check, &catalogue, &world, interrupt, &|_| ()).await;
        records.push(record.map_err(could_not_run)?);
    }
    let ran = usage::cpu()?;
    let report = |record| Report::new(record, &check.remote, &catalogue, started);
    let reports: Vec<Report> = records.iter().map(report).collect();
    let again = || (1..SHORT).flat_map(|_| &records);
    again()
        .map(report)
        .for_each(|report| drop(std::hint::black_box(report)));
    let reported = usage::cpu()?;
    for report in (0..SHORT).flat_map(|_| &reports) {
        std::hint::black_box(serde_json::to_vec(report).expect("a report is plain data"));
    }
    let written = usage::cpu()?;
    reports.iter().try_for_each(remote::healthy)?;

    let begin_replay = usage::cpu()?;
    let recorded = replay.recording.check();
    for _ in 0..times {
        let report = rerun(&recorded, &replay, &catalogue).await;
        remote::healthy(&report.map_err(could_not_run)?)?;
    }
    let replayed = usage::cpu()?;
    replay.faithful().map_err(|astray| unhealthy(&astray))?;
    Ok(Phases {
        run: each(ran - begin),
        report: each(reported - ran) / SHORT,
        json: each(written - reported) / SHORT,
        replay: each(replayed - begin_replay),
        calls,
        probes,
    })
}

/// Records one diagnosis; with the number of questions and of probes in it.
async fn recorded(
    check: &Check,
    catalogue: &Catalogue,
) -> Result<(Arc<Replay>, usize, usize), Failure> {
    let recorder = Arc::<Recorder>::default();
    let world = World::Recorded(recorder.clone());
    let started = Timestamp::now();
    let record = run::run(check, catalogue, &world, Default::default(), &|_| ()).await;
    let record = record.map_err(could_not_run)?;
    world.keep(Part::Diagnosis, &record, &check.remote);
    let report = Report::new(&record, &check.remote, catalogue, started);
    let file = recorder.file(check, catalogue, started, &report);
    let file = file.map_err(|damage| unhealthy(&damage))?;
    let blocks = unpack(&file).map_err(|damage| unhealthy(&damage))?;
    let asked: Vec<usize> = blocks.iter().filter_map(|block| questions(block)).collect();
    let folder = tempfile::tempdir().map_err(Failure::system("a folder"))?;
    let path = folder.path().join("recording");
    fs::write(&path, file).map_err(Failure::system("a recording"))?;
    let recording = Recording::read(&path).map_err(|error| unhealthy(&error))?;
    let probes = asked.iter().filter(|asked| **asked > 0).count();
    let replay = Replay::new(recording, &catalogue.plugins);
    Ok((replay, asked.iter().sum(), probes))
}

/// How many questions the trace in a block has, if it holds one.
fn questions(block: &[u8]) -> Option<usize> {
    let block: Value = serde_json::from_slice(block).ok()?;
    let entries = block.get("trace")?.get(2)?.get("entries")?;
    entries.as_array().map(Vec::len)
}

fn unhealthy(said: &dyn std::fmt::Display) -> Failure {
    Failure::Unhealthy {
        what: "a recording".into(),
        said: said.to_string(),
    }
}
