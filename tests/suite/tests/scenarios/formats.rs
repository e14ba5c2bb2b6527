//! Several formats in one run, and those for CI: what other programs rely on.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use lab::{Behaviour, CertificateKind};
use libtest_mimic::{Failed, Trial};
use serde_json::Value;

use crate::served::Served;

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("formats_several_in_one_run", several),
        Trial::test("formats_on_standard_output_beside_files", beside),
        Trial::test("formats_junit_names_stay_the_same", junit_names),
        Trial::test("formats_sarif_fits_its_schema", sarif),
        Trial::test("formats_github_annotations_are_lines", github),
        Trial::test("formats_examples_for_ci_are_accepted", examples),
    ]
}

struct Place(Served);

impl Place {
    fn open(certificate: CertificateKind) -> Result<Place, Failed> {
        let place = Place(Served::open(Behaviour {
            certificate,
            ..Behaviour::default()
        })?);
        let at = place.0.lab.address();
        let settings = format!(
            "host = \"{}\"\nport = {}\nca-files = [\"ca.pem\"]\n",
            at.ip(),
            at.port()
        );
        fs::write(place.at("remote.toml"), settings)?;
        Ok(place)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.folder.path().join(name)
    }

    fn check(&self, args: &[&str]) -> Result<Output, Failed> {
        let mut command = Command::new(suite::program());
        command
            .args(["check", "remote.toml", "--depth", "quick"])
            .args(args)
            .current_dir(self.0.folder.path())
            .env("XDG_STATE_HOME", self.at("state"))
            .stdin(Stdio::null());
        Ok(command.output()?)
    }

