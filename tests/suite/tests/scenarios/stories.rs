//! "It works in A, not in B": what people meet most often, and the line that has to answer it.

use std::fs;
use std::process::Command;

use lab::{Behaviour, Mode};
use libtest_mimic::{Failed, Trial};
use serde_json::Value;

use crate::binary::{self, Format};
use crate::scenario::Scenario;
use crate::served::Served;
use crate::site::Site;

struct Story {
    name: &'static str,
    /// The tables before `[check]`.
    server: &'static str,
    /// Arguments beside those of every check.
    args: &'static [&'static str],
    clients: &'static [&'static str],
    answer: &'static str,
}

const STORIES: &[Story] = &[
    Story {
        name: "a_certificate_that_a_user_clicks_away",
        server: "[server]\ncertificate = \"self-signed\"",
        args: &["--ssl", "require-explicit", "--allow-unverified-login"],
        clients: &["filezilla", "curl"],
        answer: "Fails in curl, works in FileZilla: the server uses a self-signed certificate; FileZilla asks its user, who accepts it \
                 and curl refuses it.",
    },
    Story {
        name: "resumption_demanded",
        server: "[server]\nsession-reuse = \"required\"",
        args: &["--ssl", "require-explicit"],
        clients: &["filezilla", "commons-net"],
        answer: "Fails in Apache Commons Net, works in FileZilla: the server demands that data connections resume the TLS session; \
                 FileZilla resumes it, Apache Commons Net does not.",
    },
    Story {
        name: "files_in_clear_text_without_a_word",
        server: "[server]\nfaults = [\"prot-refused\"]",
        args: &["--ssl", "require-explicit"],
        clients: &["winscp", "rclone"],
        answer: "Fails in rclone, works in WinSCP: the server refuses to encrypt data connections; WinSCP sends files in clear text \
                 without a word, rclone ends the session.",
    },
    Story {
        name: "an_address_behind_the_translation",
        server: "[server]\nfaults = [{ pasv-address = { ip = \"10.0.0.4\" } }]\n[network]",
        args: &["--ssl", "require-explicit"],
        clients: &["files-com", "filezilla"],
        answer: "Fails in Files.com, works in FileZilla: the server announces 10.0.0.4; FileZilla replaces it, Files.com does not.",
    },
    Story {
        name: "epsv_without_an_answer",
        server: "[server]\nfaults = [{ swallowed = { command = \"EPSV\" } }]",
        args: &["--ssl", "require-explicit", "--reply-timeout", "3"],
        clients: &["curl", "filezilla"],
        answer: "Fails in curl, works in FileZilla: the server does not answer EPSV; FileZilla uses PASV, curl uses EPSV.",
    },
    Story {
        name: "tls_before_150",
        server: "[server]\nfaults = [\"starts-after-handshake\"]",
        args: &["--ssl", "require-explicit"],
        clients: &["lftp", "filezilla"],
        answer: "Fails in lftp, works in FileZilla: the server says 150 only once the TLS handshake of the data connection is done; \
                 FileZilla begins TLS at once, lftp waits for 150 first.",
    },
    Story {
        name: "no_close_notify",
        server: "[server]\nfaults = [\"data-no-close-notify\"]",
        args: &["--ssl", "require-explicit"],
        clients: &["filezilla", "curl"],
        answer: "Fails in FileZilla (list and download), works in curl: the server ends data connections without close_notify; \
                 curl accepts that, FileZilla takes that for an error.",
    },
    Story {
        name: "a_client_without_tls",
        server: "[server]\nmode = \"explicit-required\"",
        args: &["--ssl", "require-explicit"],
        clients: &["windows-ftp", "winscp"],
        answer: "Fails in ftp.exe of Windows, works in WinSCP: the server requires TLS; WinSCP speaks it, ftp.exe of Windows does not.",
    },
    Story {
        name: "a_client_without_implicit_tls",
        server: "[server]\nmode = \"implicit\"",
        args: &["--ssl", "require-implicit"],
        clients: &["dotnet-ftpwebrequest", "filezilla"],
        answer: "Fails in .NET FtpWebRequest, works in FileZilla: the remote is set to implicit TLS; FileZilla speaks it, .NET \
                 FtpWebRequest does not.",
    },
    Story {
        name: "an_address_that_does_not_answer",
        server: "[server]\nnames = [\"ftp.example.com\"]\n[network]\n\
                 [dns]\n\"ftp.example.com\" = [\"198.51.100.20\", \"2001:db8:ffff::99\"]",
        args: &["--ssl", "require-explicit"],
        clients: &["ftplib", "rclone"],
        answer: "Fails in Python ftplib, works in rclone: one of the addresses of the name does not answer; rclone goes on with \
                 the next one, Python ftplib waits for it.",
    },
];

