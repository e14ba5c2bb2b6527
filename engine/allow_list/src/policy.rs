//! Policy lists: DNS zones in which providers list the ranges that end users' lines are in (RFC 5782).
//!
//! An answer is read as "listed" only if it is one. Errors of these lists are answers, too: a mistyped zone, a resolver
//! that is not served, too many questions. And a list that does not know its own test entry was not reached at all.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use model::failure::{Failure, FailureKind};
use model::remote::is_host_name;

/// Always listed, and never (RFC 5782 section 5); of IPv6 lists, mapped into IPv6.
pub const TEST_ENTRIES: [Ipv4Addr; 2] = [Ipv4Addr::new(127, 0, 0, 2), Ipv4Addr::new(127, 0, 0, 1)];
/// Zones of Spamhaus hold several lists; the last numbers of the one that is about policy.
const SPAMHAUS_POLICY: [u8; 2] = [10, 11];
/// A label as long as this is a subscriber's key.
const KEY_LENGTH: usize = 20;

/// The zone of a policy list. A label that is a subscriber's key is not shown, and not kept in recordings.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub struct Zone(String);

/// Why a text is no zone.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("write the zone of a list, such as pbl.example.org")]
pub struct ZoneError;

impl FromStr for Zone {
    type Err = ZoneError;

    fn from_str(text: &str) -> Result<Zone, ZoneError> {
        let bare = text.trim_matches('.').to_ascii_lowercase();
        (bare.contains('.') && is_host_name(&bare))
            .then_some(Zone(bare))
            .ok_or(ZoneError)
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> String {
        zone.to_string()
    }
}

impl From<String> for Zone {
    /// The zone as it is shown, of a look that was made before.
    fn from(shown: String) -> Zone {
        Zone(shown)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels = self.0.split('.').map(|label| match label.len() {
            KEY_LENGTH.. => "…",
            _ => label,
        });
        f.write_str(&labels.collect::<Vec<_>>().join("."))
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({self})")
    }
}

/// What a list says of an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// No list was named, or there is no public address to ask about.
    NotAsked,
    /// It is listed.
    Listed {
        /// The answers.
        answers: Vec<Ipv4Addr>,
        /// What the list says about it.
        reason: Option<String>,
    },
    /// It is in the zone for a reason that is not about policy.
    ListedOtherwise(Vec<Ipv4Addr>),
    /// It is not listed.
    NotListed,
    /// Nothing is known: why.
    NotChecked(String),
}

impl Zone {
    /// The name to ask for: the address turned round, under the zone (RFC 5782 section 2.1 and 2.4).
    pub fn entry(&self, address: IpAddr) -> String {
        let reversed: Vec<String> = match address {
            IpAddr::V4(address) => address.octets().iter().rev().map(u8::to_string).collect(),
            IpAddr::V6(address) => address
                .octets()
                .iter()
                .rev()
                .flat_map(|byte| [byte & 0x0F, byte >> 4])
                .map(|nibble| format!("{nibble:x}"))
                .collect(),
        };
        format!("{}.{}", reversed.join("."), self.0)
    }

    /// The test entry in the form of the addresses that are asked about.
    pub fn test_entry(&self, entry: Ipv4Addr, like: IpAddr) -> String {
        match like {
            IpAddr::V4(_) => self.entry(entry.into()),
            IpAddr::V6(_) => self.entry(entry.to_ipv6_mapped().into()),
        }
    }

    /// Reads the answer on an address. Failures are told by kind: their texts have the zone in full.
    pub fn read(&self, answer: Result<Vec<Ipv4Addr>, Failure>) -> Policy {
        let answers = match answer {
            Ok(answers) => answers,
            Err(failure) => {
                return match failure.kind {
                    FailureKind::NameNotFound | FailureKind::NoAddress => Policy::NotListed,
                    FailureKind::TimedOut => Policy::NotChecked(format!("{self} did not answer")),
                    _ => Policy::NotChecked(format!("{self} could not be asked")),
                };
            }
        };
        if let Some(odd) = answers.iter().find_map(|answer| error_answer(*answer)) {
            return Policy::NotChecked(format!("{self} {odd}"));
        }
        let spamhaus = self.0.ends_with("spamhaus.org") || self.0.ends_with("spamhaus.net");
        let is_policy =
            |answer: &Ipv4Addr| !spamhaus || SPAMHAUS_POLICY.contains(&answer.octets()[3]);
        match answers.iter().any(is_policy) {
            true => Policy::Listed {
                answers,
                reason: None,
            },
            false => Policy::ListedOtherwise(answers),
        }
    }

