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
    /// The scenarios of `tests/scenarios`, by name.
    pub scenarios: BTreeMap<String, Scenario>,
}

impl Coverage {
    /// Reads it all.
    ///
    /// # Errors
    /// A file or folder cannot be read.
    pub fn read(workspace: &Path) -> Result<Coverage, CoverageError> {
        let mut codes = pages(&workspace.join("engine/diagnosis/remedies"))?;
        for plugin in entries(&workspace.join("plugins"))? {
            let remedies = plugin.join("remedies");
            if remedies.is_dir() {
                codes.extend(pages(&remedies)?);
            }
        }
        codes.retain(|code| !code.starts_with(OF_THE_SANDBOX));
        let scenarios = Scenario::all(&workspace.join("tests/scenarios"))?;
        Ok(Coverage { codes, scenarios })
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
        let (codes, scenarios) = (self.codes.len(), self.scenarios.len());
        let faults = faults().count();
        write!(f, "\n{faults} faults, {scenarios} scenarios, {codes} codes")
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

/// The names of all faults, as a `scenario.toml` has them.
fn faults() -> impl Iterator<Item = &'static str> {
    Fault::NAMES.iter().copied()
}

/// The codes whose pages are in this folder.
fn pages(folder: &Path) -> Result<BTreeSet<String>, CoverageError> {
    let files = entries(folder)?.into_iter();
    let pages = files.filter(|file| file.extension().is_some_and(|it| it == "md"));
    Ok(pages
        .filter_map(|page| Some(page.file_stem()?.display().to_string()))
        .collect())
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