pub fn trials() -> Vec<Trial> {
    let trial = |story: &'static Story| {
        let name = format!("story_{}", story.name);
        Trial::test(name, move || told(story))
    };
    let mut trials: Vec<Trial> = STORIES.iter().map(trial).collect();
    trials.push(Trial::test("client_that_nobody_knows", unknown));
    trials.push(Trial::test("client_of_a_settings_file", of_a_file));
    trials.push(Trial::test("client_of_somebody_else", of_a_folder));
    trials
}

/// Exit code 2 before anything is asked of anybody, with the names that there are.
fn unknown() -> Result<(), Failed> {
    let mut check = Command::new(suite::program());
    check.args(["check", "--host", "127.0.0.1", "--client", "nobody"]);
    let output = check.output()?;
    let told = String::from_utf8(output.stderr)?;
    let names_them = told.contains("no profile of nobody") && told.contains("filezilla");
    match output.status.code() == Some(2) && output.stdout.is_empty() && names_them {
        true => Ok(()),
        false => Err(format!("{}: {told}", output.status).into()),
    }
}

/// A settings file names the client, and the remote is judged for it; a profile of a folder is one more in the table.
fn of_a_file() -> Result<(), Failed> {
    let report = checked_by_file()?;
    let report: Value = serde_json::from_slice(&report)?;
    let answer = report["clients"]["answer"].as_str().unwrap_or_default();
    let is_told = answer.starts_with("Fails in ftp.exe of Windows: the server requires TLS");
    match is_told
        && report["verdict"] == "failing"
        && report["remote"]["clients"][0] == "windows-ftp"
    {
        true => Ok(()),
        false => Err(format!("{}: {}", report["verdict"], report["summary"]).into()),
    }
}

fn checked_by_file() -> Result<Vec<u8>, Failed> {
    let served = Served::open(Behaviour {
        mode: Mode::ExplicitRequired,
        ..Behaviour::default()
    })?;
    let file = served.folder.path().join("remote.toml");
    let address = served.lab.address();
    let text = format!(
        "host = \"{}\"\nport = {}\nssl = \"require-explicit\"\nuser = \"{}\"\npassword-file = \"secret\"\n\
         ca-files = [\"ca.pem\"]\nclient = \"windows-ftp\"\n",
        address.ip(),
        address.port(),
        served.lab.behaviour().user
    );
    fs::write(&file, text)?;
    let mut check = Command::new(suite::program());
    check.arg("check").arg(&file).args(["--format", "json"]);
    let output = check.env("XDG_STATE_HOME", served.folder.path()).output()?;
    match output.status.code() {
        Some(1) => Ok(output.stdout),
        other => Err(format!("{other:?}: {}", String::from_utf8_lossy(&output.stderr)).into()),
    }
}

fn of_a_folder() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let report = folder.path().join("report.json");
    fs::write(&report, checked_by_file()?)?;
    let profile = "name = \"ours\"\ntitle = \"Ours\"\nversion = \"1\"\n[sources]\nhandbook = \"our handbook\"\n\
                   [encryption]\nmodes = { is = [\"plain\"], by = \"handbook\" }\n";
    fs::write(folder.path().join("ours.toml"), profile)?;
    let mut clients = Command::new(suite::program());
    clients.arg("clients").arg(&report).args([
        "--client",
        "ours",
        "--format",
        "json",
        "--profiles",
    ]);
    let output = clients.arg(folder.path()).output()?;
    let told: Value = serde_json::from_slice(&output.stdout)?;
    let ours = &told["clients"][0];
    match ours["client"] == "ours" && ours["steps"]["connect"] == "fails" {
        true => Ok(()),
        false => Err(format!("{told}").into()),
    }
}

fn told(story: &Story) -> Result<(), Failed> {
    let named = story.clients.iter().flat_map(|it| ["--client", it]);
    let args: Vec<&str> = story.args.iter().copied().chain(named).collect();
    let host = match story.server.contains("names = ") {
        true => "host = \"ftp.example.com\"\n",
        false => "",
    };
    let text = format!(
        "{}\n[check]\n{host}args = {args:?}\n[expect]\nroot-causes = []\nverdict = \"failing\"\nexit = 1\n",
        story.server
    );
    let scenario: Scenario = toml::from_str(&text)?;
    let run = binary::run(&scenario, &Site::open(&scenario)?, Format::Json)?;
    let report: Value = serde_json::from_slice(&run.stdout).map_err(|error| {
        let said = String::from_utf8_lossy(&run.stderr);
        format!("{error}: {said}")
    })?;
    let answer = report["clients"]["answer"].as_str().unwrap_or_default();
    let summary = report["summary"].as_str().unwrap_or_default();
    if answer != story.answer {
        let (clients, reached) = (&report["clients"], &report["facts"]["reach.addresses"]);
        return Err(format!(
            "told:     {answer}\nexpected: {}\n{clients}\n{reached}",
            story.answer
        )
        .into());
    }
    if !summary.starts_with(answer) || report["verdict"] != "failing" || run.exit != Some(1) {
        return Err(format!("{:?} {}: {summary}", run.exit, report["verdict"]).into());
    }
    Ok(())
}
