//! Why no reply could be had.

use ftp::ReplyError;

use crate::{Failure, FailureKind};

/// Why no reply could be had.
#[derive(Debug)]
pub enum DialogueError {
    /// The connection failed.
    Failure(Failure),
    /// What came is no FTP reply.
    Reply(ReplyError),
}

impl DialogueError {
    /// The failure of the connection, if it was that.
    #[must_use]
    pub fn kind(&self) -> Option<FailureKind> {
        match self {
            DialogueError::Failure(failure) => Some(failure.kind),
            DialogueError::Reply(_) => None,
        }
    }
}

impl From<Failure> for DialogueError {
    fn from(failure: Failure) -> Self {
        DialogueError::Failure(failure)
    }
}

impl std::fmt::Display for DialogueError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            DialogueError::Failure(failure) => write!(f, "{}", failure.detail),
            DialogueError::Reply(error) => write!(f, "{error}"),
        }
    }
}
