//! What the scenarios cover: from each fault of the lab to the scenarios that use it and the codes that these expect.
//!
//! Only files are read, so that this is done in a moment: the pages of the codes, of which each probe and the engine have a
//! folder, and the scenarios. That the pages are those of the declared codes, and that the cases named here show what they
//! are named for, is a test of the suite.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use lab::Fault;
use lab::scenario::{Scenario, ScenarioError};

/// What happened to a probe itself: no server shows it.
const OF_THE_SANDBOX: &str = "probe.";
/// Codes that are seen without a remote, with the file of the cases that show them and of those that only look like it.
pub const WITHOUT_A_REMOTE: &[(&str, &str)] = &[(
    "source.addresses-changed",
    "tests/suite/tests/scenarios/addresses/cases.rs",
)];

/// Why nobody knows what is covered.
#[derive(Debug, thiserror::Error)]
pub enum CoverageError {
    /// A scenario cannot be read.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// A folder of pages cannot be read.
    #[error("{}: {source}", path.display())]
    Folder {
        /// That folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A page cannot be read.
    #[error("{}: {source}", path.display())]
    Page {
        /// That page.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

/// Something that no scenario shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gap {
    /// A fault of the lab that no scenario uses.
    Fault(&'static str),
    /// A code that no scenario expects.
    Code(String),
    /// A code that no scenario is a look-alike of.
    LookAlike(String),
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Gap::Fault(fault) => write!(f, "no scenario has the fault {fault}"),
            Gap::Code(code) => write!(f, "no scenario expects {code}"),
            Gap::LookAlike(code) => write!(f, "no scenario names {code} in look-alike-of"),
        }
    }
}

/// The scenarios, and what they are to cover.
#[derive(Debug)]
pub struct Coverage {
    /// All codes but those that say what happened to a probe.
    pub codes: BTreeSet<String>,
    /// Those of them whose severity is error.
    pub errors: BTreeSet<String>,
    /// The scenarios of `tests/scenarios`, by name.
    pub scenarios: BTreeMap<String, Scenario>,
}

impl Coverage {
    /// Reads it all.
    ///
    /// # Errors
    /// A file or folder cannot be read.
    pub fn read(workspace: &Path) -> Result<Coverage, CoverageError> {
        let mut pages = pages(&workspace.join("engine/diagnosis/remedies"))?;
        for plugin in entries(&workspace.join("plugins"))? {
            let remedies = plugin.join("remedies");
            if remedies.is_dir() {
                pages.extend(self::pages(&remedies)?);
            }
        }
        pages.retain(|code, _| !code.starts_with(OF_THE_SANDBOX));
        let errors = pages.iter().filter(|(_, page)| is_error(page));
        let scenarios = Scenario::all(&workspace.join("tests/scenarios"))?;
        Ok(Coverage {
            errors: errors.map(|(code, _)| code.clone()).collect(),
            codes: pages.into_keys().collect(),
            scenarios,
        })
    }

    /// Servers that are healthy, or degraded by something true, and look faulty to whoever looks less closely: what they
    /// must not be taken for.
    pub fn healthy_and_odd(&self) -> impl Iterator<Item = (&String, &[String])> {
        self.scenarios.iter().filter_map(|(name, scenario)| {
            let expect = &scenario.expect;
            let is_healthy = !expect.found().any(|code| self.errors.contains(code));
            let resembles = expect.look_alike_of.as_slice();
            let is_odd = resembles.iter().any(|code| self.errors.contains(code));
            (is_healthy && is_odd).then_some((name, resembles))
        })
    }

    /// What a change of the settings mends, and whether a scenario shows that the change was tried and helped. Each is named
    /// by what is wrong with the server, or else by what the settings want of it.
    pub fn patched(&self) -> BTreeMap<String, Vec<(&String, bool)>> {
        let mut all: BTreeMap<String, Vec<(&String, bool)>> = BTreeMap::new();
        for (name, scenario) in &self.scenarios {
            if let Some(proven) = patch(scenario) {
                all.entry(wrong_with(scenario))
                    .or_default()
                    .push((name, proven));
            }
        }
        all
    }

    /// How many scenarios expect each code.
    fn times_shown(&self) -> impl Iterator<Item = (&String, usize)> {
        self.codes.iter().map(|code| {
            let shows = |it: &&Scenario| it.expect.found().any(|found| found == code);
            (code, self.scenarios.values().filter(shows).count())
        })
    }

