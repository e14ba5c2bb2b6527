//! Probes as WebAssembly components: the only place that knows wasmtime.
//!
//! A plugin is loaded once and instantiated afresh for each run. Everything it may do comes from [`Ground`]; everything
//! it says comes back as an [`Ending`], whether it ended well or had to be stopped.

mod bindings;
mod budget;
mod cache;
mod check;
mod convert;
mod guest;
mod instance;
mod load;

use std::sync::Arc;
use std::time::Duration;

use crate::finding::Outcome;
use crate::login::Login;
use crate::net::{Failure, Network, Writes};
use crate::relay::Relay;
use crate::run::Look;
use crate::trust::Trust;

pub use load::{LoadError, Plugin, Sandbox};

/// What one run of a probe is granted.
#[derive(Clone)]
pub struct Ground {
    /// Names and connections.
    pub network: Arc<Network>,
    /// The password's keeper.
    pub login: Arc<Login>,
    /// Certificates.
    pub trust: Trust,
    /// What may be written on the remote.
    pub writes: Arc<Writes>,
    /// What probes leave for each other.
    pub relay: Arc<Relay>,
    /// How much is to be looked at.
    pub look: Look,
    /// The longest the run may take.
    pub deadline: Duration,
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
}