    fn read(&self, name: &str) -> Result<String, Failed> {
        fs::read_to_string(self.at(name)).map_err(|error| format!("{name}: {error}").into())
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn shown(output: &Output) -> String {
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    format!("{}\n{out}\n{err}", output.status)
}

fn expect(what: bool, told: impl std::fmt::Display) -> Result<(), Failed> {
    match what {
        true => Ok(()),
        false => Err(told.to_string().into()),
    }
}

fn several() -> Result<(), Failed> {
    let place = Place::open(CertificateKind::Expired)?;
    let files = ["r.html", "r.json", "r.xml", "r.md", "r.sarif", "r.txt"];
    let outputs: Vec<&str> = files.iter().flat_map(|file| ["-o", file]).collect();
    let output = place.check(&outputs)?;
    let said = text(&output.stdout);
    let told = "The report is in r.html, r.json, r.xml, r.md, r.sarif and r.txt.\n";
    let fits = said.starts_with("FAILING  ") && said.ends_with(told);
    expect(fits && output.status.code() == Some(1), shown(&output))?;
    for (file, begins) in files.iter().zip([
        "<!DOCTYPE html>",
        "{\n  \"schema_version\": \"1\"",
        "<?xml version",
        "# ",
        "{\n  \"$schema\": ",
        "127.0.0.1:",
    ]) {
        let written = place.read(file)?;
        let fits = written.starts_with(begins) && written.contains("cert.expired");
        expect(fits, format!("{file}: {written}"))?;
    }
    let quiet = place.check(&["--quiet", "-o", "a.html", "-o", "a.json"])?;
    expect(quiet.stdout.is_empty(), shown(&quiet))?;
    // One of them cannot be written: it is not lost, and the others are there.
    let lost = place.check(&[
        "--quiet",
        "-o",
        "none/b.json",
        "-o",
        "b.html",
        "--fail-on",
        "never",
    ])?;
    serde_json::from_slice::<Value>(&lost.stdout).map_err(|_| shown(&lost))?;
    expect(
        lost.status.code() == Some(3) && place.at("b.html").exists(),
        shown(&lost),
    )
}

fn beside() -> Result<(), Failed> {
    let place = Place::open(CertificateKind::Expired)?;
    for args in [
        &[
            "--format", "json", "-o", "-", "--format", "html", "-o", "r.html",
        ][..],
        &["--format", "json", "-o", "r.html", "-o", "-"],
        &["--format", "json", "-o", "r.html", "-o", "r.xml"],
    ] {
        let _ = fs::remove_file(place.at("r.html"));
        let output = place.check(args)?;
        serde_json::from_slice::<Value>(&output.stdout).map_err(|_| shown(&output))?;
        expect(
            place.read("r.html")?.starts_with("<!DOCTYPE"),
            format!("{args:?}"),
        )?;
    }
    let message = place.check(&["--message", "certificate-owner", "-o", "m.txt"])?;
    expect(
        place.read("m.txt")?.starts_with("Subject: "),
        shown(&message),
    )
}

/// The test cases of a report, each with whether it passed, failed or was left out.
fn cases(xml: &str) -> BTreeMap<String, &'static str> {
    let cases = xml.split("<testcase ").skip(1);
    cases
        .map(|case| {
            let head = case.split('>').next().unwrap_or_default();
            let body = case.split("</testcase>").next().unwrap_or_default();
            let how = match body {
                _ if head.ends_with('/') => "passed",
                body if body.contains("<failure") || body.contains("<error") => "failed",
                body if body.contains("<skipped") => "left out",
                _ => "passed",
            };
            (head.trim_end_matches('/').to_owned(), how)
        })
        .collect()
}

/// Servers of CI know a test by its name. So each that is looked at is called the same whatever is found.
fn junit_names() -> Result<(), Failed> {
    let of = |certificate| -> Result<BTreeMap<String, &'static str>, Failed> {
        let place = Place::open(certificate)?;
        let args = [
            "--quiet",
            "--format",
            "junit",
            "--user",
            &place.0.lab.behaviour().user.clone(),
            "--password-file",
            "secret",
        ];
        Ok(cases(&text(&place.check(&args)?.stdout)))
    };
    let (healthy, faulty) = (of(CertificateKind::Valid)?, of(CertificateKind::Expired)?);
    let missing = healthy.keys().filter(|name| !faulty.contains_key(*name));
    let missing: Vec<&String> = missing.collect();
    expect(
        missing.is_empty(),
        format!("only where all is well: {missing:?}"),
    )?;
    let expired = "name=\"cert.expired\" classname=\"certificate\"";
    let how = (healthy.get(expired), faulty.get(expired));
    expect(
        how == (Some(&"passed"), Some(&"failed")),
        format!("{how:?}"),
    )?;
    // What is only in one of them was left out there.
    let more = faulty
        .iter()
        .filter(|(name, how)| !healthy.contains_key(*name) && **how != "left out");
    let more: Vec<_> = more.collect();
    expect(
        healthy.len() > 50 && more.is_empty(),
        format!("only where something is wrong: {more:?}"),
    )
}

fn schema() -> Result<Value, Failed> {
    let path = "target/pages/node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json";
    let text = fs::read_to_string(suite::workspace().join(path));
    let text =
        text.map_err(|error| format!("the schema of SARIF: {error}; `cargo xtask pages` gets it"))?;
    // A bracket that closes nothing is no regular expression by the rules of JSON Schema.
    Ok(serde_json::from_str(&text.replace("{2}]?$", "{2}\\\\]?$"))?)
}

