//! `remote-doctor plugin test`: every probe of ours passes, and probes that are bad on purpose fail for the reason they are
//! bad for.

use std::path::Path;
use std::process::{Command, Output};

use libtest_mimic::{Failed, Trial};

/// Probes of `tests/guests`, each with what the kit has to say of it.
const BAD: &[(&str, &[&str])] = &[
    (
        "finds-too-much",
        &["finds too much: finds-too-much.greeting on a healthy server"],
    ),
    (
        "finds-too-little",
        &["finds too little: finds-too-little.greeting is expected"],
    ),
    (
        "blames-look-alikes",
        &["blames a look-alike: blames-look-alikes.greeting"],
    ),
    (
        "dials-elsewhere",
        &["asked for something that it may not do", "169.254.169.254"],
    ),
    ("dawdles", &["too slow"]),
    ("wavers", &["two runs differ: wavers."]),
    (
        "states-undeclared",
        &["the fact `states-undeclared.lines` is not declared"],
    ),
    ("traps", &["it crashed", "nobody expected the port"]),
];

pub fn trials() -> Vec<Trial> {
    let mut trials = vec![
        // Each scenario is played by the tests named after it, too: here are a sample of them. `cargo xtask conformance`
        // plays all.
        Trial::test("conformance_of_the_built_in_probes", || {
            conforms(&["--scenarios", "tests/scenarios", "--sample", "6"])
        }),
        Trial::test("conformance_of_the_minimal_probe", || {
            let file = "target/example-probes/minimal-probe.wasm";
            conforms(&[file, "--scenarios", "examples/minimal-probe/scenarios"])
        }),
        Trial::test("conformance_as_junit", as_junit),
    ];
    trials.extend(BAD.iter().map(|(probe, says)| {
        Trial::test(format!("conformance_of_{probe}_is_denied"), || {
            fails(probe, says)
        })
    }));
    trials
}

fn root() -> &'static Path {
    suite::workspace()
}

fn kit(args: &[&str]) -> Result<Output, Failed> {
    let mut command = Command::new(suite::program());
    command.current_dir(root()).args(["plugin", "test"]);
    Ok(command.args(args).output()?)
}

fn of_guest(probe: &str, more: &[&str]) -> Result<Output, Failed> {
    let file = format!("target/hostile-probes/{probe}.wasm");
    let scenarios = format!("tests/guests/{probe}/scenarios");
    kit(&[&[&file, "--scenarios", &scenarios], more].concat())
}

fn told(output: &Output) -> String {
    let all = [output.stdout.clone(), output.stderr.clone()].concat();
    // The width of the lines is no matter here.
    let words = String::from_utf8_lossy(&all).into_owned();
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether the last words of the kit are these. Beside it stands what a first run says, that it compiles the probes.
fn ends_with(output: &Output, words: &str) -> bool {
    let said = String::from_utf8_lossy(&output.stdout);
    said.trim_end().ends_with(words)
}

fn conforms(args: &[&str]) -> Result<(), Failed> {
    let output = kit(args)?;
    match output.status.code() {
        Some(0) if ends_with(&output, "conforms") => Ok(()),
        _ => Err(String::from_utf8_lossy(&output.stdout).into_owned().into()),
    }
}

fn fails(probe: &str, says: &[&str]) -> Result<(), Failed> {
    let output = of_guest(probe, &[])?;
    let told = told(&output);
    let missing = says.iter().find(|words| !told.contains(**words));
    match (output.status.code(), missing) {
        (Some(1), None) if ends_with(&output, "does not conform") => Ok(()),
        (code, missing) => Err(format!("{code:?}, without {missing:?}: {told}").into()),
    }
}

fn as_junit() -> Result<(), Failed> {
    let output = of_guest("traps", &["--format", "junit"])?;
    let xml = String::from_utf8(output.stdout)?;
    let parts = [
        "<testsuites",
        "<error message=",
        "nobody expected the port",
        "<skipped",
    ];
    match parts.iter().find(|part| !xml.contains(**part)) {
        None if output.status.code() == Some(1) => Ok(()),
        missing => Err(format!("{}, without {missing:?}: {xml}", output.status).into()),
    }
}
