//! What a check that was killed left on a remote: the next check names it, and `leftovers` removes it and nothing else.

use std::fs;
use std::process::{Command, Output, Stdio};

use lab::Event;
use libtest_mimic::{Failed, Trial};
use rustix::process::Signal;
use serde_json::Value;

use crate::canary;
use crate::interrupt::{HANGS, Started, journal};

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("killed_in_an_upload_is_told_and_removed", killed),
        Trial::test("leftovers_of_another_account_stay", of_another_account),
        Trial::test("leftovers_are_not_removed_past_a_refusal", not_logged_in),
        Trial::test("leftovers_can_be_forgotten", forgotten),
        Trial::test("a_running_check_leaves_nothing_yet", running),
        Trial::test("without_a_journal_nothing_is_written", no_journal),
        Trial::test("a_hung_up_terminal_leaves_nothing", hung_up),
    ]
}

/// A check that was killed in the middle of an upload.
fn killed_one() -> Result<Started, Failed> {
    let mut started = Started::new(HANGS)?;
    started.uploaded()?;
    started.process.kill()?;
    started.process.wait()?;
    match started.there().len() {
        1 => Ok(started),
        _ => Err("nothing is left".into()),
    }
}

fn program(started: &Started, args: &[&str]) -> Command {
    let mut command = Command::new(suite::program());
    command
        .args(args)
        .env("XDG_STATE_HOME", started.site.file("state"))
        .stdin(Stdio::null());
    command
}

fn leftovers(started: &Started, args: &[&str]) -> Result<Output, Failed> {
    Ok(program(started, &["leftovers"]).args(args).output()?)
}

/// Removes with the settings of the remote, but for these.
fn remove(started: &Started, user: &str, port: u16) -> Result<Output, Failed> {
    let mut command = program(started, &["leftovers", "--remove", "--quiet"]);
    command.args(["--host", &started.site.host(), "--port", &port.to_string()]);
    command.args(["--ssl", "require-explicit", "--user", user]);
    command.arg("--ca-file").arg(started.site.authority());
    command
        .arg("--password-file")
        .arg(started.site.password_file());
    Ok(command.output()?)
}

fn port(started: &Started) -> u16 {
    started.site.port().unwrap_or_default()
}

fn said(output: &Output) -> String {
    let text = [&output.stdout[..], &output.stderr].concat();
    String::from_utf8_lossy(&text).into_owned()
}

fn expect(output: &Output, code: i32, says: &[&str]) -> Result<(), Failed> {
    let said = said(output);
    match says.iter().find(|words| !said.contains(**words)) {
        None if output.status.code() == Some(code) => Ok(()),
        missing => Err(format!("{}, not said: {missing:?}\n{said}", output.status).into()),
    }
}

fn is(what: bool, told: impl std::fmt::Display) -> Result<(), Failed> {
    match what {
        true => Ok(()),
        false => Err(told.to_string().into()),
    }
}

fn killed() -> Result<(), Failed> {
    let started = killed_one()?;
    let left = started.there().remove(0);
    let name = left.trim_start_matches('/');
    let entries = journal(&started)?;
    is(entries.len() == 1, format!("{entries:?}"))?;
    let entry = fs::read_to_string(
        started
            .site
            .file("state/remote-doctor/journal")
            .join(&entries[0]),
    )?;
    let form = canary::leak(&started.site.password, entry.as_bytes());
    is(form.is_none(), "the password is in the journal")?;
    // A check of anything else tells.
    let elsewhere = ["check", "--quiet", "--host", "127.0.0.1", "--port", "1"];
    let check = program(&started, &elsewhere).output()?;
    let reminder = "an earlier check of 127.0.0.1 left";
    expect(&check, 1, &[reminder, name, "`remote-doctor leftovers`"])?;
    let port_of = format!("port {}", port(&started));
    let user = started.site.user().to_owned();
    expect(&leftovers(&started, &[])?, 1, &[name, &port_of, &user])?;
    let json = leftovers(&started, &["--format", "json"])?;
    let json: Value = serde_json::from_slice(&json.stdout)?;
    is(json[0]["paths"][0] == name, format!("{json:#}"))?;
    let removed = remove(&started, &user, port(&started))?;
    expect(&removed, 0, &["removed", name])?;
    is(started.there().is_empty(), said(&removed))?;
    expect(&leftovers(&started, &[])?, 0, &["Nothing is left"])?;
    is(journal(&started)?.is_empty(), "the journal has it still")?;
    let quiet = program(&started, &elsewhere).output()?;
    is(!said(&quiet).contains("left"), said(&quiet))
}

