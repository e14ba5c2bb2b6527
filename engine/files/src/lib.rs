//! Files of the user: which of them are the user's alone, and the one writer of whatever a command writes.
#![warn(missing_docs)]

pub mod output_file;
mod own_file;
pub mod own_files;

pub use own_file::OwnFile;
