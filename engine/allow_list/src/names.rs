//! What the reverse zone says of an address.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// What the reverse zone says of an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reverse {
    /// Nobody asked, or there is no public address to ask about.
    NotAsked,
    /// It has no name.
    Nameless,
    /// Its names.
    Names(Vec<ReverseName>),
    /// Nothing is known: why.
    NotChecked(String),
}

/// A reverse name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReverseName {
    /// The name.
    pub name: String,
    /// Whether it leads back.
    pub back: Back,
}

/// Where a reverse name leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Back {
    /// To the address it is the name of.
    Here,
    /// Elsewhere, or nowhere.
    Elsewhere(Vec<IpAddr>),
    /// Nothing is known: why.
    NotChecked(String),
}
