//! The ways to install that the README names.

use std::fs;
use std::path::Path;
use std::process::Command;

use libtest_mimic::{Failed, Trial};
use serde_json::Value;

use dist::{NAME, VERSION, archive, debian, image, stem, sums};

use crate::made::{self, holds, printed, told};
use crate::root::{CHROOT, FOLDER, Root, copied_to};

/// The program without the compiler.
const SLIM: &str = "remote-doctor-slim";
/// Programs of others that read an image.
const READERS: [(&str, &str); 2] = [("skopeo", "skopeo"), ("umoci", "umoci")];

pub fn trials() -> Vec<Trial> {
    let debian = Root::ALL.into_iter().filter(|it| *it != Root::Empty);
    let mut trials: Vec<Trial> = debian
        .map(|root| {
            let name = format!("{}: the package is installed and removed", root.name());
            Trial::test(name, move || package(root))
        })
        .collect();
    trials.push(Trial::test(
        "README: the lines for the archive do what they say",
        readme,
    ));
    trials.push(Trial::test("image: others read it and it runs", container));
    trials.push(Trial::test("slim: it says what it cannot do", slim));
    trials.push(Trial::test("checkout: cargo installs it", checkout));
    trials
}

fn package(root: Root) -> Result<(), Failed> {
    let folder = root.made()?;
    let name = debian::name();
    fs::copy(made::file(&name)?, copied_to(&folder)?.join(&name))?;
    let inside = |words: &[&str], exit| {
        let mut command = Command::new(CHROOT);
        command
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        printed(command.arg(&folder).args(words), exit)
    };
    inside(&["dpkg", "-i", &format!("{FOLDER}/{name}")], 0)?;
    let version = inside(&["remote-doctor", "--version"], 0)?;
    holds(version.contains(VERSION), version)?;
    let files = inside(&["dpkg", "-L", NAME], 0)?;
    for file in [
        "/usr/share/man/man1/remote-doctor-check.1.gz",
        "/usr/share/bash-completion/completions/remote-doctor",
        "/usr/share/zsh/vendor-completions/_remote-doctor",
        "/usr/share/fish/vendor_completions.d/remote-doctor.fish",
        "/usr/share/doc/remote-doctor/copyright",
        "/usr/share/doc/remote-doctor/examples/remote.toml",
    ] {
        holds(
            files.lines().any(|line| line == file),
            format!("no {file}: {files}"),
        )?;
    }
    let changed = inside(&["dpkg", "--verify", NAME], 0)?;
    // A bare system leaves documents out.
    let changed: Vec<&str> = changed
        .lines()
        .filter(|line| !line.contains("/usr/share/"))
        .collect();
    holds(changed.is_empty(), format!("{changed:?}"))?;
    inside(&["dpkg", "-r", NAME], 0)?;
    holds(
        !folder.join("usr/bin").join(NAME).exists(),
        "it is still there",
    )
}

/// The first block of the section, line by line, in a folder with what was made.
fn readme() -> Result<(), Failed> {
    let page = fs::read_to_string(made::workspace().join("README.md"))?;
    let section = page.split("\n## Install\n").nth(1).ok_or("no section")?;
    let lines = section.split("```\n").nth(1).ok_or("no block")?;
    holds(
        lines.contains(&archive::name(NAME)),
        format!("another version: {lines}"),
    )?;
    let scratch = tempfile::tempdir()?;
    for name in [archive::name(NAME), sums::FILE.to_owned()] {
        fs::copy(made::file(&name)?, scratch.path().join(name))?;
    }
    let mut shell = Command::new("sh");
    shell.args(["-e", "-c", lines]).current_dir(scratch.path());
    shell.env("HOME", scratch.path());
    let said = printed(&mut shell, 0)?;
    holds(
        said.contains(": OK") && said.contains("a healthy server"),
        said,
    )
}

fn container() -> Result<(), Failed> {
    for (program, package) in READERS {
        let is_there = Command::new(program).arg("--version").output().is_ok();
        holds(
            is_there,
            format!("{program} is missing: `apt-get install {package}`"),
        )?;
    }
    let scratch = tempfile::tempdir_in(made::workspace().join("target"))?;
    let at = |name: &str| scratch.path().join(name).display().to_string();
    let file = made::file(&image::name(NAME))?;
    let layout = format!("oci:{}:{VERSION}", at("layout"));
    let mut copy = Command::new("skopeo");
    copy.args(["copy", "--insecure-policy"]);
    copy.arg(format!("oci-archive:{}", file.display()));
    printed(copy.arg(&layout), 0)?;
    let mut unpack = Command::new("umoci");
    unpack.args(["unpack", "--image", &format!("{}:{VERSION}", at("layout"))]);
    printed(unpack.arg(at("bundle")), 0)?;
    let config = fs::read(scratch.path().join("bundle/config.json"))?;
    let config: Value = serde_json::from_slice(&config)?;
    let process = &config["process"];
    let program = process["args"][0].as_str().ok_or("no program")?;
    let user = &process["user"];
    holds(user["uid"] != 0, format!("it runs as root: {process:#}"))?;
    let mut run = Command::new(CHROOT);
    run.env_clear()
        .arg(format!("--userspec={}:{}", user["uid"], user["gid"]));
    for variable in process["env"].as_array().into_iter().flatten() {
        let variable = variable.as_str().and_then(|it| it.split_once('='));
        let (name, value) = variable.ok_or("a variable has a name")?;
        run.env(name, value);
    }
    let shown = printed(run.arg(at("bundle/rootfs")).args([program, "demo"]), 0)?;
    holds(shown.contains("a healthy server"), shown)
}

fn slim() -> Result<(), Failed> {
    let scratch = tempfile::tempdir()?;
    let mut unpack = Command::new("tar");
    unpack.arg("-xf").arg(made::file(&archive::name(SLIM))?);
    printed(unpack.arg("-C").arg(scratch.path()), 0)?;
    let program = scratch.path().join(stem(SLIM)).join(NAME);
    let shown = printed(Command::new(&program).arg("demo"), 0)?;
    holds(shown.contains("a healthy server"), shown)?;
    let probe = made::workspace().join("target/example-probes/minimal-probe.wasm");
    let mut check = Command::new(&program);
    check.args(["check", "127.0.0.1:9", "--plugin"]).arg(probe);
    // What was compiled by another program is not taken for its own.
    check
        .env("HOME", scratch.path())
        .env_remove("XDG_CACHE_HOME");
    let output = check.output()?;
    let said = told(&output);
    holds(output.status.code() == Some(2), said.clone())?;
    holds(said.contains("built without a compiler"), said)
}

/// As the README says, but for the folder.
fn checkout() -> Result<(), Failed> {
    let scratch = tempfile::tempdir()?;
    let mut install = Command::new("cargo");
    install.args(["install", "--locked", "--path", "engine/cli", "--root"]);
    install.arg(scratch.path()).current_dir(made::workspace());
    printed(&mut install, 0)?;
    let program = scratch.path().join("bin").join(NAME);
    let version = printed(Command::new(Path::new(&program)).arg("--version"), 0)?;
    holds(version.contains(VERSION), version)
}
