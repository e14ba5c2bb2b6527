//! What the project promises about itself, apart from what the program does: what it is made of, under which licences, which
//! crates depend on which, and that its documents are true.
#![warn(missing_docs)]

pub mod bill;
pub mod notices;
pub mod packages;
pub mod page;
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
