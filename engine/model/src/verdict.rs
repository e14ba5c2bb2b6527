//! The verdict on a remote.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::Display;

/// How a remote is.
#[derive(Clone, Copy, Debug, Display, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Verdict {
    /// Nothing is wrong.
    Healthy,
    /// It works, with warnings.
    Degraded,
    /// It cannot be used as configured.
    Failing,
    /// Nothing wrong was found, and not everything could be looked at.
    Incomplete,
}

impl Verdict {
    /// How bad it is: the worse, the higher.
    #[must_use]
    pub fn rank(self) -> u8 {
        match self {
            Verdict::Healthy => 0,
            Verdict::Degraded => 1,
            Verdict::Incomplete => 2,
            Verdict::Failing => 3,
        }
    }
}