fn sarif() -> Result<(), Failed> {
    let schema = schema()?;
    let validator = jsonschema::validator_for(&schema).map_err(|error| error.to_string())?;
    let place = Place::open(CertificateKind::Expired)?;
    let output = place.check(&["--quiet", "--format", "sarif"])?;
    let log: Value = serde_json::from_slice(&output.stdout).map_err(|_| shown(&output))?;
    let result = &log["runs"][0]["results"][0];
    let location = &result["locations"][0]["physicalLocation"];
    let fits = result["ruleId"] == "cert.expired"
        && result["level"] == "error"
        && location["artifactLocation"]["uri"] == "remote.toml"
        && location["region"]["startLine"] == 1;
    expect(fits, format!("{log:#}"))?;
    let again: Value =
        serde_json::from_slice(&place.check(&["--quiet", "--format", "sarif"])?.stdout)?;
    let fingerprint = |log: &Value| log["runs"][0]["results"][0]["partialFingerprints"].clone();
    let same = fingerprint(&log) == fingerprint(&again) && fingerprint(&log).is_object();
    expect(same, format!("{again:#}"))?;
    let mut logs = vec![log];
    for case in [
        "healthy",
        "one-fault",
        "two-faults",
        "incomplete",
        "sources-differ",
    ] {
        let file = suite::workspace()
            .join("tests/golden")
            .join(case)
            .with_extension("json");
        let mut command = Command::new(suite::program());
        let output = command
            .arg("report")
            .arg(file)
            .args(["--format", "sarif"])
            .output()?;
        logs.push(serde_json::from_slice(&output.stdout).map_err(|_| shown(&output))?);
    }
    for log in &logs {
        let wrong: Vec<String> = validator
            .iter_errors(log)
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        expect(wrong.is_empty(), format!("{}\n{log:#}", wrong.join("\n")))?;
    }
    // The schema turns something away.
    expect(
        !validator.is_valid(&serde_json::json!({"version": "2.1.0", "runs": [{}]})),
        "takes anything",
    )
}

fn github() -> Result<(), Failed> {
    let place = Place::open(CertificateKind::Expired)?;
    let output = place.check(&["--quiet", "--format", "github"])?;
    let said = text(&output.stdout);
    let first = said.lines().next().unwrap_or_default();
    let title = format!("%3A{}%3A cert.expired::", place.0.lab.address().port());
    let fits = first.starts_with("::error file=remote.toml,line=1,title=127.0.0.1")
        && first.contains(&title)
        && first.contains("%0AWho has to act: the owner of the certificate.");
    expect(fits, &said)?;
    for line in said.lines() {
        let known = ["::error ", "::warning ", "::notice "];
        expect(known.iter().any(|it| line.starts_with(it)), line)?;
    }
    Ok(())
}

/// The lines that the examples type, with the settings file and the password of this place.
fn examples() -> Result<(), Failed> {
    for (example, files) in [
        (
            "github.yml",
            &["report.html", "report.json", "report.sarif", "summary"][..],
        ),
        ("gitlab.yml", &["junit.xml", "report.html", "report.json"]),
    ] {
        let place = Place::open(CertificateKind::Expired)?;
        fs::create_dir(place.at("remotes"))?;
        let settings = place.read("remote.toml")?.replace("ca.pem", "../ca.pem");
        let user = &place.0.lab.behaviour().user;
        fs::write(
            place.at("remotes/acme.toml"),
            format!("user = \"{user}\"\n{settings}"),
        )?;
        let yaml = fs::read_to_string(suite::workspace().join("examples/ci").join(example))?;
        let from = yaml
            .find("remote-doctor check remotes/acme.toml")
            .ok_or("no line with a check")?;
        let mut line = String::new();
        for part in yaml[from..].lines() {
            line.push_str(part.trim().trim_end_matches('\\'));
            if !part.ends_with('\\') {
                break;
            }
        }
        let line = line.replacen("remote-doctor", "\"$0\"", 1);
        let password = &place.0.lab.behaviour().password;
        let output = Command::new("bash")
            .args(["-c", &line, suite::program()])
            .current_dir(place.0.folder.path())
            .env("XDG_STATE_HOME", place.at("state"))
            .env("GITHUB_STEP_SUMMARY", place.at("summary"))
            .env("FTP_PASSWORD", password)
            .env("ACME_FTP_PASSWORD", password)
            .stdin(Stdio::null())
            .output()?;
        expect(
            output.status.code() == Some(1),
            format!("{line}\n{}", shown(&output)),
        )?;
        for file in files {
            expect(
                place.read(file)?.contains("cert.expired"),
                format!("{example}: {file}"),
            )?;
            let named = example == "github.yml" && *file == "summary" || yaml.contains(file);
            expect(named, format!("{example} does not name {file}"))?;
        }
    }
    Ok(())
}
