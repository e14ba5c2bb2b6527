//! Probes that wait, many at once, and the memory they take: what a worker does.

use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use host::Check;
use run::{self, Event, Interrupt, LiveBackend};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::diagnoses::could_not_run;
use crate::failure::Failure;
use crate::{remote, usage};

/// No more checks than this share a server that never answers: its queue of connections is finite.
const TO_ONE_SERVER: usize = 25;
/// So long nothing begins and nothing ends once all of them wait.
const CALM: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(25);

/// Who waits.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Crowd {
    /// So many checks with this probe alone, which does nothing but wait.
    Idle(usize, PathBuf),
    /// So many quick checks of servers that accept and never greet.
    Unanswered(usize),
}

/// What it took, in bytes.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Held {
    pub checks: usize,
    /// Probes that had begun and not ended.
    pub probes: usize,
    /// Resident memory before they began.
    pub before: u64,
    /// The same while they wait.
    pub meanwhile: u64,
}

impl Held {
    /// Bytes for each probe, with its share of what a check takes.
    pub fn each(&self) -> f64 {
        self.meanwhile.saturating_sub(self.before) as f64 / self.probes as f64
    }
}

#[derive(Default)]
struct Count {
    begun: AtomicUsize,
    ended: AtomicUsize,
}

impl Count {
    fn see(&self, event: &Event<'_>) {
        let counter = match event {
            Event::Started { .. } => &self.begun,
            // A probe that could not be run ends without having begun.
            Event::Ended(run) if !matches!(run.status, model::visit::RunResult::Skipped(_)) => {
                &self.ended
            }
            _ => return,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    fn now(&self) -> (usize, usize) {
        (
            self.begun.load(Ordering::Relaxed),
            self.ended.load(Ordering::Relaxed),
        )
    }
}

pub async fn wait(crowd: Crowd) -> Result<Held, Failure> {
    let (Crowd::Idle(number, _) | Crowd::Unanswered(number)) = &crowd;
    remote::make_room(*number);
    let (number, files) = match &crowd {
        Crowd::Idle(number, file) => (*number, vec![file.clone()]),
        Crowd::Unanswered(number) => (*number, Vec::new()),
    };
    let catalogue = Arc::new(remote::catalogue(&files).await?);
    let (checks, _servers) = checks(crowd)?;
    let (interrupt, count) = (Interrupt::default(), Arc::new(Count::default()));
    let mut going = JoinSet::new();
    let start = |check: Check| {
        let (catalogue, interrupt, count) = (catalogue.clone(), interrupt.clone(), count.clone());
        async move {
            let watch = |event: Event<'_>| count.see(&event);
            let ran = run::run(&check, &catalogue, &LiveBackend, interrupt, &watch).await;
            ran.map(drop)
        }
    };
    let mut checks = checks.into_iter();
    // What the first one of all brings into memory, no other does.
    if let Some(check) = checks.next() {
        going.spawn(start(check));
    }
    calm(&count, 1).await?;
    let (before, (begun, ended)) = (usage::resident()?, count.now());
    let first = begun - ended;
    for check in checks {
        going.spawn(start(check));
    }
    calm(&count, number + 1).await?;
    let (begun, ended) = count.now();
    let meanwhile = usage::resident()?;
    interrupt.stop.cancel();
    interrupt.give_up.cancel();
    while let Some(joined) = going.join_next().await {
        let ran = joined.map_err(std::io::Error::other);
        let ran = ran.map_err(Failure::system("a check"))?;
        ran.map_err(could_not_run)?;
    }
    Ok(Held {
        checks: number,
        probes: begun - ended - first,
        before,
        meanwhile,
    })
}

/// One more than is counted, and the servers they go to.
fn checks(crowd: Crowd) -> Result<(Vec<Check>, Vec<TcpListener>), Failure> {
    match crowd {
        Crowd::Idle(number, file) => {
            let check = remote::only(remote::nowhere(21), "waits", file);
            Ok((vec![check; number + 1], Vec::new()))
        }
        Crowd::Unanswered(number) => {
            let listen = |_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
            let servers: std::io::Result<Vec<_>> =
                (0..=number / TO_ONE_SERVER).map(listen).collect();
            let servers = servers.map_err(Failure::system("a port"))?;
            let check = |index: usize| {
                let address = servers[index / TO_ONE_SERVER].local_addr();
                address.map(|address| remote::nowhere(address.port()))
            };
            let checks: std::io::Result<Vec<_>> = (0..=number).map(check).collect();
            Ok((checks.map_err(Failure::system("a port"))?, servers))
        }
    }
}

/// Waits until so many have begun and nothing happens any more.
async fn calm(count: &Count, begun: usize) -> Result<(), Failure> {
    let started = Instant::now();
    let mut last = (count.now(), Instant::now());
    while last.0.0 < begun || last.1.elapsed() < CALM {
        if started.elapsed() > PATIENCE {
            return Err(Failure::TooLong(format!("{begun} probes")));
        }
        sleep(Duration::from_millis(20)).await;
        if count.now() != last.0 {
            last = (count.now(), Instant::now());
        }
    }
    Ok(())
}
