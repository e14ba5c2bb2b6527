//! Probes under test, among the others, and what they have to stand.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Instant;

use futures_util::{StreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};
use lab::Lab;

use super::super::super::CliError;
use super::claims::Claims;
use super::recorded::Recorded;
use super::scenario::Scenario;
use super::servers::{self, Server};
use super::trial::{self, Outcome, Said, Trial};
use diagnosis::record::Record;
use doctor::Options;
use host::Check;
use model::finding::{Confidence, Severity};
use model::remote::Depth;
use report::Report;
use run::LiveBackend;
use run::Probes;
use sandbox::Plugin;

/// Servers that are talked to at a time; most of the time is waiting.
const AT_A_TIME: usize = 24;

pub(super) struct Kit {
    probes: Probes,
    tested: Vec<Arc<Plugin>>,
    claims: Claims,
    sample: NonZeroUsize,
}

impl Kit {
    /// Tests the last probe of a probes.
    pub(super) fn of_one(probes: Probes, scenarios: &[Scenario]) -> Kit {
        Kit {
            tested: probes.plugins.last().cloned().into_iter().collect(),
            claims: Claims::of(scenarios),
            sample: NonZeroUsize::MIN,
            probes,
        }
    }

    /// Tests every probe of a probes.
    pub(super) fn of_all(probes: Probes, scenarios: &[Scenario]) -> Kit {
        Kit {
            tested: probes.plugins.clone(),
            claims: Claims::of(scenarios),
            sample: NonZeroUsize::MIN,
            probes,
        }
    }

    /// Plays one of so many scenarios, recordings and servers, and tells of the others that they were not run.
    pub(super) fn sample(self, sample: NonZeroUsize) -> Kit {
        Kit { sample, ..self }
    }

    /// What is tested, in a word or a few.
    pub(super) fn name(&self) -> String {
        let names = self.tested.iter().map(|it| it.description.name.as_str());
        names.collect::<Vec<_>>().join(", ")
    }

    pub(super) async fn run(&self, scenarios: &[Scenario], recordings: &[Recorded]) -> Vec<Trial> {
        let servers = servers::all();
        let bar = progress(scenarios.len() + recordings.len() + servers.len());
        let mut trials = self.covered(scenarios);
        let own = self
            .numbered(scenarios)
            .map(|(is_in, it)| self.own(it, is_in));
        trials.extend(together(&bar, own).await);
        let recorded = self.numbered(recordings);
        let recorded = recorded.map(|(is_in, it)| self.recorded(it, is_in));
        trials.extend(together(&bar, recorded).await);
        // What does not end on its own server would not end on a hundred others, and takes its time each time.
        let broke = trials
            .iter()
            .any(|it| matches!(it.outcome, Outcome::Broke(_)));
        trials.extend(match broke {
            true => servers.iter().map(Kit::left_out).collect(),
            false => {
                let strangers = self.numbered(&servers);
                let strangers = strangers.map(|(is_in, it)| self.stranger(it, is_in));
                together(&bar, strangers).await
            }
        });
        bar.finish_and_clear();
        trials
    }

