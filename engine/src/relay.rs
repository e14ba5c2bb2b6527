//! How probes go on where another ended: states that are reached, with facts and at most one connection each.
//!
//! A diagnosis is cheap in round trips because no probe asks again what another has established, and because one
//! control connection goes from hand to hand: connected, secured, logged in.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::finding::{Description, Fact};
use crate::ledger::{Kept, Ledger};
use crate::net::{Connection, printable};

/// What all probes together hand on, in bytes: each may hand on a quarter of it.
const FACTS: usize = 4 * 1024 * 1024;

/// As much of the name of a state as is shown.
const SHOWN: usize = 80;

/// Why a state was not reached.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotLeft {
    /// The probe did not declare the state.
    #[error("it reached the state `{0}`, which it did not declare")]
    NotDeclared(String),
    /// All probes together have handed on as much as they may.
    #[error("it handed on more than there is room for (4 MiB, for all probes together)")]
    NoRoom,
}

/// Why a probe cannot run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutOfReach {
    /// No probe of this run reaches the state.
    NobodyLeaves(String),
    /// The probes that could reach the state ended without it.
    NotReached {
        /// The state.
        state: String,
        /// The probes that could have reached it.
        by: Vec<String>,
    },
    /// The connection of the state was taken and not handed back.
    UsedUp {
        /// The state.
        state: String,
        /// The probe that took it.
        by: String,
    },
}

/// The connection that is handed on with a state.
#[derive(Debug)]
pub enum Handed {
    /// An open one.
    Live(Box<Connection>),
    /// The number of a recorded one.
    Replayed(u32),
}

/// The states of one run from one source address.
#[derive(Debug, Default)]
pub struct Relay {
    inner: Mutex<Inner>,
    changed: Notify,
}

#[derive(Debug)]
struct Inner {
    states: BTreeMap<String, State>,
    facts: Vec<Kept<Fact>>,
    room: Ledger,
}

impl Default for Inner {
    fn default() -> Inner {
        Inner {
            states: BTreeMap::new(),
            facts: Vec::new(),
            room: Ledger::new(FACTS),
        }
    }
}

#[derive(Debug, Default)]
struct State {
    leavers: Vec<String>,
    /// Leavers that have not ended yet.
    pending: usize,
    /// Takers that have not ended yet, in their order: it is the first one's turn. One that is out of reach for another
    /// reason ends before its turn.
    takers: Vec<String>,
    /// Who took the connection last.
    taken_by: Option<String>,
    reached: bool,
    connection: Option<Handed>,
}

