//! Where a guest's words come in, for the fuzz targets of `fuzz/`. No part of the public interface.

use super::{check, structure};
use model::finding::{Description, Outcome};

/// Judges what a probe says of a remote.
///
/// # Errors
/// What is wrong with it.
pub fn outcome(description: &Description, outcome: Outcome) -> Result<Outcome, String> {
    check::outcome(description, outcome)
}

/// Judges what a probe says of itself.
///
/// # Errors
/// What is wrong with it.
pub fn description(description: &Description) -> Result<(), String> {
    check::description(description)
}

/// Judges how a component is built, before anything of it is compiled.
///
/// # Errors
/// What is wrong with it.
pub fn structure(wasm: &[u8]) -> Result<(), String> {
    structure::check(wasm).map_err(|error| error.to_string())
}
