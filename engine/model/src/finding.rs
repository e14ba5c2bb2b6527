//! The nouns: codes, findings, evidence, omissions, facts. What probes say and what reports are made of.

use std::collections::BTreeSet;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::{AsRefStr, Display, EnumMessage, EnumString, VariantArray};

use crate::capability::Capability;
use crate::declared::FactDeclaration;
use crate::remote::Depth;
use crate::standing::Standing;

/// How bad a fault is. Declared with the code, never decided while running.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The remote cannot be used as configured.
    Error,
    /// Works now, will hurt.
    Warning,
    /// Worth knowing.
    Info,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        })
    }
}

/// Who has to act.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    JsonSchema,
    Serialize,
    Deserialize,
    AsRefStr,
    Display,
    EnumString,
    EnumMessage,
    VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum Owner {
    /// The administrator of the FTP server.
    ServerAdmin,
    /// The administrator of the firewall, NAT or load balancer in front of it.
    FirewallAdmin,
    /// The owner of the certificate.
    CertificateOwner,
    /// The owner of the account.
    AccountOwner,
    /// The person who configures the remote on our side.
    Settings,
    /// The administrator of our own network.
    Platform,
}

impl Owner {
    /// How a sentence names them.
    pub fn title(self) -> &'static str {
        match self {
            Owner::ServerAdmin => "the administrator of the server",
            Owner::FirewallAdmin => "the administrator of the server's firewall",
            Owner::CertificateOwner => "the owner of the certificate",
            Owner::AccountOwner => "the owner of the account",
            Owner::Settings => "the person who configures this remote",
            Owner::Platform => "the team that runs our own network",
        }
    }
}

/// A fault that can be named, as its probe declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// `area.problem`.
    pub name: String,
    /// One line, as it reads when the fault is there.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// Who usually acts first.
    pub owner: Owner,
    /// Codes it explains when both are found; `area.*` stands for a whole area.
    pub explains: Vec<String>,
    /// Whether a relaxed certificate check makes it a warning.
    pub eased_by_certificate_check: bool,
    /// The page of the code.
    pub page: String,
}

impl Code {
    /// Whether this code declares that it explains another.
    pub fn explains(&self, other: &str) -> bool {
        self.explains
            .iter()
            .any(|pattern| match pattern.strip_suffix(".*") {
                Some(area) => other.split('.').next() == Some(area),
                None => pattern == other,
            })
    }
}

/// Something that was seen. A fact, never an opinion.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Evidence {
    /// What it is.
    pub label: String,
    /// What was seen.
    pub value: String,
}

/// How sure a finding is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// The evidence admits nothing else.
    Certain,
    /// The evidence fits this best; a deciding test was not possible.
    Likely,
}

/// What else it could be.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Alternative {
    /// The other code.
    pub code: String,
    /// What would tell, and who can do it.
    pub deciding_test: String,
}

/// What makes a code the right name for what was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Basis {
    /// It was seen itself, and nothing is concluded from it: enough for what is no error.
    Observed,
    /// The deciding observation.
    Decided(String),
    /// It fits best, and a deciding test was not possible: what else it could be.
    Likely(Vec<Alternative>),
}

impl Basis {
    /// How sure a finding of this severity is: an error that nothing decided is likely.
    pub fn confidence(&self, severity: Severity) -> Confidence {
        match self {
            Basis::Observed if severity == Severity::Error => Confidence::Likely,
            Basis::Observed | Basis::Decided(_) => Confidence::Certain,
            Basis::Likely(_) => Confidence::Likely,
        }
    }

    /// What else it could be.
    pub fn alternatives(&self) -> &[Alternative] {
        match self {
            Basis::Observed | Basis::Decided(_) => &[],
            Basis::Likely(alternatives) => alternatives,
        }
    }

    /// The deciding observation, as evidence.
    fn evidence(&self) -> Option<Evidence> {
        match self {
            Basis::Observed | Basis::Likely(_) => None,
            Basis::Decided(what) => Some(Evidence {
                label: "decided by".into(),
                value: what.clone(),
            }),
        }
    }

    /// Names one more look-alike. What was decided is open again.
    pub fn doubt(&mut self, alternative: Alternative) {
        match self {
            Basis::Observed | Basis::Decided(_) => *self = Basis::Likely(vec![alternative]),
            Basis::Likely(alternatives) => alternatives.push(alternative),
        }
    }
}

/// What a change of settings was seen to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PatchEffect {
    /// Not tried.
    Untried,
    /// This finding is gone with it.
    CuresThis,
    /// Nothing is left with it.
    CuresAll,
    /// It was tried and does not help.
    Failed,
}

