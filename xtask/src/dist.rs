//! What people download: the program as a static one, packed. The same sources come to the same bytes in every folder.
//!
//! The C library is linked statically, so the program runs on every Linux with this processor, also where there is nothing else.
//! That needs no other compiler and no old system to build on: the target is the usual one.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::report::{self, Failure, output, step};
use crate::{assurance, cargo, setup, workspace};

const TARGET: &str = "x86_64-unknown-linux-gnu";
/// How everything is compiled that becomes a part of the program. A static program cannot look up whether the C library has
/// `getrandom`, and random numbers would come from a file, which not every container has.
const FLAGS: [&str; 3] = [
    "-Ctarget-feature=+crt-static",
    "--cfg",
    "getrandom_backend=\"linux_getrandom\"",
];
/// Where everything is put that is published, and its bill of materials made.
const MADE: &str = "target/dist-packages";
const BILL: &str = "target/remote-doctor.cdx.json";
/// The package that packs, and tries what was packed.
const PACKAGE: &str = "remote-doctor-dist";
/// Two folders to build in, with names of two lengths.
const TWICE: [&str; 2] = ["target/twice/one", "target/twice/the-other"];

/// What of a program is built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// With the compiler for probes of third parties.
    Whole,
    /// Without it.
    Slim,
}

impl Kind {
    fn called(self) -> &'static str {
        match self {
            Kind::Whole => "remote-doctor",
            Kind::Slim => "remote-doctor-slim",
        }
    }

    /// Each has a folder: with other features, everything that they reach into is another thing.
    fn folder(self) -> PathBuf {
        workspace().join("target").join(match self {
            Kind::Whole => "dist",
            Kind::Slim => "dist-slim",
        })
    }

    fn features(self) -> &'static [&'static str] {
        match self {
            Kind::Whole => &[],
            Kind::Slim => &["--no-default-features"],
        }
    }
}

/// Does what the words after `dist` ask for; none where they are none of its words.
///
/// # Errors
/// Something cannot be built, or what was built is not as it should be.
pub fn dist(words: &[&str]) -> Option<Result<(), Failure>> {
    match words {
        ["--twice"] => Some(twice()),
        ["--test", words @ ..] => Some(
            setup()
                .and_then(|()| make(Kind::Whole, &[]))
                .and_then(|()| make(Kind::Slim, &[]))
                .and_then(|()| tried(words)),
        ),
        ["--try", words @ ..] => Some(tried(words)),
        ["--slim", key @ ..] if is_key(key) => Some(setup().and_then(|()| make(Kind::Slim, key))),
        key if is_key(key) => Some(setup().and_then(|()| make(Kind::Whole, key))),
        _ => None,
    }
}

fn is_key(words: &[&str]) -> bool {
    matches!(words, [] | ["--key", _] | ["--key", _, "--key-password", _])
}

fn make(kind: Kind, key: &[&str]) -> Result<(), Failure> {
    let when = when()?;
    let program = build(kind, &when)?;
    assurance::supply("sbom")?;
    step("packing");
    let to = workspace().join(MADE);
    let mut pack = packing("pack");
    pack.arg("--program").arg(program);
    pack.args(["--called", kind.called(), "--compiler", &compiler()?]);
    pack.args(["--bill", BILL, "--when", &when]);
    pack.arg("--to").arg(&to).args(key);
    report::run(&mut pack)?;
    step(&format!("all of it is in {MADE}"));
    Ok(())
}

/// The static program.
fn build(kind: Kind, when: &str) -> Result<PathBuf, Failure> {
    let began = Instant::now();
    let library = output(Command::new("cc").arg("-print-file-name=libc.a"));
    if !library.is_some_and(|file| Path::new(&file).is_absolute()) {
        let missing = "the static C library: `apt-get install libc6-dev`";
        return Err(Failure::Missing(missing.into()));
    }
    step(&format!("building {}, as it is published", kind.called()));
    let mut build = cargo();
    build.args(["build", "--quiet", "--locked", "--profile", "dist"]);
    build.args(["--target", TARGET, "--package", "remote-doctor"]);
    build.args(kind.features());
    build.arg("--target-dir").arg(kind.folder());
    let folders = folders()?;
    let mut flags = FLAGS.map(String::from).to_vec();
    flags.extend(
        folders
            .iter()
            .map(|(folder, name)| format!("--remap-path-prefix={}={name}", folder.display())),
    );
    // What is in C says in which file an error is.
    let names = folders
        .iter()
        .map(|(folder, name)| format!("-ffile-prefix-map={}={name}", folder.display()));
    let names: Vec<String> = names.collect();
    build.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    build.env(
        format!("CFLAGS_{}", TARGET.replace('-', "_")),
        names.join(" "),
    );
    build.env("SOURCE_DATE_EPOCH", when);
    report::run(&mut build)?;
    let program = kind.folder().join(TARGET).join("dist/remote-doctor");
    anonymous(&program, &folders)?;
    let took = began.elapsed().as_secs();
    step(&format!("built in {took} s"));
    Ok(program)
}

