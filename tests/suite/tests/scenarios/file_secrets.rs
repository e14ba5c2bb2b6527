//! Settings files from anywhere: they pick no secret unasked, and nothing they say makes a password travel in clear.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use lab::{Behaviour, CertificateKind, Event, Lab, Mode};
use libtest_mimic::{Failed, Trial};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::canary;

/// What a ticket would name.
const VARIABLE: &str = "REMOTE_DOCTOR_TEST_CLOUD_KEY";
const FLAG: &str = "--use-secrets-of-file";
/// A user that is not the one of the tests.
const SOMEBODY: u32 = 4711;

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("ticket_names_a_variable", names_a_variable),
        Trial::test("ticket_names_a_file_elsewhere", names_a_file_elsewhere),
        Trial::test("ticket_names_what_is_no_file", names_what_is_no_file),
        Trial::test("ticket_wants_standard_input", wants_standard_input),
        Trial::test("ticket_names_a_key_elsewhere", names_a_key_elsewhere),
        Trial::test("ticket_of_several_remotes", of_several_remotes),
        Trial::test("ticket_of_another_user", of_another_user),
        Trial::test("ticket_asks_on_a_terminal", asks_on_a_terminal),
        Trial::test("ticket_says_clear_text", says_clear_text),
        Trial::test("ticket_says_no_certificate_check", says_no_check),
        Trial::test("ticket_allows_other_addresses", allows_other_addresses),
        Trial::test("own_settings_may_name_any_secret", own_settings),
        Trial::test("scenarios_of_a_probe_name_no_secret", scenarios_of_a_probe),
    ]
}

/// A server, the folder of a ticket, and a home with secrets.
struct Scene {
    lab: Lab,
    folder: TempDir,
    _runtime: Runtime,
}

impl Scene {
    fn open(behaviour: Behaviour) -> Result<Scene, Failed> {
        let runtime = Runtime::new()?;
        let behaviour = Behaviour {
            password: canary::fresh(),
            ..behaviour
        };
        let lab = runtime.block_on(Lab::start(behaviour))?;
        let folder = tempfile::tempdir()?;
        let scene = Scene {
            lab,
            folder,
            _runtime: runtime,
        };
        for folder in ["ticket", "home", "config/remote-doctor"] {
            fs::create_dir_all(scene.at(folder))?;
        }
        fs::write(scene.at("ticket/ca.pem"), scene.lab.authority_pem())?;
        for file in ["ticket/secret", "home/.vault-token"] {
            fs::write(scene.at(file), &scene.lab.behaviour().password)?;
        }
        Ok(scene)
    }

