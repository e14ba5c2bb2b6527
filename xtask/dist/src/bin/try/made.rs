//! What was made: where it is, and that it is whole.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use libtest_mimic::{Failed, Trial};
use minisign::KeyPair;

use dist::signed::Key;
use dist::{NAME, archive, bill, debian, image, sums};

/// The size that the archive may have, in bytes.
const MOST: u64 = 12 << 20;

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("made: the archive has at most 12 MiB", size),
        Trial::test("made: the sums are those of the files", summed),
        Trial::test("made: a signature is one for minisign", signed),
        Trial::test("made: the bill names what is in the program", billed),
    ]
}

/// The workspace.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A file that was made.
pub fn file(name: &str) -> Result<PathBuf, Failed> {
    let made = env::var_os("REMOTE_DOCTOR_DIST").ok_or("begin with `cargo xtask dist --try`")?;
    let file = Path::new(&made).join(name);
    match file.is_file() {
        true => Ok(file),
        false => Err(format!("{} was not made: `cargo xtask dist --test`", file.display()).into()),
    }
}

/// What a command printed, where it ended as it should.
pub fn printed(command: &mut Command, exit: i32) -> Result<String, Failed> {
    let output = command.output();
    let output = output.map_err(|error| format!("{command:?}: {error}"))?;
    match output.status.code() == Some(exit) {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(format!("{command:?}\n{}", told(&output)).into()),
    }
}

/// How a program ended, and all that it said.
pub fn told(output: &Output) -> String {
    let [out, err] = [&output.stdout, &output.stderr].map(|it| String::from_utf8_lossy(it));
    format!("{}\n{out}{err}", output.status)
}

/// Fails with these words unless it is so.
pub fn holds(is_so: bool, otherwise: impl Into<String>) -> Result<(), Failed> {
    match is_so {
        true => Ok(()),
        false => Err(otherwise.into().into()),
    }
}

fn size() -> Result<(), Failed> {
    let bytes = fs::metadata(file(&archive::name(NAME))?)?.len();
    println!("      {bytes} bytes");
    holds(bytes <= MOST, format!("it has {bytes} bytes"))
}

fn summed() -> Result<(), Failed> {
    let list = file(sums::FILE)?;
    let folder = list.parent().ok_or("a file lies in a folder")?;
    let mut check = Command::new("sha256sum");
    check.args(["--check", "--strict", sums::FILE]);
    let said = printed(check.current_dir(folder), 0)?;
    for name in [archive::name(NAME), debian::name(), image::name(NAME)] {
        holds(
            said.contains(&format!("{name}: OK")),
            format!("{name}: {said}"),
        )?;
    }
    Ok(())
}

/// With a key made here, as `minisign -G` makes it, and with the program of minisign that a user has.
fn signed() -> Result<(), Failed> {
    let scratch = tempfile::tempdir()?;
    let pair = KeyPair::generate_unencrypted_keypair()?;
    let [secret, public] = ["secret.key", "public.pub"].map(|name| scratch.path().join(name));
    fs::write(&secret, pair.sk.to_box(None)?.to_string())?;
    fs::write(&public, pair.pk.to_box()?.to_string())?;
    let name = sums::FILE;
    let bytes = fs::read(file(name)?)?;
    let signature = Key::read(&secret, None)?.sign(name, &bytes)?;
    fs::write(scratch.path().join(name), &bytes)?;
    fs::write(scratch.path().join(format!("{name}.minisig")), signature)?;
    let verify = || {
        let mut verify = Command::new("minisign");
        verify.args(["-V", "-m", name, "-p", "public.pub"]);
        verify.current_dir(scratch.path());
        verify
    };
    let said = printed(&mut verify(), 0)?;
    holds(said.contains("verified"), said)?;
    fs::write(scratch.path().join(name), [&bytes[..], b"x"].concat())?;
    printed(&mut verify(), 1).map(drop)
}

fn billed() -> Result<(), Failed> {
    let bill: serde_json::Value = serde_json::from_slice(&fs::read(file(&bill::name(NAME))?)?)?;
    let components = bill["components"].as_array().ok_or("no components")?;
    for name in ["wasmtime", "rustls", "glibc", "rust-std"] {
        let is_there = components.iter().any(|it| it["name"] == name);
        holds(is_there, format!("no {name}"))?;
    }
    let sum = bill["metadata"]["component"]["hashes"][0]["content"].as_str();
    holds(
        sum.is_some_and(|sum| sum.len() == 64),
        "no sum of the program",
    )
}
