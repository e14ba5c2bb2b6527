//! `--timeout` is a budget: what hangs has a name before it is spent, and what there was no time for is named. And slow is not
//! dead: what takes its time has the verdicts of what does not.

use std::time::{Duration, Instant};

use libtest_mimic::{Failed, Trial};
use serde_json::Value;

use crate::binary::{self, Format};
use crate::scenario::Scenario;
use crate::site::Site;

/// Beyond the budget: starting the program, and a machine with other things to do.
const SLACK: Duration = Duration::from_secs(2);
/// Budgets in seconds, and from which on all the patience of the settings has room in it.
const BUDGETS: [u64; 4] = [5, 10, 20, 60];
const FULL: u64 = 60;
/// Longer ones are played on request.
const IN_PASSING: u64 = 10;

/// What a server does, and what it may be called.
struct Case {
    name: &'static str,
    faults: &'static str,
    codes: &'static [&'static str],
}

const CASES: &[Case] = &[
    Case {
        name: "dropped",
        faults: r#""control-port-filtered""#,
        codes: &["net.connection-timeout"],
    },
    Case {
        name: "silent",
        faults: r#""greeting-never""#,
        codes: &["service.no-banner"],
    },
    Case {
        name: "silent_at_user",
        faults: r#"{ disturbed = { at = "USER", how = "silence" } }"#,
        codes: &["service.stops-answering"],
    },
    Case {
        name: "tls_silent",
        faults: r#""auth-then-silence""#,
        codes: &["tls.handshake-stalls", "tls.handshake-failed"],
    },
    Case {
        name: "ports_dropped",
        faults: r#""passive-ports-filtered""#,
        codes: &["data.all-ports-blocked"],
    },
    Case {
        name: "stalls",
        faults: "{ data-stalls = { after = 100 } }",
        codes: &["data.truncated"],
    },
];

/// Every reply takes a second: nothing hangs.
const SLOW: &str = r#"
    { disturbed = { at = "USER", how = { late = { ms = 1000 } } } },
    { disturbed = { at = "PASS", how = { late = { ms = 1000 } } } },
    { disturbed = { at = "PWD", how = { late = { ms = 1000 } } } },
    { disturbed = { at = "FEAT", how = { late = { ms = 1000 } } } },
    { disturbed = { at = "EPSV", how = { late = { ms = 1000 } } } },
    { disturbed = { at = "PROT", how = { late = { ms = 1000 } } } }
"#;

/// How slow a server is, and what is said of it with the usual time-outs.
struct Slow {
    name: &'static str,
    faults: &'static str,
    arguments: &'static [&'static str],
    codes: &'static [&'static str],
    says: &'static str,
}

const SLOW_ONES: &[Slow] = &[
    Slow {
        name: "replies_of_6_s",
        faults: r#"
            { greeting-delayed = { ms = 6000 } },
            { disturbed = { at = "AUTH", how = { late = { ms = 6000 } } } },
            { disturbed = { at = "USER", how = { late = { ms = 6000 } } } },
            { disturbed = { at = "PASS", how = { late = { ms = 6000 } } } },
            { disturbed = { at = "PWD", how = { late = { ms = 6000 } } } },
            { disturbed = { at = "FEAT", how = { late = { ms = 6000 } } } },
            { disturbed = { at = "PBSZ", how = { late = { ms = 6000 } } } },
            { disturbed = { at = "PROT", how = { late = { ms = 6000 } } } },
            { disturbed = { at = "EPSV", how = { late = { ms = 6000 } } } },
            { disturbed = { at = "PASV", how = { late = { ms = 6000 } } } }
        "#,
        arguments: &[],
        codes: &["service.slow-banner", "service.slow-replies"],
        says: "--timeout 3",
    },
    Slow {
        name: "greeting_of_16_s",
        faults: "{ greeting-delayed = { ms = 16000 } }",
        arguments: &[],
        codes: &["service.slow-banner"],
        says: "16.0 s",
    },
    Slow {
        name: "user_of_10_s",
        faults: r#"{ disturbed = { at = "USER", how = { late = { ms = 10000 } } } }"#,
        arguments: &[],
        codes: &[],
        says: "",
    },
    Slow {
        name: "listing_of_40_s",
        faults: "{ data-delayed = { ms = 40000 } }",
        arguments: &["--depth", "quick"],
        codes: &["settings.timeout-too-short"],
        says: "reply_timeout",
    },
];

