//! What is looked at beside the tests: lints, licences and sources, notices, and inputs that nobody thought of.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::report::{Failure, output, run, step};
use crate::{cargo, workspace};

/// How long each target is fuzzed, in seconds.
const SECONDS: u32 = 60;
/// Longer than any honest input takes, in seconds.
const PATIENCE: &str = "-timeout=20";
/// More than the limits on sizes let any input take, in megabytes.
const MEMORY: &str = "-rss_limit_mb=3072";
/// Where seeds are, a folder for each target.
const CORPUS: &str = "fuzz/corpus";
/// Where inputs go that the fuzzer kept, and what it builds.
const FOUND: &str = "target/fuzz/found";
const BUILT: &str = "target/fuzz/build";

/// Every lint is an error. The profile is that of the tests, so that scripts and macros are built once for both.
pub fn lint() -> Result<(), Failure> {
    step("looking at the sources: format and lints");
    run(cargo().args(["fmt", "--all", "--check"]))?;
    let all = ["clippy", "--release", "--workspace", "--all-targets"];
    run(cargo().args(all).args(["--", "--deny", "warnings"]))
}

/// Writes the notices or the bill of materials, or holds the policy.
pub fn supply(what: &str) -> Result<(), Failure> {
    let package = ["run", "--quiet", "--release", "--package"];
    run(cargo()
        .args(package)
        .args(["remote-doctor-assurance", "--", what]))
}

/// Licences, sources and bans, and what is known of flaws where that can be known.
pub fn deny() -> Result<(), Failure> {
    step("licences, sources and bans, as the tests hold them");
    supply("policy")?;
    tool("deny", "cargo install cargo-deny --locked")?;
    step("the same and more, by cargo-deny");
    run(cargo().args(["deny", "check", "licenses", "sources", "bans"]))?;
    step("advisories, by cargo-deny");
    let fetched = run(cargo().args(["deny", "fetch", "db"])).is_ok();
    let checked = match fetched || has_database() {
        true => run(cargo().args(["deny", "--offline", "check", "advisories"])),
        false => {
            step(
                "NOT CHECKED: advisories. No database of them is here and none could be fetched: nothing is known about \
                 flaws of what the program is made of",
            );
            Ok(())
        }
    };
    if checked.is_ok() && !fetched && has_database() {
        step("NOT UP TO DATE: the database of advisories could not be fetched anew");
    }
    checked
}

/// Whether cargo-deny fetched a database some time.
fn has_database() -> bool {
    let home = std::env::var_os("CARGO_HOME").map(std::path::PathBuf::from);
    let home = home.or_else(|| Some(Path::new(&std::env::var_os("HOME")?).join(".cargo")));
    let databases = home.map(|home| home.join("advisory-dbs"));
    let entries = databases.and_then(|folder| fs::read_dir(folder).ok());
    // A file there only says that somebody tried.
    let mut entries = entries.into_iter().flatten().filter_map(Result::ok);
    entries.any(|entry| entry.path().is_dir())
}

/// Fuzzes these targets, or all, each so long.
pub fn fuzz(words: &[&str]) -> Result<(), Failure> {
    let (seconds, targets) = match words {
        ["--seconds", seconds, targets @ ..] => {
            let seconds = seconds.parse();
            (
                seconds.map_err(|_| Failure::Usage("--seconds takes a number".into()))?,
                targets,
            )
        }
        targets => (SECONDS, targets),
    };
    let known = targets_there_are()?;
    if let Some(stranger) = targets
        .iter()
        .find(|name| !known.iter().any(|it| it == *name))
    {
        let known = known.join(", ");
        return Err(Failure::Usage(format!(
            "no target {stranger}: there are {known}"
        )));
    }
    tool("fuzz", "cargo install cargo-fuzz --locked")?;
    let wanted = |name: &&String| targets.is_empty() || targets.contains(&name.as_str());
    let mut failed = Vec::new();
    for target in known.iter().filter(wanted) {
        step(&format!("fuzzing {target} for {seconds} s"));
        if let Err(failure) = fuzz_one(target, seconds) {
            step(&failure.to_string());
            failed.push(target.as_str());
        }
    }
    match failed.is_empty() {
        true => Ok(()),
        false => Err(Failure::Checks(format!(
            "a promise was broken in {}; the inputs are in fuzz/artifacts",
            failed.join(", ")
        ))),
    }
}

/// Without a sanitizer the compiler need not be a nightly one; there is no unsafe code of ours that one would look at.
fn fuzz_one(target: &str, seconds: u32) -> Result<(), Failure> {
    let found = format!("{FOUND}/{target}");
    fs::create_dir_all(workspace().join(&found))
        .map_err(|error| Failure::File(format!("{found}: {error}")))?;
    let seeds = format!("{CORPUS}/{target}");
    let build = [
        "--sanitizer",
        "none",
        "--features",
        "libfuzzer",
        "--target-dir",
        BUILT,
    ];
    let time = format!("-max_total_time={seconds}");
    run(cargo().args(["fuzz", "run"]).args(build).args([
        target,
        &found,
        &seeds,
        "--",
        &time,
        PATIENCE,
        MEMORY,
        "-print_final_stats=1",
    ]))
}

fn targets_there_are() -> Result<Vec<String>, Failure> {
    let failure = |error| Failure::File(format!("{CORPUS}: {error}"));
    let folders = fs::read_dir(workspace().join(CORPUS)).map_err(failure)?;
    let mut targets: Vec<String> = folders
        .filter_map(Result::ok)
        .map(|folder| folder.file_name().to_string_lossy().into_owned())
        .collect();
    targets.sort();
    Ok(targets)
}

/// A tool of cargo's that not everybody has.
fn tool(name: &str, install: &str) -> Result<(), Failure> {
    let version = output(Command::new("cargo").args([name, "--version"]));
    version.map(drop).ok_or_else(|| {
        Failure::Missing(format!(
            "cargo-{name}, so this was NOT DONE; `{install}` gets it"
        ))
    })
}
