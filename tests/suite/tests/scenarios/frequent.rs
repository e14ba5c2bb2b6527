//! The twenty faults that people meet most often, as their report says them: each JSON of `tests/golden/frequent` is rendered
//! as text, some at the width of a narrow and of a wide terminal, and as a ticket, and compared letter by letter.
//!
//! The files are reports of the scenarios of the same name. `REMOTE_DOCTOR_KEEP=tests/golden/frequent` before a run of the
//! scenarios puts all reports there; those of [`CASES`] are kept in the repository. `REMOTE_DOCTOR_BLESS=1` writes the texts.

use std::path::PathBuf;
use std::process::Command;

use libtest_mimic::{Failed, Trial};

use crate::golden::same;

/// The scenarios.
const CASES: [&str; 20] = [
    "certificate-expired",
    "certificate-missing-intermediate",
    "certificate-private-ca",
    "certificate-self-signed",
    "certificate-wrong-name",
    "data-pasv-private-address",
    "data-ports-dropped-by-firewall",
    "data-some-ports-closed",
    "full-for-this-address-at-the-greeting",
    "greeting-never",
    "login-wrong-password",
    "mode-explicit-on-implicit-port",
    "mode-implicit-on-explicit-port",
    "mode-no-tls",
    "mode-tls-demanded-vsftpd",
    "name-does-not-exist",
    "path-missing",
    "reach-refused-explicit-works",
    "reach-dropped-by-firewall",
    "source-dedicated-not-listed",
];
/// Those at other widths, too: with lines to type, with a long list, with settings.
const AT_ALL_WIDTHS: [&str; 3] = [
    "certificate-expired",
    "data-ports-dropped-by-firewall",
    "mode-implicit-on-explicit-port",
];
/// No ticket is longer, in lines.
const TICKET: usize = 25;

pub fn trials() -> Vec<Trial> {
    let mut trials: Vec<Trial> = CASES
        .iter()
        .map(|case| Trial::test(format!("golden_frequent_{case}"), move || usual(case)))
        .collect();
    trials.extend(AT_ALL_WIDTHS.map(|case| {
        Trial::test(format!("golden_frequent_{case}_at_all_widths"), move || {
            for columns in ["60", "120"] {
                let ending = format!("{columns}.txt");
                same(&rendered(case, &[], columns)?, &file(case, &ending))?;
            }
            Ok(())
        })
    }));
    trials
}

fn file(case: &str, ending: &str) -> PathBuf {
    let folder = suite::workspace().join("tests/golden/frequent");
    folder.join(format!("{case}.{ending}"))
}

fn usual(case: &str) -> Result<(), Failed> {
    same(&rendered(case, &[], "80")?, &file(case, "txt"))?;
    let ticket = rendered(case, &["--format", "ticket"], "80")?;
    match ticket.lines().count() {
        0..=TICKET => same(&ticket, &file(case, "ticket.txt")),
        lines => Err(format!("a ticket of {lines} lines:\n{ticket}").into()),
    }
}

fn rendered(case: &str, arguments: &[&str], columns: &str) -> Result<String, Failed> {
    let output = Command::new(suite::program())
        .arg("report")
        .arg(file(case, "json"))
        .args(arguments)
        .env("COLUMNS", columns)
        .output()?;
    match output.status.success() {
        true => Ok(String::from_utf8(output.stdout)?),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned().into()),
    }
}
