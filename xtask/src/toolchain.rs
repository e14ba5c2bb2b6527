//! A compiler for `wasm32-unknown-unknown`: the toolchain's own target, or Debian's compiler with its own standard
//! library sources.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::report::{self, Failure};

pub const TARGET: &str = "wasm32-unknown-unknown";
const DEBIAN: [&str; 2] = ["rustc-web", "rust-web-src"];
const DEBIAN_COMPILER: &str = "/usr/bin/rustc";
const DEBIAN_SOURCES: &str = "/usr/src";

/// How guests are compiled.
pub enum Compiler {
    /// The toolchain has the target.
    Toolchain,
    /// Another compiler, which builds the standard library from its own sources.
    FromSource { compiler: PathBuf, linker: PathBuf },
}

/// Finds or gets a compiler for guests.
pub fn wasm() -> Result<Compiler, Failure> {
    if has_target() {
        return Ok(Compiler::Toolchain);
    }
    report::step("getting the WebAssembly target with rustup");
    let added = Command::new("rustup")
        .args(["target", "add", TARGET])
        .output();
    if added.is_ok_and(|added| added.status.success()) && has_target() {
        return Ok(Compiler::Toolchain);
    }
    if !debian_compiler_is_complete() {
        report::step("rustup could not; getting Debian's compiler for it");
        install_debian_compiler()?;
    }
    let linker = linker()
        .ok_or_else(|| Failure::Missing("rust-lld, which comes with the Rust toolchain".into()))?;
    Ok(Compiler::FromSource {
        compiler: DEBIAN_COMPILER.into(),
        linker,
    })
}

fn has_target() -> bool {
    let folder = report::output(Command::new("rustc").args([
        "--print",
        "target-libdir",
        "--target",
        TARGET,
    ]));
    folder.is_some_and(|folder| {
        let files = std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .filter_map(Result::ok);
        files
            .into_iter()
            .any(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
    })
}

/// Compiler and sources must be of one version: a standard library builds with its own compiler only.
fn debian_compiler_is_complete() -> bool {
    let version = |package: &str| {
        report::output(Command::new("dpkg-query").args([
            "--show",
            "--showformat=${Version} ${db:Status-Abbrev}",
            package,
        ]))
        .filter(|shown| shown.contains(" ii"))
    };
    match DEBIAN.map(version) {
        [Some(compiler), Some(sources)] => {
            compiler == sources && Path::new(DEBIAN_COMPILER).exists()
        }
        _ => false,
    }
}

fn install_debian_compiler() -> Result<(), Failure> {
    let by_hand = format!(
        "apt-get install --no-install-recommends {}",
        DEBIAN.join(" ")
    );
    if report::output(Command::new("id").arg("-u")).as_deref() != Some("0") {
        return Err(Failure::Missing(format!(
            "the target {TARGET}: `rustup target add {TARGET}`, or on Debian `sudo {by_hand}`"
        )));
    }
    report::run(Command::new("apt-get").args(["update", "--quiet=2"]))?;
    report::run(
        Command::new("apt-get")
            .args(["install", "--quiet=2", "--yes", "--no-install-recommends"])
            .args(DEBIAN),
    )?;
    if debian_compiler_is_complete() {
        return Ok(());
    }
    Err(Failure::Missing(format!(
        "rustc-web and rust-web-src of one version: `{by_hand}`"
    )))
}

/// The linker for WebAssembly comes with the toolchain, also where its target does not.
fn linker() -> Option<PathBuf> {
    let sysroot = report::output(Command::new("rustc").args(["--print", "sysroot"]))?;
    let hosts = std::fs::read_dir(Path::new(&sysroot).join("lib/rustlib")).ok()?;
    hosts
        .filter_map(Result::ok)
        .map(|host| host.path().join("bin/rust-lld"))
        .find(|linker| linker.exists())
}

/// Where the standard library's sources lie, so that no path of this machine gets into a guest.
pub fn source_folders(compiler: &Compiler) -> Vec<(PathBuf, &'static str)> {
    match compiler {
        Compiler::Toolchain => Vec::new(),
        Compiler::FromSource { compiler, .. } => {
            let sysroot = report::output(Command::new(compiler).args(["--print", "sysroot"]));
            let library = sysroot.map(|sysroot| Path::new(&sysroot).join("lib/rustlib/src/rust"));
            library
                .into_iter()
                .flat_map(|folder| {
                    [
                        folder.canonicalize().unwrap_or_else(|_| folder.clone()),
                        folder,
                    ]
                })
                .chain([PathBuf::from(DEBIAN_SOURCES)])
                .map(|folder| (folder, "/rustc"))
                .collect()
        }
    }
}
