use std::{error, fmt};

/// Why no reply can be read from the bytes.
///
/// The error repeats until [`ReplyReader::take_rest`](super::ReplyReader::take_rest) empties the
/// reader: after it nobody knows where the next reply begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplyError {
    /// A line without end, longer than so many bytes.
    TooLongLine {
        /// The bound that was passed, in bytes.
        limit: usize,
    },
    /// A reply of more than so many lines.
    TooLongReply {
        /// The bound that was passed, in lines.
        limit: usize,
    },
    /// More bytes arrived than the reader keeps while no reply is complete.
    TooLongBacklog {
        /// The bound that was passed, in bytes.
        limit: usize,
    },
    /// The bytes cannot be an FTP reply (RFC 959 section 4.2).
    NotFtp {
        /// What had arrived by then, at most [`NOT_FTP_BYTES`](super::NOT_FTP_BYTES): enough for
        /// [`Service::recognise`](crate::Service::recognise).
        first: Vec<u8>,
    },
}

impl fmt::Display for ReplyError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReplyError::TooLongLine { limit } => {
                write!(out, "reply line longer than {limit} bytes")
            }
            ReplyError::TooLongReply { limit } => write!(out, "reply of more than {limit} lines"),
            ReplyError::TooLongBacklog { limit } => {
                write!(out, "more than {limit} bytes without a complete reply")
            }
            ReplyError::NotFtp { first } => {
                write!(out, "not an FTP reply: \"{}\"", first.escape_ascii())
            }
        }
    }
}

impl error::Error for ReplyError {}
