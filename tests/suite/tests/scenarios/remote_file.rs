//! `remote-doctor check remote.toml`: settings from a file, flags before them, and files that are no settings.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use lab::Behaviour;
use libtest_mimic::{Failed, Trial};
use serde_json::Value;

use crate::canary;
use crate::served::Served;

/// What names the password in the environment.
const VARIABLE: &str = "REMOTE_DOCTOR_TEST_PASSWORD";

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("remote_file_healthy", healthy),
        Trial::test("remote_file_says_whether_its_use_is_possible", its_use),
        Trial::test("remote_file_overridden_by_flags", overridden),
        Trial::test("remote_file_password_by_environment", by_environment),
        Trial::test("remote_file_password_by_standard_input", by_standard_input),
        Trial::test("remote_file_password_in_its_encoding", in_its_encoding),
        Trial::test("remote_file_with_a_password_in_it", with_a_password),
        Trial::test("remote_file_that_is_none", that_is_none),
        Trial::test("remote_file_schema", schema),
        Trial::test("progress_where_nobody_sees_a_tree", progress),
    ]
}

/// A healthy server and a folder with a settings file for it.
struct Place(Served);

impl Place {
    fn open() -> Result<Place, Failed> {
        Ok(Place(Served::open(Behaviour::default())?))
    }

    /// The settings that fit, with these lines besides.
    fn settings(&self, more: &str) -> String {
        format!(
            "host = \"127.0.0.1\"\nport = {}\nssl = \"require-explicit\"\nuser = \"{}\"\nca-files = [\"ca.pem\"]\n{more}\n",
            self.0.lab.address().port(),
            self.0.lab.behaviour().user,
        )
    }

    fn file(&self) -> PathBuf {
        self.0.folder.path().join("remote.toml")
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(suite::program());
        command
            .arg("check")
            .arg(self.file())
            .args(args)
            .env_remove(VARIABLE)
            .env("XDG_STATE_HOME", self.0.folder.path().join("state"))
            .stdin(Stdio::null());
        command
    }

    /// A check of these settings: its report, if it is healthy.
    fn check(&self, settings: &str, args: &[&str]) -> Result<Value, Failed> {
        fs::write(self.file(), settings)?;
        let output = self
            .command(&[&["--quiet", "--format", "json"], args].concat())
            .output()?;
        healthy_report(&output)
    }

    /// A check of these settings that must not begin: what it says.
    fn refused(&self, settings: impl AsRef<[u8]>) -> Result<String, Failed> {
        fs::write(self.file(), settings)?;
        refusal(&self.command(&[]).output()?)
    }
}

