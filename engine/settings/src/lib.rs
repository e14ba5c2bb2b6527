//! The settings of a remote, as flags, a settings file and a URL say them; the mistakes in a file, its schema, and what in it
//! needs the user's agreement.
#![warn(missing_docs)]

pub mod choices;
mod file;
mod from_file;
mod remote_settings;
mod secret_file;
pub mod values;

pub use file::{
    AuthorityOfFile, NamedRemote, RemoteFile, RemoteFileError, Shape, remotes, schema, shape,
};
pub use from_file::{Agreement, FromFile, Referred};
pub use remote_settings::{RemoteSettings, Unfit};
pub use secret_file::SecretFile;
