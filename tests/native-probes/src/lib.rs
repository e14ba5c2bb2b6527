//! The built-in probes, compiled for this machine instead of for the sandbox.

use probe_sdk::native::NativeProbe;

/// All of them, by name.
pub static PROBES: &[&NativeProbe] = include!(concat!(env!("OUT_DIR"), "/probes.rs"));
