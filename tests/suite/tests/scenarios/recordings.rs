//! Recordings as regression tests: each file `*.recording` in `tests/recordings`, in a folder of `tests/scenarios` or in the
//! `scenarios` of a plugin is replayed, and must lead to what it led to when it was made.
//!
//! The probes were built anew since, so they are other versions to the recording. Compared are the verdict, the root causes
//! and the findings that the recording itself keeps, and the report as text with the `.txt` beside it, where there is one;
//! with `REMOTE_DOCTOR_BLESS=1` those in `tests/recordings` are written. How the recordings there are made stands in
//! `tests/suite/tests/real_servers/recordings.rs`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use lab::{Behaviour, Lab};
use libtest_mimic::{Failed, Trial};
use recording::{ExpectedResult, Recording, Replay, pack, unpack};
use run::Probes;
use serde_json::{Value, json};

use crate::golden::same;

const BLESS: &str = "REMOTE_DOCTOR_BLESS";
/// Of the changes that a forger could make, so many for each recording, evenly spread.
const FORGERIES: usize = 120;

pub fn trials() -> Vec<Trial> {
    let mut trials = vec![Trial::test("there_are_recordings", || {
        match files().len() {
            0..6 => Err("there are fewer than six recordings in tests/recordings".into()),
            _ => Ok(()),
        }
    })];
    trials.push(Trial::test(
        "recording_of_the_lab_with_one_answer_less",
        one_answer_less,
    ));
    trials.push(Trial::test("recording_for_others", for_others));
    trials.push(Trial::test(
        "recording_for_the_public_is_refused",
        not_for_the_public,
    ));
    for file in files() {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let (first, second, third) = (file.clone(), file.clone(), file.clone());
        trials.push(Trial::test(format!("recording_{name}"), move || {
            led_to_the_same(&first)
        }));
        trials.push(Trial::test(
            format!("recording_{name}_damaged"),
            move || damaged(&second),
        ));
        trials.push(Trial::test(format!("recording_{name}_forged"), move || {
            forged(&third)
        }));
    }
    trials
}

fn files() -> Vec<PathBuf> {
    let root = suite::workspace();
    let within = |folder: PathBuf| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten();
        entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .collect()
    };
    let plugins = within(root.join("plugins")).into_iter();
    let folders = [root.join("tests/recordings"), root.join("tests/scenarios")]
        .into_iter()
        .chain(plugins.map(|plugin| plugin.join("scenarios")));
    let mut files: Vec<PathBuf> = folders
        .flat_map(within)
        .flat_map(|path| match path.is_dir() {
            true => within(path),
            false => vec![path],
        })
        .filter(|path| path.extension().is_some_and(|it| it == "recording"))
        .collect();
    files.sort();
    files
}

/// Probes that are newer than the recording are left out: it cannot have anything of them.
fn newer(recording: &Recording, catalogue: &Probes) -> Vec<String> {
    let names = catalogue.plugins.iter().map(|it| &it.description.name);
    let known = |name: &&String| recording.header.probes.iter().any(|it| it.name == **name);
    names.filter(|name| !known(name)).cloned().collect()
}

fn replay(file: &Path, format: &str, skip: &[String]) -> Result<Output, Failed> {
    let mut command = Command::new(suite::program());
    command.arg("replay").arg(file).args(["--format", format]);
    for name in skip {
        command.args(["--skip", name]);
    }
    Ok(command.output()?)
}

fn runtime() -> Result<tokio::runtime::Runtime, Failed> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?)
}

fn led_to_the_same(file: &Path) -> Result<(), Failed> {
    let recording = Recording::read(file)?;
    let catalogue = runtime()?.block_on(Probes::built_in())?;
    let skip = newer(&recording, &catalogue);
    let output = replay(file, "json", &skip)?;
    let told = String::from_utf8_lossy(&output.stderr);
    let report: Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("{}: {error}: {told}", output.status))?;
    let is: ExpectedResult = serde_json::from_value(json!({
        "verdict": report["verdict"],
        "root-causes": report["root_causes"],
        "findings": report["findings"].as_array().into_iter().flatten()
            .map(|finding| &finding["code"]).collect::<Vec<_>>(),
    }))?;
    if is != recording.expected {
        let was = &recording.expected;
        let missing = report["not_tested"].as_array().into_iter().flatten();
        let missing: Vec<&Value> = missing.map(|it| &it["reason"]).collect();
        let how = "if the probes ask something else now, make the recordings anew";
        return Err(format!("was {was:?}\nis  {is:?}\nnot tested: {missing:?}\n{how}").into());
    }
    let text = file.with_extension("txt");
    let blessed = std::env::var_os(BLESS).is_some() && file.parent().is_some_and(is_ours);
    match text.exists() || blessed {
        true => same(
            &String::from_utf8(replay(file, "text", &skip)?.stdout)?,
            &text,
        ),
        false => Ok(()),
    }
}

