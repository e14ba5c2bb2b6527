//! How probes go on where another ended: states that are reached, with facts and at most one connection each.
//!
//! A diagnosis is cheap in round trips because no probe asks again what another has established, and because one
//! control connection goes from hand to hand: connected, secured, logged in. Third parties come last: what they do to a
//! session, to the connections or to the time is done to nobody of this program.

use model::visit::SkipReason;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::ledger::{Kept, Ledger};
use crate::net::Connection;
use model::cleaner;
use model::finding::{Description, Fact};
use model::standing::{Reserved, Standing};

/// What all probes together hand on, in bytes: each may hand on a quarter of it.
const FACTS: usize = 4 * 1024 * 1024;

/// As much of the name of a state as is shown.
const SHOWN: usize = 80;

/// Why a state is not reached by whoever says so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotProvided {
    /// It is none of those that the probe declared.
    #[error("it reached the state `{0}`, which it did not declare")]
    Undeclared(String),
    /// A fact came with it that is not the probe's to state.
    #[error(transparent)]
    Reserved(#[from] Reserved),
    /// All probes together have handed on as much as they may.
    #[error("it handed on more than the limit (4 MiB, for all probes together)")]
    NoRoom,
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
pub struct Handoff {
    inner: Mutex<Inner>,
    changed: Notify,
}

#[derive(Debug)]
struct Inner {
    states: BTreeMap<String, State>,
    /// Each with what the probe is taken for that left it.
    facts: Vec<(Standing, Kept<Fact>)>,
    /// Probes of this program that have not ended yet.
    built_in: BTreeSet<String>,
    room: Ledger,
}

impl Default for Inner {
    fn default() -> Inner {
        Inner {
            states: BTreeMap::new(),
            facts: Vec::new(),
            built_in: BTreeSet::new(),
            room: Ledger::new(FACTS),
        }
    }
}

#[derive(Debug, Default)]
struct State {
    leavers: Vec<String>,
    /// Leavers that have not ended yet.
    pending: usize,
    /// Takers that have not ended yet, in their order, third parties last: it is the first one's turn. One that is out of
    /// reach for another reason ends before its turn.
    takers: Vec<(Standing, String)>,
    /// Who took the connection last.
    taken_by: Option<String>,
    reached: bool,
    connection: Option<Handed>,
}

impl Handoff {
    /// The states that these probes, in this order, reach and take.
    pub fn new<'a>(probes: impl IntoIterator<Item = &'a Description>) -> Handoff {
        let mut inner = Inner::default();
        for probe in probes {
            if probe.standing.is_built_in() {
                inner.built_in.insert(probe.name.clone());
            }
            for state in &probe.provides {
                let state = inner.states.entry(state.clone()).or_default();
                state.leavers.push(probe.name.clone());
                state.pending += 1;
            }
            if let Some(state) = &probe.consumes {
                let takers = &mut inner.states.entry(state.clone()).or_default().takers;
                takers.push((probe.standing, probe.name.clone()));
                takers.sort_by_key(|(standing, _)| *standing);
            }
        }
        Handoff {
            inner: Mutex::new(inner),
            changed: Notify::new(),
        }
    }

    /// Waits until everything the probe needs is there, and a third party until all probes of this program have ended;
    /// gives the facts so far that it is told.
    ///
    /// # Errors
    /// Why that will never be.
    pub async fn reach(&self, probe: &Description) -> Result<Vec<Fact>, SkipReason> {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if let Some(facts) = self.lock().facts_for(probe)? {
                return Ok(facts);
            }
            changed.await;
        }
    }

    /// Makes a state available, or hands back the connection of the state that the probe consumed.
    ///
    /// # Errors
    /// The state or a fact is not the probe's, or there is no room for the facts.
    pub fn provide(
        &self,
        probe: &Description,
        state: &str,
        connection: Option<Handed>,
        facts: Vec<Fact>,
    ) -> Result<(), NotProvided> {
        let standing = probe.standing;
        let hands_back = probe.consumes.as_deref() == Some(state);
        let name = match hands_back {
            true => state.to_owned(),
            false => standing.state(&probe.name, state),
        };
        if !hands_back && !probe.provides.contains(&name) {
            return Err(NotProvided::Undeclared(cleaner::line(state, SHOWN)));
        }
        let named = facts.into_iter().map(|fact| {
            let name = standing.fact(&probe.name, fact.name)?;
            Ok(Fact { name, ..fact })
        });
        let facts = named.collect::<Result<Vec<Fact>, Reserved>>()?;
        let mut inner = self.lock();
        for fact in facts {
            inner
                .facts
                .retain(|(of, other)| (*of, &other.name) != (standing, &fact.name));
            let kept = inner.room.keep(fact).map_err(|_| NotProvided::NoRoom)?;
            inner.facts.push((standing, kept));
        }
        if let Some(state) = inner.states.get_mut(&name) {
            state.reached |= !hands_back;
            // Without anybody to take it, it would only hold a place.
            state.connection = connection.filter(|_| !state.takers.is_empty());
        }
        drop(inner);
        self.changed.notify_waiters();
        Ok(())
    }

    /// The connection of the state that the probe declared to consume.
    pub fn take(&self, probe: &Description) -> Option<Handed> {
        let mut inner = self.lock();
        let state = inner.states.get_mut(probe.consumes.as_ref()?)?;
        state.taken_by = Some(probe.name.clone());
        state.connection.take()
    }

    /// The states that were reached so far.
    pub fn reached(&self) -> BTreeSet<String> {
        let inner = self.lock();
        let reached = inner.states.iter().filter(|(_, state)| state.reached);
        reached.map(|(name, _)| name.clone()).collect()
    }

    /// The facts so far that a probe of this standing is told; the engine itself goes by those of its own probes.
    pub fn facts(&self, reader: Standing) -> Vec<Fact> {
        self.lock().facts(reader)
    }

    /// A probe has ended, in whatever way. What nobody takes any more is closed, so that its place is free.
    pub async fn ended(&self, probe: &Description) {
        let mut left = Vec::new();
        {
            let mut inner = self.lock();
            if probe.standing.is_built_in() {
                inner.built_in.remove(&probe.name);
            }
            for state in &probe.provides {
                if let Some(state) = inner.states.get_mut(state) {
                    state.pending = state.pending.saturating_sub(1);
                }
            }
            let taken = probe.consumes.as_ref();
            if let Some(state) = taken.and_then(|state| inner.states.get_mut(state)) {
                state.takers.retain(|(_, taker)| *taker != probe.name);
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
    fn facts_for(&self, probe: &Description) -> Result<Option<Vec<Fact>>, SkipReason> {
        if !probe.standing.is_built_in() && !self.built_in.is_empty() {
            return Ok(None);
        }
        for name in probe.requires.iter().chain(&probe.consumes) {
            let state = self
                .states
                .get(name)
                .filter(|state| !state.leavers.is_empty());
            let state = state.ok_or_else(|| SkipReason::NobodyProvides(name.clone()))?;
            if state.reached {
                continue;
            }
            if state.pending == 0 {
                return Err(SkipReason::NotReached {
                    state: name.clone(),
                    by: state.leavers.clone(),
                });
            }
            return Ok(None);
        }
        if let Some((name, state)) = probe
            .consumes
            .as_ref()
            .and_then(|name| Some((name, self.states.get(name)?)))
        {
            if state.takers.first().map(|(_, taker)| taker) != Some(&probe.name) {
                return Ok(None);
            }
            if state.connection.is_none() {
                let by = state.taken_by.as_ref().unwrap_or(&state.leavers[0]);
                return Err(SkipReason::UsedUp {
                    state: name.clone(),
                    by: by.clone(),
                });
            }
        }
        Ok(Some(self.facts(probe.standing)))
    }

    fn facts(&self, reader: Standing) -> Vec<Fact> {
        let told = self.facts.iter().filter(|(of, _)| reader.reads(*of));
        told.map(|(_, fact)| Fact::clone(fact)).collect()
    }
}

#[cfg(test)]
#[path = "handoff_tests.rs"]
mod tests;
