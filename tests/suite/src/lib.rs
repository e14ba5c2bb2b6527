//! What the suites and the benches have in common: the folder of the workspace, the program that they run, what the scenarios
//! cover, how many cases are played at a time, and what is repeated.
//!
//! Cargo names a program only to the tests of its own package. So the suites look for it where cargo puts it, beside their own
//! executables, and do not begin with one that is missing or older than its sources.

#![warn(missing_docs, unreachable_pub)]

mod coverage;
mod crowd;
mod program;
mod steady;

use std::path::Path;

pub use coverage::{Coverage, CoverageError, Gap, WITHOUT_A_REMOTE};
pub use crowd::play_some_at_a_time;
pub use program::{NotReady, program, ready};
pub use steady::again_alone;

/// The folder of the workspace.
pub fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
