//! The allow-list sheet. Some parties let in only the addresses on a list, and ask requirements of them. The sheet answers
//! each requirement with the evidence for and against it, and says what cannot be known from here. It also lists the
//! addresses and the ports. It is fit to be sent to that party.
//!
//! That an address is static, dedicated and not residential cannot be proved by looking. It can be contradicted.

mod judge;
mod names;
mod policy;
mod ports;
mod requirement;
mod reverse;
#[doc(hidden)]
pub mod seams;
mod state;

use std::collections::BTreeMap;
use std::net::IpAddr;

use facts::name;
use ftp::special;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use model::address::Address;
use model::finding::FactValue;
use model::redaction::Redaction;
use model::remote::Remote;

pub use judge::{change, dynamic_names};
pub use names::{Back, Reverse, ReverseName};
pub use policy::{Policy, TEST_ENTRIES, Zone, ZoneError};
pub use ports::{PassivePorts, Ports};
pub use requirement::{Requirement, RequirementRow, RequirementStatus};
pub use state::{AddressHistory, Interval, SeenBy};

/// Noted by whichever probe learns it from the remote.
const SEEN: &str = name::SOURCE_SEEN_AS;
const LOCAL: &str = name::SOURCE_ADDRESS;
const SERVER: &str = name::SERVER_ADDRESS;
const RESOLVED: &str = name::DNS_ADDRESSES;

/// Facts by their names.
pub type Facts = BTreeMap<String, FactValue>;

/// A source address of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceAddress {
    /// As it was asked for; none where the system chose.
    pub source: Option<IpAddr>,
    /// What this machine calls it.
    pub local: Option<IpAddr>,
    /// What the remote sees, where the remote says so.
    pub seen: Option<IpAddr>,
    /// Marked as dedicated.
    pub dedicated: bool,
}

impl SourceAddress {
    /// The address that is to be let in, as far as it is known.
    pub fn address(&self) -> Option<IpAddr> {
        self.seen
            .or(self.local)
            .map(|address| address.to_canonical())
    }
}

/// A source address, and what was learned of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressLookUp {
    /// The address.
    pub subject: SourceAddress,
    /// Its reverse names.
    pub reverse: Reverse,
    /// What the policy list says.
    pub policy: Policy,
    /// What was seen of it over time, oldest first.
    pub spells: Vec<Interval>,
}

impl AddressLookUp {
    /// A look at nothing but the address itself.
    pub fn of(subject: SourceAddress) -> AddressLookUp {
        AddressLookUp {
            subject,
            reverse: Reverse::NotAsked,
            policy: Policy::NotAsked,
            spells: Vec::new(),
        }
    }
}

/// Everything that was looked up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressLookUps {
    /// When.
    pub at: Timestamp,
    /// The policy list, if one was asked.
    pub policy_list: Option<Zone>,
    /// Each source address.
    pub looks: Vec<AddressLookUp>,
}

/// The sheet. It says everything itself, so that it can be sent without the report.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct AllowList {
    /// When it was looked up.
    pub looked_up: Timestamp,
    /// The remote, as it is configured.
    pub host: String,
    /// The remote's addresses.
    pub server_addresses: Vec<Address>,
    /// What is to be let in.
    pub addresses: Vec<ListedAddress>,
    /// Where to.
    pub ports: Ports,
    /// The policy list that was asked.
    pub policy_list: Option<String>,
    /// What was taken out of it, where it was redacted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redaction: Option<Redaction>,
}

/// An address on the sheet.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ListedAddress {
    /// What to let in; none where only an address is known that means nothing to the remote.
    pub address: Option<Address>,
    /// As it was asked for; none where the system chose.
    pub source: Option<Address>,
    /// What our machine calls it.
    pub local: Option<Address>,
    /// What the remote sees, where the remote says so.
    pub seen: Option<Address>,
    /// Whose it is.
    pub set: AddressSet,
    /// What is asked of it.
    pub requirements: Vec<RequirementRow>,
    /// What was seen of it over time, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spells: Vec<Interval<Address>>,
}

impl From<&ListedAddress> for SourceAddress {
    fn from(listed: &ListedAddress) -> SourceAddress {
        SourceAddress {
            source: listed.source.and_then(Address::ip),
            local: listed.local.and_then(Address::ip),
            seen: listed.seen.and_then(Address::ip),
            dedicated: listed.set == AddressSet::Dedicated,
        }
    }
}

/// Whose an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AddressSet {
    /// One customer's.
    Dedicated,
    /// Not marked as dedicated: shared, as far as is known.
    Pool,
}

impl AllowList {
    /// The sheet for what was looked up.
    pub fn new(looks: &AddressLookUps, remote: &Remote, facts: &Facts) -> AllowList {
        let public = is_public(remote, facts);
        AllowList {
            looked_up: looks.at,
            host: remote.host.clone(),
            server_addresses: server_addresses(remote, facts)
                .into_iter()
                .map(Address::from)
                .collect(),
            addresses: looks
                .looks
                .iter()
                .map(|look| listed(look, public, looks.at))
                .collect(),
            ports: Ports::new(remote.port, facts),
            policy_list: looks.policy_list.as_ref().map(Zone::to_string),
            redaction: None,
        }
    }
}

