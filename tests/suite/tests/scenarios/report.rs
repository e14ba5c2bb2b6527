//! The JSON report, as a reader of it knows it: by the names that are fixed.

use outcomes::Reported;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A report.
#[derive(Debug, Deserialize)]
pub struct Report {
    pub schema_version: String,
    pub verdict: String,
    pub summary: String,
    pub root_causes: Vec<String>,
    pub findings: Vec<Finding>,
    pub not_tested: Vec<NotTested>,
    pub connections: Connections,
    pub duration_ms: u64,
    pub transcript: Vec<Line>,
    #[serde(default)]
    pub left_behind: Vec<Leftover>,
    pub facts: Map<String, Value>,
    pub probes: Vec<Probe>,
    pub settings_patch: Option<Map<String, Value>>,
    pub allow_list: Option<AllowList>,
}

/// One run of a probe.
#[derive(Debug, Deserialize)]
pub struct Probe {
    pub id: String,
    pub signer: Value,
}

/// The sheet for whoever lets only listed addresses in.
#[derive(Debug, Deserialize)]
pub struct AllowList {
    pub addresses: Vec<ListedAddress>,
    pub ports: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
pub struct ListedAddress {
    pub source: Option<String>,
    pub requirements: Vec<Requirement>,
}

#[derive(Debug, Deserialize)]
pub struct Requirement {
    pub requirement: String,
    pub standing: String,
    pub evidence_for: Vec<String>,
    pub evidence_against: Vec<String>,
    pub not_known: Vec<String>,
}

/// Something that the run made and could not remove.
#[derive(Debug, Deserialize)]
pub struct Leftover {
    pub path: String,
    pub directory: Option<String>,
}

/// One finding.
#[derive(Debug, Deserialize)]
pub struct Finding {
    pub code: String,
    pub severity: String,
    /// Whose word it is, where it is none of this program's.
    #[serde(default = "built_in")]
    pub standing: String,
    pub owner: String,
    pub detail: String,
    pub caused_by: Option<String>,
    pub evidence: Vec<Evidence>,
    pub remedy: Remedy,
    pub confidence: String,
    pub alternatives: Vec<Value>,
    pub settings_patch: Option<Map<String, Value>>,
}

fn built_in() -> String {
    "built-in".into()
}

#[derive(Debug, Deserialize)]
pub struct Evidence {
    pub label: String,
    pub value: String,
}

#[derive(Debug, Deserialize)]
pub struct Remedy {
    pub steps: Vec<String>,
    pub message: String,
}

#[derive(Debug, Deserialize)]
pub struct NotTested {
    pub check: String,
    pub reason: String,
}

#[derive(Debug, Deserialize)]
pub struct Connections {
    pub control: u64,
    pub data: u64,
    pub peak: u64,
}

/// One line of the dialogue, or one thing that happened.
#[derive(Debug, Deserialize)]
pub struct Line {
    pub probe: String,
    pub text: String,
    /// The kind of failure, where it was one.
    pub failure: Option<Value>,
}

impl Report {
    /// The first root cause.
    pub fn first(&self) -> Option<&Finding> {
        let code = self.root_causes.first()?;
        self.findings.iter().find(|finding| finding.code == *code)
    }

    /// What it comes to in the table of all checks.
    pub fn reported(&self) -> Reported {
        Reported {
            root_causes: self.root_causes.clone(),
            control: self.connections.control,
            data: self.connections.data,
            duration_ms: self.duration_ms,
        }
    }

    /// Findings without a cause: errors, warnings where there is no error, and what third parties say after the rest.
    fn causes(&self) -> Vec<&String> {
        let of = |standing: &str, severity: &str| -> Vec<&String> {
            self.findings
                .iter()
                .filter(|it| it.standing == standing && it.severity == severity)
                .filter(|it| it.caused_by.is_none())
                .map(|it| &it.code)
                .collect()
        };
        let ours = match of("built-in", "error") {
            errors if errors.is_empty() => of("built-in", "warning"),
            errors => errors,
        };
        let no_error = !self.findings.iter().any(|it| it.severity == "error");
        let theirs = match no_error {
            true => of("third-party", "warning"),
            false => of("third-party", "error"),
        };
        [ours, theirs].concat()
    }

    /// Nothing in the first sentence is denied by what follows.
    fn headline(&self) -> Option<String> {
        let above_info = self.findings.iter().any(|it| it.severity != "info");
        let clean = self.summary.contains("othing wrong was found");
        (above_info && clean).then(|| format!("findings stand under: {}", self.summary))
    }

    /// Where one part of the report says what another denies.
    pub fn contradictions(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        if self.schema_version != "1" {
            complaints.push(format!("schema_version is {}", self.schema_version));
        }
        let causes = self.causes();
        if causes != self.root_causes.iter().collect::<Vec<_>>() {
            complaints.push(format!(
                "root_causes is {:?}, and by the findings they are {causes:?}",
                self.root_causes
            ));
        }
        complaints.extend(self.headline());
        for finding in &self.findings {
            if let Some(cause) = &finding.caused_by {
                let root = self.findings.iter().find(|it| it.code == *cause);
                if root.is_none_or(|root| root.caused_by.is_some()) {
                    complaints.push(format!("{} is caused by {cause}, no root", finding.code));
                }
            }
            if finding.remedy.steps.is_empty() || finding.remedy.message.is_empty() {
                complaints.push(format!("{} has no remedy", finding.code));
            }
            if finding.evidence.is_empty() || finding.evidence.iter().any(|it| it.label.is_empty())
            {
                complaints.push(format!("{} has no evidence", finding.code));
            }
        }
        if self.not_tested.iter().any(|it| it.reason.is_empty()) {
            complaints.push("a check was left out without a reason".into());
        }
        complaints
    }
}
