//! What a probe made on the remote is removed, however the probe ended.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use facts::name;
use serde::{Deserialize, Serialize};

use crate::finding::{Fact, FactValue};
use crate::handoff::Handoff;
use crate::net::Writes;
use crate::plugin::{Ground, Plugin};
use crate::settings::Check;
use crate::standing::Told;

/// How long it may take, beyond the time of the run: a login and a few commands, on a slow server.
pub const GRACE: Duration = Duration::from_secs(15);

/// Something that is still on the remote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct LeftBehind {
    /// The source address of the session that made it.
    pub source: Option<IpAddr>,
    /// The probe that made it.
    pub probe: String,
    /// The path as it was sent.
    pub path: String,
    /// The directory it counts from, where that is known.
    pub directory: Option<String>,
    /// What the server says to its removal, where it said something.
    pub refusal: Option<String>,
}

/// Runs the component of a probe that ended, as a fresh instance, to remove what it owes. What it says is not used: it
/// has looked at the remote before, and how this ends shows in what is still owed.
pub async fn remove(
    left: Vec<String>,
    plugin: &Plugin,
    ground: Ground,
    check: &Check,
    source: Option<IpAddr>,
) {
    let facts = ground.handoff.facts(plugin.description.standing);
    let told = Told::to_remove(facts, left);
    let ground = Ground {
        // It opens a session of its own; the one that was handed on may be what hangs.
        handoff: Arc::new(Handoff::default()),
        deadline: GRACE,
        ..ground
    };
    let _ = plugin.run(ground, check, source, &told).await;
}

/// What the probes of one run from one source address have not removed.
pub fn left_behind(writes: &Writes, facts: &[Fact], source: Option<IpAddr>) -> Vec<LeftBehind> {
    let directory = directory(facts);
    let debts = writes.debts().into_iter();
    debts
        .map(|debt| LeftBehind {
            source,
            probe: debt.probe,
            path: debt.path,
            directory: directory.clone(),
            refusal: debt.refusal,
        })
        .collect()
}

/// Where the session was when it was handed on: the login directory, and the path that was entered from there.
fn directory(facts: &[Fact]) -> Option<String> {
    let text = |name: &str| {
        let fact = facts.iter().find(|fact| fact.name == name)?;
        match &fact.value {
            FactValue::Text(text) => Some(text.clone()),
            _ => None,
        }
    };
    match (text(name::LOGIN_DIRECTORY), text(name::LOGIN_ENTERED)) {
        (home, Some(entered)) if entered.is_empty() => home,
        (_, Some(entered)) if entered.starts_with('/') => Some(entered),
        (Some(home), Some(entered)) => Some(format!("{}/{entered}", home.trim_end_matches('/'))),
        (home, entered) => home.or(entered),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_directory_counts_from_the_login() {
        let fact = |name: &str, text: &str| Fact {
            name: name.into(),
            value: FactValue::Text(text.into()),
        };
        let home = fact("login.directory", "/home/jo");
        assert_eq!(directory(&[]), None);
        assert_eq!(
            directory(std::slice::from_ref(&home)).as_deref(),
            Some("/home/jo")
        );
        let entered = |path: &str| directory(&[home.clone(), fact("login.entered", path)]);
        assert_eq!(entered("in").as_deref(), Some("/home/jo/in"));
        assert_eq!(entered("/in").as_deref(), Some("/in"));
    }
}
