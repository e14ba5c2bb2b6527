//! The examples for CI, step by step as a runner takes them, with the program that was built here in an archive of its own.
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use data_encoding::HEXLOWER;
use dist::NAME;
use dist::pressed::{self, Effort};
use dist::tree::Tree;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// As GitHub reads an action.
#[derive(Deserialize)]
struct Action {
    inputs: BTreeMap<String, Input>,
    runs: Runs,
}

#[derive(Deserialize)]
struct Input {
    #[serde(default)]
    default: String,
}

#[derive(Deserialize)]
struct Runs {
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    #[serde(default)]
    env: BTreeMap<String, String>,
    run: String,
}

/// As GitLab reads a job.
#[derive(Deserialize)]
struct Job {
    #[serde(default)]
    before_script: Vec<String>,
    #[serde(default)]
    script: Vec<String>,
}

/// An archive of the program, and its digest.
struct Archive {
    _folder: TempDir,
    file: PathBuf,
    digest: String,
}

static ARCHIVE: LazyLock<Archive> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let mut tree = Tree::default();
    tree.program(format!("{NAME}-x/{NAME}"), fs::read(program()).unwrap());
    let bytes = pressed::xz(&tree.tar("", 0).unwrap(), Effort::Least).unwrap();
    let file = folder.path().join("program.tar.xz");
    fs::write(&file, &bytes).unwrap();
    Archive {
        _folder: folder,
        file,
        digest: HEXLOWER.encode(&Sha256::digest(&bytes)),
    }
});

/// Cargo puts it beside the folder with the tests.
fn program() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let program = own.parent().and_then(Path::parent).unwrap().join(NAME);
    assert!(program.is_file(), "`cargo build --release` first");
    program
}

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/ci")
}

/// A server of the lab.
struct Lab {
    child: Child,
    settings: String,
}

impl Lab {
    fn start(folder: &Path, behaviour: &str) -> Lab {
        let mut lab = Command::new(program());
        lab.args(["lab", "--behaviour", behaviour, "--ca-file"]);
        lab.arg(folder.join("ca.pem")).stdout(Stdio::piped());
        let mut child = lab.stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        let out = child.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut line).unwrap();
        let words: Vec<&str> = line.trim_end().split([' ', ',', '(', ')', ':']).collect();
        let port = words[3];
        let settings = format!(
            "host = \"127.0.0.1\"\nport = {port}\nssl = \"require-explicit\"\nca-files = [\"ca.pem\"]\nuser = \"acme\"\n"
        );
        Lab { child, settings }
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const LAB: &str = r#""user": "acme", "password": "correct horse""#;

/// What became of a job: its exit code, all that it printed, and its folder.
struct Ran {
    code: Option<i32>,
    printed: String,
    folder: TempDir,
}

impl Ran {
    fn file(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }
}

/// A folder with the settings of a server that behaves like this.
fn job(behaviour: &str) -> (TempDir, Lab) {
    let folder = tempfile::tempdir().unwrap();
    let lab = Lab::start(folder.path(), behaviour);
    fs::write(folder.path().join("acme.toml"), &lab.settings).unwrap();
    (folder, lab)
}

/// The steps of the action, with these inputs: each is a bash of its own, and the path grows between them.
fn action(folder: TempDir, inputs: &[(&str, &str)]) -> Ran {
    let place = examples().join("action");
    let text = fs::read_to_string(place.join("action.yml")).unwrap();
    let action: Action = serde_norway::from_str(&text).unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let mut values: BTreeMap<String, String> = action
        .inputs
        .iter()
        .map(|(name, input)| (format!("inputs.{name}"), input.default.clone()))
        .collect();
    for (name, value) in inputs {
        let old = values.insert(format!("inputs.{name}"), (*value).into());
        assert!(old.is_some(), "the action has no input {name}");
    }
    values.insert("runner.temp".into(), at("temp"));
    values.insert("github.action_path".into(), place.display().to_string());
    fs::create_dir(at("temp")).unwrap();
    let mut ran = Ran {
        code: Some(0),
        printed: String::new(),
        folder,
    };
    for step in action.runs.steps {
        let added = ran.file("path");
        let path = added.lines().rev().collect::<Vec<_>>().join(":");
        let path = format!("{path}:{}", std::env::var("PATH").unwrap());
        let env = step
            .env
            .iter()
            .map(|(name, value)| (name, evaluated(value, &values)));
        let mut bash = Command::new("bash");
        bash.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", &step.run]);
        bash.current_dir(&ran.folder).envs(env).env("PATH", path);
        bash.env("GITHUB_PATH", ran.folder.path().join("path"));
        bash.env("GITHUB_STEP_SUMMARY", ran.folder.path().join("summary"));
        if !finished(bash, &mut ran) {
            break;
        }
    }
    ran
}

/// `${{ inputs.name }}` and its like.
fn evaluated(text: &str, values: &BTreeMap<String, String>) -> String {
    let mut text = text.to_owned();
    for (name, value) in values {
        text = text.replace(&format!("${{{{ {name} }}}}"), value);
    }
    assert!(!text.contains("${{"), "{text}");
    text
}

/// The lines of a job of the template, in one bash, with these variables.
fn gitlab(folder: TempDir, job: &str, variables: &[(&str, &str)]) -> Ran {
    let text = fs::read_to_string(examples().join("gitlab/remote-doctor.gitlab-ci.yml")).unwrap();
    let jobs: BTreeMap<String, Job> = serde_norway::from_str(&text).unwrap();
    let before = &jobs[".remote-doctor"].before_script;
    let lines: Vec<&str> = before
        .iter()
        .chain(&jobs[job].script)
        .map(String::as_str)
        .collect();
    let mut bash = Command::new("bash");
    bash.args(["-eo", "pipefail", "-c", &lines.join("\n")]);
    bash.current_dir(&folder).envs(variables.iter().copied());
    let mut ran = Ran {
        code: None,
        printed: String::new(),
        folder,
    };
    finished(bash, &mut ran);
    ran
}

fn finished(mut bash: Command, ran: &mut Ran) -> bool {
    bash.env("SECRET", "correct horse")
        .env("HOME", ran.folder.path());
    let output = bash.output().unwrap();
    ran.printed += &String::from_utf8_lossy(&output.stdout);
    ran.printed += &String::from_utf8_lossy(&output.stderr);
    ran.code = output.status.code();
    output.status.success()
}

fn archive() -> [(&'static str, &'static str); 2] {
    [
        ("archive", ARCHIVE.file.to_str().unwrap()),
        ("sha256", &ARCHIVE.digest),
    ]
}

#[test]
fn the_action_passes_where_the_remote_is_healthy() {
    let (folder, _lab) = job(&format!("{{{LAB}}}"));
    let inputs = [("remote", "acme.toml"), ("password-env", "SECRET")];
    let ran = action(folder, &[&archive()[..], &inputs].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.printed);
    assert!(!ran.printed.contains("::error"), "{}", ran.printed);
    assert!(
        ran.file("summary").contains("healthy"),
        "{}",
        ran.file("summary")
    );
    assert!(ran.file("remote-doctor.xml").contains("<testcase"));
}

#[test]
fn the_action_annotates_what_is_wrong_and_fails() {
    let (folder, _lab) = job(&format!("{{{LAB}, \"certificate\": \"expired\"}}"));
    let inputs = [("remote", "acme.toml"), ("password-env", "SECRET")];
    let ran = action(folder, &[&archive()[..], &inputs].concat());
    assert_eq!(ran.code, Some(1), "{}", ran.printed);
    let annotation = ran
        .printed
        .lines()
        .find(|line| line.starts_with("::error title="));
    assert!(
        annotation.is_some_and(|it| it.contains("cert.expired")),
        "{}",
        ran.printed
    );
    assert!(ran.file("summary").contains("cert.expired"));
}

#[test]
fn the_action_runs_nothing_that_has_another_digest() {
    let folder = tempfile::tempdir().unwrap();
    let other = "0".repeat(64);
    let inputs = [
        archive()[0],
        ("sha256", other.as_str()),
        ("remote", "acme.toml"),
    ];
    let ran = action(folder, &inputs);
    assert_eq!(ran.code, Some(1), "{}", ran.printed);
    assert!(ran.printed.contains("FAILED"), "{}", ran.printed);
    assert!(
        !ran.folder
            .path()
            .join("temp/remote-doctor")
            .join(NAME)
            .exists()
    );
}

#[test]
fn the_action_says_where_settings_are_wrong() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("acme.toml"), "hots = \"x\"\n").unwrap();
    let ran = action(
        folder,
        &[&archive()[..], &[("remote", "acme.toml")]].concat(),
    );
    assert_eq!(ran.code, Some(2), "{}", ran.printed);
    assert!(ran.printed.contains("hots"), "{}", ran.printed);
}