fn is_ours(folder: &Path) -> bool {
    folder.ends_with("tests/recordings")
}

/// Cut at every byte, and with every byte changed, a recording is refused; the program says so and ends with 2.
fn damaged(file: &Path) -> Result<(), Failed> {
    let whole = fs::read(file)?;
    for end in 0..whole.len() {
        if Recording::from_bytes(&whole[..end]).is_ok() {
            return Err(format!("cut at byte {end}, it is read all the same").into());
        }
    }
    let folder = tempfile::tempdir()?;
    let copy = folder.path().join("copy.recording");
    for end in block_ends(&whole) {
        fs::write(&copy, &whole[..end])?;
        refused(&replay(&copy, "json", &[])?, "truncated")?;
    }
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 1 << (at % 8);
        let Err(fault) = Recording::from_bytes(&changed) else {
            return Err(format!("with byte {at} changed, it is read all the same").into());
        };
        if at % (whole.len() / 20).max(1) == 0 {
            fs::write(&copy, &changed)?;
            refused(&replay(&copy, "json", &[])?, &fault.to_string())?;
        }
    }
    Ok(())
}

/// Where the blocks end, by their lengths.
fn block_ends(file: &[u8]) -> Vec<usize> {
    let start = file
        .iter()
        .position(|byte| *byte == b'\n')
        .unwrap_or_default()
        + 1;
    let mut ends = vec![start];
    let mut at = start;
    while let Some((length, _)) = file[at..].split_first_chunk() {
        let length = u32::from_be_bytes(*length) as usize;
        if length == 0 {
            break;
        }
        at += 4 + length;
        ends.push(at);
    }
    ends
}

fn refused(output: &Output, says: &str) -> Result<(), Failed> {
    let told = String::from_utf8_lossy(&output.stderr);
    let clean = output.status.code() == Some(2) && output.stdout.is_empty();
    match clean && told.starts_with("error: ") && told.contains(says) {
        true => Ok(()),
        false => Err(format!("{}, {told}", output.status).into()),
    }
}

/// Whoever changes the content and makes the digest anew gets an error or a report, never a crash; and where all answers of a
/// probe are taken away, never the report of a healthy remote.
fn forged(file: &Path) -> Result<(), Failed> {
    let blocks = unpack(&fs::read(file)?)?;
    let runtime = runtime()?;
    let catalogue = runtime.block_on(Probes::built_in())?;
    let total: usize = blocks.iter().map(Vec::len).sum();
    let step = (total / FORGERIES).max(1);
    for (number, block) in blocks.iter().enumerate() {
        for at in (0..block.len()).step_by(step) {
            let mut changed = blocks.clone();
            changed[number][at] = changed[number][at].wrapping_add(1);
            runtime.block_on(verdict(&pack(&changed)?, &catalogue));
        }
    }
    never_healthy_without(&blocks, &catalogue, Vec::clear)
}

/// The same probes must be asked everything that they were asked: a trace that ends one question earlier is no trace.
fn one_answer_less() -> Result<(), Failed> {
    let runtime = runtime()?;
    let lab = runtime.block_on(Lab::start(Behaviour::default()))?;
    let folder = tempfile::tempdir()?;
    let [file, authority] = ["recording", "ca.pem"].map(|name| folder.path().join(name));
    fs::write(&authority, lab.authority_pem())?;
    let output = Command::new(suite::program())
        .arg("check")
        .arg(format!("ftpes://{}", lab.address()))
        .arg("--ca-file")
        .arg(&authority)
        .arg("--record")
        .arg(&file)
        .args(["--only", "tls-modes", "--only", "certificate", "--quiet"])
        .output()?;
    let recorded = fs::read(&file).map_err(|error| {
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        format!("{error}: {told}")
    })?;
    let catalogue = runtime.block_on(Probes::built_in())?;
    if runtime.block_on(verdict(&recorded, &catalogue)).as_deref() != Some("healthy") {
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        return Err(format!("the whole recording is not that of a healthy remote: {told}").into());
    }
    never_healthy_without(&unpack(&recorded)?, &catalogue, |entries| {
        entries.pop();
    })
}

