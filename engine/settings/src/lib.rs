//! Settings files: a remote as somebody wrote it down, its mistakes and its schema, and what of it has to be agreed to.
#![warn(missing_docs)]

mod file;
mod from_file;
mod secret_file;

pub use file::{RemoteFile, RemoteFileError, schema};
pub use from_file::{Agreement, FromFile, Referred};
pub use secret_file::SecretFile;