#[test]
fn an_annotation_cannot_be_ended_by_what_a_server_says() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("it.xml");
    let hostile = "<testsuites><testsuite><testcase name=\"a,b::c\"><failure message=\"x&#10;::error::y 100%\"/></testcase>\
                   </testsuite></testsuites>";
    fs::write(&file, hostile).unwrap();
    let mut python = Command::new("python3");
    let output = python
        .arg(examples().join("action/annotations.py"))
        .arg(&file)
        .output();
    let said = String::from_utf8(output.unwrap().stdout).unwrap();
    assert_eq!(said, "::error title=a%2Cb%3A%3Ac::x%0A::error::y 100%25\n");
}

#[test]
fn the_template_writes_what_gitlab_shows() {
    let (folder, _lab) = job(&format!("{{{LAB}, \"certificate\": \"expired\"}}"));
    let [archive, digest] = archive();
    let variables = [
        ("REMOTE_DOCTOR_ARCHIVE", archive.1),
        ("REMOTE_DOCTOR_SHA256", digest.1),
        ("REMOTE", "acme.toml"),
        ("PASSWORD_ENV", "SECRET"),
    ];
    let ran = gitlab(folder, ".remote-doctor-check", &variables);
    assert_eq!(ran.code, Some(1), "{}", ran.printed);
    assert!(
        ran.file("remote-doctor.xml").contains("cert.expired"),
        "{}",
        ran.printed
    );
    assert!(ran.file("remote-doctor.html").contains("cert.expired"));
}

#[test]
fn the_template_runs_nothing_that_has_another_digest() {
    let folder = tempfile::tempdir().unwrap();
    let other = "0".repeat(64);
    let variables = [
        ("REMOTE_DOCTOR_ARCHIVE", archive()[0].1),
        ("REMOTE_DOCTOR_SHA256", other.as_str()),
    ];
    let ran = gitlab(folder, ".remote-doctor-check", &variables);
    assert_eq!(ran.code, Some(1), "{}", ran.printed);
    assert!(!ran.folder.path().join(".remote-doctor").join(NAME).exists());
}
