//! The verdict on a remote.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a remote is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
