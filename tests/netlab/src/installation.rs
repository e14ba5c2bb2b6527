//! Where the set-up program puts the servers.

use std::path::{Path, PathBuf};

use crate::error::HarnessError;

/// What installs everything these tests need.
pub(crate) const COMMAND: &str = "cargo xtask servers";

/// A file below `target/servers`, if it is installed.
pub(crate) fn find(path: &str) -> Result<PathBuf, HarnessError> {
    let servers = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/servers");
    let missing = || HarnessError::Missing {
        what: format!("target/servers/{path}"),
        command: COMMAND,
    };
    servers.join(path).canonicalize().map_err(|_| missing())
}