    /// Each with whether it is in the sample.
    fn numbered<'a, T>(&self, all: &'a [T]) -> impl Iterator<Item = (bool, &'a T)> {
        let sample = self.sample;
        let numbered = all.iter().enumerate();
        numbered.map(move |(at, it)| (at % sample == 0, it))
    }

    /// Plays what is in the sample.
    async fn played(
        &self,
        is_in: bool,
        play: impl Future<Output = Result<Outcome, CliError>>,
    ) -> Outcome {
        match is_in {
            true => outcome(play.await),
            false => Outcome::NotRun(format!("--sample {} leaves it out", self.sample)),
        }
    }

    fn left_out(server: &Server) -> Trial {
        let why = "it did not answer one of its own scenarios";
        let outcome = Outcome::NotRun(why.into());
        Trial::at_once("servers of the lab", &server.name, outcome)
    }

    /// Each code needs a server on which it is found, and one on which something like it is not.
    fn covered(&self, scenarios: &[Scenario]) -> Vec<Trial> {
        let codes = self.tested.iter().flat_map(|it| &it.description.codes);
        codes
            .map(|code| {
                let found = scenarios.iter().any(|it| it.finds(&code.name));
                let alike = scenarios.iter().any(|it| it.is_like(&code.name));
                let outcome = match (found, alike) {
                    (true, true) => Outcome::Passed,
                    (false, _) => Outcome::Failed(format!(
                        "no scenario shows it: at least one has to expect {}",
                        code.name
                    )),
                    (true, false) => Outcome::Failed(format!(
                        "it has no look-alike: at least one scenario has to name {} in look-alike-of",
                        code.name
                    )),
                };
                Trial::at_once("codes", &code.name, outcome)
            })
            .collect()
    }

    /// A scenario of its own, twice: what is found is what is expected, both times.
    async fn own(&self, scenario: &Scenario, is_in: bool) -> Trial {
        let begun = Instant::now();
        let outcome = self.played(is_in, self.judge_own(scenario)).await;
        Trial::since("own scenarios", &scenario.name, begun, outcome)
    }

    async fn judge_own(&self, scenario: &Scenario) -> Result<Outcome, CliError> {
        if let Some(why) = scenario.beyond_us() {
            return Ok(Outcome::NotRun(why.into()));
        }
        let mut said: Option<Vec<Said>> = None;
        for _ in 0..2 {
            let lab = Lab::start(scenario.behaviour()).await?;
            let check = scenario.check(&lab)?;
            let (report, now) = self.diagnose(&check).await?;
            if let Some(how) = ended_badly(&now).filter(|_| !scenario.is_cut_short()) {
                return Ok(Outcome::Broke(how));
            }
            let wrong = scenario.missed(&report).or_else(|| undeclared(&now));
            if let Some(wrong) = wrong.or_else(|| self.left_open(&report)) {
                return Ok(Outcome::Failed(wrong));
            }
            if let Some(difference) = said.as_ref().and_then(|before| differ(before, &now)) {
                return Ok(Outcome::Failed(format!("two runs differ: {difference}")));
            }
            said = Some(now);
        }
        Ok(Outcome::Passed)
    }

    /// What a recording led to when it was made.
    async fn recorded(&self, recorded: &Recorded, is_in: bool) -> Trial {
        let begun = Instant::now();
        let judged = recorded.judge(&self.probes, &self.tested);
        let outcome = self.played(is_in, judged).await;
        Trial::since("recordings", &recorded.name, begun, outcome)
    }

    /// A server that has nothing to do with the probe, unless a scenario of its own says otherwise.
    async fn stranger(&self, server: &Server, is_in: bool) -> Trial {
        let begun = Instant::now();
        let outcome = self.played(is_in, self.judge_stranger(server)).await;
        Trial::since("servers of the lab", &server.name, begun, outcome)
    }

    async fn judge_stranger(&self, server: &Server) -> Result<Outcome, CliError> {
        let lab = Lab::start(server.behaviour.clone()).await?;
        let check = servers::check(&lab, server).altered(|asked| asked.depth = self.depth());
        let (report, said) = self.diagnose(&check).await?;
        if let Some(how) = ended_badly(&said) {
            return Ok(Outcome::Broke(how));
        }
        if let Some(wrong) = undeclared(&said) {
            return Ok(Outcome::Failed(wrong));
        }
        let wrong = report.findings.iter().find(|finding| {
            self.declare(&finding.code)
                && finding.severity <= Severity::Warning
                && !self.claims.have(&server.behaviour, &finding.code)
        });
        Ok(match wrong {
            None => Outcome::Passed,
            Some(finding) if server.is_healthy => Outcome::Failed(format!(
                "finds too much: {} on a healthy server ({})",
                finding.code, finding.detail
            )),
            Some(finding) => Outcome::Failed(format!(
                "blames a look-alike: {}, although none of its scenarios expects it ({})",
                finding.code, finding.detail
            )),
        })
    }

    /// Not so shallow that nothing that is tested would run.
    fn depth(&self) -> Depth {
        let tested = self.tested.iter();
        let from = tested.map(|it| it.description.from_depth).min().flatten();
        from.unwrap_or_default().max(Depth::Standard)
    }

    /// Whether the code is one of those that are tested.
    fn declare(&self, code: &str) -> bool {
        let mut codes = self.tested.iter().flat_map(|it| &it.description.codes);
        codes.any(|it| it.name == code)
    }

    /// An error that names neither what decided it nor what else it could be.
    fn left_open(&self, report: &Report) -> Option<String> {
        let open = report.findings.iter().find(|it| {
            self.declare(&it.code)
                && it.severity == Severity::Error
                && it.confidence == Confidence::Likely
                && it.alternatives.is_empty()
        })?;
        Some(format!(
            "{} is an error: say what decided it, or what else it could be and how to tell",
            open.code
        ))
    }

    /// No change of settings is tried: what the tested probes say of this server is what counts.
    async fn diagnose(&self, check: &Check) -> Result<(Report, Vec<Said>), CliError> {
        let options = Options {
            proof: false,
            ..Options::default()
        };
        let diagnosis = doctor::diagnose(check, &self.probes, &LiveBackend, options).await?;
        let said = self.said(&diagnosis.record);
        Ok((diagnosis.report, said))
    }

    /// What each of the tested probes said.
    fn said(&self, record: &Record) -> Vec<Said> {
        let of = |plugin: &Arc<Plugin>| {
            let name = &plugin.description.name;
            let run = record
                .runs()
                .find(|run| run.probe.description.name == *name);
            Said::of(name, run)
        };
        self.tested.iter().map(of).collect()
    }
}

async fn together<F: Future<Output = Trial>>(
    bar: &ProgressBar,
    trials: impl Iterator<Item = F>,
) -> Vec<Trial> {
    let trials = stream::iter(trials).buffered(AT_A_TIME);
    trials.inspect(|_| bar.inc(1)).collect().await
}

/// Only on a terminal.
fn progress(trials: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos} of {len} servers, {elapsed}");
    let bar = ProgressBar::new(trials as u64);
    bar.with_style(style.expect("a template of ours"))
}

/// What could not even be tried has failed.
fn outcome(judged: Result<Outcome, CliError>) -> Outcome {
    judged.unwrap_or_else(|error| Outcome::Failed(error.to_string()))
}

fn ended_badly(said: &[Said]) -> Option<String> {
    said.iter().find_map(Said::ended_badly)
}

fn undeclared(said: &[Said]) -> Option<String> {
    said.iter().find_map(Said::undeclared)
}

/// Where several are tested at a time, only what they find together is compared: which of them notices first that a
/// connection is gone is a matter of luck.
fn differ(before: &[Said], now: &[Said]) -> Option<String> {
    match (before, now) {
        ([before], [now]) => before.differs(now),
        _ => trial::found_differs(before, now),
    }
}
