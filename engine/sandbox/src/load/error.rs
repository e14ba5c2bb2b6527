//! Why a file is not let in.

use std::path::PathBuf;

use super::super::compiler::CompileError;
use super::super::signature::SignatureError;
use super::CONTRACT;

/// Why a file is not a probe of ours.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A directory, a pipe, a device or a socket.
    #[error("{}: not a regular file", .0.display())]
    NotRegular(PathBuf),
    /// Too large.
    #[error("{name}: larger than 32 MiB")]
    TooLarge {
        /// The file.
        name: String,
    },
    /// Not a component.
    #[error("{name}: not a WebAssembly component: {reason}")]
    NotAComponent {
        /// The file.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// It takes more to compile than a probe may.
    #[error("{name}: {source}")]
    NotCompiled {
        /// The file.
        name: String,
        /// What it would take, or what became of the compiler.
        source: CompileError,
    },
    /// Built for another version of the contract.
    #[error(
        "{name}: made for version {found} of the probe contract, but this program supports {CONTRACT}"
    )]
    OtherVersion {
        /// The file.
        name: String,
        /// The version it was made for.
        found: String,
    },
    /// Built from another state of the contract, of the same version.
    #[error(
        "{name}: built for a different state of the probe contract {CONTRACT} ({reason}); build it again with the \
        SDK of this program"
    )]
    OtherContract {
        /// The file.
        name: String,
        /// What is different.
        reason: String,
    },
    /// It asks for what no probe gets.
    #[error("{name}: imports `{import}`, which no probe gets")]
    ForeignImport {
        /// The file.
        name: String,
        /// What it asks for.
        import: String,
    },
    /// It does not have the exports of a probe.
    #[error("{name}: not a probe: {reason}")]
    NotAProbe {
        /// The file.
        name: String,
        /// What is missing.
        reason: String,
    },
    /// It cannot say what it is.
    #[error("{name}: `describe` failed: {reason}")]
    Describe {
        /// The file.
        name: String,
        /// How.
        reason: String,
    },
    /// Nobody vouches for it, or not for what it is now.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// What it says of itself makes no sense.
    #[error("{name}: {reason}")]
    Description {
        /// The file.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
}
