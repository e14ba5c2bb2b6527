//! What the engine takes for many diagnoses: orders for workers against labs on loopback.

use std::path::Path;

use crate::crowd::{Crowd, Held};
use crate::diagnoses::{Load, Took};
use crate::failure::Failure;
use crate::lab::Lab;
use crate::phases::Phases;
use crate::remote;
use crate::worker::{self, Job, Site};

/// So many diagnoses for so many at once.
const LOADS: [(usize, usize); 4] = [(1, 300), (10, 500), (100, 1000), (1000, 2000)];
/// A lab that serves more at once is slower than what it is to measure.
const TO_ONE_LAB: usize = 50;
const PHASES: usize = 300;
const CROWD: usize = 1000;

/// Labs on loopback, each with its site.
struct Labs(Vec<Lab>);

impl Labs {
    fn start(number: usize) -> Result<Self, Failure> {
        let labs = (0..number).map(|_| Lab::on_loopback());
        labs.collect::<Result<_, _>>().map(Self)
    }

    fn sites(&self) -> Vec<Site> {
        let site = |lab: &Lab| Site {
            port: lab.port,
            authority: lab.authority_pem(),
        };
        self.0.iter().map(site).collect()
    }
}

/// Many diagnoses, more and more of them at once.
pub fn throughput(cache: &Path) -> Result<Vec<Took>, Failure> {
    let took = |(at_once, diagnoses): (usize, usize)| {
        eprintln!("throughput: {at_once} at once");
        let labs = Labs::start(at_once.div_ceil(TO_ONE_LAB))?;
        let load = Load {
            sites: labs.sites(),
            diagnoses,
            at_once,
        };
        worker::order(&Job::Diagnose(load), cache)
    };
    LOADS.into_iter().map(took).collect()
}

/// What each step of a diagnosis takes.
pub fn phases(cache: &Path) -> Result<Phases, Failure> {
    eprintln!("phases");
    with_site(|site| worker::order(&Job::Phases(site, PHASES), cache))
}

/// A lab while something is done with it.
pub fn with_site<T>(work: impl FnOnce(Site) -> Result<T, Failure>) -> Result<T, Failure> {
    let labs = Labs::start(1)?;
    work(labs.sites().remove(0))
}

/// Probes that wait: nothing but that, and those of the program for a server that never greets.
pub fn memory(cache: &Path) -> Vec<(&'static str, Result<Held, Failure>)> {
    let waits = remote::probe("hostile-probes", "waits");
    let idle = |number| Job::Wait(Crowd::Idle(number, waits.clone()));
    // Memory that compiling has left behind would hide what the probes take: the first process is not the measured one.
    let measure = |job: &Job, first: &Job| {
        worker::order::<Held>(first, cache)?;
        worker::order(job, cache)
    };
    eprintln!("memory");
    let unanswered = |number| Job::Wait(Crowd::Unanswered(number));
    vec![
        ("a probe that does nothing", measure(&idle(CROWD), &idle(1))),
        (
            "quick, no greeting comes",
            measure(&unanswered(CROWD), &unanswered(1)),
        ),
    ]
}
