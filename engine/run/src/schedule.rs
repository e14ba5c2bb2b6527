//! From which source addresses how much is looked at, and what is there of it while a run goes on.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use super::{ProbeRun, Visit, VisitScope};
use crate::plan::Plan;
use host::handoff::Handoff;
use model::visit::RunResult;
use sandbox::Plugin;

use crate::backend::VisitBackend;
use model::remote::Remote;
use model::visit::VisitKey;

/// From so many addresses everything is looked at; a pool may have dozens.
const FULL: usize = 4;

/// Where a run goes first, before it knows which addresses differ.
pub(super) struct Schedule {
    pub(super) full: Vec<Option<IpAddr>>,
    pub(super) ladder: Vec<IpAddr>,
}

impl Schedule {
    /// The dedicated addresses come in full: they are few, and each is on somebody's list by itself.
    pub(super) fn of(remote: &Remote) -> Schedule {
        let addresses = &remote.sources;
        if addresses.len() <= FULL {
            return Schedule {
                full: sources(remote),
                ladder: Vec::new(),
            };
        }
        let (dedicated, pool): (Vec<IpAddr>, Vec<IpAddr>) = addresses
            .iter()
            .partition(|address| remote.dedicated.contains(address));
        let (full, rest) = dedicated.split_at(dedicated.len().min(FULL));
        Schedule {
            full: full.iter().copied().map(Some).collect(),
            ladder: rest.iter().chain(&pool).copied().collect(),
        }
    }
}

/// The source addresses in the order of the settings; without any, the system chooses.
pub(super) fn sources(remote: &Remote) -> Vec<Option<IpAddr>> {
    match remote.sources.as_slice() {
        [] => vec![None],
        addresses => addresses.iter().copied().map(Some).collect(),
    }
}

/// A visit that goes on.
pub(super) struct InFlight {
    pub(super) key: VisitKey,
    pub(super) handoff: Arc<Handoff>,
    pub(super) backend: Arc<dyn VisitBackend>,
    /// The probes that have ended.
    pub(super) runs: Vec<ProbeRun>,
}

impl InFlight {
    /// What there is of it: probes of its plan that have not ended were cut.
    pub(super) fn so_far(&self, plan: &Plan) -> Visit {
        let source = self.key.source;
        let runs = plan.asked().map(|plugin| {
            let mut ended = self.runs.iter();
            let ended = ended.find(|run| Arc::ptr_eq(&run.probe, &plugin.identity));
            ended.map_or_else(|| not_run(plugin, source, plan), ProbeRun::clone)
        });
        Visit {
            source,
            scope: self.key.scope,
            runs: runs.collect(),
            reached: self.handoff.reached(),
        }
    }
}

/// A visit for which there was no time.
pub(super) fn never_begun(source: Option<IpAddr>, plan: &Plan) -> Visit {
    let runs = plan.asked().map(|plugin| not_run(plugin, source, plan));
    Visit {
        source,
        scope: VisitScope::Full,
        runs: runs.collect(),
        reached: BTreeSet::new(),
    }
}

/// Not at this depth, or not any more.
fn not_run(plugin: &Arc<Plugin>, source: Option<IpAddr>, plan: &Plan) -> ProbeRun {
    let deeper = plan.deeper.iter().any(|it| Arc::ptr_eq(it, plugin));
    ProbeRun {
        probe: plugin.identity.clone(),
        source,
        status: match plugin.description.from_depth.filter(|_| deeper) {
            Some(depth) => RunResult::Deeper(depth),
            None => RunResult::Cut,
        },
        duration: Duration::ZERO,
        outcome: Arc::default(),
    }
}
