//! Signatures of third-party probes: which are let in, which are refused, and that a refusal comes before anything is
//! asked of the remote.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use lab::{Behaviour, Lab};
use libtest_mimic::{Failed, Trial};
use minisign::KeyPair;
use serde_json::Value;
use tokio::runtime::Runtime;

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("signed_by_a_trusted_key_and_let_in", trusted),
        Trial::test("signed_by_a_key_of_the_user", key_of_the_user),
        Trial::test("signed_by_nobody_who_is_trusted", not_trusted),
        Trial::test("signed_and_changed_afterwards", changed),
        Trial::test("signed_by_a_key_that_is_none", no_key),
        Trial::test("signed_or_not_as_inspect_has_it", inspected),
        Trial::test("asked_for_is_told_before_the_run", announced),
    ]
}

/// A copy of the example, a server, and a key.
struct Scene {
    lab: Lab,
    folder: tempfile::TempDir,
    keys: KeyPair,
    /// The lab lives in it.
    _runtime: Runtime,
}

impl Scene {
    fn new() -> Result<Scene, Failed> {
        let runtime = Runtime::new()?;
        let lab = runtime.block_on(Lab::start(Behaviour::default()))?;
        let built = suite::workspace().join("target/example-probes");
        let scene = Scene {
            lab,
            folder: tempfile::tempdir()?,
            keys: KeyPair::generate_unencrypted_keypair()?,
            _runtime: runtime,
        };
        fs::copy(built.join("minimal-probe.wasm"), scene.plugin())?;
        Ok(scene)
    }

    fn plugin(&self) -> PathBuf {
        self.folder.path().join("mine.wasm")
    }

    fn signature(&self) -> PathBuf {
        self.folder.path().join("mine.wasm.minisig")
    }

    fn sign(&self, keys: &KeyPair) -> Result<(), Failed> {
        let content = fs::read(self.plugin())?;
        let signed = minisign::sign(Some(&keys.pk), &keys.sk, &content[..], Some("mine"), None)?;
        Ok(fs::write(self.signature(), signed.into_string())?)
    }

    fn program(&self) -> Command {
        let mut program = Command::new(suite::program());
        program.env("XDG_CONFIG_HOME", self.folder.path());
        // What earlier checks of this user left on remotes is told, too.
        program.env("XDG_STATE_HOME", self.folder.path());
        program
    }

    fn check(&self, options: &[&str]) -> Result<Output, Failed> {
        let mut program = self.program();
        program
            .arg("check")
            .arg(format!("ftpes://{}", self.lab.address()))
            .args(["--only", "minimal-probe", "--format", "json", "--plugin"])
            .arg(self.plugin())
            .args(options);
        Ok(program.output()?)
    }

    fn key(&self) -> String {
        self.keys.pk.to_base64()
    }

    /// The entry of the probe in the report of a check that was made.
    fn signer(&self, options: &[&str]) -> Result<Value, Failed> {
        let output = self.check(options)?;
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        let report: Value = serde_json::from_slice(&output.stdout)
            .map_err(|error| format!("{error}, after {told}"))?;
        let probes = report["probes"].as_array().ok_or("no probes")?;
        let of = |id: &str| probes.iter().find(|probe| probe["id"] == id).cloned();
        let (mine, reach) = (of("minimal-probe"), of("reach"));
        let built_in = reach.ok_or("no reach")?["signer"]["status"].clone();
        match built_in == "built-in" {
            true => Ok(mine.ok_or("no minimal-probe")?["signer"].clone()),
            false => Err(format!("a probe of ours is {built_in}").into()),
        }
    }

    /// Exit code 2, these words, and nobody at the server's door.
    fn refused(&self, options: &[&str], words: &[&str]) -> Result<(), Failed> {
        let output = self.check(options)?;
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        let seen = self.lab.connections();
        let all = words.iter().all(|word| told.contains(word));
        match output.status.code() == Some(2) && all && output.stdout.is_empty() {
            true if seen.control == 0 => Ok(()),
            _ => Err(format!("{:?}, {seen:?}: {told}", output.status).into()),
        }
    }
}

fn trusted() -> Result<(), Failed> {
    let scene = Scene::new()?;
    scene.sign(&scene.keys)?;
    let signer = scene.signer(&["--require-signed", "--trusted-key", &scene.key()])?;
    match signer["status"] == "trusted" && signer["comment"] == "mine" {
        true => Ok(()),
        false => Err(signer.to_string().into()),
    }
}

fn key_of_the_user() -> Result<(), Failed> {
    let scene = Scene::new()?;
    scene.sign(&scene.keys)?;
    let keys = scene.folder.path().join("remote-doctor/trusted-keys");
    fs::create_dir_all(&keys)?;
    let public = scene.keys.pk.to_box()?.into_string();
    fs::write(keys.join("mine.pub"), public)?;
    let signer = scene.signer(&["--require-signed"])?;
    if signer["status"] != "trusted" {
        return Err(signer.to_string().into());
    }
    fs::write(keys.join("broken.pub"), "no key")?;
    let output = scene.check(&[])?;
    let told = String::from_utf8_lossy(&output.stderr);
    match output.status.code() == Some(2)
        && told.contains("broken.pub: it contains no minisign public key")
    {
        true => Ok(()),
        false => Err(told.into_owned().into()),
    }
}