fn of_another_account() -> Result<(), Failed> {
    let started = killed_one()?;
    let user = started.site.user().to_owned();
    for (user, port) in [("somebody", port(&started)), (&user, 1)] {
        let output = remove(&started, user, port)?;
        expect(&output, 0, &["Nothing is left on"])?;
        is(started.there().len() == 1, "it was removed")?;
    }
    // A forged entry names a file of the account's.
    let folder = started.site.file("state/remote-doctor/journal");
    let entry = folder.join(&journal(&started)?[0]);
    let text = fs::read_to_string(&entry)?;
    let left = started.there().remove(0);
    let forged = text.replace(
        &format!("\"path\":\"{}\"", left.trim_start_matches('/')),
        "\"path\":\"orders.csv\"",
    );
    is(forged != text, &text)?;
    fs::write(&entry, forged)?;
    let output = remove(&started, &user, port(&started))?;
    expect(
        &output,
        0,
        &["not under the name of its run", "Nothing is left on"],
    )?;
    let deleted =
        |event: &Event| matches!(event, Event::Received(line) if line.starts_with("DELE"));
    let log = started.lab().log();
    is(!log.iter().any(|it| deleted(&it.event)), "DELE was sent")
}

fn not_logged_in() -> Result<(), Failed> {
    let started = killed_one()?;
    fs::write(started.site.password_file(), "not the password")?;
    let user = started.site.user().to_owned();
    let output = remove(&started, &user, port(&started))?;
    expect(&output, 3, &["left ", "The login failed"])?;
    is(started.there().len() == 1, "it was removed")?;
    expect(&leftovers(&started, &[])?, 1, &["left"])
}

fn forgotten() -> Result<(), Failed> {
    let started = killed_one()?;
    let entry = journal(&started)?.remove(0);
    let name = entry.trim_end_matches(".jsonl");
    expect(
        &leftovers(&started, &["--forget", "remote-doctor-00"])?,
        2,
        &["nothing called remote-doctor-00"],
    )?;
    expect(&leftovers(&started, &["--forget", name])?, 0, &[])?;
    is(started.there().len() == 1, "it was removed")?;
    expect(&leftovers(&started, &[])?, 0, &["Nothing is left"])
}

/// Its files are its own to remove.
fn running() -> Result<(), Failed> {
    let mut started = Started::new(HANGS)?;
    started.uploaded()?;
    is(journal(&started)?.len() == 1, "nothing was written down")?;
    expect(&leftovers(&started, &[])?, 0, &["Nothing is left"])?;
    let user = started.site.user().to_owned();
    let output = remove(&started, &user, port(&started))?;
    expect(&output, 0, &["Nothing is left on"])?;
    is(started.there().len() == 1, "it was removed")?;
    started.signal(Signal::INT)?;
    started.ended()?;
    is(started.there().is_empty(), "it is still there")
}

/// A file stands where the folder of the journal would be, and a folder that anybody may write.
fn no_journal() -> Result<(), Failed> {
    let healthy = HANGS
        .replace("faults = [\"upload-hangs\"]", "")
        .replace("\"60\"", "\"5\"");
    for spoilt in ["a file", "open to all"] {
        let mut started = Started::by(&healthy, |mut command| {
            let state = command
                .get_envs()
                .find(|(name, _)| *name == "XDG_STATE_HOME")
                .and_then(|(_, value)| value.map(std::path::PathBuf::from))
                .unwrap_or_default();
            let folder = state.join("remote-doctor/journal");
            // What cannot be prepared shows as an upload.
            if spoilt == "a file" {
                let _ = fs::write(&state, "");
            } else {
                let _ = fs::create_dir_all(&folder);
                let all = std::os::unix::fs::PermissionsExt::from_mode(0o777);
                let _ = fs::set_permissions(&folder, all);
            }
            command.env("XDG_STATE_HOME", &state);
            command
        })?;
        let (code, stdout, stderr) = started.ended()?;
        let flat = stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        let told = flat.contains("the journal cannot be written");
        let log = started.lab().log();
        let writes = |event: &Event| matches!(event, Event::Received(line) if ["STOR", "MKD"].iter().any(|it| line.starts_with(it)));
        is(
            code == Some(3) && told && !log.iter().any(|it| writes(&it.event)),
            format!("{spoilt}: exit {code:?}\n{stdout}{stderr}"),
        )?;
    }
    Ok(())
}

/// The terminal itself goes away: writing to it fails from then on, and the run is told by SIGHUP.
fn hung_up() -> Result<(), Failed> {
    let mut started = Started::by(HANGS, |command| {
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        let line: Vec<String> = words
            .map(|word| format!("'{}'", word.to_string_lossy()))
            .filter(|word| word != "'--quiet'")
            .collect();
        let mut script = Command::new("script");
        script.args([
            "--quiet",
            "--return",
            "--command",
            &line.join(" "),
            "/dev/null",
        ]);
        for (name, value) in command.get_envs() {
            if let Some(value) = value {
                script.env(name, value);
            }
        }
        script
    })?;
    started.uploaded()?;
    started.process.kill()?;
    started.process.wait()?;
    started.until(|it| it.there().is_empty())?;
    // The journal is tidied up as the program ends.
    started.until(|it| journal(it).is_ok_and(|left| left.is_empty()))
}
