//! The sums of all files, in the words of `sha256sum`.

use std::fmt::Write;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// The name of the file.
pub const FILE: &str = "SHA256SUMS";

/// One line for each file, as `sha256sum --check` reads it.
pub fn render<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> String {
    let mut lines = String::new();
    for (name, bytes) in files {
        let sum = HEXLOWER.encode(&Sha256::digest(bytes));
        // A string takes everything.
        let _ = writeln!(lines, "{sum}  {name}");
    }
    lines
}
