//! Removes what an earlier run left on the remote: a login, and then the probe that made it, as after a run that was cut.

use std::collections::BTreeMap;
use std::sync::Arc;

use diagnosis::record::Record;
use host::Check;
use host::journal::{Left, Page};
use host::net::{Debt, Writes};
use model::matrix::Step;
use model::standing::GivenFacts;
use model::visit::{Attempt, PasswordUse, VisitKey, VisitScope};
use sandbox::Plugin;

use super::{Interrupt, Run, RunError, Watch, lock};
use crate::Probes;
use crate::backend::VisitBackend;
use crate::clean_up;
use crate::live::LiveRun;

/// Removes what probes left that are not at hand any more: it knows files, and its own directories.
const IN_THEIR_PLACE: &str = "transfers";

/// How it went.
#[derive(Debug)]
pub struct Settled {
    /// What was seen on the way to the login.
    pub record: Record,
    /// Whether somebody was logged in.
    pub logged_in: bool,
    /// What is still there.
    pub left: Vec<Debt>,
}

/// Why nothing was tried.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSettled {
    /// The check is of another remote, or of another account on it.
    #[error("{name} was created on another remote, or by another user")]
    Foreign {
        /// What its names begin with.
        name: String,
    },
    /// Nothing could log in.
    #[error("a user and a password are needed to remove {name}")]
    NoCredential {
        /// What its names begin with.
        name: String,
    },
}

/// Whether a check may remove what a run left: it is of the very host, port and user, and has a password.
///
/// # Errors
/// Why not.
pub fn may_be_removed_by(left: &Left, check: &Check) -> Result<(), NotSettled> {
    let name = || left.name.clone();
    if !left.session.is_for(&check.remote) {
        return Err(NotSettled::Foreign { name: name() });
    }
    match check.credential {
        Some(_) => Ok(()),
        None => Err(NotSettled::NoCredential { name: name() }),
    }
}

/// Removes what a run left. The check has to be of the same remote and user ([`Left::may_be_removed_by`]); nothing is
/// removed but what the journal names.
///
/// # Errors
/// Where it could not begin.
pub async fn settle(
    check: &Check,
    probes: &Probes,
    (left, page): (&Left, Page),
    interrupt: Interrupt,
    watch: Watch<'_>,
) -> Result<Settled, RunError> {
    let writes = Arc::new(Writes::settling(left, page));
    let live = LiveRun::new(check, PasswordUse::Untried)?;
    let remover = live.with_writes(left.session.source, VisitScope::Full, writes.clone());
    let mut run = Run::new(check, probes, Box::new(live), watch)?;
    run.ladder = run.plan.up_to(Step::Login.state());
    let cut = run.until_cut(run.settle(left, &remover), &interrupt).await;
    let logged_in = lock(&run.visits)
        .iter()
        .any(|visit| visit.handoff.reached().contains(Step::Login.state()));
    Ok(Settled {
        logged_in,
        left: writes.debts(),
        record: run.record(cut),
    })
}

impl Run<'_> {
    async fn settle(&self, left: &Left, remover: &dyn VisitBackend) {
        let source = left.session.source;
        let key = VisitKey {
            attempt: Attempt::First,
            source,
            scope: VisitScope::Ladder,
        };
        self.visit(key).await;
        let handoff = lock(&self.visits).last().map(|visit| visit.handoff.clone());
        let Some(handoff) = handoff.filter(|it| it.reached().contains(Step::Login.state())) else {
            return;
        };
        for (plugin, paths) in self.removers(left) {
            let key = VisitKey {
                attempt: Attempt::First,
                source,
                scope: VisitScope::Full,
            };
            let facts = handoff.facts(plugin.description.standing);
            let given_facts = GivenFacts::to_remove(facts, paths);
            clean_up::remove(&given_facts, plugin, remover, self.check, key).await;
        }
    }

    /// Who removes what: the probe that made it, where it is at hand.
    fn removers(&self, left: &Left) -> Vec<(&Plugin, Vec<String>)> {
        let plugins = &self.probes.plugins;
        let find = |name: &str| plugins.iter().find(|it| it.name() == name);
        let mut by_probe: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for made in &left.made {
            let probe = find(&made.probe).map_or(IN_THEIR_PLACE, |_| &*made.probe);
            by_probe.entry(probe).or_default().push(made.path.clone());
        }
        let known = by_probe.into_iter();
        known
            .filter_map(|(probe, paths)| Some((&**find(probe)?, paths)))
            .collect()
    }
}