fn healthy_report(output: &Output) -> Result<Value, Failed> {
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.code() != Some(0) {
        let report = String::from_utf8_lossy(&output.stdout);
        return Err(format!("{}\n{said}{report}", output.status).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn refusal(output: &Output) -> Result<String, Failed> {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    match (output.status.code(), output.stdout.is_empty()) {
        (Some(2), true) if said.lines().count() == 1 => Ok(said),
        _ => Err(format!("{}, not one line of refusal\n{said}", output.status).into()),
    }
}

fn expect(what: bool, told: impl std::fmt::Display) -> Result<(), Failed> {
    match what {
        true => Ok(()),
        false => Err(told.to_string().into()),
    }
}

fn healthy() -> Result<(), Failed> {
    let place = Place::open()?;
    let report = place.check(
        &place.settings("password-file = \"secret\"\nmax-connections = 2"),
        &[],
    )?;
    let login = &report["facts"]["login.accepted"];
    let fits = *login == true && report["remote"]["max_connections"] == 2;
    expect(
        fits && place.0.lab.peak_connections() <= 2,
        format!("{report:#}"),
    )
}

fn its_use() -> Result<(), Failed> {
    let place = Place::open()?;
    let settings = place.settings("password-file = \"secret\"\nuse = \"two-way-sync\"");
    let untested = place.check(&settings, &[])?;
    let tested = place.check(&settings, &["--allow-writes"])?;
    let pull = place.check(&settings, &["--allow-writes", "--use", "pull"])?;
    let not_tested =
        "Whether a two-way sync is possible was not tested: --allow-writes was not given.";
    for (report, says) in [
        (&untested, not_tested),
        (&tested, "A two-way sync is possible."),
        (&pull, "A pull is possible."),
    ] {
        let summary = report["summary"].as_str().unwrap_or_default();
        expect(summary.ends_with(says), format!("{summary}\nnot: {says}"))?;
    }
    expect(tested["remote"]["use"] == "two-way-sync", &tested["remote"])
}

fn overridden() -> Result<(), Failed> {
    let place = Place::open()?;
    let wrong = "host = \"127.0.0.9\"\nport = 1\nssl = \"never\"\nuser = \"nobody\"\npassword-file = \"none\"\n\
                 ca-files = [\"none.pem\"]\ndepth = \"full\"\nremote-path = \"none\"\n\
                 sources = [\"127.0.0.2\", \"127.0.0.3\"]\ndedicated = [\"127.0.0.2\", \"127.0.0.3\"]\n";
    let flags = format!(
        "--host 127.0.0.1 --port {} --ssl require-explicit --user {} --password-file {} --ca-file {} --depth quick \
         --remote-path / --source 127.0.0.3",
        place.0.lab.address().port(),
        place.0.lab.behaviour().user,
        place.0.folder.path().join("secret").display(),
        place.0.folder.path().join("ca.pem").display(),
    );
    let flags: Vec<&str> = flags.split(' ').collect();
    let report = place.check(wrong, &flags)?;
    let remote = &report["remote"];
    let only = serde_json::json!(["127.0.0.3"]);
    expect(
        remote["sources"] == only && remote["dedicated"] == only,
        remote,
    )
}

fn by_environment() -> Result<(), Failed> {
    let place = Place::open()?;
    let said = place.refused(place.settings(&format!("password-env = \"{VARIABLE}\"")))?;
    let fits = said.ends_with("password-env: the environment variable that it names is not set\n");
    expect(fits && !said.contains(VARIABLE), &said)?;
    let mut command = place.command(&["--quiet", "--format", "json", "--use-secrets-of-file"]);
    let report = healthy_report(
        &command
            .env(VARIABLE, &place.0.lab.behaviour().password)
            .output()?,
    )?;
    expect(
        report["facts"]["login.accepted"] == true,
        format!("{report:#}"),
    )
}

fn by_standard_input() -> Result<(), Failed> {
    let place = Place::open()?;
    fs::write(place.file(), place.settings("password-stdin = true"))?;
    let mut command = place.command(&["--quiet", "--format", "json", "--use-secrets-of-file"]);
    let input = fs::File::open(place.0.folder.path().join("secret"))?;
    let report = healthy_report(&command.stdin(input).output()?)?;
    expect(
        report["facts"]["login.accepted"] == true,
        format!("{report:#}"),
    )
}

/// What a server hears is the password in the encoding of the settings, and nothing is asked where it has none.
fn in_its_encoding() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let server = TcpListener::bind("127.0.0.1:0")?;
    let port = server.local_addr()?.port();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let told = heard.clone();
    thread::spawn(move || {
        for stream in server.incoming().flatten() {
            let told = told.clone();
            thread::spawn(move || converse(stream, &told));
        }
    });
    let check = |password: &str, encoding: &str| -> Result<Output, Failed> {
        let settings = format!(
            "host = \"127.0.0.1\"\nport = {port}\nssl = \"never\"\nuser = \"jo\"\npassword-file = \"secret\"\n\
             depth = \"quick\"\n{encoding}\n"
        );
        fs::write(folder.path().join("secret"), password)?;
        let file = folder.path().join("remote.toml");
        fs::write(&file, settings)?;
        let mut command = Command::new(suite::program());
        let options = ["--allow-cleartext-login", "--quiet", "--format", "json"];
        Ok(command.arg("check").arg(file).args(options).output()?)
    };
    for (encoding, line) in [
        ("", &b"PASS gr\xc3\xbcnspan"[..]),
        ("password-encoding = \"utf-8\"", b"PASS gr\xc3\xbcnspan"),
        ("password-encoding = \"latin-1\"", b"PASS gr\xfcnspan"),
    ] {
        let output = check("gr\u{fc}nspan", encoding)?;
        let heard = std::mem::take(&mut *heard.lock().map_err(|error| error.to_string())?);
        expect(heard == [line], format!("{encoding}: {heard:?}"))?;
        let shown = String::from_utf8_lossy(&output.stdout);
        expect(!shown.contains("nspan"), shown)?;
    }
    let output = check("10 \u{20ac} a day", "password-encoding = \"latin-1\"")?;
    let said = refusal(&output)?;
    expect(
        said.contains("a character that latin-1 does not have"),
        &said,
    )?;
    let heard = heard.lock().map_err(|error| error.to_string())?;
    expect(heard.is_empty(), format!("{heard:?}"))
}

/// A server that wants a password and takes none.
fn converse(mut stream: TcpStream, told: &Mutex<Vec<Vec<u8>>>) {
    let Ok(commands) = stream.try_clone() else {
        return;
    };
    let mut reply = stream.write_all(b"220 ready\r\n");
    for line in BufReader::new(commands).split(b'\n').map_while(Result::ok) {
        if reply.is_err() {
            return;
        }
        let line = line.strip_suffix(b"\r").unwrap_or(&line).to_vec();
        let answer: &[u8] = match line.get(..4) {
            Some(b"USER") => b"331 and the password\r\n",
            Some(b"PASS") => b"530 no\r\n",
            _ => b"502 no\r\n",
        };
        if line.starts_with(b"PASS") {
            told.lock().expect("nobody panics with it").push(line);
        }
        reply = stream.write_all(answer);
    }
}

/// Wherever in the file it stands, it is not printed, and no connection is opened.
fn with_a_password() -> Result<(), Failed> {
    let place = Place::open()?;
    let secret = place.0.lab.behaviour().password.clone();
    for line in [
        format!("password = \"{secret}\""),
        format!("password = {secret}"),
        format!("password = \"{secret}"),
        format!("passwort = \"{secret}\""),
        format!("my-password = \"{secret}\""),
        format!("password-env = \"{secret} \""),
        format!(
            "password-env = \"{}\"",
            secret.replace(|c: char| !c.is_alphanumeric(), "_")
        ),
        format!("password-stdin = \"{secret}\""),
        secret.clone(),
    ] {
        let said = place.refused(place.settings(&line))?;
        let form = canary::leak(&secret, said.as_bytes());
        expect(
            form.is_none() && !said.contains(&secret),
            format!("{line}\n{said}"),
        )?;
    }
    let said = place.refused(place.settings(&format!("password = \"{secret}\"")))?;
    expect(
        said.contains("remote.toml:6:1: password: a secret in this file"),
        &said,
    )?;
    expect(place.0.lab.log().is_empty(), "the server was asked")
}

fn that_is_none() -> Result<(), Failed> {
    let place = Place::open()?;
    let settings = place.settings("");
    for (bytes, says) in [
        (settings.as_bytes()[..21].to_vec(), ":2:3: not TOML: "),
        (
            b"\x7fELF\x02\x01\x01\0\0\0\xff\xfe".to_vec(),
            ":1: not UTF-8",
        ),
        (vec![b'#'; 2 << 20], ": longer than 1 MiB"),
        (Vec::new(), "which remote? "),
        (b"{\"schema_version\": \"1\"}".to_vec(), ":1:"),
    ] {
        let said = place.refused(&bytes)?;
        expect(said.contains(says), format!("{says}\n{said}"))?;
    }
    fs::remove_file(place.file())?;
    let missing = refusal(&place.command(&[]).output()?)?;
    expect(missing.contains("there is no settings file "), &missing)?;
    fs::create_dir(place.file())?;
    let folder = refusal(&place.command(&[]).output()?)?;
    expect(folder.contains("remote.toml: Is a directory"), &folder)?;
    fs::remove_dir(place.file())?;
    // What opens and cannot be read, whoever reads.
    symlink("/proc/self/mem", place.file())?;
    let unreadable = refusal(&place.command(&[]).output()?)?;
    expect(
        unreadable.contains("remote.toml: Input/output error"),
        &unreadable,
    )
}

/// The schema takes the example, and turns away what the program turns away.
fn schema() -> Result<(), Failed> {
    let output = Command::new(suite::program())
        .args(["schema", "remote"])
        .output()?;
    let schema: Value = serde_json::from_slice(&output.stdout)?;
    let validator = jsonschema::validator_for(&schema)?;
    let example = suite::workspace().join("examples/remote.toml");
    let instance = |text: &str| toml::from_str::<Value>(text);
    let right = instance(&fs::read_to_string(example)?)?;
    expect(validator.is_valid(&right), format!("{schema:#}"))?;
    for wrong in [
        "prot = 21",
        "password = \"x\"",
        "port = 0",
        "port = 70000",
        "ssl = \"yes\"",
        "use = \"sync\"",
        "sources = \"203.0.113.7\"",
        "reply-timeout = 0",
        "password-env = \"a b\"",
    ] {
        expect(!validator.is_valid(&instance(wrong)?), wrong)?;
    }
    let null = schema.to_string().contains("null");
    expect(!null, format!("TOML has no null\n{schema:#}"))
}

/// Lines for a log, without an escape sequence; nothing where it was not wanted.
fn progress() -> Result<(), Failed> {
    let place = Place::open()?;
    fs::write(place.file(), place.settings("password-file = \"secret\""))?;
    let output = place.command(&["--source", "127.0.0.2"]).output()?;
    let said = String::from_utf8(output.stderr)?;
    for line in ["… reach from 127.0.0.2\n", "  login from 127.0.0.2: "] {
        expect(said.contains(line), &said)?;
    }
    expect(!said.contains('\u{1b}'), format!("{said:?}"))?;
    let quiet = place.command(&["--quiet"]).output()?;
    expect(
        quiet.stderr.is_empty(),
        String::from_utf8_lossy(&quiet.stderr),
    )
}
