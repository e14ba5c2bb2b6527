//! What a probe made on the remote is removed, however the probe ended.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use facts::name;
use host::handoff::Handoff;
use host::net::Writes;
use model::finding::{Fact, FactValue};
use model::visit::{LeftBehind, Purpose, VisitKey};
use sandbox::{Plugin, RunContext};

use crate::backend::VisitBackend;
use host::Check;
use model::standing::GivenFacts;

/// How long it may take, beyond the time of the run: a login and a few commands, on a slow server.
pub(crate) const GRACE: Duration = Duration::from_secs(15);

/// Runs the component of a probe that ended, as a fresh instance, to remove what it is told. What it says is not used: it
/// has looked at the remote before, and how this ends shows in what is still owed.
pub(crate) async fn remove(
    given_facts: &GivenFacts,
    plugin: &Plugin,
    backend: &dyn VisitBackend,
    check: &Check,
    key: VisitKey,
) {
    // It opens a session of its own; the one that was handed on may be what hangs.
    let handoff = Arc::new(Handoff::default());
    let context = RunContext {
        backend: backend.probe(&plugin.identity, Purpose::CleanUp, handoff),
        scope: key.scope,
        deadline: GRACE,
    };
    let _ = plugin.run(context, check, key.source, given_facts).await;
}

/// What the probes of one run from one source address have not removed.
pub(crate) fn left_behind(
    writes: &Writes,
    facts: &[Fact],
    source: Option<IpAddr>,
) -> Vec<LeftBehind> {
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
        let home = fact("login.directory", "/users/jo");
        assert_eq!(directory(&[]), None);
        assert_eq!(
            directory(std::slice::from_ref(&home)).as_deref(),
            Some("/users/jo")
        );
        let entered = |path: &str| directory(&[home.clone(), fact("login.entered", path)]);
        assert_eq!(entered("in").as_deref(), Some("/users/jo/in"));
        assert_eq!(entered("/in").as_deref(), Some("/in"));
    }
}