    /// Why the list cannot be relied on, from the answers on its two test entries.
    pub fn fault(&self, listed: Policy, never: Policy) -> Option<String> {
        match (listed, never) {
            (Policy::NotChecked(why), _) | (_, Policy::NotChecked(why)) => Some(why),
            (Policy::Listed { .. } | Policy::ListedOtherwise(_), Policy::NotListed) => None,
            (Policy::NotListed | Policy::NotAsked, _) => Some(format!(
                "{self} does not contain its own test entry: the list does not exist, or does not serve this \
                resolver"
            )),
            _ => Some(format!(
                "{self} lists everything, even the entry that is never listed"
            )),
        }
    }
}

/// Why an answer says nothing about an address.
fn error_answer(answer: Ipv4Addr) -> Option<String> {
    match answer.octets() {
        [127, 255, 255, 252] => Some("says that the zone is mistyped (127.255.255.252)".into()),
        [127, 255, 255, 254] => Some(
            "does not serve public resolvers (127.255.255.254): ask your own with --resolver"
                .into(),
        ),
        [127, 255, 255, 255] => Some("was asked too often (127.255.255.255)".into()),
        [127, 255, 255, _] => Some(format!("answers with an error ({answer})")),
        // Never an entry's value (RFC 5782 section 2.1).
        [127, 0, 0, 0 | 1] => Some(format!("answers {answer}, which is not a listing")),
        [127, ..] => None,
        _ => Some(format!("answers {answer}, which no such list does")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::failure::Operation;

    fn zone(text: &str) -> Zone {
        text.parse().unwrap()
    }

    fn read(zone_text: &str, answer: &str) -> Policy {
        zone(zone_text).read(Ok(vec![answer.parse().unwrap()]))
    }

    fn failed(kind: FailureKind) -> Policy {
        zone("pbl.example.org").read(Err(Failure::new(Operation::Resolve, kind, "key.zone")))
    }

    #[test]
    fn entries_are_turned_round() {
        let zone = zone("pbl.example.org.");
        assert_eq!(
            zone.entry("203.0.113.7".parse().unwrap()),
            "7.113.0.203.pbl.example.org"
        );
        let v6 = "2001:db8::1".parse().unwrap();
        assert!(
            zone.entry(v6).starts_with("1.0.0.0.")
                && zone.entry(v6).ends_with(".8.b.d.0.1.0.0.2.pbl.example.org")
        );
        assert!(
            zone.test_entry(TEST_ENTRIES[0], v6)
                .starts_with("2.0.0.0.0.0.f.7.f.f.f.f.")
        );
    }

    #[test]
    fn error_answers_are_never_listings() {
        for answer in [
            "127.255.255.252",
            "127.255.255.254",
            "127.255.255.255",
            "127.255.255.1",
            "127.0.0.1",
            "192.0.2.1",
        ] {
            assert!(
                matches!(read("pbl.example.org", answer), Policy::NotChecked(_)),
                "{answer}"
            );
        }
        let mixed = vec![
            Ipv4Addr::new(127, 0, 0, 10),
            Ipv4Addr::new(127, 255, 255, 254),
        ];
        assert!(matches!(
            zone("pbl.example.org").read(Ok(mixed)),
            Policy::NotChecked(_)
        ));
        assert_eq!(failed(FailureKind::NameNotFound), Policy::NotListed);
        for kind in [FailureKind::ResolverFailed, FailureKind::TimedOut] {
            assert!(matches!(failed(kind), Policy::NotChecked(why) if !why.contains("key")));
        }
    }

    #[test]
    fn only_policy_counts_where_a_zone_holds_more() {
        assert!(matches!(
            read("pbl.example.org", "127.0.0.4"),
            Policy::Listed { .. }
        ));
        assert!(matches!(
            read("zen.spamhaus.org", "127.0.0.4"),
            Policy::ListedOtherwise(_)
        ));
        assert!(matches!(
            read("zen.spamhaus.org", "127.0.0.11"),
            Policy::Listed { .. }
        ));
    }

    #[test]
    fn a_list_that_does_not_know_itself_is_not_asked() {
        let zone = zone("pbl.example.org");
        let listed = || zone.read(Ok(vec![Ipv4Addr::new(127, 0, 0, 2)]));
        assert_eq!(zone.fault(listed(), Policy::NotListed), None);
        assert!(zone.fault(Policy::NotListed, Policy::NotListed).is_some());
        assert!(zone.fault(listed(), listed()).is_some());
        assert!(
            zone.fault(listed(), Policy::NotChecked("no answer".into()))
                .is_some()
        );
    }

    #[test]
    fn a_subscriber_s_key_is_not_shown() {
        let zone = zone("abcdefghijklmnopqrstuvwxyz.pbl.dq.example.net");
        assert_eq!(zone.to_string(), "….pbl.dq.example.net");
        assert!(!format!("{zone:?}").contains("abcdef"));
        assert!("pbl".parse::<Zone>().is_err() && "a b.example".parse::<Zone>().is_err());
    }
}
