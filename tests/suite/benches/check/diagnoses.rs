//! Many diagnoses, so many at once: what a worker does.

use std::sync::Arc;
use std::time::{Duration, Instant};

use doctor::Options;
use host::Check;
use run::{LiveBackend, Probes};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use crate::failure::Failure;
use crate::worker::Site;
use crate::{remote, usage};

/// Until every file, table and code path was used once.
const WARM_UP: usize = 10;

/// How much is to be done.
#[derive(Debug, Serialize, Deserialize)]
pub struct Load {
    /// Where, in turns.
    pub sites: Vec<Site>,
    /// So many diagnoses.
    pub diagnoses: usize,
    /// So many of them at once.
    pub at_once: usize,
}

/// What it took.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Took {
    pub diagnoses: usize,
    pub at_once: usize,
    pub wall: Duration,
    /// Of all threads of the process.
    pub cpu: Duration,
    /// Resident memory before, and the most there was, in bytes.
    pub resident: u64,
    pub peak: u64,
}

impl Took {
    /// Processor time of one diagnosis.
    pub fn each(&self) -> Duration {
        self.cpu.div_f64(self.diagnoses as f64)
    }
}

/// Runs them all; one that does not end as it should ends them.
pub async fn diagnose(load: Load) -> Result<Took, Failure> {
    remote::make_room(load.at_once);
    let catalogue = Arc::new(remote::catalogue(&[]).await?);
    let checks: Result<Vec<_>, _> = load.sites.iter().map(remote::of).collect();
    let checks: Vec<_> = checks?.into_iter().map(Arc::new).collect();
    for number in 0..WARM_UP {
        one(&checks[number % checks.len()], &catalogue).await?;
    }
    let (resident, cpu, started) = (usage::resident()?, usage::cpu(), Instant::now());
    let mut going = JoinSet::new();
    for number in 0..load.diagnoses {
        if going.len() >= load.at_once {
            ended(going.join_next().await)?;
        }
        let (check, catalogue) = (checks[number % checks.len()].clone(), catalogue.clone());
        going.spawn(async move { one(&check, &catalogue).await });
    }
    while !going.is_empty() {
        ended(going.join_next().await)?;
    }
    Ok(Took {
        diagnoses: load.diagnoses,
        at_once: load.at_once,
        wall: started.elapsed(),
        cpu: usage::cpu() - cpu,
        resident,
        peak: usage::peak_resident()?,
    })
}

/// From the check to the bytes of the report.
async fn one(check: &Check, catalogue: &Probes) -> Result<(), Failure> {
    let diagnosis = doctor::diagnose(check, catalogue, &LiveBackend, Options::default()).await;
    let report = diagnosis.map_err(could_not_run)?.report;
    remote::healthy(&report)?;
    std::hint::black_box(serde_json::to_vec(&report).expect("a report is plain data"));
    Ok(())
}

/// Why a run did not begin.
pub fn could_not_run(error: run::RunError) -> Failure {
    Failure::Unhealthy {
        what: "a run".into(),
        said: error.to_string(),
    }
}

fn ended(
    joined: Option<Result<Result<(), Failure>, tokio::task::JoinError>>,
) -> Result<(), Failure> {
    match joined {
        None => Ok(()),
        Some(Ok(done)) => done,
        Some(Err(error)) => Err(Failure::Unhealthy {
            what: "a diagnosis".into(),
            said: error.to_string(),
        }),
    }
}
