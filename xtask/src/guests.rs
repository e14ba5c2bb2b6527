//! Builds everything that runs in the sandbox.

use std::fs;
use std::path::{Path, PathBuf};

use builder::{Compiler, Workspace};

use crate::report::{self, Failure};

/// The components that are built into the program, under `target/`.
const BUILT_IN: &str = "probes";
/// Where guests are, and where their components go under `target/`.
const PLACES: [(&str, &str); 3] = [
    ("plugins", BUILT_IN),
    ("examples", "example-probes"),
    ("tests/guests", "hostile-probes"),
];

/// A package that makes a component.
struct Guest {
    package: String,
    /// Under `target/`.
    output: &'static str,
}

/// Which guests are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those that the program has.
    BuiltIn,
    /// Every guest of the workspace.
    All,
}

impl Which {
    fn has(self, output: &str) -> bool {
        match self {
            Which::BuiltIn => output == BUILT_IN,
            Which::All => true,
        }
    }
}

/// Builds these guests.
pub fn build(workspace: &Path, compiler: &Compiler, which: Which) -> Result<(), Failure> {
    let mut guests = find(workspace)?;
    guests.retain(|guest| which.has(guest.output));
    report::step(&format!("building {} probes for the sandbox", guests.len()));
    let source = Workspace {
        folder: workspace,
        target: workspace.join("target/guests"),
        called: "/remote-doctor",
    };
    let packages: Vec<&str> = guests.iter().map(|it| it.package.as_str()).collect();
    source.compile(compiler, &packages)?;
    for (_, output) in PLACES.iter().filter(|(_, output)| which.has(output)) {
        keep_only(&workspace.join("target").join(output), &guests, output)?;
    }
    for guest in &guests {
        let component = source.component(&guest.package)?;
        write(
            &workspace
                .join("target")
                .join(guest.output)
                .join(format!("{}.wasm", guest.package)),
            &component,
        )?;
    }
    Ok(())
}

/// The packages that run in the sandbox and are no part of the program.
///
/// # Errors
/// A manifest has no name.
pub fn apart_from_the_program(workspace: &Path) -> Result<Vec<String>, Failure> {
    let guests = find(workspace)?.into_iter();
    let apart = guests.filter(|guest| guest.output != BUILT_IN);
    Ok(apart.map(|guest| guest.package).collect())
}

/// Every folder with a manifest that asks for a `cdylib`.
fn find(workspace: &Path) -> Result<Vec<Guest>, Failure> {
    let mut guests = Vec::new();
    for (place, output) in PLACES {
        let folders = fs::read_dir(workspace.join(place))
            .into_iter()
            .flatten()
            .filter_map(Result::ok);
        for folder in folders {
            let Ok(manifest) = fs::read_to_string(folder.path().join("Cargo.toml")) else {
                continue;
            };
            if !manifest.contains("cdylib") {
                continue;
            }
            let name = manifest
                .lines()
                .find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
            let name =
                name.ok_or_else(|| Failure::File(format!("{}: no name", folder.path().display())))?;
            guests.push(Guest {
                package: name.into(),
                output,
            });
        }
    }
    guests.sort_by(|a, b| (a.output, &a.package).cmp(&(b.output, &b.package)));
    Ok(guests)
}

/// Only what changed, so that nothing is built again for nothing.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    fs::write(path, bytes).map_err(|error| Failure::File(format!("{}: {error}", path.display())))
}

/// Where the components are that are built into the program.
pub fn built_in(workspace: &Path) -> PathBuf {
    workspace.join("target").join(BUILT_IN)
}

/// A probe that is gone from the sources must not stay in the program.
fn keep_only(folder: &Path, guests: &[Guest], output: &str) -> Result<(), Failure> {
    let wrong = |error: std::io::Error| Failure::File(format!("{}: {error}", folder.display()));
    fs::create_dir_all(folder).map_err(wrong)?;
    for file in fs::read_dir(folder).map_err(wrong)?.filter_map(Result::ok) {
        let name = file.file_name().to_string_lossy().into_owned();
        let wanted = guests
            .iter()
            .any(|guest| guest.output == output && name == format!("{}.wasm", guest.package));
        if !wanted {
            fs::remove_file(file.path()).map_err(wrong)?;
        }
    }
    Ok(())
}
