//! Set-up: `cargo xtask demo` and `cargo xtask test` do everything that is needed on a bare machine.

mod ahead;
mod assurance;
mod clients;
mod dist;
mod guests;
mod languages;
mod node;
mod pages;
mod peers;
mod report;
mod servers;
mod suites;
mod table;
mod toolchain;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use builder::Compiler;
use guests::Which;
use outcomes::Table;
use report::Failure;

const USAGE: &str = "cargo xtask <command>

  setup   prepare: get the WebAssembly target, build the probes and compile those that are built in; then `cargo build --release` works
  examples
          build the probes in Python and JavaScript; their compilers come from PyPI and npm
  demo    prepare, build, and show what remote-doctor finds on the lab's faulty servers
  servers get the real FTP servers, for single cases of the tests on them
  test    prepare, look at format and lints, get the real FTP servers, build, and run all tests
  lint    prepare, and look at the format and at what the compiler and clippy warn of; every warning is an error
  fuzz [--seconds N] [TARGET...]
          fuzz each target, or these, for a minute or N seconds; needs cargo-fuzz
  deny    hold deny.toml: licences, sources, banned packages and advisories; needs cargo-deny
  notices write THIRD-PARTY-NOTICES anew, after a change of what the program is made of
  sbom    write a bill of materials (CycloneDX) to target/remote-doctor.cdx.json
  disturbances
          prepare, build, disturb every command of a check in every way, in the words of every product, and print what was
          said of it; the tests run a sample
  conformance
          prepare, build, and run the conformance kit on the built-in probes, over all scenarios; the tests run a sample
  clients [WORD]
          prepare, get the real FTP servers and the real clients, build, and run every client against every server and fault:
          predicted beside seen; the tests run a sample
  coverage
          print the scenarios and the codes of each fault of the lab; fails where a fault or a code has no scenario
  pages [FOLDER]
          look at the golden HTML reports in Chromium: axe, a phone of 360 pixels, light and dark, and paper; pictures go to
          FOLDER; no part of test, since it installs Chromium and takes half a minute
  table [--runs N]
          prepare, get the real FTP servers, build, and print a table of every scenario and every case on a real server:
          root causes expected and reported, right or wrong, connections, time; N times in a row
  bench [PART...]
          prepare, get the real FTP servers and the programs to compare with, build, and measure: start-up, round-trips,
          scanners, sandbox, throughput, memory, profile, or all of it
  dist [--slim] [--key FILE [--key-password FILE]]
          prepare, build the program as a static one, and pack it: archive, Debian package, image for containers, bill of
          materials, notices and sums, signed with a secret key of minisign; --slim leaves out the compiler for probes of
          third parties
  dist --test [FILTER...]
          make both, install them in bare systems as the README says, and run them there; needs root and debootstrap
  dist --try [FILTER...]
          the same with what was made before
  dist --twice
          make everything in two folders and compare the bytes";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words[..] {
        ["setup"] => setup(),
        ["examples"] => languages::build(&workspace()),
        ["demo"] => demo(),
        ["servers"] => with_servers(|| Ok(())),
        ["test"] => test(),
        ["lint"] => setup().and_then(|()| assurance::lint()),
        ["fuzz", ref words @ ..] => setup().and_then(|()| assurance::fuzz(words)),
        ["deny"] => assurance::deny(),
        ["notices"] => assurance::supply("notices"),
        ["sbom"] => assurance::supply("sbom"),
        ["disturbances"] => setup().and_then(|()| disturbances()),
        ["conformance"] => setup().and_then(|()| conformance()),
        ["clients", ref words @ ..] => setup().and_then(|()| real_clients(words)),
        ["coverage"] => coverage(),
        ["pages"] => pages::look(&workspace(), None),
        ["pages", pictures] => pages::look(&workspace(), Some(pictures)),
        ["table"] => setup().and_then(|()| tables("1")),
        ["table", "--runs", times] => setup().and_then(|()| tables(times)),
        ["bench", ref parts @ ..] => setup().and_then(|()| bench(parts)),
        ["dist", ref words @ ..] => {
            dist::dist(words).unwrap_or_else(|| Err(Failure::Usage(USAGE.into())))
        }
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

/// What the program is built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Profile {
    /// To be looked at once, soon.
    Demo,
    /// Everything else.
    Release,
}

impl Profile {
    /// As Cargo.toml calls it, and the folder of what was built.
    fn name(self) -> &'static str {
        match self {
            Profile::Demo => "demo",
            Profile::Release => "release",
        }
    }
}

fn setup() -> Result<(), Failure> {
    let compiler = toolchain::wasm()?;
    probes(&compiler, Profile::Release, Which::All)
}

/// Somebody waits for it who has nothing yet: only what it shows is built, and hardly optimized.
fn demo() -> Result<(), Failure> {
    let compiler = toolchain::wasm()?;
    probes(&compiler, Profile::Demo, Which::BuiltIn)?;
    build(Profile::Demo)?;
    let program = workspace().join("target").join(Profile::Demo.name());
    report::run(Command::new(program.join("remote-doctor")).arg("demo"))
}

