//! Makes components of the sources of probes: finds a compiler for the sandbox's target, compiles, wraps the modules, and
//! checks that no path of this machine is in them. `cargo xtask setup` and `remote-doctor plugin build` both use it.
#![warn(missing_docs)]

mod compiler;

use std::path::{Path, PathBuf};
use std::process::Command;

use wit_component::ComponentEncoder;

pub use compiler::{Compiler, DEBIAN_PACKAGES, TARGET};

/// The profile that a workspace of probes has for what runs in the sandbox.
const PROFILE: &str = "guest";

/// Why there is no component.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A tool is missing.
    #[error("{what} is missing: {how}")]
    Missing {
        /// What.
        what: String,
        /// The commands that install it.
        how: String,
    },
    /// The compiler refused the source, and has said why.
    #[error("the probe does not compile: `{command}` ended with {status}")]
    Compile {
        /// What was run.
        command: String,
        /// How it ended.
        status: String,
    },
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// What was compiled makes no component of ours.
    #[error("{}: {reason}", path.display())]
    Component {
        /// The module.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// Packages of one workspace, to be compiled for the sandbox.
pub struct Workspace<'a> {
    /// The folder of the workspace.
    pub folder: &'a Path,
    /// Where what was compiled goes.
    pub target: PathBuf,
    /// What stands in place of the workspace's folder in the texts of panics.
    pub called: &'a str,
}

impl Workspace<'_> {
    /// Compiles packages, side by side; what the compiler says goes to standard error.
    ///
    /// # Errors
    /// The compiler cannot be started, or refuses the source.
    pub fn compile(&self, compiler: &Compiler, packages: &[&str]) -> Result<(), BuildError> {
        let named = packages.iter().flat_map(|package| ["--package", package]);
        let build: Vec<&str> = ["build", "--lib"].into_iter().chain(named).collect();
        self.cargo(compiler, &build)
    }

    fn cargo(&self, compiler: &Compiler, arguments: &[&str]) -> Result<(), BuildError> {
        let mut build = cargo();
        build
            .current_dir(self.folder)
            .args(arguments)
            .args(["--profile", PROFILE, "--target", TARGET])
            .arg("--target-dir")
            .arg(&self.target);
        compiler.configure(&mut build);
        build.env(
            "CARGO_ENCODED_RUSTFLAGS",
            self.remapped(compiler).join("\u{1f}"),
        );
        let wrong = |status: String| BuildError::Compile {
            command: format!("cargo {}", arguments.join(" ")),
            status,
        };
        let status = build.status().map_err(|error| wrong(error.to_string()))?;
        match status.success() {
            true => Ok(()),
            false => Err(wrong(status.to_string())),
        }
    }

    /// The component of a package that was compiled.
    ///
    /// # Errors
    /// It is no library for the sandbox (`crate-type = ["cdylib"]`), or a path of this machine is in it.
    pub fn component(&self, package: &str) -> Result<Vec<u8>, BuildError> {
        let module = self
            .target
            .join(TARGET)
            .join(PROFILE)
            .join(format!("{}.wasm", package.replace('-', "_")));
        let wrong = |reason: String| BuildError::Component {
            path: module.clone(),
            reason,
        };
        let bytes = std::fs::read(&module).map_err(|source| BuildError::File {
            path: module.clone(),
            source,
        })?;
        let component = ComponentEncoder::default()
            .module(&bytes)
            .and_then(|encoder| encoder.validate(true).encode())
            .map_err(|error| wrong(format!("{error:#}")))?;
        match self.stowaway(&component) {
            Some(text) => Err(wrong(format!("`{text}` of this machine got into it"))),
            None => Ok(component),
        }
    }

    /// The same bytes from every folder and every machine: paths are told apart from where they lie.
    fn remapped(&self, compiler: &Compiler) -> Vec<String> {
        let mut folders: Vec<(PathBuf, &str)> = registries()
            .into_iter()
            .map(|source| (source, "/registry"))
            .collect();
        folders.extend(compiler.source_folders());
        folders.push((self.folder.into(), self.called));
        folders
            .iter()
            .map(|(folder, name)| format!("--remap-path-prefix={}={name}", folder.display()))
            .collect()
    }

    /// No absolute path of this machine, and no host name, may be in what is shipped.
    fn stowaway(&self, component: &[u8]) -> Option<String> {
        let registries = registries()
            .into_iter()
            .filter_map(|folder| Some(folder.file_name()?.to_str()?.to_string()));
        let home = std::env::var("HOME")
            .ok()
            .filter(|home| home.len() > 1)
            .map(|home| format!("{home}/"));
        [
            ".cargo/registry".to_string(),
            self.folder.display().to_string(),
        ]
        .into_iter()
        .chain(home)
        .chain(registries)
        .find(|text| {
            component
                .windows(text.len())
                .any(|window| window == text.as_bytes())
        })
    }
}

/// The cargo that runs us, or the one on the path.
fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Where cargo keeps the sources of each registry; the folders are named after the registry's host.
fn registries() -> Vec<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    let sources = home.into_iter().flat_map(|home| {
        std::fs::read_dir(home.join("registry/src"))
            .into_iter()
            .flatten()
    });
    sources
        .filter_map(|source| Some(source.ok()?.path()))
        .collect()
}
