//! A compiler for `wasm32-unknown-unknown`: the toolchain's own target, or Debian's compiler with its own standard
//! library sources.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::BuildError;

/// What probes are compiled for. It has no system interface, so nothing of one can get in.
pub const TARGET: &str = "wasm32-unknown-unknown";
/// The compiler for machines where rustup cannot fetch the target, and its sources.
pub const DEBIAN_PACKAGES: [&str; 2] = ["rustc-web", "rust-web-src"];
const DEBIAN_COMPILER: &str = "/usr/bin/rustc";
const DEBIAN_SOURCES: &str = "/usr/src";

/// How probes are compiled.
#[derive(Debug)]
pub enum Compiler {
    /// The toolchain has the target.
    Toolchain,
    /// Another compiler, which builds the standard library from its own sources.
    FromSource {
        /// The compiler.
        compiler: PathBuf,
        /// The linker.
        linker: PathBuf,
    },
}

impl Compiler {
    /// The compiler that is there; nothing is installed.
    ///
    /// # Errors
    /// There is none, or it lacks its linker; the text says how to get it.
    pub fn find() -> Result<Compiler, BuildError> {
        if has_target() {
            return Ok(Compiler::Toolchain);
        }
        if !debian_compiler_is_complete() {
            return Err(BuildError::Missing {
                what: format!("the target {TARGET}"),
                how: format!(
                    "`rustup target add {TARGET}`, or on Debian `sudo apt-get install --no-install-recommends {}`",
                    DEBIAN_PACKAGES.join(" ")
                ),
            });
        }
        let linker = linker().ok_or_else(|| BuildError::Missing {
            what: "rust-lld".into(),
            how: "it comes with a Rust toolchain of rustup".into(),
        })?;
        Ok(Compiler::FromSource {
            compiler: DEBIAN_COMPILER.into(),
            linker,
        })
    }

    /// Lets cargo use it.
    pub(crate) fn configure(&self, build: &mut Command) {
        if let Compiler::FromSource { compiler, linker } = self {
            build.args(["-Z", "build-std=std,panic_abort"]);
            build.env("RUSTC", compiler).env("RUSTC_BOOTSTRAP", "1");
            build.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        }
    }

    /// Where the standard library's sources lie, and what is to stand in the place of that.
    pub(crate) fn source_folders(&self) -> Vec<(PathBuf, &'static str)> {
        let Compiler::FromSource { compiler, .. } = self else {
            return Vec::new();
        };
        let sysroot = output(Command::new(compiler).args(["--print", "sysroot"]));
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

fn has_target() -> bool {
    let folder =
        output(Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]));
    folder.is_some_and(|folder| {
        let mut files = std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .filter_map(Result::ok);
        files.any(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
    })
}

/// Compiler and sources must be of one version: a standard library builds with its own compiler only.
fn debian_compiler_is_complete() -> bool {
    let version = |package: &str| {
        output(Command::new("dpkg-query").args([
            "--show",
            "--showformat=${Version} ${db:Status-Abbrev}",
            package,
        ]))
        .filter(|shown| shown.contains(" ii"))
    };
    match DEBIAN_PACKAGES.map(version) {
        [Some(compiler), Some(sources)] => {
            compiler == sources && Path::new(DEBIAN_COMPILER).exists()
        }
        _ => false,
    }
}

/// The linker for WebAssembly comes with the toolchain, also where its target does not.
fn linker() -> Option<PathBuf> {
    let sysroot = output(Command::new("rustc").args(["--print", "sysroot"]))?;
    let hosts = std::fs::read_dir(Path::new(&sysroot).join("lib/rustlib")).ok()?;
    hosts
        .filter_map(Result::ok)
        .map(|host| host.path().join("bin/rust-lld"))
        .find(|linker| linker.exists())
}

/// What a command prints on standard output; none where it does not succeed.
fn output(command: &mut Command) -> Option<String> {
    let output = command
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_string())
}