/// A change of the settings on our side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsPatch {
    /// Names and values, as in `remote`.
    pub changes: Vec<(String, String)>,
    /// What it was seen to do.
    pub effect: PatchEffect,
}

/// A fault a probe found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The code.
    pub code: String,
    /// What was seen here, in a sentence or two.
    pub detail: String,
    /// What was seen.
    pub evidence: Vec<Evidence>,
    /// Only where the evidence names another owner than the code.
    pub owner: Option<Owner>,
    /// What makes the code the right name for it.
    pub basis: Basis,
    /// The change of settings that would mend it.
    pub patch: Option<SettingsPatch>,
}

impl Finding {
    /// All that was seen: the evidence, and behind it what decided.
    pub fn seen(&self) -> impl Iterator<Item = Evidence> {
        self.evidence.iter().cloned().chain(self.basis.evidence())
    }
}

/// Why a check was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OmissionCause {
    /// The user did not permit it.
    NoPermission,
    /// There are no credentials.
    NoCredentials,
    /// A fault that was found stands in the way.
    BehindFault,
    /// There is nothing here to check.
    NotApplicable,
    /// The user left it out.
    NotAsked,
    /// Something that behaves alike was looked at in its place.
    Represented,
    /// It was possible and asked for, and could not be done: the diagnosis is incomplete.
    CouldNotLook,
}

/// Checks that were not made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Omission {
    /// What was not looked at.
    pub check: String,
    /// The codes that nothing is known about.
    pub codes: Vec<String>,
    /// Why not.
    pub cause: OmissionCause,
    /// Why not, for people.
    pub reason: String,
}

/// A typed value.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FactValue {
    /// Yes or no.
    Flag(bool),
    /// A number.
    Integer(i64),
    /// A text.
    Text(String),
    /// Several texts.
    Texts(Vec<String>),
    /// Rows of named cells.
    Rows(Vec<std::collections::BTreeMap<String, String>>),
}

/// Something established that is no fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// Dotted and lower-case.
    pub name: String,
    /// The value. In reports it has no type beside it; where a fact stands alone, as in recordings, it needs one: an empty list
    /// could be either of two.
    #[serde(with = "Typed")]
    pub value: FactValue,
}

/// How a value is written with its type.
#[derive(Serialize, Deserialize)]
#[serde(remote = "FactValue", rename_all = "kebab-case")]
enum Typed {
    Flag(bool),
    Integer(i64),
    Text(String),
    Texts(Vec<String>),
    Rows(Vec<std::collections::BTreeMap<String, String>>),
}

/// Everything a probe says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Faults that are there.
    pub findings: Vec<Finding>,
    /// Codes that were looked for and are not there.
    pub clear: Vec<String>,
    /// Checks that were not made.
    pub not_tested: Vec<Omission>,
    /// What was established.
    pub facts: Vec<Fact>,
}

/// What a probe says of itself, and what it is taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// What it is taken for: no word of its own.
    pub standing: Standing,
    /// The name of the probe.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it looks at.
    pub summary: String,
    /// The state whose connection it takes over.
    pub consumes: Option<String>,
    /// States that must have been reached before it runs.
    pub requires: Vec<String>,
    /// States it may reach, by the names that others know them by.
    pub provides: Vec<String>,
    /// The least depth at which it runs; none where it always does, also for the first steps alone.
    pub from_depth: Option<Depth>,
    /// What it asks for.
    pub capabilities: BTreeSet<Capability>,
    /// The codes it declares.
    pub codes: Vec<Code>,
    /// Codes of other probes that it may find too.
    pub also_reports: Vec<String>,
    /// The facts that it states in its outcome, by the names that others know them by.
    pub facts: Vec<FactDeclaration>,
}

impl Description {
    /// A probe with a name that declares nothing, asks for nothing and runs by itself.
    pub fn of(standing: Standing, name: &str) -> Description {
        Description {
            standing,
            name: name.into(),
            version: "1".into(),
            summary: String::new(),
            consumes: None,
            requires: Vec::new(),
            provides: Vec::new(),
            from_depth: None,
            capabilities: BTreeSet::new(),
            codes: Vec::new(),
            also_reports: Vec::new(),
            facts: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_explains_names_and_areas() {
        let code = Code {
            name: "net.connection-refused".into(),
            title: String::new(),
            severity: Severity::Error,
            owner: Owner::Settings,
            explains: vec!["cert.*".into(), "data.tls-failed".into()],
            eased_by_certificate_check: false,
            page: String::new(),
        };
        assert!(code.explains("cert.expired") && code.explains("data.tls-failed"));
        assert!(!code.explains("certificate.expired") && !code.explains("data.tls-stalls"));
    }
}
