//! `remote-doctor plugin test`: the conformance kit. A probe is run against its own scenarios and against every server of
//! the lab, and is judged by what it says and by how it ends.

mod claims;
mod render;
mod scenario;
mod servers;
mod trial;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use lab::{Behaviour, Lab};

use super::super::output;
use super::super::{CliError, Exit};
use crate::builtin::Catalogue;
use crate::plugin::Plugin;
use crate::recording::World;
use crate::report::Report;
use crate::run::{self, ProbeRun};
use crate::settings::Check;
use claims::Claims;
use scenario::Scenario;
use servers::Server;
use trial::{Outcome, Said, Trial};

pub(crate) use scenario::ScenarioError;

/// Servers that are talked to at a time; most of the time is waiting.
const AT_A_TIME: usize = 8;

#[derive(clap::Args, Debug)]
pub(crate) struct TestArgs {
    /// The component
    #[arg(value_name = "FILE.wasm")]
    file: PathBuf,
    /// The folder with the probe's own scenarios [default: scenarios, beside the folder target that holds the component]
    #[arg(long, value_name = "DIR")]
    scenarios: Option<PathBuf>,
    /// Format of the result
    #[arg(long, default_value = "text")]
    format: TestFormat,
    /// Write the result to this file
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum TestFormat {
    /// For a terminal
    Text,
    /// JUnit XML, for CI
    Junit,
}

pub(super) async fn run(args: &TestArgs) -> Result<Exit, CliError> {
    let catalogue = Catalogue::trying(&args.file).await?;
    let folder = match &args.scenarios {
        Some(folder) => folder.clone(),
        None => beside(&args.file),
    };
    let scenarios = Scenario::all(&folder)?;
    let kit = Kit::new(catalogue, &scenarios);
    let mut trials = kit.covered(&scenarios);
    let own = scenarios.iter().map(|scenario| kit.own(scenario));
    trials.extend(together(own).await);
    let servers = servers::all();
    trials.extend(together(servers.iter().map(|server| kit.stranger(server))).await);
    let name = &kit.plugin.description.name;
    let rendered = match args.format {
        TestFormat::Text => render::text(name, &trials),
        TestFormat::Junit => render::junit(name, &trials),
    };
    output::put(&rendered, args.output.as_deref())?;
    let failed = trials
        .iter()
        .any(|trial| matches!(trial.outcome, Outcome::Failed(_)));
    Ok(if failed { Exit::Found } else { Exit::Fine })
}

/// The scenarios of a probe that was built in its own folder.
fn beside(file: &Path) -> PathBuf {
    let target = file.parent().unwrap_or(Path::new(""));
    target.join("../scenarios")
}

async fn together<F: Future<Output = Trial>>(trials: impl Iterator<Item = F>) -> Vec<Trial> {
    stream::iter(trials).buffered(AT_A_TIME).collect().await
}

/// A probe under test, among the others.
struct Kit {
    catalogue: Catalogue,
    plugin: Arc<Plugin>,
    claims: Claims,
}

impl Kit {
    fn new(catalogue: Catalogue, scenarios: &[Scenario]) -> Kit {
        let plugin = catalogue.plugins.last().cloned();
        Kit {
            plugin: plugin.expect("the probe under test was added last"),
            claims: Claims::of(scenarios),
            catalogue,
        }
    }

    /// Each code needs a server on which it is found, and one on which something like it is not.
    fn covered(&self, scenarios: &[Scenario]) -> Vec<Trial> {
        let codes = self.plugin.description.codes.iter();
        codes
            .map(|code| {
                let found = scenarios.iter().any(|it| it.finds(&code.name));
                let alike = scenarios.iter().any(|it| it.is_like(&code.name));
                let outcome = match (found, alike) {
                    (true, true) => Outcome::Passed,
                    (false, _) => Outcome::Failed(format!(
                        "no scenario shows it: one has to expect {}",
                        code.name
                    )),
                    (true, false) => Outcome::Failed(format!(
                        "no look-alike: one scenario has to name {} in look-alike-of",
                        code.name
                    )),
                };
                Trial::at_once("codes", &code.name, outcome)
            })
            .collect()
    }

    /// A scenario of its own, twice: what it finds is what is expected, both times.
    async fn own(&self, scenario: &Scenario) -> Trial {
        let begun = Instant::now();
        let outcome = match self.judge_own(scenario).await {
            Ok(outcome) => outcome,
            Err(error) => Outcome::Failed(error.to_string()),
        };
        Trial::since("own scenarios", &scenario.name, begun, outcome)
    }

    async fn judge_own(&self, scenario: &Scenario) -> Result<Outcome, CliError> {
        if let Some(why) = scenario.beyond_us() {
            return Ok(Outcome::NotRun(why.into()));
        }
        let mut said: Option<Said> = None;
        for _ in 0..2 {
            let lab = Lab::start(scenario.behaviour()).await?;
            let check = scenario.check(&lab)?;
            let (report, run) = self.diagnose(&check).await?;
            let now = Said::of(run.as_ref());
            if let Some(wrong) = now.ended_badly() {
                return Ok(Outcome::Failed(wrong));
            }
            if let Some(wrong) = scenario.missed(&report) {
                return Ok(Outcome::Failed(wrong));
            }
            if let Some(difference) = said.as_ref().and_then(|before| before.differs(&now)) {
                return Ok(Outcome::Failed(format!("not the same twice: {difference}")));
            }
            said = Some(now);
        }
        Ok(Outcome::Passed)
    }

    /// A server that has nothing to do with the probe, unless a scenario of its own says otherwise.
    async fn stranger(&self, server: &Server) -> Trial {
        let begun = Instant::now();
        let outcome = match self.judge_stranger(server).await {
            Ok(outcome) => outcome,
            Err(error) => Outcome::Failed(error.to_string()),
        };
        Trial::since("servers of the lab", &server.name, begun, outcome)
    }

    async fn judge_stranger(&self, server: &Server) -> Result<Outcome, CliError> {
        let lab = Lab::start(server.behaviour.clone()).await?;
        let check = servers::check(&lab, server);
        let (report, run) = self.diagnose(&check).await?;
        let said = Said::of(run.as_ref());
        if let Some(wrong) = said.ended_badly() {
            return Ok(Outcome::Failed(wrong));
        }
        let declared = |code: &str| {
            self.plugin
                .description
                .codes
                .iter()
                .any(|it| it.name == code)
        };
        let wrong = report.findings.iter().find(|finding| {
            declared(&finding.code)
                && finding.severity <= crate::finding::Severity::Warning
                && !self.claims.have(&server.behaviour, &finding.code)
        });
        Ok(match wrong {
            None => Outcome::Passed,
            Some(finding) if server.is_healthy => Outcome::Failed(format!(
                "finds too much: {} on a healthy server ({})",
                finding.code, finding.detail
            )),
            Some(finding) => Outcome::Failed(format!(
                "blames a look-alike: {} where no scenario of its own expects it ({})",
                finding.code, finding.detail
            )),
        })
    }

    async fn diagnose(&self, check: &Check) -> Result<(Report, Option<ProbeRun>), CliError> {
        let started = Timestamp::now();
        let record = run::run(
            check,
            &self.catalogue,
            &World::default(),
            Default::default(),
            &|_| (),
        )
        .await?;
        let name = &self.plugin.description.name;
        let run = record
            .runs()
            .find(|run| run.plugin.description.name == *name);
        let run = run.cloned();
        Ok((
            Report::new(&record, &check.remote, &self.catalogue, started),
            run,
        ))
    }
}

/// What a healthy server is.
fn healthy() -> Behaviour {
    Behaviour::default()
}
