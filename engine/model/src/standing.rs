//! Whose word something is. What a probe is taken for decides what it may declare, what it is told, when its turn comes,
//! what its states and facts are called, and what its findings weigh. Third parties add to a report: they take nothing
//! away from it and steer no probe of this program.

mod given_facts;
mod territory;

use std::borrow::Cow;

use facts::name;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::declared::FactDeclaration;
use crate::finding::Description;

pub use given_facts::GivenFacts;
pub use territory::{Trespass, check, is_of_this_program};

/// What a probe is taken for. The order is that of turns and of weight.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "ProbeStanding")]
pub enum Standing {
    /// A part of this program, or, while its author tests it, in the place of one.
    #[default]
    BuiltIn,
    /// Everybody else's, whoever signed it.
    ThirdParty,
}

/// What the host alone says to a probe, as facts. No probe says it, to no other and not in its outcome.
pub const FACTS_OF_THE_HOST: &[&str] = &[
    name::WRITES_LEFT,
    name::WRITES_WITHHELD,
    name::DATA_GRANTED_ADDRESSES,
    name::RUN_PATIENCE_LIMITED_BY,
    name::RUN_SECONDS,
];

/// A probe said what the host alone says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it states the fact `{0}`, which only the host may state")]
pub struct Reserved(pub String);

impl Standing {
    /// Both, in their order.
    pub const ALL: [Standing; 2] = [Standing::BuiltIn, Standing::ThirdParty];

    /// Whether it is a part of this program.
    pub fn is_built_in(&self) -> bool {
        *self == Standing::BuiltIn
    }

    /// Whether a probe of this standing is told the facts of one of the other.
    pub fn reads(self, other: Standing) -> bool {
        match self {
            Standing::BuiltIn => other.is_built_in(),
            Standing::ThirdParty => true,
        }
    }

    /// What a fact of a probe is called in reports and for other probes.
    ///
    /// # Errors
    /// The host alone states it.
    pub fn fact(self, probe: &str, name: String) -> Result<String, Reserved> {
        match self.name(probe, &name) {
            own if FACTS_OF_THE_HOST.contains(&&*own) => Err(Reserved(name)),
            Cow::Owned(own) => Ok(own),
            Cow::Borrowed(_) => Ok(name),
        }
    }

    /// What a state that a probe leaves is called for those that wait for it.
    pub fn state(self, probe: &str, name: &str) -> String {
        self.name(probe, name).into_owned()
    }

    /// A description as it counts for a probe of this standing.
    pub fn settle(self, mut said: Description) -> Description {
        said.standing = self;
        for state in &mut said.provides {
            *state = self.state(&said.name, state);
        }
        if !self.is_built_in() {
            let facts = std::mem::take(&mut said.facts).into_iter();
            said.facts = facts
                .map(|fact| FactDeclaration {
                    name: self.name(&said.name, &fact.name).into_owned(),
                    ..fact.of_a_third_party()
                })
                .collect();
        }
        said
    }

    /// The names of a third party begin with that of its probe. Names of probes have no dot, so no two share any.
    fn name<'a>(self, probe: &str, name: &'a str) -> Cow<'a, str> {
        let begins_so = || {
            name.strip_prefix(probe)
                .is_some_and(|rest| rest.starts_with('.'))
        };
        match self {
            Standing::ThirdParty if !begins_so() => Cow::Owned(format!("{probe}.{name}")),
            Standing::BuiltIn | Standing::ThirdParty => Cow::Borrowed(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_third_parties_are_their_own_whatever_they_say() {
        let own = |name: &str| Standing::ThirdParty.fact("evil", name.into());
        for (said, is) in [
            ("server.greeting", "evil.server.greeting"),
            ("writes.left", "evil.writes.left"),
            ("evil.greeting", "evil.greeting"),
            ("evil-twin.greeting", "evil.evil-twin.greeting"),
            ("evil", "evil.evil"),
            ("", "evil."),
        ] {
            assert_eq!(own(said).as_deref(), Ok(is), "{said}");
        }
        assert_eq!(
            Standing::ThirdParty.state("evil", "logged-in"),
            "evil.logged-in"
        );
        assert_eq!(Standing::BuiltIn.state("login", "logged-in"), "logged-in");
    }

    #[test]
    fn what_the_host_says_nobody_else_says() {
        for (standing, probe) in [
            (Standing::BuiltIn, "transfers"),
            (Standing::ThirdParty, "writes"),
        ] {
            let said = standing.fact(probe, "writes.left".into());
            assert_eq!(said, Err(Reserved("writes.left".into())), "{probe}");
        }
        let upload = Standing::BuiltIn.fact("transfers", "writes.upload".into());
        assert_eq!(upload.as_deref(), Ok("writes.upload"));
    }
}