/// Builds probes. The compiler of those that are built in is built meanwhile: the program needs the same crates later.
fn probes(compiler: &Compiler, profile: Profile, which: Which) -> Result<(), Failure> {
    std::thread::scope(|scope| {
        let compiling = scope.spawn(move || ahead::build(profile));
        guests::build(&workspace(), compiler, which)?;
        compiling.join().expect("building does not panic")
    })?;
    ahead::compile(profile, &guests::built_in(&workspace()))
}

fn build(profile: Profile) -> Result<(), Failure> {
    report::step("building remote-doctor");
    report::run(cargo().args(["build", "--profile", profile.name()]))
}

/// What comes from registries is fetched while the program is built: the one waits for the network, the other computes.
fn test() -> Result<(), Failure> {
    // First and alone: it may install packages, as the fetching does.
    let compiler = toolchain::wasm()?;
    let (fetched, built) = std::thread::scope(|scope| {
        let fetching = scope.spawn(fetch);
        let built = probes(&compiler, Profile::Release, Which::All)
            .and_then(|()| assurance::lint())
            .and_then(|()| suites::build());
        (fetching.join().expect("fetching does not panic"), built)
    });
    built?;
    let missing = fetched?;
    report::step("running the tests");
    let (passed, outcomes) = table::run_tests(suites::run)?;
    let kept = table::keep(&outcomes)?;
    report::step(&format!(
        "what the checks came to; all of them are in {kept}"
    ));
    println!("{}", Table(&outcomes).summary());
    let done = passed.and(table::all_right(&outcomes));
    missing.map_or(done, |missing| Err(missing.into()))
}

/// The real servers, and the probes in other languages; gives what only root can add.
fn fetch() -> Result<Option<servers::Missing>, Failure> {
    let missing = install_servers()?;
    if let Err(error) = pages::fetch(&workspace()) {
        report::step(&format!("NOT FETCHED: what looks at reports: {error}"));
    }
    // The tests that need them fail by name; here is why.
    if let Err(failure) = languages::build(&workspace()) {
        report::step(&format!("NOT MADE: probes in other languages: {failure}"));
    }
    Ok(missing)
}

/// Neither probes nor the program are needed for it.
fn disturbances() -> Result<(), Failure> {
    let package = ["test", "--quiet", "--release", "--package", suites::PACKAGE];
    let whole = ["--test", "disturbances", "--", "--whole"];
    report::run(cargo().args(package).args(whole))
}

/// The kit over all scenarios.
fn conformance() -> Result<(), Failure> {
    build(Profile::Release)?;
    let mut program = Command::new(workspace().join("target/release/remote-doctor"));
    let kit = ["plugin", "test", "--scenarios", "tests/scenarios"];
    report::run(program.current_dir(workspace()).args(kit))
}

fn real_clients(words: &[&str]) -> Result<(), Failure> {
    build(Profile::Release)?;
    with_servers(|| {
        report::step("getting the real clients");
        let installed = clients::install(&workspace());
        installed.map_err(|error| Failure::Servers(error.to_string()))?;
        let package = ["test", "--quiet", "--release", "--package", suites::PACKAGE];
        let whole = match words {
            [] => vec!["--whole"],
            some => some.to_vec(),
        };
        report::run(
            cargo()
                .args(package)
                .args(["--test", "real_clients", "--"])
                .args(whole),
        )
    })
}

fn coverage() -> Result<(), Failure> {
    let package = ["run", "--quiet", "--release", "--package", suites::PACKAGE];
    report::run(cargo().args(package).args(["--bin", "coverage"]))
}

fn tables(times: &str) -> Result<(), Failure> {
    let times: u32 = times.parse().map_err(|_| Failure::Usage(USAGE.into()))?;
    build(Profile::Release)?;
    with_servers(|| {
        let mut right = Ok(());
        for number in 1..=times {
            report::step(&format!("run {number} of {times}"));
            let suites = ["--test", "scenarios", "--test", "real_servers"];
            let mut tests = cargo();
            tests.args(["test", "--release", "--package", suites::PACKAGE]);
            tests.arg("--no-fail-fast");
            // What the tests print of their own is not the table.
            tests.args(suites).stdout(std::io::stderr());
            let (passed, outcomes) =
                table::run_tests(|file| report::run(tests.env(outcomes::FILE, file)))?;
            table::keep(&outcomes)?;
            println!("{}", Table(&outcomes));
            right = right.and(passed).and(table::all_right(&outcomes));
        }
        right
    })
}

/// Gets the real servers and does the work.
fn with_servers(work: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    let missing = install_servers()?;
    let done = work();
    // Tests that need what is missing have failed above, by name; here is what mends it.
    missing.map_or(done, |missing| Err(missing.into()))
}

/// Gives what only root can add.
fn install_servers() -> Result<Option<servers::Missing>, Failure> {
    report::step("getting the real FTP servers");
    let installed = servers::install(&workspace());
    let installed = installed.map_err(|error| Failure::Servers(error.to_string()))?;
    Ok(installed.missing)
}

fn bench(parts: &[&str]) -> Result<(), Failure> {
    build(Profile::Release)?;
    with_servers(|| {
        peers::install(&workspace().join("target/peers"));
        let bench = ["bench", "--package", suites::PACKAGE, "--"];
        report::run(cargo().args(bench).args(parts))
    })
}
