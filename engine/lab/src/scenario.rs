//! A `scenario.toml`: who is out there, how it is looked at, and what must be said of it.
//!
//! This is the one definition of that file. The conformance kit runs what a server on loopback is enough for, and passes over
//! the rest. The suite of this repository runs all of it.

mod expect;
mod network;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::Behaviour;

pub use expect::Expect;
pub use network::{Answer, Network, NetworkFault, Records, Without};

/// In the folder of each scenario.
pub const FILE: &str = "scenario.toml";

/// Why scenarios cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// The folder of the scenarios.
    #[error("{}: {source}", path.display())]
    Folder {
        /// That folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The file of one scenario.
    #[error("{}: {source}", path.display())]
    File {
        /// That file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// What is in that file: no TOML, an unknown key, or a value of another type than its key has.
    #[error("{}: {source}", path.display())]
    Content {
        /// That file.
        path: PathBuf,
        /// The key and the line, and what may stand there.
        source: toml::de::Error,
    },
}

/// One scenario.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Scenario {
    /// A server of the lab.
    pub server: Option<Behaviour>,
    /// A server program in place of the lab. The suite alone has any, and knows how they are set up.
    pub real: Option<toml::Table>,
    /// A small internet between client and server, in place of loopback.
    pub network: Option<Network>,
    /// What the resolver answers, by name.
    #[serde(default)]
    pub dns: BTreeMap<String, Answer>,
    /// How the program is asked.
    #[serde(default)]
    pub check: Check,
    /// What it must say.
    pub expect: Expect,
}

impl Scenario {
    /// The scenarios of a folder, by name: every folder within it that has the file.
    ///
    /// # Errors
    /// The folder cannot be read, or a file is wrong.
    pub fn all(folder: &Path) -> Result<BTreeMap<String, Scenario>, ScenarioError> {
        let unreadable = |source| ScenarioError::Folder {
            path: folder.into(),
            source,
        };
        let mut all = BTreeMap::new();
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            if path.join(FILE).exists() {
                let name = path.file_name().unwrap_or_default().display().to_string();
                all.insert(name, Scenario::read(&path)?);
            }
        }
        Ok(all)
    }

    /// The scenario of this folder.
    ///
    /// # Errors
    /// Its file cannot be read, or is wrong.
    pub fn read(folder: &Path) -> Result<Scenario, ScenarioError> {
        let path = folder.join(FILE);
        match fs::read_to_string(&path) {
            Err(source) => Err(ScenarioError::File { path, source }),
            Ok(text) => {
                toml::from_str(&text).map_err(|source| ScenarioError::Content { path, source })
            }
        }
    }
}

/// How the program is asked. Host, port, user, password file, CA file and resolver are added.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Check {
    /// Arguments of `check`.
    pub args: Vec<String>,
    /// In place of the server's address.
    pub host: Option<String>,
    /// In place of the server's port.
    pub port: Option<u16>,
    /// Whether there is a user at all.
    pub user: bool,
    /// What the user types.
    pub password: Password,
    /// Whether the CA of the server is trusted.
    pub trusted: bool,
    /// Third-party probes, by the name of their component.
    pub plugins: Vec<String>,
    /// What stands in the file that `--state` names.
    pub state: Option<String>,
}

impl Default for Check {
    fn default() -> Self {
        Self {
            args: Vec::new(),
            host: None,
            port: None,
            user: true,
            password: Password::Right,
            trusted: true,
            plugins: Vec::new(),
            state: None,
        }
    }
}

/// Whether the server knows the password that the program is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Password {
    /// It does.
    Right,
    /// It does not.
    Wrong,
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: &str = "[expect]\nroot-causes = []\nverdict = \"healthy\"\n";

    fn read(text: &str) -> Result<Scenario, String> {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join(FILE), text).expect("a file");
        Scenario::read(folder.path()).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_not_said_is_usual() {
        let scenario = read(LEAST).expect("a scenario");
        assert!(scenario.check.user && scenario.check.trusted);
        assert_eq!(scenario.check.password, Password::Right);
        assert_eq!(scenario.expect.exit, None);
    }

    #[test]
    fn a_wrong_key_is_named_with_its_file_and_what_may_stand_there() {
        let mistakes = [
            (format!("{LEAST}saiys = []\n"), ["saiys", "says"]),
            (format!("{LEAST}[check]\narg = []\n"), ["arg", "args"]),
            (format!("{LEAST}[sever]\n"), ["sever", "server"]),
            (format!("{LEAST}exit = \"one\"\n"), ["exit", "i32"]),
            ("[expect]\nroot-causes = []\n".into(), ["verdict", FILE]),
        ];
        for (text, named) in mistakes {
            let said = read(&text).expect_err(&text);
            for word in named.into_iter().chain([FILE]) {
                assert!(said.contains(word), "{word}: {said}");
            }
        }
    }
}
