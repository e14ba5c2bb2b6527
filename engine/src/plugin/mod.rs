//! Probes as WebAssembly components: the only place that knows wasmtime.
//!
//! A plugin is loaded once and instantiated afresh for each run. Everything it may do comes from [`Ground`]; everything
//! it says comes back as an [`Ending`], whether it ended well or had to be stopped.

mod anatomy;
mod bill;
mod bindings;
mod budget;
mod cache;
mod check;
mod compiled;
mod compiler;
mod convert;
mod features;
mod file;
mod granted;
mod guest;
mod host;
mod instance;
mod load;
mod room;
#[doc(hidden)]
pub mod seams;
mod signature;
mod structure;

use std::sync::Arc;
use std::time::Duration;

use crate::finding::{Description, Outcome};
use crate::handoff::Handoff;
use crate::login::Login;
use crate::net::{Failure, Network, Writes};
use crate::recording::{Recorded, Script, Tape, Waited};
use crate::run::Look;
use crate::trust::Trust;

pub use anatomy::{Anatomy, Inspected, Shape};
pub use compiler::{CompileError, Compiler, compile_if_asked};
pub use load::{LoadError, Plugin, Sandbox};
pub use signature::{KeyError, SignatureError, Signatures, Signer, TrustedKey};

/// What one run of a probe is granted.
#[derive(Clone)]
pub struct Ground {
    /// Who answers what it asks.
    pub answers: Answers,
    /// What probes leave for each other.
    pub handoff: Arc<Handoff>,
    /// How much is to be looked at.
    pub look: Look,
    /// The longest the run may take.
    pub deadline: Duration,
}

/// Who answers a probe.
#[derive(Clone)]
pub enum Answers {
    /// The network.
    Live(Outside),
    /// The network, and a tape keeps it.
    Recorded(Outside, Tape),
    /// A recording.
    Replayed(Script),
}

impl Answers {
    /// Waits for what a probe needs before it can run.
    pub async fn wait(&mut self, handoff: &Handoff, probe: &Description) -> Waited {
        let reached = match self {
            Answers::Replayed(script) => return script.wait(handoff, probe).await,
            Answers::Live(_) => handoff.reach(probe).await,
            Answers::Recorded(_, tape) => {
                let reached = handoff.reach(probe).await;
                tape.reached(&reached);
                reached
            }
        };
        reached.map_or_else(Waited::Out, Waited::Reached)
    }

    /// How long the probe took: as it was measured now, or as it was when it was recorded.
    pub fn took(&self, now: Duration) -> Duration {
        match self {
            Answers::Live(_) => now,
            Answers::Recorded(_, tape) => {
                tape.took(now);
                now
            }
            Answers::Replayed(script) => script.took().unwrap_or(now),
        }
    }
}

/// The world outside, as the probes of one source address may use it.
#[derive(Clone)]
pub struct Outside {
    /// Names and connections.
    pub network: Arc<Network>,
    /// The password's keeper.
    pub login: Arc<Login>,
    /// Certificates.
    pub trust: Trust,
    /// What may be written on the remote.
    pub writes: Arc<Writes>,
}

/// How a run ended.
#[derive(Debug)]
pub enum Ending {
    /// The probe said what it saw.
    Done(Outcome),
    /// The probe could not look.
    CouldNotLook(Failure),
    /// It trapped, used up a limit or said what makes no sense.
    Crashed(String),
    /// It did not end in time.
    TimedOut(String),
    /// It asked for what is not granted.
    Denied(String),
    /// The recording it was answered from does not have this.
    NotRecorded(String),
    /// The whole run was cut before it ended; so says the recording.
    Cut,
}

/// The end of a replayed run. One that came from outside is not made again by running the probe again.
fn replayed(script: &Script, ending: Ending) -> Ending {
    match script.recorded_end() {
        Recorded::TimedOut(why) => Ending::TimedOut(why),
        Recorded::Cut => Ending::Cut,
        Recorded::OfItself => {
            script.check_used_up();
            ending
        }
    }
}
