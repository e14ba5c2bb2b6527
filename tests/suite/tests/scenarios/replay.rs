//! Every scenario is replayed from its own recording, after its servers are gone: the report must be the same, letter by
//! letter, and the recording must not hold the password.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use crate::binary::{self, Format, Run};
use crate::canary;
use crate::redaction;
use crate::scenario::Scenario;

/// Probes that ask for a path of their own, which no disguise can follow: their recordings are refused to others.
const FIXED_PATH: &[&str] = &["deletes", "oversteps", "reads-a-file"];

/// What is wrong with the recording of a run, or with what is made of it.
pub fn complaints(scenario: &Scenario, run: &Run) -> Vec<String> {
    let Some(recording) = &run.recording else {
        return vec!["the run left no recording".into()];
    };
    let mut complaints = Vec::new();
    if let Some(form) = leak(&run.password, recording) {
        complaints.push(format!("the recording holds the password ({form})"));
    }
    let plugins = &scenario.check.plugins;
    let fixed = |plugin: &String| FIXED_PATH.contains(&plugin.as_str());
    if run.format == Format::Json && !plugins.iter().any(fixed) {
        let plugins: Vec<PathBuf> = third_party(scenario).map(PathBuf::from).collect();
        complaints.extend(redaction::of_recording(&run.stdout, recording, &plugins));
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
    let mut command = Command::new(suite::program());
    command
        .arg("replay")
        .arg(&file)
        .args(["--format", run.format.name()]);
    for plugin in third_party(scenario) {
        command.args(["--plugin", &plugin]);
    }
    // What a recording does not hold: how the report is wanted.
    command.args(of_option(scenario, "--fail-on").flat_map(|value| ["--fail-on", value]));
    command.output()
}

/// The files of the probes that are not built in.
fn third_party(scenario: &Scenario) -> impl Iterator<Item = String> {
    let named = of_option(scenario, "--plugin").map(String::from);
    binary::plugins(scenario).chain(named)
}

fn of_option<'a>(scenario: &'a Scenario, option: &'a str) -> impl Iterator<Item = &'a str> {
    let pairs = scenario.check.args.windows(2);
    pairs
        .filter(move |pair| pair[0] == option)
        .map(|pair| pair[1].as_str())
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
    let Ok(blocks) = recording::unpack(recording) else {
        return Some("in a recording that cannot be read");
    };
    blocks
        .iter()
        .find_map(|block| canary::leak(secret, block))
        .or_else(|| canary::leak(secret, recording))
}
