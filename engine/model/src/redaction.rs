//! How far a report may be passed on.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::{AsRefStr, Display, EnumMessage, EnumString, VariantArray};

/// Whom a report may be given to. Passwords and keys are in none.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
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
pub enum Level {
    /// Our own people: everything
    #[default]
    Internal,
    /// The other party or a vendor: no user names, no file names, and no private addresses except the server's own
    Shareable,
    /// The public: also no addresses, host names, certificate names or numbers, and nothing that only this server says
    Public,
}

/// What was taken out of a report.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Redaction {
    /// Whom it may be given to.
    pub level: Level,
    /// How many different values of each kind were replaced by tokens.
    pub removed: BTreeMap<String, u32>,
}

impl fmt::Display for Redaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self.removed.iter().filter(|(_, count)| **count > 0);
        let counts: Vec<String> = counts
            .map(|(name, count)| format!("{} {count}", name.replace('_', " ")))
            .collect();
        let removed = match counts.is_empty() {
            true => "nothing had to be removed".into(),
            false => format!("removed and replaced by tokens: {}", counts.join(", ")),
        };
        write!(f, "redacted ({}); {removed}", self.level)
    }
}
