//! Gets the compiler for what runs in the sandbox: rustup's target first, then Debian's compiler.

use std::process::Command;

use builder::{BuildError, Compiler, DEBIAN_PACKAGES, TARGET};

use crate::report::{self, Failure};

/// Finds or gets a compiler for guests.
pub fn wasm() -> Result<Compiler, Failure> {
    if let Ok(Compiler::Toolchain) = Compiler::find() {
        return Ok(Compiler::Toolchain);
    }
    report::step("getting the WebAssembly target with rustup");
    // Where rustup cannot, what is found next says so.
    let _ = Command::new("rustup")
        .args(["target", "add", TARGET])
        .output();
    match Compiler::find() {
        Err(missing @ BuildError::Missing { .. }) => {
            report::step("rustup could not; getting Debian's compiler for it");
            install_debian_compiler(missing)?;
            Ok(Compiler::find()?)
        }
        found => Ok(found?),
    }
}

fn install_debian_compiler(missing: BuildError) -> Result<(), Failure> {
    if report::output(Command::new("id").arg("-u")).as_deref() != Some("0") {
        return Err(missing.into());
    }
    report::run(Command::new("apt-get").args(["update", "--quiet=2"]))?;
    report::run(
        Command::new("apt-get")
            .args(["install", "--quiet=2", "--yes", "--no-install-recommends"])
            .args(DEBIAN_PACKAGES),
    )
}