    /// What no scenario shows, and no case in place of one.
    pub fn gaps(&self) -> Vec<Gap> {
        let faults = faults().filter(|fault| self.with(Some(fault)).next().is_none());
        let expected = self.uncovered(|it| it.expect.found().collect());
        let resembled = self.uncovered(|it| it.expect.look_alike_of.iter().collect());
        faults
            .map(Gap::Fault)
            .chain(expected.map(Gap::Code))
            .chain(resembled.map(Gap::LookAlike))
            .collect()
    }

    /// The codes that no scenario names so, and that are not seen without a remote.
    fn uncovered(&self, named: fn(&Scenario) -> Vec<&String>) -> impl Iterator<Item = String> {
        let covered: BTreeSet<&String> = self.scenarios.values().flat_map(named).collect();
        let uncovered = self.codes.iter().filter(move |code| {
            let by_cases = WITHOUT_A_REMOTE.iter().any(|(it, _)| it == code);
            !by_cases && !covered.contains(code)
        });
        uncovered.cloned()
    }

    /// The scenarios with this fault, or without any of the lab.
    fn with(&self, fault: Option<&str>) -> impl Iterator<Item = (&String, &Scenario)> {
        self.scenarios.iter().filter(move |(_, scenario)| {
            let mut faults = scenario.server.iter().flat_map(|it| &it.faults);
            match fault {
                Some(fault) => faults.any(|it| <&str>::from(it) == fault),
                None => faults.next().is_none(),
            }
        })
    }
}

impl fmt::Display for Coverage {
    /// Each fault with its scenarios, and then what the lab has no fault for.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in faults() {
            writeln!(f, "{fault}")?;
            self.list(f, Some(fault))?;
        }
        writeln!(f, "without a fault of the lab")?;
        self.list(f, None)?;
        for (code, cases) in WITHOUT_A_REMOTE {
            writeln!(f, "without a remote\n  {cases}: {code}")?;
        }
        writeln!(f, "healthy servers that look faulty")?;
        for (name, resembles) in self.healthy_and_odd() {
            writeln!(f, "  {name}: not {}", resembles.join(", "))?;
        }
        writeln!(f, "what a change of the settings mends")?;
        let patched = self.patched();
        for (fault, scenarios) in &patched {
            let told = scenarios.iter().map(|(name, proven)| match proven {
                true => format!("{name}, proven"),
                false => format!("{name}, not proven"),
            });
            writeln!(f, "  {fault}: {}", told.collect::<Vec<_>>().join("; "))?;
        }
        let proven = proven(&patched);
        writeln!(f, "  proven: {proven} of {}", patched.len())?;
        writeln!(f, "codes that fewer than three scenarios show")?;
        for (code, times) in self.times_shown().filter(|(_, times)| *times < 3) {
            writeln!(f, "  {code}: {times}")?;
        }
        let (codes, scenarios) = (self.codes.len(), self.scenarios.len());
        let faults = faults().count();
        let healthy = self.healthy_and_odd().count();
        write!(
            f,
            "\n{faults} faults, {scenarios} scenarios, {healthy} of them healthy servers that look faulty, {codes} codes"
        )
    }
}

impl Coverage {
    /// A line for each scenario: its name, the codes it expects, and those it only looks like.
    fn list(&self, f: &mut fmt::Formatter<'_>, fault: Option<&str>) -> fmt::Result {
        for (name, scenario) in self.with(fault) {
            let expected: Vec<&str> = scenario.expect.found().map(String::as_str).collect();
            let expected = match expected.is_empty() {
                true => scenario.expect.verdict.clone(),
                false => expected.join(", "),
            };
            write!(f, "  {name}: {expected}")?;
            match scenario.expect.look_alike_of.as_slice() {
                [] => writeln!(f)?,
                codes => writeln!(f, " (not {})", codes.join(", "))?,
            }
        }
        Ok(())
    }
}

/// How many of them have a scenario in which the change was tried and helped.
fn proven(patched: &BTreeMap<String, Vec<(&String, bool)>>) -> usize {
    let is_proven = |scenarios: &&Vec<(&String, bool)>| scenarios.iter().any(|(_, proven)| *proven);
    patched.values().filter(is_proven).count()
}

/// Whether a scenario expects that a change of the settings is proposed, and that it was proven to help. One that was tried and
/// failed mends nothing.
fn patch(scenario: &Scenario) -> Option<bool> {
    let (patch, together) = (&scenario.expect.patch, &scenario.expect.together);
    if !scenario.check.plugins.is_empty() || patch.is_empty() && together.is_empty() {
        return None;
    }
    let effect = patch.get("effect").and_then(|it| it.as_str());
    if effect == Some("failed") {
        return None;
    }
    let verified = together.get("verified").and_then(|it| it.as_bool());
    Some(effect.is_some_and(|it| it.starts_with("cures")) || verified == Some(true))
}

