//! What a probe may do beyond looking at what others found: the words that are asked for, granted, denied and reported.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::{AsRefStr, Display, EnumMessage, EnumString, VariantArray};

/// A power that reaches beyond the sandbox. `wit/v0_1/probe.wit` says which functions need it, and `net::verbs` which commands.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    JsonSchema,
    Serialize,
    Deserialize,
    AsRefStr,
    Display,
    EnumString,
    EnumMessage,
    VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum Capability {
    /// Look up names.
    Names,
    /// Open its own control connections.
    Connect,
    /// Open data connections.
    Data,
    /// Continue a session that another probe opened, above all the one that is logged in.
    Speak,
    /// Read the content of the account's files.
    Read,
    /// Send commands that change something, with --allow-writes.
    Write,
    /// Log in with the configured user name and password; the host sends the password.
    Login,
    /// Fetch a certificate's issuer from a third party, with --fetch-issuers.
    FetchIssuer,
}

/// Each function of the contract that needs one, as `interface.function`.
const NEEDS: &[(&str, Capability)] = &[
    ("net.resolve", Capability::Names),
    ("net.aliases", Capability::Names),
    ("net.connect", Capability::Connect),
    ("net.connect-with", Capability::Connect),
    ("net.connect-data", Capability::Data),
    ("handoff.take", Capability::Speak),
    ("writes.name", Capability::Write),
    ("login.offered", Capability::Login),
    ("login.credential.send-password", Capability::Login),
    ("trust.fetch-issuer", Capability::FetchIssuer),
];

impl Capability {
    /// What a function of the contract needs, by its name as `interface.function`.
    pub fn needed_by(function: &str) -> Option<Capability> {
        let mut needs = NEEDS.iter();
        needs
            .find(|(name, _)| *name == function)
            .map(|(_, needed)| *needed)
    }

    /// What whoever runs a probe has to know of it, as words that fit after "it asks to".
    pub fn meaning(self) -> &'static str {
        match self {
            Capability::Names => "resolve names",
            Capability::Connect => "connect to the remote",
            Capability::Data => "open data connections",
            Capability::Speak => "speak on your logged-in session",
            Capability::Read => "read the content of your account's files",
            Capability::Write => "write on the remote (with --allow-writes)",
            Capability::Login => "log in with your user name and password",
            Capability::FetchIssuer => {
                "fetch a certificate's issuer from a third party (with --fetch-issuers)"
            }
        }
    }
}

/// What a probe asks to do, in words that fit after "it".
pub fn asks_to(capabilities: &BTreeSet<Capability>) -> String {
    match capabilities.is_empty() {
        true => "asks for nothing".into(),
        false => {
            let meanings: Vec<_> = capabilities.iter().map(|it| it.meaning()).collect();
            format!("asks to {}", meanings.join(", "))
        }
    }
}

/// Whether a probe has a power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Power {
    /// It asks for it, and the user did not take it away.
    Granted,
    /// Its description does not ask for it: to use it stops the probe.
    NotAskedFor,
    /// It asks for it, and the user denies it.
    Denied,
}

/// The powers of one probe in one run: what its description asks for, without what the user takes away. They depend on
/// probe and settings alone.
#[derive(Clone, Debug, Default)]
pub struct Powers {
    asked: BTreeSet<Capability>,
    denied: BTreeSet<Capability>,
}

impl Powers {
    /// Those of a probe that asks for these, where the user denies those.
    pub fn new(asked: &BTreeSet<Capability>, denied: &BTreeSet<Capability>) -> Powers {
        Powers {
            asked: asked.clone(),
            denied: asked & denied,
        }
    }

    /// Whether this one is among them, and if not, why.
    pub fn of(&self, capability: Capability) -> Power {
        match (
            self.asked.contains(&capability),
            self.denied.contains(&capability),
        ) {
            (true, false) => Power::Granted,
            (true, true) => Power::Denied,
            (false, _) => Power::NotAskedFor,
        }
    }

    /// What the user takes away of what is asked for.
    pub fn denied(&self) -> &BTreeSet<Capability> {
        &self.denied
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Arguments, JSON and sentences have one spelling, and each is needed for something: a function, or else a command.
    #[test]
    fn each_has_one_name_and_a_use() {
        for capability in Capability::VARIANTS {
            let name = capability.to_string();
            assert_eq!(name.parse(), Ok(*capability));
            assert_eq!(serde_json::to_value(capability).unwrap(), name.as_str());
            let for_a_function = NEEDS.iter().any(|(_, needed)| needed == capability);
            assert_eq!(for_a_function, *capability != Capability::Read, "{name}");
        }
    }

    #[test]
    fn a_power_is_asked_for_and_not_taken_away() {
        let (read, write) = (Capability::Read, Capability::Write);
        let powers = Powers::new(
            &BTreeSet::from([read, write]),
            &BTreeSet::from([write, Capability::Login]),
        );
        assert_eq!(powers.of(read), Power::Granted);
        assert_eq!(powers.of(write), Power::Denied);
        assert_eq!(powers.of(Capability::Login), Power::NotAskedFor);
        assert_eq!(powers.denied(), &BTreeSet::from([write]));
    }

    #[test]
    fn what_only_looks_needs_none() {
        for function in [
            "net.connection.read",
            "handoff.leave",
            "trust.verify",
            "net",
        ] {
            assert_eq!(Capability::needed_by(function), None, "{function}");
        }
    }
}
