//! What looks from a depth on is not run before, and is told of.

use std::process::Command;

use libtest_mimic::{Failed, Trial};
use serde_json::Value;

use crate::binary::{self, Format};
use crate::scenario::Scenario;
use crate::site::Site;

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("depth_quick_runs_what_it_needs", || {
            skips("quick", &["sessions", "transfers"])
        }),
        Trial::test("depth_standard_runs_what_loads_nothing", || {
            skips("standard", &["sessions"])
        }),
        Trial::test("depth_full_runs_all", || skips("full", &[])),
        Trial::test("depth_is_needed_by_a_probe_asked_for", needed_by_name),
    ]
}

/// At this depth these probes are skipped, and no others.
fn skips(depth: &str, skipped: &[&str]) -> Result<(), Failed> {
    let scenario: Scenario = toml::from_str(&format!(
        r#"
            [server]
            [check]
            args = ["--ssl", "require-explicit", "--max-connections", "2", "--depth", "{depth}"]
            [expect]
            root-causes = []
            verdict = "healthy"
            exit = 0
        "#
    ))?;
    let run = binary::run(&scenario, &Site::open(&scenario)?, Format::Json)?;
    let report: Value = serde_json::from_slice(&run.stdout)?;
    let probes = report["probes"].as_array().ok_or("no probes")?;
    let of = |status: &str| -> Vec<&str> {
        let probes = probes.iter().filter(|probe| probe["status"] == status);
        probes.filter_map(|probe| probe["id"].as_str()).collect()
    };
    match of("skipped") == skipped && of("ok").len() + skipped.len() == probes.len() {
        true => Ok(()),
        false => Err(format!("{probes:#?}").into()),
    }
}

/// Exit code 2 before anything is asked of anybody.
fn needed_by_name() -> Result<(), Failed> {
    let mut check = Command::new(suite::program());
    check.args(["check", "--host", "127.0.0.1", "--only", "sessions"]);
    let output = check.output()?;
    let told = String::from_utf8(output.stderr)?;
    let names_both = told.contains("`sessions`") && told.contains("--depth full");
    match output.status.code() == Some(2) && output.stdout.is_empty() && names_both {
        true => Ok(()),
        false => Err(format!("{}: {told}", output.status).into()),
    }
}