/// Made while the check runs, and made of a recording that is there: neither tells who it was, and both lead to the report.
fn for_others() -> Result<(), Failed> {
    const USER: &str = "initech47";
    let runtime = runtime()?;
    let lab = runtime.block_on(Lab::start(Behaviour {
        user: USER.into(),
        login_directory: "/accounts/initech47".into(),
        more_files: 3,
        faults: vec![lab::Fault::EpsvRefused],
        ..Behaviour::default()
    }))?;
    let folder = tempfile::tempdir()?;
    let [authority, password] = ["ca.pem", "password"].map(|name| folder.path().join(name));
    fs::write(&authority, lab.authority_pem())?;
    fs::write(&password, &lab.behaviour().password)?;
    let check = |more: &[&str]| -> Result<Value, Failed> {
        let output = Command::new(suite::program())
            .current_dir(folder.path())
            .args(["check", &format!("ftpes://{USER}@{}", lab.address())])
            .args(["--ca-file", "ca.pem", "--password-file", "password"])
            .args(["--quiet", "--format", "json"])
            .args(more)
            .output()?;
        report(&output)
    };
    check(&["--record", "theirs", "--redact", "shareable"])?;
    let ours = check(&["--record", "ours"])?;
    let again = |args: &[&str]| -> Result<Value, Failed> {
        let mut command = Command::new(suite::program());
        command.current_dir(folder.path()).arg("replay").args(args);
        report(&command.args(["--format", "json"]).output()?)
    };
    again(&["ours", "--record", "made-of-ours", "--redact", "shareable"])?;
    for name in ["theirs", "made-of-ours"] {
        let blocks = unpack(&fs::read(folder.path().join(name))?)?;
        let tells = |block: &&Vec<u8>| String::from_utf8_lossy(block).contains("initech");
        if let Some(block) = blocks.iter().find(tells) {
            let block = String::from_utf8_lossy(block);
            return Err(format!("{name} tells who it was: {block}").into());
        }
        let theirs = again(&[name])?;
        if theirs["redaction"]["level"] != "shareable" {
            return Err(format!("{name}: the report does not say for whom it is").into());
        }
        for field in ["verdict", "root_causes"] {
            if theirs[field] != ours[field] {
                return Err(format!("{name}: {field} is {}", theirs[field]).into());
            }
        }
    }
    match unpack(&fs::read(folder.path().join("ours"))?)? {
        blocks
            if blocks
                .iter()
                .any(|block| String::from_utf8_lossy(block).contains(USER)) =>
        {
            Ok(())
        }
        _ => Err("the user is not even in our own recording".into()),
    }
}

fn report(output: &Output) -> Result<Value, Failed> {
    let told = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("{}: {error}: {told}", output.status).into())
}

/// Told before anything is asked of the remote.
fn not_for_the_public() -> Result<(), Failed> {
    let runtime = runtime()?;
    let lab = runtime.block_on(Lab::start(Behaviour::default()))?;
    let folder = tempfile::tempdir()?;
    let output = Command::new(suite::program())
        .current_dir(folder.path())
        .args(["check", &format!("ftpes://{}", lab.address())])
        .args(["--record", "all", "--redact", "public"])
        .output()?;
    let told = String::from_utf8_lossy(&output.stderr);
    let untouched = lab.connections().control == 0 && fs::read_dir(folder.path())?.count() == 0;
    match (output.status.code(), untouched) {
        (Some(2), true) if told.contains("shareable") => Ok(()),
        (code, untouched) => Err(format!("{code:?}, untouched: {untouched}, {told}").into()),
    }
}

/// Takes something away from the trace of each probe in turn.
fn never_healthy_without(
    blocks: &[Vec<u8>],
    catalogue: &Probes,
    take: fn(&mut Vec<Value>),
) -> Result<(), Failed> {
    let runtime = runtime()?;
    let mut tried = 0;
    for (number, block) in blocks.iter().enumerate() {
        let Some(less) = with_less(block, take)? else {
            continue;
        };
        let mut changed = blocks.to_vec();
        changed[number] = less;
        let verdict = runtime.block_on(verdict(&pack(&changed)?, catalogue));
        if verdict.as_deref() == Some("healthy") {
            return Err(format!("without what is missing in block {number}: healthy").into());
        }
        tried += 1;
    }
    match tried {
        0 => Err("no trace has anything that could be taken away".into()),
        _ => Ok(()),
    }
}

/// A trace without some of its entries; none where the block is no trace, or an empty one.
fn with_less(block: &[u8], take: fn(&mut Vec<Value>)) -> Result<Option<Vec<u8>>, Failed> {
    let mut block: Value = serde_json::from_slice(block)?;
    // Only what the verdict rests on: not the proof of a change, nor what tidied up.
    let part = block.pointer("/trace/0").and_then(Value::as_str);
    let purpose = block.pointer("/trace/2/purpose").and_then(Value::as_str);
    if (part, purpose) != (Some("diagnosis"), Some("look")) {
        return Ok(None);
    }
    let entries = block.pointer_mut("/trace/2/entries");
    match entries.and_then(Value::as_array_mut) {
        Some(entries) if !entries.is_empty() => {
            take(entries);
            Ok(Some(serde_json::to_vec(&block)?))
        }
        _ => Ok(None),
    }
}

/// What comes of a replay within this process, where a panic would end the test.
async fn verdict(file: &[u8], catalogue: &Probes) -> Option<String> {
    let recording = Recording::from_bytes(file).ok()?;
    let check = recording.check();
    let replay = Replay::new(recording, catalogue.identities());
    let report = doctor::replay(&check, &replay, catalogue).await.ok()?;
    replay.faithful().ok()?;
    let verdict = serde_json::to_value(report.verdict).ok()?;
    Some(verdict.as_str()?.to_owned())
}
