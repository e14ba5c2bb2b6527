//! Golden reports: each JSON of `tests/golden` is rendered in every format and compared with the file beside it, letter by
//! letter, so that a change of a format is seen in review. With `REMOTE_DOCTOR_BLESS=1` the files are written instead.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use libtest_mimic::{Failed, Trial};
use serde_json::Value;

/// A format, and how its files end.
const FORMATS: [(&str, &str); 5] = [
    ("json", "json"),
    ("text", "txt"),
    ("markdown", "md"),
    ("html", "html"),
    ("junit", "xml"),
];
const CASES: [&str; 5] = [
    "healthy",
    "one-fault",
    "two-faults",
    "incomplete",
    "sources-differ",
];
const BLESS: &str = "REMOTE_DOCTOR_BLESS";

pub fn trials() -> Vec<Trial> {
    let mut trials: Vec<Trial> = CASES
        .iter()
        .flat_map(|case| FORMATS.map(|format| (*case, format)))
        .map(|(case, (format, ending))| {
            Trial::test(format!("golden_{case}_{format}"), move || {
                compare(case, format, ending)
            })
        })
        .collect();
    trials.extend(CASES.map(|case| {
        Trial::test(format!("golden_{case}_is_read_back_from_html"), move || {
            read_back(case)
        })
    }));
    trials.push(Trial::test("golden_reports_fit_the_schema", fit_the_schema));
    trials.push(Trial::test(
        "golden_schema_is_the_published_one",
        published_schema,
    ));
    trials.push(Trial::test("each_owner_has_a_message", messages));
    trials.push(Trial::test("what_is_no_report_is_an_error", no_reports));
    trials
}

fn folder() -> PathBuf {
    suite::workspace().join("tests/golden")
}

fn golden(case: &str, ending: &str) -> PathBuf {
    folder().join(case).with_extension(ending)
}

fn run(arguments: &[&str], file: &Path) -> Result<Output, Failed> {
    let mut command = Command::new(suite::program());
    Ok(command.arg("report").arg(file).args(arguments).output()?)
}

/// What a run prints that ends well.
fn printed(output: Output) -> Result<String, Failed> {
    match output.status.success() {
        true => Ok(String::from_utf8(output.stdout)?),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned().into()),
    }
}

fn compare(case: &str, format: &str, ending: &str) -> Result<(), Failed> {
    let output = run(&["--format", format], &golden(case, "json"))?;
    same(&printed(output)?, &golden(case, ending))
}

pub fn same(made: &str, file: &Path) -> Result<(), Failed> {
    if std::env::var_os(BLESS).is_some() {
        // Other trials read it meanwhile.
        let part = file.with_added_extension("part");
        fs::write(&part, made)?;
        return Ok(fs::rename(part, file)?);
    }
    let wanted = fs::read_to_string(file)?;
    if made == wanted {
        return Ok(());
    }
    let mut lines = made.lines().zip(wanted.lines()).enumerate();
    let first = lines.find(|(_, (made, wanted))| made != wanted);
    let told = first.map_or("one is longer".into(), |(number, (made, wanted))| {
        format!("line {}:\n  is    {made}\n  was   {wanted}", number + 1)
    });
    let how = format!("if that is meant, run the test with {BLESS}=1 and commit the file");
    Err(format!("{}: {told}\n{how}", file.display()).into())
}

/// The HTML file is the record, too.
fn read_back(case: &str) -> Result<(), Failed> {
    let output = run(&["--format", "json"], &golden(case, "html"))?;
    match printed(output)? == fs::read_to_string(golden(case, "json"))? {
        true => Ok(()),
        false => Err("the report in the HTML file is another".into()),
    }
}

fn schema() -> Result<String, Failed> {
    let arguments = ["schema", "report"];
    printed(Command::new(suite::program()).args(arguments).output()?)
}

