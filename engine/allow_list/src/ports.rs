//! The ports a firewall has to open towards the server, as far as the run saw them.

use facts::name;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Facts;
use model::finding::FactValue;

/// What has to be open on the server's side.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Ports {
    /// The control connection's.
    pub control: u16,
    /// The data connections'; none where no port was named to us.
    pub passive: Option<PassivePorts>,
}

/// The passive ports that the server named: a sample of its range.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct PassivePorts {
    /// The lowest.
    pub lowest: u16,
    /// The highest.
    pub highest: u16,
    /// How many were named and tried.
    pub tried: usize,
    /// How many of them opened.
    pub opened: usize,
}

impl Ports {
    /// The ports by what a run noted.
    pub(super) fn new(control: u16, facts: &Facts) -> Ports {
        let passive = passive(facts);
        Ports { control, passive }
    }
}

fn passive(facts: &Facts) -> Option<PassivePorts> {
    let Some(FactValue::Text(range)) = facts.get(name::DATA_PASSIVE_RANGE) else {
        return None;
    };
    let (lowest, highest) = range.split_once('-')?;
    let rows = match facts.get(name::DATA_PASSIVE_MAP) {
        Some(FactValue::Rows(rows)) => rows.as_slice(),
        _ => &[],
    };
    let opened = |row: &&std::collections::BTreeMap<String, String>| {
        row.get("result")
            .is_some_and(|result| result.starts_with("open"))
    };
    Some(PassivePorts {
        lowest: lowest.parse().ok()?,
        highest: highest.parse().ok()?,
        tried: rows.len(),
        opened: rows.iter().filter(opened).count(),
    })
}
