//! What the suite makes of a `scenario.toml`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use lab::{Behaviour, Software};
use netlab::Setup;
use serde::Deserialize;

pub use lab::scenario::{
    Answer, Check, Expect, FILE, Network, NetworkFault, Password, Records, Without,
};

/// One scenario: who is out there, how the program is asked, and what it must say.
#[derive(Debug, Deserialize)]
#[serde(try_from = "lab::scenario::Scenario")]
pub struct Scenario {
    pub server: Option<Behaviour>,
    /// A server program in place of the lab.
    pub real: Option<Setup>,
    pub network: Option<Network>,
    pub dns: BTreeMap<String, Answer>,
    pub check: Check,
    pub expect: Expect,
    /// The exit code of the program.
    pub exit: i32,
}

impl TryFrom<lab::scenario::Scenario> for Scenario {
    type Error = String;

    /// Here, it is known which real servers there are, and every scenario says its exit code.
    fn try_from(scenario: lab::scenario::Scenario) -> Result<Scenario, String> {
        let real = scenario.real.map(toml::Table::try_into);
        Ok(Scenario {
            server: scenario.server,
            real: real
                .transpose()
                .map_err(|error| format!("[real]: {error}"))?,
            network: scenario.network,
            dns: scenario.dns,
            check: scenario.check,
            exit: scenario.expect.exit.ok_or("[expect] says no `exit`")?,
            expect: scenario.expect,
        })
    }
}

/// A recording needs no `scenario.toml`: it says itself what it led to.
fn is_recording(path: &Path) -> bool {
    let ends_so = |path: &Path| path.extension().is_some_and(|it| it == "recording");
    let mut within = fs::read_dir(path).into_iter().flatten().flatten();
    let alone = !path.join(FILE).exists();
    ends_so(path) || (alone && within.any(|entry| ends_so(&entry.path())))
}

impl Scenario {
    /// The scenarios of a folder, by name. Says which file is wrong where one is.
    pub fn all(folder: &Path) -> Result<BTreeMap<String, Scenario>, String> {
        let entries =
            fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        entries
            .filter(|entry| !entry.as_ref().is_ok_and(|it| is_recording(&it.path())))
            .map(|entry| {
                let path = entry.map_err(|error| error.to_string())?.path();
                let scenario = Self::read(&path)?;
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                Ok((name.into_owned(), scenario))
            })
            .collect()
    }

    fn read(folder: &Path) -> Result<Scenario, String> {
        let content = lab::scenario::Scenario::read(folder).map_err(|error| error.to_string())?;
        let file = folder.join(FILE);
        let wrong = |reason: String| format!("{}: {reason}", file.display());
        let text = fs::read_to_string(&file).map_err(|error| wrong(error.to_string()))?;
        if !text.starts_with("# ") {
            let reason = "the first line is to say what is wrong, after `# `";
            return Err(wrong(reason.into()));
        }
        content.try_into().map_err(wrong)
    }

    /// Whether the program was told that it may write.
    pub fn allows_writes(&self) -> bool {
        self.check.args.iter().any(|arg| arg == "--allow-writes")
    }

    /// Which server is out there, for people.
    pub fn server_name(&self) -> String {
        match (&self.real, &self.server) {
            (Some(setup), _) => setup.product.name().into(),
            (None, None) => "none".into(),
            (None, Some(behaviour)) => match behaviour.software {
                Software::Generic => "lab".into(),
                software => format!("lab as {software:?}"),
            },
        }
    }

    /// Whether the program was told that the password may go in clear text.
    pub fn allows_cleartext(&self) -> bool {
        let args = &self.check.args;
        args.iter()
            .any(|arg| arg == "--allow-cleartext-login" || arg == "never")
    }
}
