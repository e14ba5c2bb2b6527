//! What the project promises of itself, apart from what the program does: what it is made of, under which licences, and that
//! its documents name what is there.
#![warn(missing_docs)]

pub mod bill;
pub mod notices;
pub mod packages;
pub mod policy;

use std::path::PathBuf;

/// The folder that holds the workspace.
///
/// # Panics
/// This package is not where it was built.
pub fn workspace() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    folder
        .canonicalize()
        .expect("tests/assurance lies in the workspace")
}
