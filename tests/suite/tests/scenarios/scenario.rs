//! What is in a `scenario.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

use lab::{Behaviour, Software};
use netlab::Setup;
use serde::Deserialize;

/// One scenario: who is out there, how the program is asked, and what it must say.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Scenario {
    /// A server of the lab.
    pub server: Option<Behaviour>,
    /// A server program in place of the lab.
    pub real: Option<Setup>,
    /// A small internet between client and server, in place of loopback.
    pub network: Option<Network>,
    /// What the resolver answers, by name.
    #[serde(default)]
    pub dns: BTreeMap<String, Answer>,
    #[serde(default)]
    pub check: Check,
    pub expect: Expect,
}

/// Client and server in namespaces of their own, with what stands between them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Network {
    /// The port of the lab's server.
    #[serde(default = "ftp")]
    pub port: u16,
    /// The server also listens for IPv6.
    #[serde(default)]
    pub ipv6: bool,
    /// Further addresses of the client, which the server answers to.
    #[serde(default)]
    pub client_addresses: Vec<Ipv4Addr>,
    #[serde(default)]
    pub faults: Vec<NetworkFault>,
}

fn ftp() -> u16 {
    21
}

/// What a firewall does; see the methods of [`netlab::Net`].
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NetworkFault {
    /// Silence on the server's ports from the first to the last.
    DropPorts(u16, u16),
    /// A reset there.
    RejectPorts(u16, u16),
    /// Connections open, and nothing passes.
    StallPorts(u16, u16),
    /// Silence for one address of the client.
    DropSource(IpAddr),
    /// A reset for one address of the client.
    RejectSource(IpAddr),
    /// Silence on the data ports for one address of the client.
    DropDataFrom(IpAddr),
    /// The client's inside address arrives as its first one. A switch: `{ masquerade = true }`.
    Masquerade(bool),
    /// Packets above this size vanish.
    DropLargerThan(u16),
    /// The client has no way to this address.
    NoRouteTo(IpAddr),
}

/// What the resolver says of a name.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Answer {
    Addresses(Vec<IpAddr>),
    Without(Without),
    Records(Records),
}

/// What else a name may say.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Records {
    /// The name it is an alias of.
    pub cname: Option<String>,
    pub addresses: Vec<IpAddr>,
    pub ptr: Vec<String>,
    pub txt: Vec<String>,
}

/// Answers without an address.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Without {
    /// There is no such name.
    Nxdomain,
    /// There is, and it has no address.
    NoAddress,
    /// SERVFAIL.
    Servfail,
    /// No answer.
    Silent,
}

/// How the program is asked. Host, port, user, password file, CA file and resolver are added.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Check {
    pub args: Vec<String>,
    /// In place of the server's address.
    pub host: Option<String>,
    /// In place of the server's port.
    pub port: Option<u16>,
    /// Whether there is a user at all.
    pub user: bool,
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
    Right,
    Wrong,
}

/// What the program must say.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Expect {
    /// All of them, in order.
    pub root_causes: Vec<String>,
    /// All further errors and warnings, and whatever else must be found.
    #[serde(default)]
    pub findings: Vec<String>,
    pub verdict: String,
    pub exit: i32,
    /// Who has to act on the first root cause.
    pub owner: Option<String>,
    /// How sure the first root cause is.
    pub confidence: Option<String>,
    /// What the first root cause proposes to change, as far as it is said here.
    #[serde(default)]
    pub patch: BTreeMap<String, serde_json::Value>,
    /// What is said of the changes of all root causes together, as far as it is said here.
    #[serde(default)]
    pub together: BTreeMap<String, serde_json::Value>,
    /// Words in the detail or the evidence of a finding.
    #[serde(default)]
    pub says: Vec<String>,
    /// Words in the steps of the first root cause's remedy.
    #[serde(default)]
    pub advises: Vec<String>,
    /// Words that must not be in any of them: advice that does not fit the settings.
    #[serde(default)]
    pub never_advises: Vec<String>,
    /// Words of checks that must be listed as not made.
    #[serde(default)]
    pub not_tested: Vec<String>,
    /// Facts that must be so.
    #[serde(default)]
    pub facts: BTreeMap<String, serde_json::Value>,
    /// Commands that must not come from a session that is logged in.
    #[serde(default)]
    pub not_after_login: Vec<String>,
    /// How requirements of the sheet stand: "ADDRESS requirement".
    #[serde(default)]
    pub sheet: BTreeMap<String, String>,
    /// The names that a resolver is asked about, all of them and in this spelling.
    pub names_asked: Option<BTreeSet<String>>,
    /// How often the password is sent, in each run of the program.
    pub passwords: Option<usize>,
    /// How many files and directories of the run stay on the server; each must be named in the report.
    #[serde(default)]
    pub left_behind: usize,
    /// Codes this resembles; none of them may be found.
    #[serde(default)]
    pub look_alike_of: Vec<String>,
}

impl Expect {
    /// Every code that must be found.
    pub fn found(&self) -> impl Iterator<Item = &String> {
        self.root_causes.iter().chain(&self.findings)
    }
}

/// A recording needs no `scenario.toml`: it says itself what it led to.
fn is_recording(path: &Path) -> bool {
    let ends_so = |path: &Path| path.extension().is_some_and(|it| it == "recording");
    let mut within = fs::read_dir(path).into_iter().flatten().flatten();
    let alone = !path.join("scenario.toml").exists();
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
                let file = path.join("scenario.toml");
                let scenario =
                    Self::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                Ok((name.into_owned(), scenario))
            })
            .collect()
    }

    fn read(file: &Path) -> Result<Scenario, String> {
        let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
        if !text.starts_with("# ") {
            return Err("the first line is to say what is wrong, after `# `".into());
        }
        toml::from_str(&text).map_err(|error| error.to_string())
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
