//! Set-up: `cargo xtask demo` and `cargo xtask test` do everything that is needed on a bare machine.

mod guests;
mod report;
mod servers;
mod toolchain;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use report::Failure;

const USAGE: &str = "cargo xtask <command>

  setup   prepare: get the WebAssembly target and build the probes; then `cargo build --release` works
  demo    prepare, build, and show what remote-doctor finds on the lab's faulty servers
  test    prepare, get the real FTP servers, build, and run all tests
  bench   prepare, build, and print what a healthy check costs";

fn main() -> ExitCode {
    let command = std::env::args().nth(1).unwrap_or_default();
    let done = match command.as_str() {
        "setup" => setup(),
        "demo" => setup()
            .and_then(|()| build())
            .and_then(|()| run_built(&["demo"])),
        "test" => setup().and_then(|()| test()),
        "bench" => setup().and_then(|()| build()).and_then(|()| bench()),
        _ => Err(Failure::Usage(USAGE.into())),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

/// The folder that holds the workspace.
fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .expect("xtask lies in the workspace")
}

fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(workspace());
    cargo
}

fn setup() -> Result<(), Failure> {
    let compiler = toolchain::wasm()?;
    guests::build(&workspace(), &compiler)
}

fn build() -> Result<(), Failure> {
    report::step("building remote-doctor");
    report::run(cargo().args(["build", "--release"]))
}

fn run_built(arguments: &[&str]) -> Result<(), Failure> {
    report::run(Command::new(workspace().join("target/release/remote-doctor")).args(arguments))
}

fn test() -> Result<(), Failure> {
    report::step("getting the real FTP servers");
    let installed = servers::install(&workspace().join("target/servers"));
    let installed = installed.map_err(|error| Failure::Servers(error.to_string()))?;
    report::step("running the tests");
    let passed = report::run(cargo().args(["test", "--release", "--workspace", "--no-fail-fast"]));
    // Tests that need what is missing have failed above, by name; here is what mends it.
    match installed.missing {
        Some(missing) => Err(Failure::Missing(format!(
            "{}: `{}`",
            missing.packages.join(", "),
            missing.command
        ))),
        None => passed,
    }
}

fn bench() -> Result<(), Failure> {
    report::run(cargo().args(["bench", "--package", "remote-doctor"]))
}
