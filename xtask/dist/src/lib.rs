//! From the built program to what people install: an archive, a package for Debian, an image for containers, and beside them sums,
//! signatures, a bill of materials and notices.
//!
//! Everything is made in memory by libraries, with one time for all files, one order and no name of a machine. So the same
//! program packs to the same bytes, whoever packs it and wherever.
//!
//! `pack` makes the files, and `try` installs and runs them as a user would. `cargo xtask dist` calls both.
#![warn(missing_docs)]

pub mod archive;
pub mod bill;
pub mod contents;
pub mod debian;
pub mod image;
pub mod notices;
pub mod pressed;
pub mod signed;
pub mod sums;
pub mod tree;

/// The name of the program, and the beginning of the names of all files.
pub const NAME: &str = "remote-doctor";
/// The version of the program, as its manifest says.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The machines that it runs on: x86-64 with Linux, whatever C library they have.
pub const MACHINE: &str = "x86_64-linux";

/// The name that files of a program begin with: `remote-doctor-0.1.0-x86_64-linux`. A slim program has another name.
pub fn stem(program: &str) -> String {
    format!("{program}-{VERSION}-{MACHINE}")
}
