//! The settings in `examples/remotes`: each is right for a server of its kind when the place of the server is changed, and nothing
//! else.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lab::{Behaviour, Mode};
use libtest_mimic::{Failed, Trial};

use crate::served::Served;

const FOLDER: &str = "../../examples/remotes";
/// As the files have it.
const HOST: &str = "host = \"ftp.example.com\"";

pub fn trials() -> Vec<Trial> {
    vec![Trial::test("examples_of_settings_are_right", all)]
}

fn all() -> Result<(), Failed> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLDER);
    let files = fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    let files = files.collect::<Result<Vec<PathBuf>, Failed>>()?;
    if files.len() < 7 {
        return Err(format!("these are not all: {files:?}").into());
    }
    files.iter().try_for_each(|file| {
        right(file).map_err(|why| {
            format!("{}: {}", file.display(), why.message().unwrap_or("failed")).into()
        })
    })
}

fn right(file: &Path) -> Result<(), Failed> {
    let settings = fs::read_to_string(file)?;
    let (ssl, port, permitted): (_, _, &[&str]) = if settings.contains("\"require-implicit\"") {
        (Mode::Implicit, "port = 990", &[])
    } else if settings.contains("\"never\"") {
        (Mode::Plain, "port = 21", &["--allow-cleartext-login"])
    } else {
        (Mode::Explicit, "port = 21", &[])
    };
    let served = Served::open(Behaviour {
        mode: ssl,
        user: "acme".into(),
        ..Behaviour::default()
    })?;
    let folder = served.folder.path();
    fs::rename(folder.join("secret"), folder.join("password.txt"))?;
    for line in [HOST, port] {
        if settings.matches(line).count() != 1 {
            return Err(format!("not one `{line}`").into());
        }
    }
    let there = format!("port = {}", served.lab.address().port());
    let settings = settings
        .replace(HOST, "host = \"127.0.0.1\"")
        .replace(port, &there);
    let place = folder.join("remote.toml");
    fs::write(&place, &settings)?;
    let mut check = Command::new(suite::program());
    check
        .arg("check")
        .arg(&place)
        .args(["--quiet"])
        .args(permitted);
    if !settings.contains("ca-files") {
        // Else it would have to be in the store of this machine.
        check.arg("--ca-file").arg(folder.join("ca.pem"));
    }
    check.env("XDG_STATE_HOME", folder.join("state"));
    let output = check.output()?;
    match output.status.code() {
        Some(0) => Ok(()),
        _ => {
            let [out, err] = [&output.stdout, &output.stderr].map(|it| String::from_utf8_lossy(it));
            Err(format!("{}\n{out}{err}", output.status).into())
        }
    }
}