pub fn trials() -> Vec<Trial> {
    let slow = SLOW_ONES.iter().map(|it| {
        let name = format!("slow_is_not_dead_{}", it.name);
        // A minute each: played on request.
        Trial::test(name, move || takes_its_time(it)).with_ignored_flag(true)
    });
    budgets().into_iter().chain(slow).collect()
}

fn budgets() -> Vec<Trial> {
    let of = |seconds: u64| {
        let hanging = CASES.iter().map(move |case| {
            let name = format!("budget_{seconds}_{}", case.name);
            Trial::test(name, move || hangs(case, seconds))
        });
        let slow = Trial::test(format!("budget_{seconds}_slow"), move || slow(seconds));
        let all: Vec<Trial> = hanging.chain([slow]).collect();
        all.into_iter()
            .map(move |trial| trial.with_ignored_flag(seconds > IN_PASSING))
    };
    BUDGETS.into_iter().flat_map(of).collect()
}

/// The report on a server with these faults, within the budget.
fn report(faults: &str, seconds: u64) -> Result<Value, Failed> {
    let begun = Instant::now();
    let report = report_with(faults, &["--timeout", &seconds.to_string()])?;
    let took = begun.elapsed();
    match took <= Duration::from_secs(seconds) + SLACK {
        true => Ok(report),
        false => Err(format!("it took {took:?}\n{report:#}").into()),
    }
}

fn report_with(faults: &str, arguments: &[&str]) -> Result<Value, Failed> {
    let arguments: String = arguments.iter().map(|it| format!(", {it:?}")).collect();
    let scenario: Scenario = toml::from_str(&format!(
        r#"
            [server]
            faults = [{faults}]
            [check]
            args = ["--ssl", "require-explicit"{arguments}]
            [expect]
            root-causes = []
            verdict = "incomplete"
            exit = 3
        "#
    ))?;
    let run = binary::run(&scenario, &Site::open(&scenario)?, Format::Json)?;
    Ok(serde_json::from_slice(&run.stdout)?)
}

/// The verdict is about slowness, where that is worth one, and the settings to go with it are proposed.
fn takes_its_time(slow: &Slow) -> Result<(), Failed> {
    let report = report_with(slow.faults, slow.arguments)?;
    let causes = report["root_causes"].as_array().ok_or("no causes")?;
    let mut found: Vec<&str> = causes.iter().filter_map(Value::as_str).collect();
    found.sort_unstable();
    let is_listed = report["facts"]["data.listed"] == true;
    let says = report.to_string().contains(slow.says);
    match found == slow.codes && is_listed && says {
        true => Ok(()),
        false => Err(format!("{report:#}").into()),
    }
}

/// What hangs is named, and as likely where there was no time to be sure.
fn hangs(case: &Case, seconds: u64) -> Result<(), Failed> {
    let report = report(case.faults, seconds)?;
    let first = &report["findings"][0];
    let named = case.codes.iter().any(|code| first["code"] == *code);
    let detail = first["detail"].as_str().unwrap_or_default();
    let says_so = detail.contains(&format!("(--timeout {seconds})"));
    let is_weighed = seconds >= FULL || first["confidence"] == "likely" && says_so;
    match named && is_weighed && report["verdict"] == "failing" {
        true => Ok(()),
        false => Err(format!("{report:#}").into()),
    }
}

/// What is slow is not accused of hanging, and what there is no time for is left out by name.
fn slow(seconds: u64) -> Result<(), Failed> {
    let report = report(SLOW, seconds)?;
    let option = format!("--timeout {seconds} leaves no time for it");
    let not_tested = report["not_tested"].as_array().ok_or("no list")?;
    let leaves_out = not_tested.iter().any(|it| it["reason"] == option.as_str());
    let findings = report["findings"].as_array().ok_or("no findings")?;
    let accused = findings.iter().any(|it| it["severity"] == "error");
    // Twenty seconds are enough for all of it.
    match !accused && leaves_out == (seconds < 20) {
        true => Ok(()),
        false => Err(format!("{report:#}").into()),
    }
}
