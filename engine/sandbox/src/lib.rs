//! Probes as WebAssembly components. This crate and `compile` are the only ones that know wasmtime.
//!
//! A plugin is loaded once and instantiated afresh for each run. Everything it may do comes from its [`RunContext`].
//! Everything it says comes back as a [`host::backend::Ended`], whether it ended by itself or had to be stopped. The README
//! of this crate has the limits.
#![warn(missing_docs)]

mod bill;
mod budget;
mod cache;
mod check;
mod compiled;
mod compiler;
mod exchange;
mod file;
mod inspect;
mod instance;
mod load;
mod pool;
#[doc(hidden)]
pub mod seams;
mod signature;
mod structure;
mod v0_1;

use std::time::Duration;

use host::backend::ProbeBackend;
use model::visit::VisitScope;

pub use compiler::{CompileError, Compiler, compile_if_asked};
pub use inspect::{ComponentInfo, Inspected, Shape};
pub use load::{BuiltIn, LoadError, Plugin, Sandbox};
pub use signature::{KeyError, SignatureError, Signatures, TrustedKey};

/// What one run of a probe is given.
pub struct RunContext {
    /// Who answers what it asks.
    pub backend: Box<dyn ProbeBackend>,
    /// How much is to be looked at.
    pub scope: VisitScope,
    /// The longest the run may take.
    pub deadline: Duration,
}
