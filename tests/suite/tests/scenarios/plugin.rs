//! `remote-doctor plugin`: what it says of probes, and what it refuses. The way of an author is in `guide.rs`.

use std::path::Path;
use std::process::{Command, Output};

use libtest_mimic::{Failed, Trial};

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("plugin_folders_that_cannot_be", not_written),
        Trial::test("plugin_inspect_of_what_is_no_probe", refused),
        Trial::test("plugin_inspect_of_what_claims_anothers", claims),
        Trial::test("plugin_list_names_all", list),
        Trial::test("plugin_lies_about_itself", lies),
    ]
}

fn run(folder: &Path, args: &[&str]) -> Result<Output, Failed> {
    Ok(Command::new(suite::program())
        .current_dir(folder)
        .args(args)
        .output()?)
}

fn printed(output: &Output) -> Result<String, Failed> {
    match output.status.success() {
        true => Ok(String::from_utf8(output.stdout.clone())?),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned().into()),
    }
}

fn not_written() -> Result<(), Failed> {
    let scratch = tempfile::tempdir()?;
    for (name, says) in [("Upper", "is not a valid probe name"), ("a/b", "a: ")] {
        let output = run(scratch.path(), &["plugin", "new", name])?;
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.code() != Some(2) || !told.contains(says) {
            return Err(format!("{name}: {told}").into());
        }
    }
    let output = run(scratch.path(), &["plugin", "build", "."])?;
    let told = String::from_utf8_lossy(&output.stderr);
    let left = std::fs::read_dir(scratch.path())?.count();
    match output.status.code() == Some(2) && told.contains("Cargo.toml") && left == 0 {
        true => Ok(()),
        false => Err(format!("{left} files, {told}").into()),
    }
}

/// A probe of another version of the contract is refused with both numbers, and shown all the same.
fn refused() -> Result<(), Failed> {
    let built = suite::workspace().join("target/example-probes");
    let wasm = std::fs::read(built.join("minimal-probe.wasm"))?;
    let scratch = tempfile::tempdir()?;
    let newer = replaced(&wasm, "@0.1.0", "@0.9.0");
    if newer == wasm {
        return Err("no version of the contract in it".into());
    }
    std::fs::write(scratch.path().join("newer.wasm"), newer)?;
    std::fs::write(scratch.path().join("text.wasm"), "no component")?;
    let huge = std::fs::File::create(scratch.path().join("huge.wasm"))?;
    huge.set_len(33 << 20)?;
    for (file, words) in [
        ("newer.wasm", &["0.9.0", "0.1.0", "refused"][..]),
        ("text.wasm", &["not a WebAssembly component"]),
        ("huge.wasm", &["larger than 32 MiB"]),
    ] {
        let output = run(scratch.path(), &["plugin", "inspect", file])?;
        let told = [output.stdout.clone(), output.stderr.clone()].concat();
        let told = String::from_utf8_lossy(&told);
        let all = words.iter().all(|word| told.contains(word));
        if output.status.code() != Some(2) || !all {
            return Err(format!("{file}: {told}").into());
        }
    }
    Ok(())
}

/// What a run would refuse is refused before one, and shown.
fn claims() -> Result<(), Failed> {
    let built = suite::workspace().join("target");
    for (probe, exit, says) in [
        (
            "hostile-probes/explains-anothers",
            2,
            "claims to explain `cert.*`",
        ),
        (
            "hostile-probes/reports-anothers",
            2,
            "claims to report `cert.expired`",
        ),
        ("hostile-probes/cries-wolf", 0, "would be accepted"),
        ("example-probes/minimal-probe", 0, "would be accepted"),
    ] {
        let output = Command::new(suite::program())
            .args(["plugin", "inspect"])
            .arg(built.join(format!("{probe}.wasm")))
            .output()?;
        let told = String::from_utf8_lossy(&output.stdout);
        if output.status.code() != Some(exit) || !told.contains(says) {
            return Err(format!("{probe}: {}, {told}", output.status).into());
        }
    }
    Ok(())
}

fn replaced(bytes: &[u8], old: &str, new: &str) -> Vec<u8> {
    assert_eq!(old.len(), new.len(), "lengths are part of the format");
    let mut bytes = bytes.to_vec();
    for at in 0..bytes.len().saturating_sub(old.len()) {
        if &bytes[at..at + old.len()] == old.as_bytes() {
            bytes[at..at + new.len()].copy_from_slice(new.as_bytes());
        }
    }
    bytes
}

fn list() -> Result<(), Failed> {
    let root = suite::workspace();
    let mine = "target/example-probes/minimal-probe.wasm";
    let shown = printed(&run(root, &["plugin", "list", "--plugin", mine])?)?;
    let probes = std::fs::read_dir(root.join("target/probes"))?.count();
    match shown.lines().count() == probes + 1 && shown.contains("minimal-probe") {
        true => Ok(()),
        false => Err(shown.into()),
    }
}

/// What a probe says of itself is checked before it may do anything.
fn lies() -> Result<(), Failed> {
    let built = suite::workspace().join("target/hostile-probes");
    for (probe, says) in [
        (
            "claims-anothers",
            "`cert.expired` is declared by certificate and by claims-anothers",
        ),
        (
            "explains-anothers",
            "`explains-anothers.benign` of the third-party probe `explains-anothers` claims to explain `cert.*`: it may \
             explain codes of its own area only, `explains-anothers.*`",
        ),
        (
            "reports-anothers",
            "the third-party probe `reports-anothers` claims to report `cert.expired` as well",
        ),
        // By the clock, or by its ticks: on a busy machine either may be first.
        ("describes-without-end", "`describe` failed: it "),
        (
            "asks-in-describe",
            "`describe` failed: it asked for something before it was run",
        ),
    ] {
        let file = built.join(format!("{probe}.wasm"));
        let output = Command::new(suite::program())
            .args(["check", "ftpes://127.0.0.1:1", "--plugin"])
            .arg(file)
            .output()?;
        let told = String::from_utf8_lossy(&output.stderr);
        let clean = output.status.code() == Some(2) && output.stdout.is_empty();
        if !clean || !told.contains(says) {
            return Err(format!("{probe}: {}, {told}", output.status).into());
        }
    }
    Ok(())
}
