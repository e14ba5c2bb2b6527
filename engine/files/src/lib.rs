//! Files of the user: the one writer for everything that a command writes, the files that it keeps for its next run, and which
//! files belong to the user alone.
#![warn(missing_docs)]

pub mod output_file;
mod own_file;
pub mod own_files;
pub mod state_file;

pub use own_file::OwnFile;
