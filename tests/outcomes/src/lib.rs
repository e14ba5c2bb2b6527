//! The outcome of each check that the suites made: a line of JSON in a file, and the table of all of them. What a check may
//! cost is here, too, because both suites measure the program by it.
//!
//! The suites write where [`FILE`] says; `cargo xtask` names the file, and prints what is in it.

mod limits;
mod table;

use std::env;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

pub use limits::Limits;
pub use table::Table;

/// The environment variable that names the file. Without it nothing is written.
pub const FILE: &str = "REMOTE_DOCTOR_OUTCOMES";

/// One check of one remote, as it was expected and as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The name of the test.
    pub scenario: String,
    /// Which server it was.
    pub server: String,
    /// Codes of the root causes that are there.
    pub expected: Vec<String>,
    /// What became of it.
    pub judgement: Judgement,
}

/// What became of a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Judgement {
    /// Everything was as expected, not the root causes alone.
    Right(Reported),
    /// Something was not.
    Wrong(Reported),
    /// There is no report to judge: no network, no server, or no end. The reason.
    NotMade(String),
    /// Not as expected beside other checks, and as expected when it was repeated alone: what it was at first. It takes the
    /// place of that.
    SetAside(String),
}

impl Judgement {
    /// Whether the check counts against the program, or says nothing about it.
    fn fails(&self) -> bool {
        match self {
            Judgement::Right(_) | Judgement::SetAside(_) => false,
            Judgement::Wrong(_) | Judgement::NotMade(_) => true,
        }
    }
}

/// What the report said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reported {
    /// Codes, most important first.
    pub root_causes: Vec<String>,
    /// Control connections opened.
    pub control: u64,
    /// Data connections opened.
    pub data: u64,
    /// How long the check took.
    pub duration_ms: u64,
}

impl Outcome {
    /// Adds a line to the file that [`FILE`] names, if it names one.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write_down(&self) -> io::Result<()> {
        match env::var_os(FILE) {
            Some(file) => self.append(Path::new(&file)),
            None => Ok(()),
        }
    }

    fn append(&self, file: &Path) -> io::Result<()> {
        let mut line = serde_json::to_vec(self)?;
        line.push(b'\n');
        // In one write: many tests write at the same time.
        let mut file = OpenOptions::new().create(true).append(true).open(file)?;
        file.write_all(&line)
    }
}

/// Everything that was written to a file, by name.
///
/// # Errors
/// The file cannot be read, or something else is in it.
pub fn read(file: &Path) -> io::Result<Vec<Outcome>> {
    let text = fs::read_to_string(file)?;
    let mut outcomes: Vec<Outcome> = Vec::new();
    for line in text.lines() {
        let outcome: Outcome = serde_json::from_str(line)?;
        if matches!(outcome.judgement, Judgement::SetAside(_)) {
            outcomes.retain(|it| it.scenario != outcome.scenario || !it.judgement.fails());
        }
        outcomes.push(outcome);
    }
    // Stable: several checks of one test stay in the order they were made in.
    outcomes.sort_by(|one, other| one.scenario.cmp(&other.scenario));
    Ok(outcomes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(scenario: &str, judgement: Judgement) -> Outcome {
        Outcome {
            scenario: scenario.into(),
            server: "lab".into(),
            expected: vec!["cert.expired".into()],
            judgement,
        }
    }

    #[test]
    fn what_is_written_down_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("outcomes");
        let first = outcome("a", Judgement::Right(Reported::default()));
        let second = outcome("b", Judgement::NotMade("no\nroot".into()));
        second.append(&file).unwrap();
        first.append(&file).unwrap();
        assert_eq!(read(&file).unwrap(), [first, second]);
    }

    #[test]
    fn what_was_repeated_takes_the_place_of_what_failed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("outcomes");
        let other = outcome("b", Judgement::Wrong(Reported::default()));
        let again = outcome("a", Judgement::Right(Reported::default()));
        let aside = outcome("a", Judgement::SetAside("the exit code is 3".into()));
        outcome("a", Judgement::Wrong(Reported::default()))
            .append(&file)
            .unwrap();
        for it in [&other, &again, &aside] {
            it.append(&file).unwrap();
        }
        let outcomes = read(&file).unwrap();
        assert_eq!(outcomes, [again.clone(), aside.clone(), other]);
        assert!(!Table(&outcomes).all_right());
        let right = [again, aside];
        assert!(Table(&right).all_right());
        let summary = Table(&right).summary();
        for words in ["1 right, 0 wrong", "1 SET ASIDE", "the exit code is 3"] {
            assert!(summary.contains(words), "{words}: {summary}");
        }
    }

    #[test]
    fn the_table_says_what_went_wrong() {
        let wrong = Reported {
            root_causes: vec!["cert.self-signed".into()],
            control: 2,
            data: 1,
            duration_ms: 1500,
        };
        let outcomes = [
            outcome("a", Judgement::Wrong(wrong)),
            outcome("b", Judgement::Right(Reported::default())),
            outcome("c", Judgement::NotMade("no root".into())),
        ];
        let table = Table(&outcomes);
        assert!(!table.all_right());
        let text = table.to_string();
        for words in [
            "| a ",
            "cert.self-signed",
            "2 + 1",
            "1.5 s",
            "WRONG",
            "3 checks: 1 right, 1 wrong, 1 NOT MADE",
            "no root",
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
    }

    #[test]
    fn nothing_is_not_all_right() {
        assert!(!Table(&[]).all_right());
    }
}
