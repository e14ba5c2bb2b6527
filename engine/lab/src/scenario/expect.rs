//! What the program must say.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

/// What the program must say of the server, and do to it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Expect {
    /// All of them, in order.
    pub root_causes: Vec<String>,
    /// All further errors and warnings, and whatever else must be found.
    #[serde(default)]
    pub findings: Vec<String>,
    /// As in the JSON report.
    pub verdict: String,
    /// Who has to act on the first root cause.
    pub owner: Option<String>,
    /// Words in the detail or the evidence of a finding.
    #[serde(default)]
    pub says: Vec<String>,
    /// Codes this resembles; none of them may be found.
    #[serde(default)]
    pub look_alike_of: Vec<String>,

    // From here on, what only the suite looks at: the kit reads it and passes over it.
    /// The exit code. The suite demands it.
    pub exit: Option<i32>,
    /// How sure the first root cause is.
    pub confidence: Option<String>,
    /// Words in the verdict sentence.
    #[serde(default)]
    pub summary: Vec<String>,
    /// What the first root cause proposes to change, as far as it is said here.
    #[serde(default)]
    pub patch: BTreeMap<String, Value>,
    /// What is said of the changes of all root causes together, as far as it is said here.
    #[serde(default)]
    pub together: BTreeMap<String, Value>,
    /// Settings that no finding may propose to change: a change that would mend a look-alike.
    #[serde(default)]
    pub unpatched: BTreeSet<String>,
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
    pub facts: BTreeMap<String, Value>,
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
}

impl Expect {
    /// Every code that must be found.
    pub fn found(&self) -> impl Iterator<Item = &String> {
        self.root_causes.iter().chain(&self.findings)
    }
}
