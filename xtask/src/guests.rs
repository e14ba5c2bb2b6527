//! Builds everything that runs in the sandbox: compiles it, makes components of it, and looks that nothing of this
//! machine got into them.

use std::fs;
use std::path::{Path, PathBuf};

use wit_component::ComponentEncoder;

use crate::cargo;
use crate::report::{self, Failure};
use crate::toolchain::{self, Compiler, TARGET};

/// Where guests are, and where their components go under `target/`. Only `probes` are built into the program.
const PLACES: [(&str, &str); 3] = [
    ("plugins", "probes"),
    ("examples", "example-probes"),
    ("tests/guests", "hostile-probes"),
];

/// A package that makes a component.
struct Guest {
    package: String,
    /// Under `target/`.
    output: &'static str,
}

/// Builds every guest of the workspace.
pub fn build(workspace: &Path, compiler: &Compiler) -> Result<(), Failure> {
    let guests = find(workspace)?;
    report::step(&format!("building {} probes for the sandbox", guests.len()));
    compile(workspace, compiler, &guests)?;
    let compiled = workspace.join("target/guests").join(TARGET).join("guest");
    for (_, output) in PLACES {
        keep_only(&workspace.join("target").join(output), &guests, output)?;
    }
    for guest in &guests {
        let module = compiled.join(format!("{}.wasm", guest.package.replace('-', "_")));
        let component = component(&module)?;
        clean(&guest.package, &component)?;
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

fn compile(workspace: &Path, compiler: &Compiler, guests: &[Guest]) -> Result<(), Failure> {
    let mut build = cargo();
    build.args([
        "build",
        "--profile",
        "guest",
        "--target",
        TARGET,
        "--target-dir",
    ]);
    build.arg(workspace.join("target/guests"));
    for guest in guests {
        build.args(["--package", &guest.package]);
    }
    if let Compiler::FromSource { compiler, linker } = compiler {
        build.args(["-Z", "build-std=std,panic_abort"]);
        build.env("RUSTC", compiler).env("RUSTC_BOOTSTRAP", "1");
        build.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
    }
    build.env(
        "CARGO_ENCODED_RUSTFLAGS",
        remapped(workspace, compiler).join("\u{1f}"),
    );
    report::run(&mut build)
}

/// The same bytes from every folder and every machine: paths are told apart from where they lie.
fn remapped(workspace: &Path, compiler: &Compiler) -> Vec<String> {
    let mut folders: Vec<(PathBuf, &str)> = registries()
        .into_iter()
        .map(|source| (source, "/registry"))
        .collect();
    folders.extend(toolchain::source_folders(compiler));
    folders.push((workspace.into(), "/remote-doctor"));
    folders
        .iter()
        .map(|(folder, name)| format!("--remap-path-prefix={}={name}", folder.display()))
        .collect()
}

/// Where cargo keeps the sources of each registry; the folders are named after the registry's host.
fn registries() -> Vec<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    let sources = home.into_iter().flat_map(|home| {
        fs::read_dir(home.join("registry/src"))
            .into_iter()
            .flatten()
    });
    sources
        .filter_map(|source| Some(source.ok()?.path()))
        .collect()
}

fn component(module: &Path) -> Result<Vec<u8>, Failure> {
    let wrong = |error: String| Failure::Component(format!("{}: {error}", module.display()));
    let bytes = fs::read(module).map_err(|error| wrong(error.to_string()))?;
    ComponentEncoder::default()
        .module(&bytes)
        .and_then(|encoder| encoder.validate(true).encode())
        .map_err(|error| wrong(format!("{error:#}")))
}

/// No absolute path of this machine, and no host name, may be in what is shipped.
fn clean(package: &str, component: &[u8]) -> Result<(), Failure> {
    let registries = registries()
        .into_iter()
        .filter_map(|folder| Some(folder.file_name()?.to_str()?.to_string()));
    let home = std::env::var("HOME")
        .ok()
        .filter(|home| home.len() > 1)
        .map(|home| format!("{home}/"));
    let workspace = crate::workspace().display().to_string();
    let forbidden: Vec<String> = [".cargo/registry".to_string(), workspace]
        .into_iter()
        .chain(home)
        .chain(registries)
        .collect();
    let found = forbidden.iter().find(|text| {
        component
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    });
    match found {
        Some(text) => Err(Failure::Component(format!(
            "{package}: `{text}` of this machine got into it"
        ))),
        None => Ok(()),
    }
}

/// Only what changed, so that nothing is built again for nothing.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    fs::write(path, bytes).map_err(|error| Failure::File(format!("{}: {error}", path.display())))
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
