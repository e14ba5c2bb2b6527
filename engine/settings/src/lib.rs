//! Settings files: a remote as somebody wrote it down, the mistakes in it, its schema, and what in it needs the user's
//! agreement.
#![warn(missing_docs)]

mod file;
mod from_file;
mod secret_file;

pub use file::{RemoteFile, RemoteFileError, schema};
pub use from_file::{Agreement, FromFile, Referred};
pub use secret_file::SecretFile;
