//! Every code that a report can have: those that the probes declare, and those that no probe can find. The facts that the
//! probes declare are beside them.

use std::collections::BTreeSet;

use model::declared::{DeclaredFacts, DeclaredOtherwise};
use model::finding::{Code, Description, Owner, Severity};

/// The codes and facts at hand, and the names of the probes that they are of.
#[derive(Clone, Debug)]
pub struct Codes {
    codes: Vec<Code>,
    facts: DeclaredFacts,
    probes: BTreeSet<String>,
}

/// Why a probe cannot be beside those that were there before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clash {
    /// The code is there already.
    Code(String),
    /// Another probe says something else of a fact.
    Fact(DeclaredOtherwise),
}

impl Codes {
    /// Those of the engine alone.
    pub fn of_engine() -> Codes {
        Codes {
            codes: engine_codes(),
            facts: DeclaredFacts::default(),
            probes: BTreeSet::new(),
        }
    }

    /// Takes in what a probe declares.
    ///
    /// # Errors
    /// The first code that is there already, or a fact of which another probe says something else.
    pub fn declare(&mut self, probe: &Description) -> Result<(), Clash> {
        for code in &probe.codes {
            if self.code(&code.name).is_some() {
                return Err(Clash::Code(code.name.clone()));
            }
            self.codes.push(match probe.standing.is_built_in() {
                true => code.clone(),
                false => in_its_words(code),
            });
        }
        self.facts.declare(probe).map_err(Clash::Fact)?;
        self.probes.insert(probe.name.clone());
        Ok(())
    }

    /// A code by its name.
    pub fn code(&self, name: &str) -> Option<&Code> {
        self.codes.iter().find(|code| code.name == name)
    }

    /// All of them, in the order of the probes.
    pub fn all(&self) -> &[Code] {
        &self.codes
    }

    /// What the facts of these probes are like.
    pub fn facts(&self) -> &DeclaredFacts {
        &self.facts
    }

    /// Whether a probe of this name is at hand.
    pub fn has_probe(&self, name: &str) -> bool {
        self.probes.contains(name)
    }
}

/// A code of a third party, whose title will stand in sentences of ours.
fn in_its_words(code: &Code) -> Code {
    Code {
        title: ftp::quoted(&code.title),
        ..code.clone()
    }
}

/// One of the codes that no probe can report.
pub fn engine_code(name: &str) -> Code {
    let mut codes = engine_codes().into_iter();
    let code = codes.find(|code| code.name == name);
    code.expect("whoever reports a code of the engine declares it below")
}

/// The codes no probe can report: what happened to a probe itself, what our own addresses are, and what is seen without
/// any remote.
fn engine_codes() -> Vec<Code> {
    [
        (
            "source.addresses-changed",
            "our source addresses have changed, so allow lists are out of date",
            Severity::Error,
            Owner::Settings,
            include_str!("../remedies/source.addresses-changed.md"),
        ),
        (
            "probe.crashed",
            "a probe crashed",
            Severity::Error,
            Owner::Platform,
            include_str!("../remedies/probe.crashed.md"),
        ),
        (
            "probe.timed-out",
            "a probe did not end in time",
            Severity::Error,
            Owner::Platform,
            include_str!("../remedies/probe.timed-out.md"),
        ),
        (
            "probe.denied",
            "a probe asked for something that it may not do",
            Severity::Error,
            Owner::Platform,
            include_str!("../remedies/probe.denied.md"),
        ),
        (
            "source.not-public",
            "the source address is not public, so no allow list can contain it",
            Severity::Error,
            Owner::Platform,
            include_str!("../remedies/source.not-public.md"),
        ),
        (
            "source.listed-as-dynamic",
            "the source address looks residential or dynamic",
            Severity::Warning,
            Owner::Platform,
            include_str!("../remedies/source.listed-as-dynamic.md"),
        ),
        (
            "source.not-static",
            "the source address changes",
            Severity::Warning,
            Owner::Platform,
            include_str!("../remedies/source.not-static.md"),
        ),
    ]
    .into_iter()
    .map(|(name, title, severity, owner, page)| Code {
        name: name.into(),
        title: title.into(),
        severity,
        owner,
        explains: Vec::new(),
        eased_by_certificate_check: false,
        page: page.into(),
    })
    .collect()
}
