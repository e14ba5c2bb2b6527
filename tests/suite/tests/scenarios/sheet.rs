//! `remote-doctor sheet`: the sheet of a saved report, with the look-ups of the check or with its own; and the file in
//! which `check --sheet` remembers addresses.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Output};

use lab::{Behaviour, Lab};
use libtest_mimic::{Failed, Trial};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::dns::Dns;
use crate::scenario::{Answer, Records};

const COLUMNS: usize = 80;

/// The tests of the sheet.
pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("sheet_of_a_report_with_and_without_look_ups", of_a_report),
        Trial::test("sheet_of_what_is_no_report", of_no_report),
        Trial::test("sheet_state_is_kept_and_a_foreign_one_left_alone", state),
    ]
}

/// A healthy server, a resolver, and a folder.
struct Place {
    lab: Lab,
    dns: Dns,
    folder: TempDir,
    _runtime: Runtime,
}

impl Place {
    fn open() -> Result<Place, Failed> {
        let runtime = Runtime::new()?;
        let reverse = Records {
            ptr: vec!["p7.dyn.isp.example".into()],
            ..Records::default()
        };
        let names = [("7.113.0.203.in-addr.arpa".into(), Answer::Records(reverse))];
        let lab = runtime.block_on(Lab::start(Behaviour::default()))?;
        let dns = runtime.block_on(Dns::start(names.into()))?;
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("ca.pem"), lab.authority_pem())?;
        Ok(Place {
            lab,
            dns,
            folder,
            _runtime: runtime,
        })
    }

    fn check(&self, report: &Path, args: &[&str]) -> io::Result<Output> {
        Command::new(suite::program())
            .args([
                "check",
                "--quiet",
                "--ssl",
                "require-explicit",
                "--format",
                "json",
                "--host",
                "127.0.0.1",
            ])
            .args(["--port", &self.lab.address().port().to_string(), "--output"])
            .arg(report)
            .arg("--ca-file")
            .arg(self.folder.path().join("ca.pem"))
            .args(["--resolver", &self.dns.address.to_string()])
            .args(args)
            .output()
    }

    fn sheet(&self, report: &Path, args: &[&str]) -> io::Result<Output> {
        Command::new(suite::program())
            .arg("sheet")
            .arg(report)
            .args(args)
            .output()
    }
}

fn of_a_report() -> Result<(), Failed> {
    let place = Place::open()?;
    let file = place.folder.path().join("report.json");
    succeeded(&place.check(&file, &["--sheet"])?)?;
    let with: Value = serde_json::from_slice(&fs::read(&file)?)?;
    let saved = place.sheet(&file, &["--format", "json"])?;
    succeeded(&saved)?;
    let sheet: Value = serde_json::from_slice(&saved.stdout)?;
    same("the saved sheet", &sheet, &with["allow_list"])?;
    same(
        "the passive ports",
        &sheet["ports"]["control"],
        &place.lab.address().port().into(),
    )?;

    // A report of somewhere else, which nobody looked anything up for.
    let mut without = with;
    without["remote"]["sources"] = serde_json::json!(["203.0.113.7"]);
    without["remote"]["dedicated"] = serde_json::json!(["203.0.113.7"]);
    without
        .as_object_mut()
        .map(|report| report.remove("allow_list"));
    fs::write(&file, without.to_string())?;
    let resolver = place.dns.address.to_string();
    let looked_up = place.sheet(&file, &["--resolver", &resolver])?;
    succeeded(&looked_up)?;
    let text = String::from_utf8(looked_up.stdout)?;
    for words in [
        "203.0.113.7  dedicated",
        "p7.dyn.isp.example says dyn",
        "doubtful",
        "control connection",
    ] {
        if !text.contains(words) {
            return Err(format!("the sheet does not say {words:?}:\n{text}").into());
        }
    }
    match text.lines().find(|line| line.chars().count() > COLUMNS) {
        Some(wide) => Err(format!("a line is wider than {COLUMNS} columns: {wide}").into()),
        None => Ok(()),
    }
}

fn of_no_report() -> Result<(), Failed> {
    let place = Place::open()?;
    let file = place.folder.path().join("report.json");
    for text in ["", "{}", "{\"schema_version\": \"1\""] {
        fs::write(&file, text)?;
        refused(&place.sheet(&file, &[])?, "not a report of remote-doctor")?;
    }
    refused(
        &place.sheet(&place.folder.path().join("none.json"), &[])?,
        "none.json",
    )
}

fn state() -> Result<(), Failed> {
    let place = Place::open()?;
    let (file, report) = (
        place.folder.path().join("state.json"),
        place.folder.path().join("report.json"),
    );
    let path = file.display().to_string();
    let args = ["--sheet", "--state", &path];
    succeeded(&place.check(&report, &args)?)?;
    let first = fs::read_to_string(&file)?;
    if !first.contains("remote-doctor source addresses") {
        return Err(format!("the state file says {first}").into());
    }
    for foreign in ["", "{\"somebody's\": 1}", &first[..first.len() / 2]] {
        fs::write(&file, foreign)?;
        refused(&place.check(&report, &args)?, "it was not changed")?;
        if fs::read_to_string(&file)? != foreign {
            return Err("a foreign file was overwritten".into());
        }
    }
    if place.lab.connections().control > 4 {
        return Err("the remote was asked before the state was read".into());
    }
    refused(&place.check(&report, &["--state", &path])?, "--sheet")
}

fn same(what: &str, found: &Value, expected: &Value) -> Result<(), Failed> {
    match found == expected {
        true => Ok(()),
        false => Err(format!("{what} is {found}, not {expected}").into()),
    }
}

fn succeeded(output: &Output) -> Result<(), Failed> {
    match output.status.code() {
        Some(0) => Ok(()),
        code => Err(format!(
            "exit code {code:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        )
        .into()),
    }
}

fn refused(output: &Output, words: &str) -> Result<(), Failed> {
    let said = String::from_utf8_lossy(&output.stderr);
    match output.status.code() == Some(2) && said.contains(words) {
        true => Ok(()),
        false => Err(format!("exit code {:?}, and it says {said}", output.status.code()).into()),
    }
}
