//! What the kit makes of a `scenario.toml`.

use std::path::{Path, PathBuf};

use clap::Parser;
use lab::scenario::Password;
use lab::{Behaviour, Lab};
use secrecy::SecretString;
use serde_json::Value;

use super::super::super::args::{Args, Command};
use super::super::super::remote_file::Asked;
use super::super::super::{CliError, check};
use super::servers;
use host::Check;
use host::login::Credential;
use model::cleaner;
use report::Report;

/// Why the scenarios of a probe cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ScenarioError {
    #[error("{}: {source}; every probe needs scenarios: name their folder with --scenarios", path.display())]
    Folder {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error(transparent)]
    Unreadable(lab::scenario::ScenarioError),
    #[error("{}: args: {flag} is not for a scenario, which may only say how its server is looked at", path.display())]
    Foreign { path: PathBuf, flag: String },
}

impl From<lab::scenario::ScenarioError> for ScenarioError {
    fn from(error: lab::scenario::ScenarioError) -> ScenarioError {
        match error {
            lab::scenario::ScenarioError::Folder { path, source } => {
                ScenarioError::Folder { path, source }
            }
            error => ScenarioError::Unreadable(error),
        }
    }
}

pub(super) struct Scenario {
    pub(super) name: String,
    content: lab::scenario::Scenario,
}

/// A third-party probe beside the one that is tried.
const OTHER_PROBE: &str = "--plugin";
/// What the arguments of a scenario may say.
const FLAGS: &[&str] = &[
    "--allow-cleartext-login",
    "--allow-data-address",
    "--allow-private",
    "--allow-unverified-login",
    "--allow-writes",
    "--certificate-check",
    "--connect-timeout",
    "--connect-to",
    "--dedicated",
    "--deny",
    "--depth",
    "--expect-address",
    "--expect-name",
    "--fetch-issuers",
    "--highest-tls-version",
    "--ip-version",
    "--max-connections",
    "--only",
    "--passive-mode",
    "--password-encoding",
    "--policy-list",
    "--remote-path",
    "--reply-timeout",
    "--sheet",
    "--skip",
    "--source",
    "--ssl",
    "--timeout",
    "--use",
    "--user",
];

/// What of these arguments is not for a scenario: it comes with a probe from anywhere, and touches no file and no secret.
/// `--plugin` stands in scenarios of the suite alone, which the kit passes over.
fn foreign(args: &[String]) -> Option<String> {
    let flags = args
        .iter()
        .filter(|arg| arg.starts_with('-') && arg.len() > 1);
    let mut names = flags.map(|arg| arg.split('=').next().unwrap_or_default());
    let foreign = names.find(|flag| !FLAGS.contains(flag) && *flag != OTHER_PROBE)?;
    Some(cleaner::line(foreign, 40))
}

impl Scenario {
    /// The scenarios of a folder, by name.
    pub(super) fn all(folder: &Path) -> Result<Vec<Scenario>, ScenarioError> {
        let all = lab::scenario::Scenario::all(folder)?.into_iter();
        all.map(|(name, content)| match foreign(&content.check.args) {
            None => Ok(Scenario { name, content }),
            Some(flag) => Err(ScenarioError::Foreign {
                path: folder.join(name).join(lab::scenario::FILE),
                flag,
            }),
        })
        .collect()
    }

    pub(super) fn behaviour(&self) -> Behaviour {
        self.content.server.clone().unwrap_or_default()
    }

