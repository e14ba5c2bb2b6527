//! Why something could not be measured.

use std::io;

use netlab::HarnessError;

/// Each text fits after "could not".
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The network or the server is not there.
    #[error(transparent)]
    Harness(#[from] HarnessError),
    /// A program or a file could not be used.
    #[error("use {what}: {source}")]
    System {
        /// The program or file.
        what: String,
        /// The system's reason.
        source: io::Error,
    },
    /// A program ran longer than anything here may.
    #[error("wait for {0} any longer")]
    TooLong(String),
    /// A program ended otherwise than it does on a healthy server.
    #[error("go on after {what} said: {said}")]
    Unhealthy {
        /// The program.
        what: String,
        /// What it said.
        said: String,
    },
}

impl Failure {
    /// Names what a failed operation was about; for `map_err`.
    pub fn system(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::System { what, source }
    }

    /// Whether nothing else that needs root is worth trying.
    pub fn is_lack_of_rights(&self) -> bool {
        matches!(self, Self::Harness(HarnessError::NeedsRoot))
    }
}
