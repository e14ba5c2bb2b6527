//! Probes in Python and JavaScript: the examples find their faults and conform, and an interpreter gets nothing but the
//! contract.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::OnceLock;

use lab::{Behaviour, Connections, Lab};
use libtest_mimic::{Failed, Trial};
use outcomes::{Judgement, Outcome};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::play;
use crate::scenario::Scenario;

/// What an attempt to get at something comes to.
enum Comes {
    /// The probe is stopped, and this is said of it.
    ToAnEnd(&'static str),
    /// The probe gets this.
    To(&'static str),
}
use Comes::{To, ToAnEnd};

const MUTE: &str = "stopped without a message";
const NONE: &str = "a probe has no operating system";

const PYTHON: &[(&str, Comes)] = &[
    ("file", ToAnEnd(NONE)),
    ("file-below", ToAnEnd(MUTE)),
    ("folder", ToAnEnd(MUTE)),
    ("entropy", ToAnEnd(NONE)),
    ("entropy-below", ToAnEnd(MUTE)),
    ("clock-below", ToAnEnd(MUTE)),
    ("socket", ToAnEnd(MUTE)),
    ("process", ToAnEnd("AttributeError")),
    ("output-below", ToAnEnd(MUTE)),
    ("defect", ToAnEnd("KeyError at escapes.py:")),
    ("memory", ToAnEnd("used up its memory")),
    ("recursion", ToAnEnd("RecursionError")),
    ("loop", ToAnEnd("without asking for anything")),
    ("environment", To("{}")),
    ("clock", To("True")),
];

const JAVASCRIPT: &[(&str, Comes)] = &[
    ("file", ToAnEnd("readFileSync is not defined")),
    ("socket", ToAnEnd("fetch is not defined")),
    ("entropy", ToAnEnd("crypto is not defined")),
    ("random", ToAnEnd(NONE)),
    ("date", ToAnEnd(NONE)),
    ("clock-below", ToAnEnd(MUTE)),
    ("defect", ToAnEnd("TypeError")),
    ("memory", ToAnEnd("used up its memory")),
    ("recursion", ToAnEnd("call stack exhausted")),
    ("loop", ToAnEnd("without asking for anything")),
    ("environment", To("{}")),
    ("clock", To("true")),
];

pub fn trials() -> Vec<Trial> {
    let mut trials = of("python", PYTHON);
    trials.extend(of("javascript", JAVASCRIPT));
    trials
}

fn of(language: &'static str, attempts: &'static [(&str, Comes)]) -> Vec<Trial> {
    let named = |what: &str| format!("{language}_{what}");
    let mut trials = vec![
        Trial::test(named("conforms"), move || conforms(language)),
        Trial::test(named("imports_the_contract_alone"), move || {
            imports(language)
        }),
    ];
    trials.extend(attempts.iter().map(|(what, comes)| {
        Trial::test(named(&format!("gets_no_{what}")), move || {
            escapes(language, what, comes)
        })
    }));
    match Scenario::all(&folder(language).join("scenarios")) {
        Err(error) => trials.push(Trial::test(named("scenarios"), || Err(error.into()))),
        Ok(all) => trials.extend(all.into_iter().map(|(name, mut scenario)| {
            let name = named(&name);
            let plugin = format!("../languages/{language}-probe");
            scenario.check.plugins.push(plugin);
            Trial::test(name.clone(), move || match component(language, "probe") {
                Ok(_) => play(&name, &scenario),
                Err(missing) => not_made(&name, &scenario, missing),
            })
        })),
    }
    trials
}

/// The table of all checks has it, too: what was not looked at is not well.
fn not_made(name: &str, scenario: &Scenario, why: Failed) -> Result<(), Failed> {
    let outcome = Outcome {
        scenario: name.into(),
        server: scenario.server_name(),
        expected: scenario.expect.root_causes.clone(),
        judgement: Judgement::NotMade(why.message().unwrap_or_default().into()),
    };
    outcome.write_down()?;
    Err(why)
}

fn folder(language: &str) -> PathBuf {
    suite::workspace().join(format!("examples/{language}-probe"))
}

/// A component, compiled: in many programs at the same time that would take minutes.
fn component(language: &'static str, module: &'static str) -> Result<PathBuf, Failed> {
    let name = format!("target/languages/{language}-{module}.wasm");
    let path = suite::workspace().join(name);
    if !path.exists() {
        let shown = path.display();
        return Err(
            format!("NOT MADE: there is no {shown}; `cargo xtask examples` builds it").into(),
        );
    }
    static COMPILED: OnceLock<Result<(), String>> = OnceLock::new();
    let compiled = COMPILED.get_or_init(|| {
        let all = path.with_file_name("");
        let files = std::fs::read_dir(all).map_err(|error| error.to_string())?;
        for file in files.filter_map(|it| Some(it.ok()?.path())) {
            if file.extension().is_some_and(|it| it == "wasm") {
                let inspect = ["plugin".as_ref(), "inspect".as_ref(), file.as_os_str()];
                run(&inspect).map_err(|error| error.to_string())?;
            }
        }
        Ok(())
    });
    compiled.clone()?;
    Ok(path)
}

fn run<A: AsRef<std::ffi::OsStr>>(args: &[A]) -> std::io::Result<Output> {
    Command::new(suite::program()).args(args).output()
}

fn conforms(language: &'static str) -> Result<(), Failed> {
    let scenarios = folder(language).join("scenarios");
    let component = component(language, "probe")?;
    let output = run(&[
        "plugin".as_ref(),
        "test".as_ref(),
        component.as_os_str(),
        "--scenarios".as_ref(),
        scenarios.as_os_str(),
    ])?;
    match output.status.success() {
        true => Ok(()),
        false => Err(told(&output).into()),
    }
}

fn told(output: &Output) -> String {
    let both = [output.stdout.clone(), output.stderr.clone()].concat();
    String::from_utf8_lossy(&both).into_owned()
}

fn imports(language: &'static str) -> Result<(), Failed> {
    for module in ["probe", "escapes"] {
        let component = component(language, module)?;
        let inspect = ["plugin".as_ref(), "inspect".as_ref(), component.as_os_str()];
        let output = run(&[&inspect[..], &["--json".as_ref()]].concat())?;
        let shown: Value = serde_json::from_slice(&output.stdout)
            .map_err(|error| format!("{error}: {}", told(&output)))?;
        let file = &shown["file"];
        if file["contract"] != json!(["0.1.0"]) || file["foreign"] != json!([]) {
            return Err(format!("{shown:#}").into());
        }
    }
    Ok(())
}

/// What is not in the sandbox is not got at, and what became of the probe is said.
fn escapes(language: &'static str, what: &str, comes: &Comes) -> Result<(), Failed> {
    let component = component(language, "escapes")?.display().to_string();
    let runtime = Runtime::new()?;
    let lab = runtime.block_on(Lab::start(Behaviour::default()))?;
    let (url, probe) = (
        format!("ftpes://{}", lab.address()),
        format!("{language}-escapes"),
    );
    let output = Command::new(suite::program())
        .args(["check", &url, "--plugin", &component, "--only", &probe])
        .args(["--remote-path", what, "--quiet", "--format", "json"])
        .env("ESCAPES_SECRET", "of the machine")
        .output()?;
    let report: Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("{error}: {}", told(&output)))?;
    let run = &report["probes"][0];
    let wrong = || Failed::from(format!("{run:#}\n{:#}", report["findings"]));
    if output.stdout.windows(14).any(|it| it == b"of the machine")
        || lab.connections() != Connections::default()
    {
        return Err(wrong());
    }
    let right = match comes {
        ToAnEnd(words) => run["status"] != "ok" && report.to_string().contains(words),
        To(got) => run["status"] == "ok" && report.to_string().contains(&json!(got).to_string()),
    };
    match right {
        true => Ok(()),
        false => Err(wrong()),
    }
}