    /// Why it cannot be run with a lab on loopback alone.
    pub(super) fn beyond_us(&self) -> Option<&'static str> {
        let content = &self.content;
        if content.network.is_some() {
            Some("it needs a separate network")
        } else if content.real.is_some() {
            Some("it needs a real server")
        } else if !content.dns.is_empty() {
            Some("it needs a separate resolver")
        } else if content.server.is_none() || !content.check.plugins.is_empty() {
            Some("it needs more than a server of the lab")
        } else if content
            .check
            .args
            .iter()
            .any(|arg| arg.starts_with(OTHER_PROBE))
        {
            Some("it needs another probe")
        } else if content.check.state.is_some() {
            Some("it needs what an earlier run left")
        } else {
            None
        }
    }

    /// Whether it is about a run whose time is up before its probes are done.
    pub(super) fn is_cut_short(&self) -> bool {
        let args = &self.content.check.args;
        args.iter().any(|arg| arg == "--timeout") && self.content.expect.verdict != "healthy"
    }

    /// Every code that must be found.
    pub(super) fn expected(&self) -> impl Iterator<Item = &String> {
        self.content.expect.found()
    }

    pub(super) fn finds(&self, code: &str) -> bool {
        self.expected().any(|it| it == code)
    }

    pub(super) fn is_like(&self, code: &str) -> bool {
        self.content
            .expect
            .look_alike_of
            .iter()
            .any(|it| it == code)
    }

    /// The check that it asks for, of a server that is there.
    pub(super) fn check(&self, lab: &Lab) -> Result<Check, CliError> {
        let ask = &self.content.check;
        let host = ask
            .host
            .clone()
            .unwrap_or_else(|| lab.address().ip().to_string());
        let port = ask.port.unwrap_or(lab.address().port()).to_string();
        let words = ["remote-doctor", "check", "--host", &host, "--port", &port];
        let words = words.into_iter().chain(ask.args.iter().map(String::as_str));
        let args =
            Args::try_parse_from(words).map_err(|error| CliError::Usage(error.to_string()))?;
        let Command::Check(args) = args.command else {
            return Err(CliError::Usage("args: not those of a check".into()));
        };
        if args.remote.is_some() {
            return Err(CliError::Usage(format!(
                "{}: args: a URL or a settings file is not for a scenario",
                self.name
            )));
        }
        let (made, _) = check::request(Asked::typed(*args))?;
        Ok(made.altered(|asked| {
            if ask.trusted {
                asked.authorities.extend(servers::authorities(lab));
            }
            if ask.user {
                let behaviour = lab.behaviour();
                let user = asked.remote.user.clone().unwrap_or(behaviour.user.clone());
                let password = match ask.password {
                    Password::Right => behaviour.password.clone(),
                    Password::Wrong => "not the password".into(),
                };
                asked.remote.user = Some(user.clone());
                asked.credential = Some(Credential {
                    user,
                    password: SecretString::from(password),
                });
            }
        }))
    }

    /// What is not as expected, if anything is.
    pub(super) fn missed(&self, report: &Report) -> Option<String> {
        let found = self.missed_codes(report);
        found.or_else(|| self.missed_words(report))
    }

    fn missed_codes(&self, report: &Report) -> Option<String> {
        let expect = &self.content.expect;
        let found = |code: &str| report.findings.iter().any(|it| it.code == code);
        if let Some(code) = self.expected().find(|code| !found(code)) {
            let instead = match report.root_causes.as_slice() {
                [] => "nothing".to_string(),
                codes => codes.join(", "),
            };
            return Some(format!(
                "finds too little: {code} is expected; found: {instead}"
            ));
        }
        if let Some(code) = expect.look_alike_of.iter().find(|code| found(code)) {
            return Some(format!(
                "blames a look-alike: {code} was found, and is not there"
            ));
        }
        (report.root_causes != expect.root_causes).then(|| {
            format!(
                "root causes are {:?}, expected {:?}",
                report.root_causes, expect.root_causes
            )
        })
    }

    fn missed_words(&self, report: &Report) -> Option<String> {
        let expect = &self.content.expect;
        let word = |value: serde_json::Result<Value>| value.ok()?.as_str().map(String::from);
        let verdict = word(serde_json::to_value(report.verdict)).unwrap_or_default();
        if verdict != expect.verdict {
            return Some(format!(
                "the verdict is {verdict}, expected {}",
                expect.verdict
            ));
        }
        let first = report.root_causes.first();
        let first = report.findings.iter().find(|it| Some(&it.code) == first);
        let owner = first.and_then(|it| word(serde_json::to_value(it.owner)));
        if let Some(expected) = expect
            .owner
            .as_ref()
            .filter(|it| Some(*it) != owner.as_ref())
        {
            let owner = owner.unwrap_or("nobody".into());
            return Some(format!("the owner is {owner}, expected {expected}"));
        }
        let told = report.findings.iter().flat_map(|it| {
            let evidence = it.evidence.iter().map(|it| it.value.as_str());
            std::iter::once(it.detail.as_str()).chain(evidence)
        });
        let told = told.collect::<Vec<_>>().join("\n");
        let unsaid = expect.says.iter().find(|words| !told.contains(*words));
        unsaid.map(|words| format!("{words:?} is not in any detail or evidence"))
    }
}
