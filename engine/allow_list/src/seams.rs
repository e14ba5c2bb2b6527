//! Where the zones and files of others come in, for the fuzz targets of `fuzz/`. No part of the public interface.

use std::net::IpAddr;
use std::path::Path;

use super::State;
use super::reverse::{self, Signs};

/// What a reverse name gives away.
pub fn signs(name: &str, address: IpAddr) -> Signs {
    reverse::signs(name, address)
}

/// Reads a state file.
///
/// # Errors
/// It is none.
pub fn state(path: &Path) -> Result<State, String> {
    State::read(path).map_err(|error| error.to_string())
}