    fn healthy() -> Result<Scene, Failed> {
        Scene::open(Behaviour::default())
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// A settings file for the server, with these lines besides.
    fn ticket(&self, path: &str, more: &str) -> Result<PathBuf, Failed> {
        let file = self.at(path);
        let text = format!(
            "host = \"127.0.0.1\"\nport = {}\nuser = \"{}\"\nca-files = [\"{}\"]\ndepth = \"quick\"\n{more}\n",
            self.lab.address().port(),
            self.lab.behaviour().user,
            self.at("ticket/ca.pem").display(),
        );
        fs::write(&file, text)?;
        Ok(file)
    }

    fn command(&self, file: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(suite::program());
        command
            .args(["check", "--quiet", "--format", "json"])
            .arg(file)
            .args(args)
            .env(VARIABLE, &self.lab.behaviour().password)
            .env("HOME", self.at("home"))
            .env("XDG_CONFIG_HOME", self.at("config"))
            .env("XDG_STATE_HOME", self.at("state"))
            .stdin(Stdio::null());
        command
    }

    fn passwords(&self) -> usize {
        let log = self.lab.log();
        let is_password =
            |event: &Event| matches!(event, Event::Received(line) if line.starts_with("PASS"));
        log.iter().filter(|it| is_password(&it.event)).count()
    }

    /// A check that does not begin: one line, with these words, and the server is not asked.
    fn refused(&self, file: &Path, args: &[&str], says: &[&str]) -> Result<(), Failed> {
        let before = self.lab.log().len();
        let output = self.command(file, args).output()?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let missing = says.iter().find(|words| !said.contains(**words));
        let asked = self.lab.log().len() - before;
        let is_one_line = said.lines().count() == 1 && output.stdout.is_empty();
        match (output.status.code(), missing, asked) {
            (Some(2), None, 0) if is_one_line => Ok(()),
            (code, ..) => Err(format!(
                "exit {code:?}, not said: {missing:?}, {asked} events at the server\n{said}"
            )
            .into()),
        }
    }

    /// A check that logs in.
    fn accepted(&self, file: &Path, args: &[&str]) -> Result<(), Failed> {
        let report = report(&self.command(file, args).output()?)?;
        expect(
            report["facts"]["login.accepted"] == true && self.passwords() > 0,
            format!("{report:#}"),
        )
    }
}

fn report(output: &Output) -> Result<Value, Failed> {
    serde_json::from_slice(&output.stdout).map_err(|error| {
        let said = String::from_utf8_lossy(&output.stderr);
        format!("{}: {error}\n{said}", output.status).into()
    })
}

fn expect(what: bool, told: impl std::fmt::Display) -> Result<(), Failed> {
    match what {
        true => Ok(()),
        false => Err(told.to_string().into()),
    }
}

fn names_a_variable() -> Result<(), Failed> {
    let scene = Scene::healthy()?;
    let file = scene.ticket(
        "ticket/remote.toml",
        &format!("password-env = \"{VARIABLE}\""),
    )?;
    let port = format!("127.0.0.1:{}", scene.lab.address().port());
    let place = "remote.toml:6:16: password-env";
    scene.refused(&file, &[], &[VARIABLE, &port, place, FLAG])?;
    scene.accepted(&file, &[FLAG])
}

fn names_a_file_elsewhere() -> Result<(), Failed> {
    let scene = Scene::healthy()?;
    let outside = scene.at("home/.vault-token");
    symlink(&outside, scene.at("ticket/link"))?;
    symlink(scene.at("home"), scene.at("ticket/inner"))?;
    for path in [
        &*outside.display().to_string(),
        "../home/.vault-token",
        "link",
        "inner/.vault-token",
    ] {
        let file = scene.ticket("ticket/remote.toml", &format!("password-file = \"{path}\""))?;
        scene.refused(&file, &[], &[".vault-token", "6:17: password-file", FLAG])?;
        scene.accepted(&file, &[FLAG])?;
    }
    // In the home folder itself, what is hidden was not put beside the file.
    let file = scene.ticket("home/remote.toml", "password-file = \".vault-token\"")?;
    scene.refused(&file, &[], &[FLAG])?;
    // What was put there is used as before, through a link of the folder's own, too.
    fs::create_dir(scene.at("ticket/below"))?;
    fs::rename(scene.at("ticket/secret"), scene.at("ticket/below/secret"))?;
    symlink("below/secret", scene.at("ticket/secret"))?;
    let file = scene.ticket("ticket/remote.toml", "password-file = \"secret\"")?;
    scene.accepted(&file, &[])?;
    // The user's own word needs no question.
    let file = scene.ticket("ticket/remote.toml", "password-env = \"PATH\"")?;
    scene.accepted(&file, &["--password-file", &outside.display().to_string()])
}

fn names_what_is_no_file() -> Result<(), Failed> {
    let scene = Scene::healthy()?;
    let made = Command::new("mkfifo")
        .arg(scene.at("ticket/fifo"))
        .status()?;
    expect(made.success(), "no FIFO")?;
    for path in ["fifo", "/dev/stdin", "/dev/zero", "."] {
        let file = scene.ticket("ticket/remote.toml", &format!("password-file = \"{path}\""))?;
        scene.refused(&file, &[FLAG], &["password-file: not a regular file"])?;
    }
    // A file of certificates may lie anywhere, and has an end.
    let file = scene.ticket("ticket/remote.toml", "")?;
    let endless = fs::read_to_string(&file)?.replace(
        &scene.at("ticket/ca.pem").display().to_string(),
        "/dev/zero",
    );
    let without_user = endless.replace("user =", "# user =");
    fs::write(&file, without_user)?;
    scene.refused(&file, &[], &["/dev/zero: longer than 16 MiB"])
}

fn wants_standard_input() -> Result<(), Failed> {
    let scene = Scene::healthy()?;
    let file = scene.ticket("ticket/remote.toml", "password-stdin = true")?;
    scene.refused(&file, &[], &["standard input", "password-stdin", FLAG])?;
    let mut command = scene.command(&file, &[FLAG]);
    command.stdin(fs::File::open(scene.at("ticket/secret"))?);
    let report = report(&command.output()?)?;
    expect(
        report["facts"]["login.accepted"] == true,
        format!("{report:#}"),
    )
}

fn names_a_key_elsewhere() -> Result<(), Failed> {
    let scene = Scene::healthy()?;
    fs::write(scene.at("ticket/client.pem"), scene.lab.authority_pem())?;
    fs::write(scene.at("home/id.key"), "the key of somebody")?;
    let file = scene.ticket(
        "ticket/remote.toml",
        "password-file = \"secret\"\nclient-cert = \"client.pem\"\nclient-key = \"../home/id.key\"",
    )?;
    scene.refused(&file, &[], &["home/id.key", "8:14: client-key", FLAG])?;
    // Agreed to, it is read.
    scene.refused(&file, &[FLAG], &["id.key: it contains no private key"])
}

/// A table for each remote is no way around.
fn of_several_remotes() -> Result<(), Failed> {
    let scene = Scene::healthy()?;
    for table in ["[acme]", "[[remotes]]", "[remotes.acme]"] {
        let text = format!("{table}\nhost = \"127.0.0.1\"\npassword-env = \"{VARIABLE}\"\n");
        let file = scene.at("ticket/remotes.toml");
        fs::write(&file, text)?;
        scene.refused(&file, &[], &["unknown setting"])?;
    }
    Ok(())
}

fn of_another_user() -> Result<(), Failed> {
    let scene = Scene::healthy()?;
    let file = scene.ticket("ticket/remote.toml", "password-file = \"secret\"")?;
    chown(&file, Some(SOMEBODY), None)?;
    scene.refused(&file, &[], &["ticket/secret", FLAG])?;
    // All of the folder is theirs.
    chown(scene.at("ticket/secret"), Some(SOMEBODY), None)?;
    scene.accepted(&file, &[])
}

/// Asked by a program that makes a terminal for it.
fn asks_on_a_terminal() -> Result<(), Failed> {
    let scene = Scene::healthy()?;
    let file = scene.ticket(
        "ticket/remote.toml",
        &format!("ssl = \"never\"\npassword-env = \"{VARIABLE}\""),
    )?;
    let asked = |answer: &str, args: &str| -> Result<(Option<i32>, String), Failed> {
        let typed = scene.at("typed");
        fs::write(&typed, answer)?;
        let line = format!(
            "'{}' check --quiet '{}' {args}",
            suite::program(),
            file.display()
        );
        let mut command = Command::new("script");
        command
            .args(["--quiet", "--return", "--command", &line, "/dev/null"])
            .env(VARIABLE, &scene.lab.behaviour().password)
            .env("XDG_CONFIG_HOME", scene.at("config"))
            .env("XDG_STATE_HOME", scene.at("state"))
            .stdin(fs::File::open(&typed)?);
        let output = command.output()?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok((output.status.code(), said))
    };
    for answer in ["n\n", "\n", "yep\n"] {
        let (code, said) = asked(answer, "--ssl never")?;
        let told = [
            VARIABLE,
            "127.0.0.1",
            "in clear text",
            "[y/N]",
            "did not agree",
        ];
        let missing = told.iter().find(|words| !said.contains(**words));
        expect(
            code == Some(2) && missing.is_none() && scene.lab.log().is_empty(),
            format!("{answer:?}: exit {code:?}, not said: {missing:?}\n{said}"),
        )?;
    }
    let (code, said) = asked("y\n", "--ssl require-explicit")?;
    expect(
        said.contains("would travel encrypted") && code.is_some() && scene.passwords() > 0,
        format!("exit {code:?}\n{said}"),
    )?;
    let form = canary::leak(&scene.lab.behaviour().password, said.as_bytes());
    expect(form.is_none(), "the password is on the screen")
}

fn says_clear_text() -> Result<(), Failed> {
    let scene = Scene::open(Behaviour {
        mode: Mode::Plain,
        ..Behaviour::default()
    })?;
    let settings = "ssl = \"never\"\npassword-file = \"secret\"";
    let beside = scene.ticket("ticket/remote.toml", settings)?;
    fs::copy(
        scene.at("ticket/secret"),
        scene.at("config/remote-doctor/secret"),
    )?;
    let own = scene.ticket("config/remote-doctor/acme.toml", settings)?;
    for file in [&beside, &own] {
        let report = report(&scene.command(file, &[]).output()?)?;
        let told = report["not_tested"].to_string();
        expect(
            told.contains("--allow-cleartext-login") && scene.passwords() == 0,
            format!("{report:#}"),
        )?;
    }
    scene.accepted(&beside, &["--ssl", "never"])?;
    scene.accepted(&own, &["--allow-cleartext-login"])
}

fn says_no_check() -> Result<(), Failed> {
    let scene = Scene::open(Behaviour {
        certificate: CertificateKind::WrongName,
        ..Behaviour::default()
    })?;
    let file = scene.ticket(
        "ticket/remote.toml",
        "ssl = \"require-explicit\"\ncertificate-check = \"off\"\npassword-file = \"secret\"",
    )?;
    let report = report(&scene.command(&file, &[]).output()?)?;
    let told = report["not_tested"].to_string();
    expect(
        told.contains("--allow-unverified-login") && scene.passwords() == 0,
        format!("{report:#}"),
    )?;
    scene.accepted(&file, &["--certificate-check", "off"])
}

fn allows_other_addresses() -> Result<(), Failed> {
    let scene = Scene::healthy()?;
    let settings = "password-file = \"secret\"\nallow-data-addresses = [\"10.0.0.5\", \"::1\"]";
    let file = scene.ticket("ticket/remote.toml", settings)?;
    let output = scene.command(&file, &[]).output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    let flags = "--allow-data-address 10.0.0.5 --allow-data-address ::1";
    expect(
        said.contains("remote.toml:7:24: allow-data-addresses: not used") && said.contains(flags),
        &said,
    )?;
    report(&output)?;
    fs::copy(
        scene.at("ticket/secret"),
        scene.at("config/remote-doctor/secret"),
    )?;
    let own = scene.ticket("config/remote-doctor/acme.toml", settings)?;
    let output = scene.command(&own, &[]).output()?;
    expect(
        output.stderr.is_empty(),
        String::from_utf8_lossy(&output.stderr),
    )
}

fn own_settings() -> Result<(), Failed> {
    let scene = Scene::healthy()?;
    let name = "config/remote-doctor/acme.toml";
    let settings = format!("password-env = \"{VARIABLE}\"");
    let file = scene.ticket(name, &settings)?;
    fs::set_permissions(&file, Permissions::from_mode(0o600))?;
    let folder = scene.at("config/remote-doctor");
    fs::set_permissions(&folder, Permissions::from_mode(0o700))?;
    scene.accepted(&file, &[])?;
    for (path, mode) in [(&file, 0o666), (&folder, 0o777)] {
        let before = fs::metadata(path)?.permissions();
        fs::set_permissions(path, Permissions::from_mode(mode))?;
        scene.refused(&file, &[], &[VARIABLE, FLAG])?;
        fs::set_permissions(path, before)?;
    }
    // A link in the folder to a file of somebody else's.
    let foreign = scene.ticket("ticket/remote.toml", &settings)?;
    symlink(&foreign, scene.at("config/remote-doctor/link.toml"))?;
    let link = scene.at("config/remote-doctor/link.toml");
    scene.refused(&link, &[], &[VARIABLE, FLAG])?;
    chown(&file, Some(SOMEBODY), None)?;
    scene.refused(&file, &[], &[VARIABLE, FLAG])
}

/// A downloaded probe has scenarios, and `plugin test` runs them with their arguments.
fn scenarios_of_a_probe() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let scenario = folder.path().join("ticket");
    fs::create_dir(&scenario)?;
    let root = suite::workspace();
    for args in [
        format!("\"--user\", \"x\", \"--password-env\", \"{VARIABLE}\""),
        format!("\"--user\", \"x\", \"--password-env={VARIABLE}\""),
        "\"--record\", \"/tmp/x\"".to_owned(),
        "\"-o\", \"/tmp/x\"".to_owned(),
    ] {
        let text = format!(
            "[server]\n[check]\nargs = [{args}]\n[expect]\nroot-causes = []\nverdict = \"healthy\"\n"
        );
        fs::write(scenario.join("scenario.toml"), text)?;
        let output = Command::new(suite::program())
            .current_dir(root)
            .args(["plugin", "test", "target/example-probes/minimal-probe.wasm"])
            .arg("--scenarios")
            .arg(folder.path())
            .env(VARIABLE, canary::fresh())
            .output()?;
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
        expect(
            output.status.code() == Some(2) && flat.contains("is not for a scenario"),
            format!("{args}: {}\n{said}", output.status),
        )?;
    }
    Ok(())
}
