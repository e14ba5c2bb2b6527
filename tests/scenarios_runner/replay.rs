//! Every scenario is replayed from its own recording, after its servers are gone: the report must be the same, letter by
//! letter, and the recording must not hold the password.

use std::fs;
use std::process::{Command, Output};

use crate::binary::{self, PROGRAM, Run};
use crate::canary;
use crate::scenario::Scenario;

/// What is wrong with the recording of a run, or with what is made of it.
pub fn complaints(scenario: &Scenario, run: &Run) -> Vec<String> {
    let Some(recording) = &run.recording else {
        return vec!["the run left no recording".into()];
    };
    let mut complaints = Vec::new();
    if let Some(form) = leak(&run.password, recording) {
        complaints.push(format!("the recording holds the password ({form})"));
    }
    match replayed(scenario, run, recording) {
        Err(error) => complaints.push(format!("the recording cannot be replayed: {error}")),
        Ok(replay) => complaints.extend(difference(run, &replay)),
    }
    complaints
}

fn replayed(scenario: &Scenario, run: &Run, recording: &[u8]) -> std::io::Result<Output> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("recording");
    fs::write(&file, recording)?;
    let mut command = Command::new(PROGRAM);
    command
        .arg("replay")
        .arg(&file)
        .args(["--format", run.format.name()]);
    for plugin in binary::plugins(scenario) {
        command.args(["--plugin", &plugin]);
    }
    // What a recording does not hold: files, and how the report is wanted.
    for pair in scenario.check.args.windows(2) {
        if ["--fail-on", "--plugin"].contains(&pair[0].as_str()) {
            command.args(pair);
        }
    }
    command.output()
}

fn difference(run: &Run, replay: &Output) -> Option<String> {
    if replay.status.code() != run.exit {
        let said = String::from_utf8_lossy(&replay.stderr);
        return Some(format!("the replay ends with {}: {said}", replay.status));
    }
    let [was, is] = [&run.stdout, &replay.stdout].map(|text| String::from_utf8_lossy(text));
    let mut lines = was.lines().zip(is.lines()).enumerate();
    match lines.find(|(_, (was, is))| was != is) {
        Some((number, (was, is))) => Some(format!(
            "the replayed report differs in line {}:\n  was {was}\n  is  {is}",
            number + 1
        )),
        None => (was != is).then(|| "the replayed report has another length".into()),
    }
}

/// The form in which a secret stands in the content of a recording.
pub fn leak(secret: &str, recording: &[u8]) -> Option<&'static str> {
    let Ok(blocks) = remote_doctor::recording::unpack(recording) else {
        return Some("in a recording that cannot be read");
    };
    blocks
        .iter()
        .find_map(|block| canary::leak(secret, block))
        .or_else(|| canary::leak(secret, recording))
}