/// The folders of this machine whose names get into a program, and what stands in their place.
fn folders() -> Result<Vec<(PathBuf, String)>, Failure> {
    let mut folders = vec![(workspace(), "/remote-doctor".to_owned())];
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo")));
    let registries = home.map(|home| home.join("registry/src"));
    let registries = registries.and_then(|folder| fs::read_dir(folder).ok());
    for registry in registries.into_iter().flatten().filter_map(Result::ok) {
        folders.push((registry.path(), "/registry".to_owned()));
    }
    let [commit, root] = [&["-vV"][..], &["--print", "sysroot"]].map(rustc);
    let commit = commit?;
    let commit = commit
        .lines()
        .find_map(|line| line.strip_prefix("commit-hash: "));
    let sources = Path::new(&root?).join("lib/rustlib/src/rust");
    // Where the sources of the standard library are there, its files are called after them, and otherwise like this.
    if sources.is_dir() {
        folders.push((sources, format!("/rustc/{}", commit.unwrap_or_default())));
    }
    Ok(folders)
}

/// Nothing of what is published tells who built it.
fn anonymous(program: &Path, folders: &[(PathBuf, String)]) -> Result<(), Failure> {
    let wrong = |why: String| Failure::File(format!("{}: {why}", program.display()));
    let bytes = fs::read(program).map_err(|error| wrong(error.to_string()))?;
    for (folder, _) in folders {
        let name = folder.display().to_string().into_bytes();
        let is_there = bytes.windows(name.len()).any(|window| window == name);
        if is_there {
            return Err(wrong(format!("{} got into it", folder.display())));
        }
    }
    Ok(())
}

/// The time that everything has that is published, in seconds since 1970: that of the sources, not of the build.
fn when() -> Result<String, Failure> {
    if let Ok(given) = env::var("SOURCE_DATE_EPOCH") {
        return Ok(given);
    }
    let mut commit = Command::new("git");
    commit.args(["log", "-1", "--format=%ct"]);
    output(commit.current_dir(workspace())).ok_or_else(|| {
        Failure::Missing("SOURCE_DATE_EPOCH, since these sources are no clone of git".into())
    })
}

/// The version of the compiler, and so of the standard library.
fn compiler() -> Result<String, Failure> {
    let said = rustc(&["-vV"])?;
    let release = said.lines().find_map(|line| line.strip_prefix("release: "));
    release
        .map(str::to_owned)
        .ok_or_else(|| Failure::Missing("the version of rustc".into()))
}

fn rustc(words: &[&str]) -> Result<String, Failure> {
    let mut rustc = Command::new("rustc");
    let said = output(rustc.args(words).current_dir(workspace()));
    said.ok_or_else(|| Failure::Missing("rustc".into()))
}

fn packing(program: &str) -> Command {
    let mut packing = cargo();
    packing.args(["run", "--quiet", "--release", "--package", PACKAGE]);
    packing.args(["--bin", program, "--"]);
    packing
}

/// Installs and runs what was made.
fn tried(words: &[&str]) -> Result<(), Failure> {
    step("trying what was made");
    let mut trying = packing("try");
    report::run(
        trying
            .args(words)
            .env("REMOTE_DOCTOR_DIST", workspace().join(MADE)),
    )
}

/// Makes everything of the last commit in two folders, and compares.
fn twice() -> Result<(), Failure> {
    let made: Vec<PathBuf> = TWICE
        .iter()
        .map(|folder| {
            let folder = workspace().join(folder);
            let _ = fs::remove_dir_all(&folder);
            step(&format!("everything in {}", folder.display()));
            let mut clone = Command::new("git");
            clone
                .args(["clone", "--quiet"])
                .arg(workspace())
                .arg(&folder);
            report::run(&mut clone)?;
            let mut dist = Command::new("cargo");
            dist.args(["xtask", "dist"]).current_dir(&folder);
            report::run(&mut dist)?;
            Ok(folder.join(MADE))
        })
        .collect::<Result<_, Failure>>()?;
    let mut same = Command::new("diff");
    report::run(same.arg("--recursive").args(&made))?;
    step("two builds in two folders came to the same bytes");
    Ok(())
}
