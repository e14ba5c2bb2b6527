//! Which probes run, and why the others do not. Those of this program come first, third parties after all of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use diagnosis::record::LeftOut;

use crate::probes::Probes;
use model::finding::Description;
use model::remote::{Depth, Selection};
use sandbox::Plugin;

/// The probes of a run, in the order they are told of.
#[derive(Debug)]
pub struct Plan {
    /// Those that run.
    pub probes: Vec<Arc<Plugin>>,
    /// Those that were asked for, too, and have nothing to look at at this depth.
    pub deeper: Vec<Arc<Plugin>>,
    /// Those that the user left out.
    pub left_out: Vec<LeftOut>,
}

/// Why there is no plan.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// No probe has that name.
    #[error("there is no probe called `{name}`; there are {known}")]
    Unknown {
        /// The name.
        name: String,
        /// The names there are.
        known: String,
    },
    /// A probe that was asked for by its name has nothing to look at at this depth.
    #[error("`{name}` has nothing to check below --depth {from}")]
    TooShallow {
        /// The name.
        name: String,
        /// Where it begins.
        from: Depth,
    },
    /// They wait for each other.
    #[error("these probes wait for each other: {0}")]
    Circle(String),
}

impl Plan {
    /// The probes asked for, with those they go on from; ordered so that each comes after what it needs. Without a depth
    /// nothing is looked at but the main line.
    ///
    /// # Errors
    /// A name that no probe has, a probe asked for that would not run, or probes that wait for each other.
    pub fn new(
        probes: &Probes,
        selection: &Selection,
        depth: Option<Depth>,
    ) -> Result<Plan, PlanError> {
        let all = &probes.plugins;
        for name in selection.only.iter().chain(&selection.skip) {
            if !all.iter().any(|plugin| plugin.description.name == *name) {
                let known = all
                    .iter()
                    .map(|plugin| plugin.description.name.as_str())
                    .collect::<Vec<_>>()
                    .join(", ");
                return Err(PlanError::Unknown {
                    name: name.clone(),
                    known,
                });
            }
        }
        let mut wanted: BTreeSet<&str> = match selection.only.as_slice() {
            [] => all
                .iter()
                .map(|plugin| plugin.description.name.as_str())
                .collect(),
            only => with_needs(all, only),
        };
        wanted.retain(|name| !selection.skip.iter().any(|skipped| skipped == name));
        let (chosen, others): (Vec<_>, Vec<_>) = all
            .iter()
            .cloned()
            .partition(|plugin| wanted.contains(plugin.description.name.as_str()));
        let left_out = others
            .into_iter()
            .map(|plugin| left_out(&plugin, selection));
        // No probe of this program needs what a third party leaves.
        let (built_in, third_party): (Vec<_>, Vec<_>) = chosen
            .into_iter()
            .partition(|plugin| plugin.description.standing.is_built_in());
        let ordered = [in_order(built_in)?, in_order(third_party)?].concat();
        let (probes, deeper): (Vec<_>, Vec<_>) = ordered
            .into_iter()
            .partition(|plugin| plugin.description.from_depth <= depth);
        let named = |plugin: &&Arc<Plugin>| selection.only.contains(&plugin.description.name);
        match (depth, deeper.iter().find(named)) {
            (Some(_), Some(plugin)) => Err(PlanError::TooShallow {
                name: plugin.description.name.clone(),
                from: plugin.description.from_depth.unwrap_or_default(),
            }),
            _ => Ok(Plan {
                probes,
                deeper,
                left_out: left_out.collect(),
            }),
        }
    }
}

/// Why a probe is not among those that were chosen.
fn left_out(plugin: &Plugin, selection: &Selection) -> LeftOut {
    let name = &plugin.description.name;
    let by = match selection.skip.contains(name) {
        true => format!("--skip {name}"),
        false => {
            let only = selection.only.iter().map(|name| format!("--only {name}"));
            only.collect::<Vec<_>>().join(" ")
        }
    };
    LeftOut {
        probe: plugin.identity.clone(),
        by,
    }
}

impl Plan {
    /// Those that run, and those that would at another depth.
    pub fn asked(&self) -> impl Iterator<Item = &Arc<Plugin>> {
        self.probes.iter().chain(&self.deeper)
    }

    /// The probes of this plan that lead up to a state.
    pub fn up_to(&self, state: &str) -> Plan {
        let leads =
            |plugin: &&Arc<Plugin>| plugin.description.provides.iter().any(|it| it == state);
        let names: Vec<String> = self
            .probes
            .iter()
            .filter(leads)
            .map(|plugin| plugin.description.name.clone())
            .collect();
        let wanted = with_needs(&self.probes, &names);
        let probes = self
            .probes
            .iter()
            .filter(|it| wanted.contains(it.description.name.as_str()));
        Plan {
            probes: probes.cloned().collect(),
            deeper: Vec::new(),
            left_out: Vec::new(),
        }
    }

    /// The probes of this program alone: whether a change of settings helps is not for third parties to say.
    pub fn of_this_program(mut self) -> Plan {
        for probes in [&mut self.probes, &mut self.deeper] {
            probes.retain(|plugin| plugin.description.standing.is_built_in());
        }
        self
    }
}

/// The names, and those of every probe that leaves a state one of them needs.
fn with_needs<'a>(all: &'a [Arc<Plugin>], names: &'a [String]) -> BTreeSet<&'a str> {
    let mut wanted: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    loop {
        let needs: BTreeSet<&String> = all
            .iter()
            .filter(|it| wanted.contains(it.description.name.as_str()))
            .flat_map(|it| needs(&it.description))
            .collect();
        let before = wanted.len();
        wanted.extend(
            all.iter()
                .filter(|plugin| {
                    plugin
                        .description
                        .provides
                        .iter()
                        .any(|state| needs.contains(state))
                })
                .map(|plugin| plugin.description.name.as_str()),
        );
        if wanted.len() == before {
            return wanted;
        }
    }
}

fn needs(probe: &Description) -> impl Iterator<Item = &String> {
    probe.requires.iter().chain(&probe.consumes)
}

fn in_order(mut waiting: Vec<Arc<Plugin>>) -> Result<Vec<Arc<Plugin>>, PlanError> {
    let mut ordered: Vec<Arc<Plugin>> = Vec::new();
    while !waiting.is_empty() {
        let free = waiting.iter().position(|plugin| {
            !needs(&plugin.description).any(|state| {
                waiting.iter().any(|other| {
                    !Arc::ptr_eq(other, plugin) && other.description.provides.contains(state)
                })
            })
        });
        let Some(free) = free else {
            let names = waiting
                .iter()
                .map(|plugin| plugin.description.name.as_str())
                .collect::<Vec<_>>();
            return Err(PlanError::Circle(names.join(", ")));
        };
        ordered.push(waiting.remove(free));
    }
    Ok(ordered)
}
