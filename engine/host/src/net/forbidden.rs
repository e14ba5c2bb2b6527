//! Why what a probe writes is not sent.

use super::client_hello::NotAHello;
use model::capability::Capability;
use model::cleaner;

/// As much of a line as is shown, in characters.
const SHOWN: usize = 60;
/// Some servers cut longer lines and take the rest for a command of its own, in bytes.
pub(super) const LONGEST: usize = 500;

/// The rule that a probe broke with what it wrote.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// A power is missing.
    #[error("it sent {what}, but its description does not ask for `{capability}`")]
    NotGranted {
        /// The command, or what else it wrote.
        what: String,
        /// The power.
        capability: Capability,
    },
    /// The verb is not in the list.
    #[error("it sent `{0}`, which is not a command that a probe may send")]
    Unknown(String),
    /// The verb is in the list, and not with such an argument.
    #[error("it sent `{0}`, but no probe may send this command with such an argument")]
    OddArgument(String),
    /// It may mean one thing to us and another to a server.
    #[error("it sent `{0}`, which is not spelt as a command: servers may read it in several ways")]
    Unreadable(String),
    /// Telnet's "interpret as command" (RFC 854).
    #[error(
        "it sent the byte 255 in `{0}`: servers read it as a command of Telnet, so that a path with it cannot be sent"
    )]
    Telnet(String),
    /// A server may cut it in two.
    #[error("it sent `{0}`, which is longer than {LONGEST} bytes: servers may cut it in two")]
    TooLong(String),
    /// Binary that is no ClientHello.
    #[error("it sent bytes that are neither text nor a ClientHello: {0}")]
    Binary(#[from] NotAHello),
    /// What follows a handshake or a request of its own cannot be read.
    #[error("it wrote more after it had sent a handshake or a request of another protocol")]
    AfterForeign,
    /// A foreign protocol where somebody may be logged in.
    #[error("it sent a handshake or a request of another protocol after a user name")]
    ForeignInSession,
    /// A user name that is not the settings'.
    #[error("it sent `USER` with a name that is not in the settings")]
    OtherUser,
    /// Once more on one connection.
    #[error("it sent `USER` once more on one connection")]
    UserAgain,
    /// The user did not permit writing.
    #[error("it would change `{0}` on the remote, but --allow-writes was not given")]
    NotPermitted(String),
    /// The same, by data.
    #[error("it sent data on a data connection, but --allow-writes was not given")]
    DataNotPermitted,
    /// Not under the name of this run.
    #[error("it would change `{0}` on the remote, which is not under the name of this run")]
    ForeignName(String),
    /// Too many files.
    #[error("it has created {most} files and directories and removed none")]
    TooMany {
        /// As many as there may be.
        most: usize,
    },
    /// Nothing is made any more.
    #[error("it would create `{0}`, but this run of the probe may only remove")]
    CleaningUp(String),
    /// It could not be written down first: no fault of the probe's.
    #[error("`{path}` was not created: the journal cannot be written ({why})")]
    NotWrittenDown {
        /// What it would have made.
        path: String,
        /// Why.
        why: String,
    },
}

/// As much of a line as is shown.
pub(super) fn shown(line: &str) -> String {
    cleaner::line(line.trim(), SHOWN)
}

/// The same, of bytes.
pub(super) fn shown_bytes(line: &[u8]) -> String {
    shown(&String::from_utf8_lossy(line))
}