fn listed(look: &AddressLookUp, remote_is_public: bool, now: Timestamp) -> ListedAddress {
    let subject = &look.subject;
    let means_something = |address: &IpAddr| !remote_is_public || special(*address).is_none();
    ListedAddress {
        address: subject.address().filter(means_something).map(Address::from),
        source: subject.source.map(Address::from),
        local: subject.local.map(Address::from),
        seen: subject.seen.map(Address::from),
        set: match subject.dedicated {
            true => AddressSet::Dedicated,
            false => AddressSet::Pool,
        },
        requirements: judge::rows(look, remote_is_public, now),
        spells: look.spells.iter().map(Interval::shown).collect(),
    }
}

/// The source addresses of a report: those that were asked for, or the one that the system chose.
pub fn subjects(
    remote: &Remote,
    facts: &Facts,
    by_source: &BTreeMap<String, Facts>,
) -> Vec<SourceAddress> {
    let subject = |source: Option<IpAddr>, facts: &Facts| SourceAddress {
        source,
        local: source.or_else(|| address(facts, LOCAL)),
        seen: address(facts, SEEN),
        dedicated: source.is_some_and(|source| remote.dedicated.contains(&source)),
    };
    match remote.sources.as_slice() {
        [] => vec![subject(None, facts)],
        [only] => vec![subject(Some(*only), facts)],
        several => several
            .iter()
            .map(|source| {
                let own = by_source.get(&source.to_string());
                subject(Some(*source), own.unwrap_or(&Facts::new()))
            })
            .collect(),
    }
}

/// Whether the remote is on the public internet; a name is, since names that lead elsewhere are not followed.
pub fn is_public(remote: &Remote, facts: &Facts) -> bool {
    let reached = address(facts, SERVER).or_else(|| remote.host.parse().ok());
    reached.is_none_or(|address| special(address).is_none())
}

/// The addresses of the remote, as far as they are known.
pub fn server_addresses(remote: &Remote, facts: &Facts) -> Vec<IpAddr> {
    if let Ok(address) = remote.host.parse() {
        return vec![address];
    }
    match facts.get(RESOLVED) {
        Some(FactValue::Texts(texts)) => {
            texts.iter().filter_map(|text| text.parse().ok()).collect()
        }
        _ => Vec::new(),
    }
}

fn address(facts: &Facts, name: &str) -> Option<IpAddr> {
    match facts.get(name) {
        Some(FactValue::Text(text)) => text.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn remote(host: &str, sources: &[&str]) -> Remote {
        Remote {
            sources: sources.iter().map(|source| ip(source)).collect(),
            dedicated: vec![ip("10.0.0.5")],
            ..Remote::at(host, 21)
        }
    }

    fn text(name: &str, value: &str) -> (String, FactValue) {
        (name.into(), FactValue::Text(value.into()))
    }

    #[test]
    fn each_source_has_what_the_remote_sees_of_it() {
        let facts = Facts::from([text(SEEN, "203.0.113.7"), text(LOCAL, "10.0.0.5")]);
        let by_source = BTreeMap::from([("10.0.0.5".to_string(), facts.clone())]);
        let two = remote("ftp.example.com", &["10.0.0.5", "10.0.0.6"]);
        let found = subjects(&two, &facts, &by_source);
        assert_eq!(found[0].seen, Some(ip("203.0.113.7")));
        assert!(found[0].dedicated && !found[1].dedicated);
        assert_eq!(
            (found[1].seen, found[1].local),
            (None, Some(ip("10.0.0.6")))
        );
        let chosen = subjects(&remote("ftp.example.com", &[]), &facts, &BTreeMap::new());
        assert_eq!((chosen.len(), chosen[0].local), (1, Some(ip("10.0.0.5"))));
    }

    #[test]
    fn only_what_means_something_to_the_remote_is_to_be_listed() {
        let facts = Facts::new();
        let address = |host: &str, local: &str, seen: Option<&str>| {
            let remote = remote(host, &[local]);
            let mut subjects = subjects(&remote, &facts, &BTreeMap::new());
            subjects[0].seen = seen.map(ip);
            let looks = AddressLookUps {
                at: Timestamp::UNIX_EPOCH,
                policy_list: None,
                looks: subjects.into_iter().map(AddressLookUp::of).collect(),
            };
            let sheet = AllowList::new(&looks, &remote, &facts);
            sheet.addresses[0].address.and_then(Address::ip)
        };
        assert_eq!(address("ftp.example.com", "10.0.0.5", None), None);
        let seen = address("ftp.example.com", "10.0.0.5", Some("203.0.113.7"));
        assert_eq!(seen, Some(ip("203.0.113.7")));
        assert_eq!(
            address("192.168.3.4", "10.0.0.5", None),
            Some(ip("10.0.0.5"))
        );
        assert_eq!(
            address("198.51.100.20", "203.0.113.7", None),
            Some(ip("203.0.113.7"))
        );
    }
}
