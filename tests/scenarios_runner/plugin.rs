//! `remote-doctor plugin`: from nothing to a probe that finds its fault, as an author would go.

use std::path::Path;
use std::process::{Command, Output};

use lab::{Behaviour, Fault, Lab};
use libtest_mimic::{Failed, Trial};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::binary::PROGRAM;

const CODE: &str = "greeting-length.talkative-greeting";

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("plugin_from_nothing_to_its_finding", from_nothing),
        Trial::test("plugin_folders_that_cannot_be", not_written),
        Trial::test("plugin_inspect_of_what_is_no_probe", refused),
        Trial::test("plugin_list_names_all", list),
        Trial::test("plugin_lies_about_itself", lies),
    ]
}

fn run(folder: &Path, args: &[&str]) -> Result<Output, Failed> {
    Ok(Command::new(PROGRAM)
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

fn from_nothing() -> Result<(), Failed> {
    let scratch = tempfile::tempdir()?;
    let here = scratch.path();
    printed(&run(here, &["plugin", "new", "greeting-length"])?)?;
    let built = printed(&run(here, &["plugin", "build", "greeting-length"])?)?;
    let file = built.lines().last().ok_or("no path printed")?.to_owned();
    let shown = printed(&run(here, &["plugin", "inspect", &file, "--json"])?)?;
    let shown: Value = serde_json::from_str(&shown)?;
    if shown["name"] != "greeting-length" || shown["codes"][0]["code"] != CODE {
        return Err(format!("{shown:#}").into());
    }
    if shown["abilities"] != serde_json::json!([]) {
        return Err(format!("it can do more than it does: {}", shown["abilities"]).into());
    }
    let found = |lines| -> Result<bool, Failed> {
        let report = look(here, &file, lines)?;
        let digest = &report["probes"].as_array().and_then(|all| {
            all.iter()
                .find(|probe| probe["id"] == "greeting-length")
                .map(|it| it["digest"].clone())
        });
        if digest.as_ref() != Some(&shown["file"]["digest"]) {
            return Err(format!("another digest in the report: {digest:?}").into());
        }
        let codes = report["findings"].as_array().ok_or("no findings")?;
        Ok(codes.iter().any(|finding| finding["code"] == CODE))
    };
    match (found(12)?, found(3)?) {
        (true, false) => Ok(()),
        (long, short) => Err(format!("found: 12 lines {long}, 3 lines {short}").into()),
    }
}

/// A report of a server that greets with so many lines.
fn look(folder: &Path, plugin: &str, lines: usize) -> Result<Value, Failed> {
    let runtime = Runtime::new()?;
    let behaviour = Behaviour::faulty([Fault::GreetingOfLines { lines }]);
    let lab = runtime.block_on(Lab::start(behaviour))?;
    let url = format!("ftpes://{}", lab.address());
    let args = [
        "check", &url, "--plugin", plugin, "--format", "json", "--quiet",
    ];
    let output = run(folder, &args)?;
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn not_written() -> Result<(), Failed> {
    let scratch = tempfile::tempdir()?;
    for (name, says) in [("Upper", "no name for a probe"), ("a/b", "a: ")] {
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
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/example-probes");
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
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mine = "target/example-probes/minimal-probe.wasm";
    let shown = printed(&run(&root, &["plugin", "list", "--plugin", mine])?)?;
    let probes = std::fs::read_dir(root.join("target/probes"))?.count();
    match shown.lines().count() == probes + 1 && shown.contains("minimal-probe") {
        true => Ok(()),
        false => Err(shown.into()),
    }
}

/// What a probe says of itself is checked before it may do anything.
fn lies() -> Result<(), Failed> {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/hostile-probes");
    for (probe, says) in [
        (
            "claims-anothers",
            "`cert.expired` is declared by certificate and by claims-anothers",
        ),
        (
            "describes-without-end",
            "`describe` failed: it computed for",
        ),
        (
            "asks-in-describe",
            "`describe` failed: it asked for something before it was run",
        ),
    ] {
        let file = built.join(format!("{probe}.wasm"));
        let output = Command::new(PROGRAM)
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