impl Relay {
    /// The states that these probes, in this order, reach and take.
    pub fn new<'a>(probes: impl IntoIterator<Item = &'a Description>) -> Relay {
        let mut inner = Inner::default();
        for probe in probes {
            for state in &probe.leaves {
                let state = inner.states.entry(state.clone()).or_default();
                state.leavers.push(probe.name.clone());
                state.pending += 1;
            }
            if let Some(state) = &probe.takes {
                inner
                    .states
                    .entry(state.clone())
                    .or_default()
                    .takers
                    .push(probe.name.clone());
            }
        }
        Relay {
            inner: Mutex::new(inner),
            changed: Notify::new(),
        }
    }

    /// Waits until everything the probe needs is there; gives the facts so far.
    ///
    /// # Errors
    /// Why that will never be.
    pub async fn reach(&self, probe: &Description) -> Result<Vec<Fact>, OutOfReach> {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if let Some(facts) = self.lock().look(probe)? {
                return Ok(facts);
            }
            changed.await;
        }
    }

    /// Reaches a state.
    ///
    /// # Errors
    /// The probe did not declare it, or there is no room for the facts.
    pub fn leave(
        &self,
        probe: &Description,
        state: &str,
        connection: Option<Handed>,
        facts: Vec<Fact>,
    ) -> Result<(), NotLeft> {
        let mut inner = self.lock();
        let hands_back = probe.takes.as_deref() == Some(state);
        if !hands_back && !probe.leaves.iter().any(|declared| declared == state) {
            return Err(NotLeft::NotDeclared(printable(state, SHOWN)));
        }
        for fact in facts {
            inner.facts.retain(|other| other.name != fact.name);
            let kept = inner.room.keep(fact).map_err(|_| NotLeft::NoRoom)?;
            inner.facts.push(kept);
        }
        if let Some(state) = inner.states.get_mut(state) {
            state.reached = true;
            // Without anybody to take it, it would only hold a place.
            state.connection = connection.filter(|_| !state.takers.is_empty());
        }
        drop(inner);
        self.changed.notify_waiters();
        Ok(())
    }

    /// The connection of the state that the probe declared to take.
    pub fn take(&self, probe: &Description) -> Option<Handed> {
        let mut inner = self.lock();
        let state = inner.states.get_mut(probe.takes.as_ref()?)?;
        state.taken_by = Some(probe.name.clone());
        state.connection.take()
    }

    /// The states that were reached so far.
    pub fn reached(&self) -> BTreeSet<String> {
        let inner = self.lock();
        let reached = inner.states.iter().filter(|(_, state)| state.reached);
        reached.map(|(name, _)| name.clone()).collect()
    }

    /// The facts so far.
    pub fn facts(&self) -> Vec<Fact> {
        self.lock().told()
    }

    /// A probe has ended, in whatever way. What nobody takes any more is closed, so that its place is free.
    pub async fn ended(&self, probe: &Description) {
        let mut left = Vec::new();
        {
            let mut inner = self.lock();
            for state in &probe.leaves {
                if let Some(state) = inner.states.get_mut(state) {
                    state.pending = state.pending.saturating_sub(1);
                }
            }
            let taken = probe.takes.as_ref();
            if let Some(state) = taken.and_then(|state| inner.states.get_mut(state)) {
                state.takers.retain(|taker| *taker != probe.name);
                if state.takers.is_empty() {
                    left.extend(state.connection.take());
                }
            }
        }
        self.changed.notify_waiters();
        for connection in left {
            say_goodbye(connection).await;
        }
    }

    /// Closes what is left.
    pub async fn close(&self) {
        let left: Vec<Handed> = self
            .lock()
            .states
            .values_mut()
            .filter_map(|state| state.connection.take())
            .collect();
        for connection in left {
            say_goodbye(connection).await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends a session as a client does, without waiting for an answer.
async fn say_goodbye(handed: Handed) {
    const PATIENCE: Duration = Duration::from_millis(100);
    let Handed::Live(mut connection) = handed else {
        return;
    };
    if connection.is_open() && connection.is_control() {
        // A server that does not take the QUIT sees the FIN.
        let _ = connection.write(b"QUIT\r\n", PATIENCE).await;
        let _ = connection.finish(PATIENCE).await;
    }
}

impl Inner {
    /// The facts, once the probe can run; none while it must wait.
    fn look(&self, probe: &Description) -> Result<Option<Vec<Fact>>, OutOfReach> {
        for name in probe.after.iter().chain(&probe.takes) {
            let state = self
                .states
                .get(name)
                .filter(|state| !state.leavers.is_empty());
            let state = state.ok_or_else(|| OutOfReach::NobodyLeaves(name.clone()))?;
            if state.reached {
                continue;
            }
            if state.pending == 0 {
                return Err(OutOfReach::NotReached {
                    state: name.clone(),
                    by: state.leavers.clone(),
                });
            }
            return Ok(None);
        }
        if let Some((name, state)) = probe
            .takes
            .as_ref()
            .and_then(|name| Some((name, self.states.get(name)?)))
        {
            if state.takers.first() != Some(&probe.name) {
                return Ok(None);
            }
            if state.connection.is_none() {
                let by = state.taken_by.as_ref().unwrap_or(&state.leavers[0]);
                return Err(OutOfReach::UsedUp {
                    state: name.clone(),
                    by: by.clone(),
                });
            }
        }
        Ok(Some(self.told()))
    }

    fn told(&self) -> Vec<Fact> {
        self.facts.iter().map(|fact| Fact::clone(fact)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::FactValue;

    fn probe(name: &str, takes: Option<&str>, after: &[&str], leaves: &[&str]) -> Description {
        let strings = |list: &[&str]| list.iter().map(ToString::to_string).collect();
        Description {
            name: name.into(),
            version: "0".into(),
            summary: String::new(),
            takes: takes.map(Into::into),
            after: strings(after),
            leaves: strings(leaves),
            from_depth: None,
            capabilities: Default::default(),
            codes: Vec::new(),
            also_reports: Vec::new(),
        }
    }

    fn leave(relay: &Relay, probe: &Description) {
        let left = relay.leave(probe, "logged-in", Some(Handed::Replayed(1)), Vec::new());
        assert_eq!(left, Ok(()));
    }

    #[tokio::test]
    async fn a_state_that_nobody_leaves_is_out_of_reach_at_once() {
        let lonely = probe("lonely", None, &["logged-in"], &[]);
        let relay = Relay::new([&lonely]);
        assert_eq!(
            relay.reach(&lonely).await,
            Err(OutOfReach::NobodyLeaves("logged-in".into()))
        );
    }

    #[tokio::test]
    async fn a_probe_waits_for_its_state_and_gets_the_facts() {
        let (first, second) = (
            probe("first", None, &[], &["open"]),
            probe("second", None, &["open"], &[]),
        );
        let relay = Relay::new([&first, &second]);
        let fact = Fact {
            name: "a.b".into(),
            value: FactValue::Flag(true),
        };
        let (reached, ()) = tokio::join!(relay.reach(&second), async {
            let left = relay.leave(&first, "open", None, vec![fact.clone()]);
            assert_eq!(left, Ok(()));
        });
        assert_eq!(reached, Ok(vec![fact]));
    }

    #[tokio::test]
    async fn a_state_its_probe_never_reached_is_out_of_reach() {
        let (first, second) = (
            probe("first", None, &[], &["open"]),
            probe("second", Some("open"), &[], &[]),
        );
        let relay = Relay::new([&first, &second]);
        relay.ended(&first).await;
        let by = vec!["first".to_string()];
        assert_eq!(
            relay.reach(&second).await,
            Err(OutOfReach::NotReached {
                state: "open".into(),
                by
            })
        );
    }

    #[tokio::test]
    async fn a_probe_that_ends_before_its_turn_takes_nobody_elses() {
        let login = probe("login", None, &[], &["logged-in"]);
        let first = probe("first", Some("logged-in"), &[], &["transferring"]);
        let second = probe("second", Some("logged-in"), &[], &[]);
        let third = probe("third", Some("logged-in"), &["transferring"], &[]);
        let relay = Relay::new([&login, &first, &second, &third]);
        leave(&relay, &login);
        relay.ended(&login).await;
        assert!(relay.take(&first).is_some());
        leave(&relay, &first);
        relay.ended(&first).await;
        assert!(relay.reach(&third).await.is_err());
        relay.ended(&third).await;
        let patience = Duration::from_secs(5);
        let reached = tokio::time::timeout(patience, relay.reach(&second)).await;
        assert_eq!(
            reached.expect("it is the second one's turn"),
            Ok(Vec::new())
        );
        assert!(relay.take(&second).is_some());
    }

    #[tokio::test]
    async fn a_connection_that_is_not_handed_back_was_used_up_by_whoever_took_it() {
        let login = probe("login", None, &[], &["logged-in"]);
        let first = probe("first", Some("logged-in"), &[], &[]);
        let second = probe("second", Some("logged-in"), &[], &[]);
        let relay = Relay::new([&login, &first, &second]);
        leave(&relay, &login);
        assert!(relay.take(&first).is_some());
        relay.ended(&first).await;
        let (state, by) = ("logged-in".into(), "first".into());
        let used_up = OutOfReach::UsedUp { state, by };
        assert_eq!(relay.reach(&second).await, Err(used_up));
    }

    #[tokio::test]
    async fn an_undeclared_state_is_refused() {
        let first = probe("first", None, &[], &["open"]);
        let left = Relay::new([&first]).leave(&first, "logged-in", None, Vec::new());
        assert_eq!(left, Err(NotLeft::NotDeclared("logged-in".into())));
    }

    #[test]
    fn there_is_an_end_to_what_is_handed_on_and_what_is_replaced_makes_room() {
        let first = probe("first", None, &[], &["open"]);
        let relay = Relay::new([&first]);
        let leave = |name: String| {
            let value = FactValue::Text("x".repeat(FACTS / 4));
            relay.leave(&first, "open", None, vec![Fact { name, value }])
        };
        for _ in 0..20 {
            assert_eq!(leave("a.b".into()), Ok(()));
        }
        let left = (0..20).take_while(|n| leave(format!("a.f{n}")).is_ok());
        assert_eq!(left.count(), 2);
        assert_eq!(leave("a.c".into()), Err(NotLeft::NoRoom));
    }
}
