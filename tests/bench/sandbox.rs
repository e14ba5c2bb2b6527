//! What the sandbox costs: the same work in a probe and outside of one, by the processor time of this process.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use remote_doctor::builtin::Catalogue;
use remote_doctor::finding::FactValue;
use remote_doctor::run::{self, Status};
use tokio::runtime::Builder;

use crate::failure::Failure;
use crate::remote;
use crate::usage;
use crate::work::{self, Work};

const PROBE: &str = "bench-probe";
/// So long the work takes outside: long enough for steps of 10 ms, and inside far from the limit on computing.
const OUTSIDE: Duration = Duration::from_millis(600);
/// Inside and outside in turns, of which the fastest counts.
const ROUNDS: usize = 3;
/// Of the 20,000 that a run may make.
const CALLS: u32 = 15_000;
/// So many such runs take long enough.
const RUNS: u32 = 100;
/// So many runs without a call.
const EMPTY_RUNS: u32 = 2000;

/// The same work in both places.
pub struct Compared {
    pub work: Work,
    pub outside: Duration,
    pub inside: Duration,
}

impl Compared {
    pub fn ratio(&self) -> f64 {
        self.inside.div_duration_f64(self.outside)
    }
}

/// What is there to compare.
pub struct Sandbox {
    /// Once each.
    pub parsing: Vec<Compared>,
    /// One call of the host.
    pub call: Compared,
    /// A run of a probe that does nothing: a check of its own, store, instance, outcome.
    pub empty_run: Duration,
}

impl Sandbox {
    /// Inside to outside, over all parsing (the geometric mean).
    pub fn ratio(&self) -> f64 {
        let logarithms: f64 = self.parsing.iter().map(|it| it.ratio().ln()).sum();
        (logarithms / self.parsing.len() as f64).exp()
    }

    pub fn measure() -> Result<Self, Failure> {
        eprintln!("sandbox");
        let runtime = Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.map_err(Failure::system("a runtime"))?;
        runtime.block_on(async {
            let inside = Inside::new().await?;
            inside.spend(Work::Replies, 1, 10).await?;
            let mut parsing = Vec::new();
            for work in [Work::Replies, Work::Listing, Work::Flight] {
                parsing.push(parsed(&inside, work).await?);
            }
            let empty_run = inside.spend(Work::Clock, 0, EMPTY_RUNS).await? / EMPTY_RUNS;
            let asking = inside.spend(Work::Clock, CALLS, RUNS).await?;
            Ok(Self {
                parsing,
                call: Compared {
                    work: Work::Clock,
                    outside: outside(Work::Clock, CALLS * RUNS)?.0 / (CALLS * RUNS),
                    inside: asking.saturating_sub(empty_run * RUNS) / (CALLS * RUNS),
                },
                empty_run,
            })
        })
    }
}

async fn parsed(inside: &Inside, work: Work) -> Result<Compared, Failure> {
    let times = times(work);
    let mut best = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        let (took, sum) = outside(work, times)?;
        best.0 = best.0.min(took);
        let before = usage::cpu()?;
        let same = inside.run(work, times).await? == sum;
        best.1 = best.1.min(usage::cpu()? - before);
        if !same {
            return Err(Failure::Unhealthy {
                what: work.name().into(),
                said: "another sum in the sandbox".into(),
            });
        }
    }
    Ok(Compared {
        work,
        outside: best.0 / times,
        inside: best.1 / times,
    })
}

/// How often it is to be done to take long enough.
fn times(work: Work) -> u32 {
    const SOME: u32 = 500;
    let began = Instant::now();
    work::done(work, SOME, || 0);
    (OUTSIDE.div_duration_f64(began.elapsed()) * f64::from(SOME)) as u32
}

/// Does it here.
fn outside(work: Work, times: u32) -> Result<(Duration, i64), Failure> {
    let (before, began) = (usage::cpu()?, Instant::now());
    let clock = || began.elapsed().as_micros() as u64;
    let sum = std::hint::black_box(work::done(work, times, clock));
    Ok((usage::cpu()? - before, sum))
}

/// The probe that does it.
struct Inside {
    catalogue: Catalogue,
    file: PathBuf,
}

impl Inside {
    async fn new() -> Result<Self, Failure> {
        let file = remote::probe("bench-probes", PROBE);
        let catalogue = remote::catalogue(std::slice::from_ref(&file)).await?;
        Ok(Self { catalogue, file })
    }

    /// Processor time of so many runs.
    async fn spend(&self, work: Work, times: u32, runs: u32) -> Result<Duration, Failure> {
        let before = usage::cpu()?;
        for _ in 0..runs {
            self.run(work, times).await?;
        }
        Ok(usage::cpu()? - before)
    }

    /// One run; what it came to.
    async fn run(&self, work: Work, times: u32) -> Result<i64, Failure> {
        let mut check = remote::only(remote::nowhere(21), PROBE, self.file.clone());
        check.remote.remote_path = Some(format!("{}:{times}", work.name()));
        let (world, interrupt) = Default::default();
        let record = run::run(&check, &self.catalogue, &world, interrupt, &|_| ()).await;
        let record = record.map_err(crate::diagnoses::could_not_run)?;
        let run = record.runs().next();
        let fact = run.and_then(|run| match (&run.status, run.outcome.facts.first()) {
            (Status::Ok, Some(fact)) => Some(&fact.value),
            _ => None,
        });
        match fact {
            Some(FactValue::Integer(sum)) => Ok(*sum),
            _ => Err(Failure::Unhealthy {
                what: PROBE.into(),
                said: format!("{:?}", run.map(|run| &run.status)),
            }),
        }
    }
}
