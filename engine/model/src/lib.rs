//! The nouns of a diagnosis: remotes and their settings, codes, findings and facts, owners, capabilities, rows of the matrix.
//! Nothing here does input or output, and nothing waits.
#![warn(missing_docs)]

pub mod address;
pub mod capability;
pub mod cleaner;
pub mod clock;
pub mod declared;
pub mod dialogue;
pub mod failure;
pub mod finding;
pub mod mask;
pub mod matrix;
pub mod patch;
pub mod probe;
pub mod redaction;
pub mod remedy;
pub mod remote;
pub mod signer;
pub mod standing;
pub mod verdict;
pub mod visit;
