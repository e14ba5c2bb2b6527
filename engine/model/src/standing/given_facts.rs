//! What one run of a probe is told beside the settings.

use facts::name::WRITES_LEFT as LEFT;

use super::FACTS_OF_THE_HOST;
use crate::finding::{Fact, FactValue};

/// Facts of other probes, and what the host says with them. The two cannot be mixed up: whatever was left under a name
/// that is the host's is taken out, also where a recording has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GivenFacts(Vec<Fact>);

impl GivenFacts {
    /// To look at the remote, given what other probes found.
    pub fn to_look(mut facts: Vec<Fact>) -> GivenFacts {
        facts.retain(|fact| !FACTS_OF_THE_HOST.contains(&fact.name.as_str()));
        GivenFacts(facts)
    }

    /// To remove these paths, and nothing else.
    pub fn to_remove(facts: Vec<Fact>, left: Vec<String>) -> GivenFacts {
        let mut given_facts = GivenFacts::to_look(facts);
        given_facts.0.push(Fact {
            name: LEFT.into(),
            value: FactValue::Texts(left),
        });
        given_facts
    }

    /// All of it, as the contract has it.
    pub fn facts(&self) -> &[Fact] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_host_says_that_something_is_to_be_removed() {
        let forged = Fact {
            name: LEFT.into(),
            value: FactValue::Texts(vec!["/etc/passwd".into()]),
        };
        let honest = Fact {
            name: "writes.upload".into(),
            value: FactValue::Flag(true),
        };
        let said = vec![forged, honest.clone()];
        assert_eq!(
            GivenFacts::to_look(said.clone()).facts(),
            std::slice::from_ref(&honest)
        );
        let left = vec!["remote-doctor-0".to_string()];
        let given_facts = GivenFacts::to_remove(said, left.clone());
        let removal = Fact {
            name: LEFT.into(),
            value: FactValue::Texts(left),
        };
        assert_eq!(given_facts.facts(), [honest, removal]);
    }
}
