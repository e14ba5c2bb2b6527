//! Files that commands write: what is no regular file is never replaced, and what cannot be written is never lost.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use libtest_mimic::{Failed, Trial};
use rustix::fs::{CWD, FileType, Mode, makedev, mknodat};
use serde_json::Value;
use tempfile::TempDir;

use crate::endpoint::{Endpoint, Reply};

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("output_to_devices_and_links", devices_and_links),
        Trial::test("output_to_open_files", open_files),
        Trial::test("output_to_a_fifo", a_fifo),
        Trial::test("output_to_a_fifo_that_nobody_reads_is_not_lost", no_reader),
        Trial::test("output_to_a_folder_is_refused_first", a_folder),
        Trial::test("output_keeps_permissions", permissions),
        Trial::test("output_on_a_full_disk_is_not_lost", full_disk),
        Trial::test("output_into_a_folder_that_is_gone_is_not_lost", gone),
        Trial::test("recording_to_a_device", recording),
        Trial::test("states_are_regular_files", no_state),
        Trial::test("states_are_locked", states),
    ]
}

struct Scene(TempDir);

impl Scene {
    fn open() -> Result<Scene, Failed> {
        Ok(Scene(tempfile::tempdir()?))
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A node like /dev/null that no other program uses.
    fn null(&self) -> Result<PathBuf, Failed> {
        let node = self.at("null");
        let mode = Mode::RUSR | Mode::WUSR;
        mknodat(CWD, &node, FileType::CharacterDevice, mode, makedev(1, 3))?;
        Ok(node)
    }

    /// A check of a port where nothing listens: one finding, exit code 1.
    fn check(&self, args: &[&str]) -> Command {
        let mut command = Command::new(suite::program());
        command
            .args(["check", "--quiet", "--format", "json", "--depth", "quick"])
            .args(["--host", "127.0.0.1", "--port", "1"])
            .args(args)
            .env("XDG_STATE_HOME", self.at("state"))
            .stdin(Stdio::null());
        command
    }

    fn names(&self) -> Result<Vec<String>, Failed> {
        let entries = fs::read_dir(self.0.path())?;
        let names = entries.map(|it| Ok(it?.file_name().to_string_lossy().into_owned()));
        Ok(names.collect::<std::io::Result<_>>()?)
    }
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

fn expect(what: bool, told: impl std::fmt::Display) -> Result<(), Failed> {
    match what {
        true => Ok(()),
        false => Err(told.to_string().into()),
    }
}

fn shown(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    format!("{}, {} bytes\n{said}", output.status, output.stdout.len())
}

fn text_of(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The report is on standard output, its file's error is told, and the exit code is the diagnosis's.
fn not_lost(output: &Output, says: &str) -> Result<(), Failed> {
    let report: Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("{error}: {}", shown(output)))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let fits = report["verdict"] == "failing" && said.contains(says);
    expect(fits && output.status.code() == Some(1), shown(output))
}

fn devices_and_links() -> Result<(), Failed> {
    let scene = Scene::open()?;
    let (null, link, target) = (scene.null()?, scene.at("link"), scene.at("target"));
    symlink("null", &link)?;
    fs::write(&target, "old")?;
    symlink("target", scene.at("to-a-file"))?;
    for path in [&null, &link, &scene.at("to-a-file")] {
        let output = scene.check(&["-o", &text(path)]).output()?;
        let fits = output.status.code() == Some(1) && output.stdout.is_empty();
        expect(fits, format!("{}: {}", path.display(), shown(&output)))?;
    }
    expect(
        fs::metadata(&null)?.file_type().is_char_device(),
        "replaced",
    )?;
    for link in [&link, &scene.at("to-a-file")] {
        expect(fs::symlink_metadata(link)?.is_symlink(), "a link is gone")?;
    }
    let report: Value = serde_json::from_slice(&fs::read(&target)?)?;
    expect(report["verdict"] == "failing", report)?;
    expect(scene.names()?.len() == 4, format!("{:?}", scene.names()?))?;
    let full = scene.check(&["-o", "/dev/full"]).output()?;
    not_lost(&full, "No space left")
}

/// `/dev/stdout`, and what a shell makes of `>(…)`.
fn open_files() -> Result<(), Failed> {
    let scene = Scene::open()?;
    let all = scene.at("all");
    fs::write(&all, "before\n")?;
    let appended = File::options().append(true).open(&all)?;
    let status = scene
        .check(&["-o", "/dev/stdout"])
        .stdout(appended)
        .status()?;
    let written = fs::read_to_string(&all)?;
    let fits = status.code() == Some(1) && written.starts_with("before\n{");
    expect(fits, format!("{status}\n{written}"))?;
    let piped = scene.check(&["-o", "/dev/stdout"]).output()?;
    serde_json::from_slice::<Value>(&piped.stdout)?;
    let out = scene.at("out");
    let line =
        "\"$0\" check --quiet --host 127.0.0.1 --port 1 --format json -o >(cat >\"$1\"); wait $!";
    let mut bash = Command::new("bash");
    bash.args(["-c", line, suite::program()]).arg(&out);
    let output = bash.env("XDG_STATE_HOME", scene.at("state")).output()?;
    let mut report = Vec::new();
    for _ in 0..100 {
        report = fs::read(&out).unwrap_or_default();
        if report.ends_with(b"}\n") {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    serde_json::from_slice::<Value>(&report)
        .map_err(|error| format!("{error}: {}", shown(&output)))?;
    Ok(())
}

fn a_fifo() -> Result<(), Failed> {
    let scene = Scene::open()?;
    let fifo = scene.at("fifo");
    mknodat(CWD, &fifo, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0)?;
    let started = scene.check(&["-o", &text(&fifo)]).spawn()?;
    let mut report = String::new();
    File::open(&fifo)?.read_to_string(&mut report)?;
    let output = started.wait_with_output()?;
    expect(output.status.code() == Some(1), shown(&output))?;
    serde_json::from_str::<Value>(&report)?;
    expect(fs::metadata(&fifo)?.file_type().is_fifo(), "replaced")
}

fn no_reader() -> Result<(), Failed> {
    let scene = Scene::open()?;
    let fifo = scene.at("fifo");
    mknodat(CWD, &fifo, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0)?;
    let output = scene.check(&["-o", &text(&fifo)]).output()?;
    not_lost(&output, "no program reads from this FIFO")
}

/// Before anything is asked of anybody, since a report without a place could be told earlier.
fn a_folder() -> Result<(), Failed> {
    let scene = Scene::open()?;
    fs::create_dir(scene.at("folder"))?;
    symlink("folder", scene.at("link"))?;
    symlink("nowhere", scene.at("dangling"))?;
    for (name, says) in [
        ("folder", "this is a folder"),
        ("link", "this link leads to a folder"),
        ("dangling", "this link leads to nothing"),
    ] {
        for option in ["-o", "--record"] {
            let output = scene.check(&[option, &text(&scene.at(name))]).output()?;
            let said = String::from_utf8_lossy(&output.stderr);
            let fits = output.status.code() == Some(2) && said.contains(says);
            expect(fits && output.stdout.is_empty(), shown(&output))?;
        }
    }
    Ok(())
}

fn permissions() -> Result<(), Failed> {
    let scene = Scene::open()?;
    let path = scene.at("report.json");
    let status = scene.check(&["-o", &text(&path)]).status()?;
    expect(status.code() == Some(1), status)?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640))?;
    let before = fs::metadata(&path)?;
    scene.check(&["-o", &text(&path)]).status()?;
    let after = fs::metadata(&path)?;
    let kept = after.mode() == before.mode() && after.ino() != before.ino();
    expect(kept, format!("{before:?}\n{after:?}"))
}

/// A file system of one page, of the test's own.
fn full_disk() -> Result<(), Failed> {
    let scene = Scene::open()?;
    let disk = scene.at("disk");
    fs::create_dir(&disk)?;
    let line = "mount -t tmpfs -o size=4k none \"$1\" && echo old >\"$1/report.json\" && \
                \"$0\" check --quiet --host 127.0.0.1 --port 1 --format json -o \"$1/report.json\"; code=$?; \
                ls -A \"$1\" >\"$2\"; cat \"$1/report.json\" >>\"$2\"; exit $code";
    let seen = scene.at("seen");
    let output = Command::new("unshare")
        .args(["--mount", "sh", "-c", line, suite::program()])
        .args([&disk, &seen])
        .env("XDG_STATE_HOME", scene.at("state"))
        .output()?;
    not_lost(&output, "No space left")?;
    let seen = fs::read_to_string(&seen)?;
    expect(seen == "report.json\nold\n", seen)
}

/// It was there when the check began.
fn gone() -> Result<(), Failed> {
    let scene = Scene::open()?;
    let path = scene.at("gone/report.json");
    let output = scene.check(&["-o", &text(&path)]).output()?;
    not_lost(&output, "there is no folder ")?;
    expect(!text_of(&output).contains(".part"), shown(&output))?;
    // A report that is healthy otherwise is not a success without its file.
    let args = ["--fail-on", "never", "-o", &text(&path)];
    let output = scene.check(&args).output()?;
    expect(output.status.code() == Some(3), shown(&output))
}

fn recording() -> Result<(), Failed> {
    let scene = Scene::open()?;
    let null = scene.null()?;
    let output = scene.check(&["--record", &text(&null)]).output()?;
    expect(output.status.code() == Some(1), shown(&output))?;
    expect(
        fs::metadata(&null)?.file_type().is_char_device(),
        "replaced",
    )?;
    let output = scene.check(&["--record", "/dev/full"]).output()?;
    not_lost(&output, "/dev/full: No space left")
}

/// A state is read first: what is no regular file is neither waited for nor replaced.
fn no_state() -> Result<(), Failed> {
    let scene = Scene::open()?;
    let (null, fifo) = (scene.null()?, scene.at("fifo"));
    mknodat(CWD, &fifo, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0)?;
    for path in [&null, &fifo] {
        let output = scene.check(&["--sheet", "--state", &text(path)]).output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        let fits = output.status.code() == Some(2) && said.contains("is not a regular file");
        expect(fits, shown(&output))?;
        let mut look = Command::new(suite::program());
        look.args(["addresses", "https://127.0.0.1:1/", "--state", &text(path)]);
        let output = look.output()?;
        expect(output.status.code() == Some(2), shown(&output))?;
    }
    expect(
        fs::metadata(&null)?.file_type().is_char_device(),
        "replaced",
    )?;
    expect(fs::metadata(&fifo)?.file_type().is_fifo(), "replaced")
}

/// Two processes at once: a change is told once, and both know it.
fn states() -> Result<(), Failed> {
    let list = |address: &str| {
        Reply::Json(format!(
            r#"[{{"id": "Public", "associated_with": "Public", "ip_addresses": ["198.51.100.0/24", "{address}"]}}]"#
        ))
    };
    let scene = Scene::open()?;
    let state = text(&scene.at("state.json"));
    let look = |endpoint: &Endpoint| {
        let mut command = Command::new(suite::program());
        command
            .args(["addresses", &endpoint.url("/list"), "--state", &state])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    };
    let endpoint = Endpoint::start()?;
    endpoint.answer("/list", list("192.0.2.1"));
    expect(
        look(&endpoint).status()?.code() == Some(0),
        "the first look",
    )?;
    endpoint.answer("/list", list("192.0.2.2"));
    let started: Vec<_> = (0..4).map(|_| look(&endpoint).spawn()).collect();
    let mut codes = Vec::new();
    for child in started {
        codes.push(child?.wait()?.code());
    }
    codes.sort_unstable();
    let once = [Some(0), Some(0), Some(0), Some(1)];
    expect(codes == once, format!("{codes:?}"))
}