fn fit_the_schema() -> Result<(), Failed> {
    let schema: Value = serde_json::from_str(&schema()?)?;
    let validator = jsonschema::validator_for(&schema).map_err(|error| error.to_string())?;
    for case in CASES {
        let text = fs::read_to_string(golden(case, "json"))?;
        let mut report: Value = serde_json::from_str(&text)?;
        if let Err(error) = validator.validate(&report) {
            return Err(format!("{case}: {} at {}", error, error.instance_path()).into());
        }
        report["verdict"] = "fine".into();
        if validator.is_valid(&report) {
            return Err("a verdict that does not exist fits the schema".into());
        }
    }
    Ok(())
}

fn published_schema() -> Result<(), Failed> {
    let file = suite::workspace().join("engine/report/schema/report.json");
    same(&schema()?, &file)
}

/// The message for whoever has to act has what the report has of it, and nobody else gets one.
fn messages() -> Result<(), Failed> {
    let two = golden("two-faults", "json");
    for (owner, says) in [
        ("certificate-owner", "expired on"),
        ("firewall-admin", "ports for data connections"),
    ] {
        let message = printed(run(&["--message", owner], &two)?)?;
        if !message.starts_with("Subject: ") || !message.contains(says) {
            return Err(format!("to {owner}:\n{message}").into());
        }
    }
    let nobody = run(&["--message", "platform"], &two)?;
    let told = String::from_utf8_lossy(&nobody.stderr).into_owned();
    match (
        printed(nobody)?.is_empty(),
        told.contains("certificate-owner, firewall-admin"),
    ) {
        (true, true) => Ok(()),
        _ => Err(told.into()),
    }
}

/// Exit code 2, a sentence, and no file where the report would have been.
fn no_reports() -> Result<(), Failed> {
    let scratch = tempfile::tempdir()?;
    let whole = fs::read_to_string(golden("healthy", "json"))?;
    let page = fs::read_to_string(golden("healthy", "html"))?;
    let (cut, _) = page.rsplit_once("</script>").ok_or("no JSON")?;
    let begun: Vec<&str> = whole.lines().take(40).collect();
    let begun = begun.join("\n");
    let bad = [
        ("truncated.json", &begun[..], "not a report"),
        (
            "foreign.json",
            r#"{"name": "package", "version": "1.0"}"#,
            "no schema_version",
        ),
        ("empty.json", "", "not a report"),
        (
            "page.html",
            "<html><p>nothing</p></html>",
            "no report is embedded",
        ),
        ("truncated.html", cut, "not a report"),
    ];
    let to = scratch.path().join("out.html");
    for (name, text, says) in bad {
        let file = scratch.path().join(name);
        fs::write(&file, text)?;
        let out = to.display().to_string();
        refused(run(&["--format", "html", "-o", &out], &file)?, says)?;
        if to.exists() {
            return Err(format!("{name}: there is a file all the same").into());
        }
    }
    unwritable(scratch.path())
}

/// What is there stays as it was, with nothing beside it.
fn unwritable(scratch: &Path) -> Result<(), Failed> {
    let taken = scratch.join("taken");
    fs::create_dir_all(taken.join("full"))?;
    let missing = scratch.join("missing/out.txt");
    let to = taken.display().to_string();
    refused(run(&["-o", &to], &golden("healthy", "json"))?, &to)?;
    // What cannot be put there is not lost.
    let to = missing.display().to_string();
    let output = run(&["-o", &to], &golden("healthy", "json"))?;
    let told = String::from_utf8_lossy(&output.stderr);
    if output.status.code() != Some(3) || !told.contains(&to) || output.stdout.is_empty() {
        return Err(format!("{}, {told}", output.status).into());
    }
    match scratch.join("taken.part").exists() || !taken.join("full").exists() {
        true => Err("something half written is left".into()),
        false => Ok(()),
    }
}

fn refused(output: Output, says: &str) -> Result<(), Failed> {
    let told = String::from_utf8_lossy(&output.stderr);
    match output.status.code() == Some(2) && told.contains(says) && output.stdout.is_empty() {
        true => Ok(()),
        false => Err(format!("{}, {told}", output.status).into()),
    }
}
