//! Where files of others come in, for the fuzz targets of `fuzz/`. No part of the public interface.

use std::path::Path;

use super::input;
use model::declared::DeclaredFacts;
use report::Report;

/// Reads a saved report.
///
/// # Errors
/// It is none.
pub fn report(path: &Path) -> Result<Report, String> {
    input::report(path, &DeclaredFacts::default()).map_err(|error| error.to_string())
}