fn not_trusted() -> Result<(), Failed> {
    let scene = Scene::new()?;
    let (key, required) = (scene.key(), "--require-signed");
    scene.refused(
        &[required, "--trusted-key", &key],
        &["mine.wasm: not signed", "mine.wasm.minisig"],
    )?;
    scene.sign(&KeyPair::generate_unencrypted_keypair()?)?;
    scene.refused(
        &[required, "--trusted-key", &key],
        &["mine.wasm: signed by the key", "not trusted"],
    )?;
    let unknown = scene.signer(&["--trusted-key", &key])?;
    fs::remove_file(scene.signature())?;
    let nobody = scene.signer(&[])?;
    match unknown["status"] == "unknown-key" && nobody["status"] == "not-signed" {
        true => Ok(()),
        false => Err(format!("{unknown}, {nobody}").into()),
    }
}

fn changed() -> Result<(), Failed> {
    let scene = Scene::new()?;
    scene.sign(&scene.keys)?;
    let key = scene.key();
    let signature = fs::read_to_string(scene.signature())?;
    let mut content = fs::read(scene.plugin())?;
    // A custom section at the end: a component as good as before, and another file.
    content.extend([0, 2, 1, b'x']);
    fs::write(scene.plugin(), content)?;
    for required in [&["--require-signed"][..], &[]] {
        let options = [required, &["--trusted-key", &key]].concat();
        scene.refused(&options, &["mine.wasm: not what the key"])?;
    }
    scene.sign(&scene.keys)?;
    for damaged in ["", "no signature\n", &signature[..signature.len() / 2]] {
        fs::write(scene.signature(), damaged)?;
        scene.refused(&["--trusted-key", &key], &["mine.wasm.minisig: damaged"])?;
    }
    Ok(())
}

fn no_key() -> Result<(), Failed> {
    let scene = Scene::new()?;
    let words = &["--trusted-key garbage", "neither a minisign public key"];
    scene.refused(&["--trusted-key", "garbage"], words)?;
    let file = scene.folder.path().join("empty.pub");
    fs::write(&file, "")?;
    let file = file.display().to_string();
    scene.refused(
        &["--trusted-key", &file],
        &["empty.pub: it contains no minisign public key"],
    )
}

fn inspected() -> Result<(), Failed> {
    let scene = Scene::new()?;
    let inspect = |options: &[&str]| -> Result<(Option<i32>, String), Failed> {
        let mut program = scene.program();
        program.args(["plugin", "inspect"]).arg(scene.plugin());
        let output = program.args(options).output()?;
        Ok((output.status.code(), String::from_utf8(output.stdout)?))
    };
    let (code, shown) = inspect(&[])?;
    if code != Some(0)
        || !shown.contains("not signed")
        || !shown.contains("asks for  nothing beyond")
    {
        return Err(shown.into());
    }
    let (code, shown) = inspect(&["--require-signed"])?;
    if code != Some(2) || !shown.contains("refused") || !shown.contains("not signed: there is no") {
        return Err(shown.into());
    }
    scene.sign(&scene.keys)?;
    let (code, shown) = inspect(&["--require-signed", "--trusted-key", &scene.key()])?;
    match code == Some(0) && shown.contains("signed by the trusted key") && shown.contains("(mine)")
    {
        true => Ok(()),
        false => Err(shown.into()),
    }
}

/// On standard error, once for each probe that is not ours, before the first of them runs.
fn announced() -> Result<(), Failed> {
    let scene = Scene::new()?;
    let hostile = suite::workspace().join("target/hostile-probes");
    let other = hostile.join("opens-a-session.wasm").display().to_string();
    let options = ["--plugin", &other, "--deny", "login"];
    let output = scene.check(&options)?;
    let told = String::from_utf8_lossy(&output.stderr);
    // On a busy machine it says that it is compiling.
    let compiling = |line: &&str| line.starts_with("… compiling");
    let lines: Vec<&str> = told.lines().filter(|line| !compiling(line)).collect();
    let wanted = [
        (
            "third-party probe minimal-probe 0.1.0 (sha256:",
            ", not signed)",
        ),
        ("  asks for nothing", ""),
        (
            "third-party probe opens-a-session 0.1.0 (sha256:",
            ", not signed)",
        ),
        (
            "  asks to connect to the remote, log in with your user name and password; denied: login",
            "",
        ),
    ];
    let told_so = wanted
        .iter()
        .zip(&lines)
        .all(|((begin, end), line)| line.starts_with(begin) && line.ends_with(end));
    let quiet = scene.check(&["--quiet"])?;
    match told_so && lines.len() > wanted.len() && quiet.stderr.is_empty() {
        true => Ok(()),
        false => Err(told.into_owned().into()),
    }
}
