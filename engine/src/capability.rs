//! What a probe may do beyond looking at what others found: the words that are asked for, granted, denied and reported.

use std::collections::BTreeSet;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something that reaches beyond the sandbox. `wit/probe.wit` says which functions need it.
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
    clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum Capability {
    /// Ask for the addresses of names.
    Names,
    /// Open control connections of its own.
    Connect,
    /// Open data connections.
    Data,
    /// Send the user name, and have the host send the password.
    Login,
    /// Send commands that change something, where --allow-writes is given.
    Write,
    /// Fetch a certificate's issuer from a third party, where --fetch-issuers is given.
    FetchIssuer,
}

/// Each function of the contract that needs one, as `interface.function`.
const NEEDS: &[(&str, Capability)] = &[
    ("net.resolve", Capability::Names),
    ("net.aliases", Capability::Names),
    ("net.connect", Capability::Connect),
    ("net.connect-with", Capability::Connect),
    ("net.connect-data", Capability::Data),
    ("login.offered", Capability::Login),
    ("login.credential.send-password", Capability::Login),
    ("writes.name", Capability::Write),
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
            Capability::Login => "log in",
            Capability::Write => "write on the remote (with --allow-writes)",
            Capability::FetchIssuer => {
                "fetch a certificate's issuer from a third party (with --fetch-issuers)"
            }
        }
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Capability::Names => "names",
            Capability::Connect => "connect",
            Capability::Data => "data",
            Capability::Login => "login",
            Capability::Write => "write",
            Capability::FetchIssuer => "fetch-issuer",
        })
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

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    /// Arguments, JSON and sentences have one spelling, and each is needed for something.
    #[test]
    fn each_has_one_name_and_a_use() {
        for capability in Capability::value_variants() {
            let name = capability.to_string();
            assert_eq!(Capability::from_str(&name, false), Ok(*capability));
            assert_eq!(serde_json::to_value(capability).unwrap(), name.as_str());
            assert!(NEEDS.iter().any(|(_, needed)| needed == capability));
        }
    }

    #[test]
    fn what_only_looks_needs_none() {
        for function in ["net.connection.read", "relay.take", "trust.verify", "net"] {
            assert_eq!(Capability::needed_by(function), None, "{function}");
        }
    }
}