/// What is wrong with a server, in the words of its `scenario.toml`.
fn wrong_with(scenario: &Scenario) -> String {
    let server = scenario.server.iter();
    let of_server = server
        .flat_map(|it| &it.faults)
        .map(|it| <&str>::from(it).to_owned());
    let network = scenario.network.iter().flat_map(|it| &it.faults);
    let all: Vec<String> = of_server
        .chain(network.map(|it| format!("{it:?}")))
        .collect();
    match (all.is_empty(), scenario.expect.root_causes.first()) {
        (true, Some(code)) => code.clone(),
        _ => {
            let all: BTreeSet<&str> = all.iter().filter_map(|it| it.split('(').next()).collect();
            Vec::from_iter(all).join(" and ")
        }
    }
}

/// The names of all faults, as a `scenario.toml` has them.
fn faults() -> impl Iterator<Item = &'static str> {
    Fault::NAMES.iter().copied()
}

/// The codes whose pages are in this folder, each with its page.
fn pages(folder: &Path) -> Result<BTreeMap<String, String>, CoverageError> {
    let files = entries(folder)?.into_iter();
    let pages = files.filter(|file| file.extension().is_some_and(|it| it == "md"));
    pages
        .filter_map(|page| Some((page.file_stem()?.display().to_string(), page)))
        .map(|(code, path)| match fs::read_to_string(&path) {
            Ok(page) => Ok((code, page)),
            Err(source) => Err(CoverageError::Page { path, source }),
        })
        .collect()
}

/// What the header of a page says.
fn is_error(page: &str) -> bool {
    let mut header = page.lines().skip(1).take_while(|line| *line != "---");
    header.any(|line| line == "severity: error")
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, CoverageError> {
    let unreadable = |source| CoverageError::Folder {
        path: folder.into(),
        source,
    };
    let entries = fs::read_dir(folder).map_err(unreadable)?;
    entries
        .map(|entry| Ok(entry.map_err(unreadable)?.path()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered() -> Coverage {
        Coverage::read(crate::workspace()).expect("the scenarios")
    }

    #[test]
    fn many_healthy_servers_look_faulty() {
        let coverage = covered();
        assert!(coverage.healthy_and_odd().count() >= 40);
        let mut odd = coverage.healthy_and_odd().map(|(name, _)| name.as_str());
        assert!(odd.any(|name| name == "certificate-cross-signed"));
        let mut odd = coverage.healthy_and_odd().map(|(name, _)| name.as_str());
        assert!(!odd.any(|name| name == "certificate-expired"));
    }

    #[test]
    fn many_faults_are_mended_by_a_change_that_is_proven() {
        let coverage = covered();
        let patched = coverage.patched();
        assert!(
            proven(&patched) >= 41,
            "{} of {}",
            proven(&patched),
            patched.len()
        );
        let none = |name: &str| patched.values().flatten().all(|(it, _)| *it != name);
        assert!(none("certificate-expired"), "nothing of ours mends that");
        let failed = "data-protection-required-without-tls";
        assert!(none(failed), "what was tried and failed mends nothing");
        let proposed = |name: &str| patched.values().flatten().any(|it| *it.0 == name && !it.1);
        assert!(
            proposed("certificate-covers-another-name"),
            "another host is proposed, and no password goes there to prove it"
        );
    }

    #[test]
    fn what_loses_its_only_scenario_is_a_gap() {
        let mut coverage = covered();
        assert_eq!(coverage.gaps(), []);
        coverage.scenarios.clear();
        let gaps = coverage.gaps();
        let by_cases = WITHOUT_A_REMOTE.len();
        let all = Fault::NAMES.len() + 2 * (coverage.codes.len() - by_cases);
        assert_eq!(gaps.len(), all);
        assert!(gaps.contains(&Gap::Fault("data-stalls")));
        assert!(gaps.contains(&Gap::LookAlike("cert.expired".into())));
    }

    #[test]
    fn a_new_code_is_a_gap_until_it_is_shown_and_told_apart() {
        let mut coverage = covered();
        coverage.codes.insert("ftp.new".into());
        let new = "ftp.new".to_owned();
        assert_eq!(
            coverage.gaps(),
            [Gap::Code(new.clone()), Gap::LookAlike(new)]
        );
    }

    #[test]
    fn a_fault_leads_to_its_scenarios_and_their_codes() {
        let shown = covered().to_string();
        let (_, rest) = shown.split_once("\ndata-stalls\n").expect("the fault");
        let line = rest.lines().next().expect("a scenario");
        assert!(
            line.contains("data.truncated") && line.contains("(not "),
            "{line}"
        );
    }
}
