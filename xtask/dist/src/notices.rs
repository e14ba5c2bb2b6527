//! The notices of the packages are a file of the sources. The C library, which is in the program as well, is the one of the
//! machine that builds, so its licence is added here.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::Command;

/// Where Debian has the licence of the C library.
const LICENCE: &str = "/usr/share/common-licenses/LGPL-2.1";

/// The notices of the packages, and of the C library.
///
/// # Errors
/// This machine does not have its licence.
pub fn complete(packages: &[u8]) -> Result<Vec<u8>, (PathBuf, io::Error)> {
    let licence = fs::read_to_string(LICENCE).map_err(|error| (LICENCE.into(), error))?;
    let rule = "-".repeat(80);
    let version = c_library().unwrap_or_else(|| "of an unknown version".into());
    let mut notices = packages.to_vec();
    notices.extend(
        format!(
            "\n{rule}\nGNU C Library {version}, linked statically (LGPL-2.1-or-later). The sources of remote-doctor are free, and \
             `cargo xtask dist` links\nthem with the C library of the machine that it runs on, so also with a changed one:\n\n{licence}"
        )
        .into_bytes(),
    );
    Ok(notices)
}

/// The version of the C library of this machine.
pub fn c_library() -> Option<String> {
    let said = Command::new("getconf")
        .arg("GNU_LIBC_VERSION")
        .output()
        .ok()?;
    let said = String::from_utf8(said.stdout).ok()?;
    Some(said.trim().strip_prefix("glibc ")?.to_owned())
}
