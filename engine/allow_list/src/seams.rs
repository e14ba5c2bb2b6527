//! Where the zones of others come in, for the fuzz targets of `fuzz/`. No part of the public interface.

use std::net::IpAddr;

use super::reverse::{self, Signs};

/// What a reverse name gives away.
pub fn signs(name: &str, address: IpAddr) -> Signs {
    reverse::signs(name, address)
}
