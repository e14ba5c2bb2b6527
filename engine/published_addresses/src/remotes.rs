//! Which saved remotes a change affects: whoever lets only listed addresses in has to hear of it.

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::change::ListsChange;
use super::{Lists, PublishedSet};
use model::address::Address;
use model::cleaner;
use model::remote::{Remote, is_host};
use report::{SCHEMA_VERSION, clean};
use settings::{RemoteFile, Unfit};

/// The path of a file is shown no longer, in characters.
const SHOWN: usize = 300;

/// A remote as a saved report or a settings file names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedRemote {
    /// The file.
    pub file: String,
    /// The remote, or why it cannot be read.
    pub remote: Result<Remote, String>,
}

/// The part of a report that counts here, so that reports of other builds can be read, too.
#[derive(Deserialize)]
struct SavedReport {
    schema_version: String,
    remote: Remote<Address>,
}

impl SavedRemote {
    /// Reads a settings file.
    pub fn of_settings(file: String, settings: &[u8]) -> SavedRemote {
        let remote = match RemoteFile::read(&file, settings) {
            Ok(file) => file.settings.remote().map_err(|unfit| match unfit {
                Unfit::NoHost => "it names no host".into(),
                unfit => unfit.to_string(),
            }),
            Err(error) => Err(error.within(&file)),
        };
        SavedRemote::new(file, remote)
    }

    /// The name of a file may be somebody else's choice, too.
    fn new(file: String, remote: Result<Remote, String>) -> SavedRemote {
        SavedRemote {
            file: cleaner::line(&file, SHOWN),
            remote,
        }
    }

    /// Reads a report of `check --format json`.
    pub fn read(file: String, report: &[u8]) -> SavedRemote {
        let report = serde_json::from_slice(report).and_then(|mut value| {
            clean(&mut value);
            serde_json::from_value::<SavedReport>(value)
        });
        let remote = match report {
            Ok(report) if !is_host(&report.remote.host) => {
                Err("its host is not a name or an address".into())
            }
            Ok(report) if report.schema_version == SCHEMA_VERSION => {
                let known = report.remote.known();
                known.ok_or_else(|| "it is redacted: its addresses are not in it".into())
            }
            Ok(report) => Err(format!(
                "a report of version {}, but this program reads version {SCHEMA_VERSION}",
                cleaner::line(&report.schema_version, 20)
            )),
            Err(error) if error.is_eof() => Err("the report ends too early".into()),
            Err(_) => Err("not a report of `remote-doctor check --format json`".into()),
        };
        SavedRemote::new(file, remote)
    }
}

/// What a change means for one remote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "standing", rename_all = "kebab-case")]
pub enum RemoteStatus {
    /// Its allow list is out of date.
    Affected {
        /// Why; at least one.
        reasons: Vec<Reason>,
    },
    /// All its addresses are listed, and the sets they belong to are as they were.
    NotAffected,
    /// The lists do not tell.
    NotKnown {
        /// Why not.
        reason: String,
    },
}

/// One way a change affects a remote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Reason {
    /// One of its source addresses is on no list any more.
    AddressGone {
        /// The address.
        address: IpAddr,
    },
    /// One of its source addresses is in the other set now.
    AddressMoved {
        /// The address.
        address: IpAddr,
        /// The set it is in now.
        to: PublishedSet,
    },
    /// The set it uses has new addresses, which the other party does not know.
    SetGrew {
        /// The set.
        set: PublishedSet,
    },
    /// Addresses of the set it uses are gone, though none that the report names: the other party still lets them in.
    SetShrank {
        /// The set.
        set: PublishedSet,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::AddressGone { address } => write!(f, "its address {address} is gone"),
            Reason::AddressMoved {
                address,
                to: PublishedSet::Dedicated,
            } => write!(f, "its address {address} is now dedicated"),
            Reason::AddressMoved {
                address,
                to: PublishedSet::Published,
            } => write!(f, "its address {address} is no longer dedicated"),
            Reason::SetGrew { set } => write!(f, "the {set} set it uses has new addresses"),
            Reason::SetShrank { set } => write!(f, "the {set} set it uses has lost addresses"),
        }
    }
}

/// What the way from `before` to `now` means for a remote; the same lists twice where nothing changed.
pub fn standing(remote: &Remote, before: &Lists, now: &Lists) -> RemoteStatus {
    let own: BTreeSet<IpAddr> = remote
        .sources
        .iter()
        .chain(&remote.dedicated)
        .map(IpAddr::to_canonical)
        .collect();
    if own.is_empty() {
        return not_known(
            "it names no source address (`check --source`, or `sources` in its settings file)",
        );
    }
    let reasons = reasons(remote, &own, before, now);
    if !reasons.is_empty() {
        return RemoteStatus::Affected { reasons };
    }
    match own.iter().find(|it| now.set_of(**it).is_none()) {
        Some(stranger) => not_known(&format!("its address {stranger} is on neither list")),
        None => RemoteStatus::NotAffected,
    }
}

fn not_known(reason: &str) -> RemoteStatus {
    RemoteStatus::NotKnown {
        reason: reason.into(),
    }
}

fn reasons(remote: &Remote, own: &BTreeSet<IpAddr>, before: &Lists, now: &Lists) -> Vec<Reason> {
    let mut reasons = Vec::new();
    // The sets it uses, and those of them of which it loses an address itself.
    let (mut used, mut lost) = (BTreeSet::new(), BTreeSet::new());
    for &address in own {
        let was = before.set_of(address);
        let is = now.set_of(address);
        match (was, is) {
            (Some(_), None) => reasons.push(Reason::AddressGone { address }),
            (Some(was), Some(to)) if was != to => {
                reasons.push(Reason::AddressMoved { address, to });
            }
            _ => {}
        }
        let marked = remote
            .dedicated
            .iter()
            .any(|it| it.to_canonical() == address);
        let set = was.or(marked.then_some(PublishedSet::Dedicated));
        used.extend(set);
        lost.extend(was.filter(|was| is != Some(*was)));
    }
    let change = ListsChange::between(before, now);
    for set in used {
        if !change.of(set).new.is_empty() {
            reasons.push(Reason::SetGrew { set });
        }
        if !change.of(set).gone.is_empty() && !lost.contains(&set) {
            reasons.push(Reason::SetShrank { set });
        }
    }
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists(dedicated: &[&str], published: &[&str]) -> Lists {
        let set = |entries: &[&str]| entries.iter().map(|it| it.parse().unwrap()).collect();
        Lists {
            dedicated: set(dedicated),
            published: set(published),
        }
    }

    fn remote(sources: &[&str], dedicated: &[&str]) -> Remote {
        let addresses = |texts: &[&str]| texts.iter().map(|it| it.parse().unwrap()).collect();
        Remote {
            sources: addresses(sources),
            dedicated: addresses(dedicated),
            ..Remote::at("ftp.example.com", 21)
        }
    }

    fn said(remote: &Remote, before: &Lists, now: &Lists) -> String {
        match standing(remote, before, now) {
            RemoteStatus::Affected { reasons } => {
                let texts: Vec<String> = reasons.iter().map(ToString::to_string).collect();
                texts.join("; ")
            }
            RemoteStatus::NotAffected => "not affected".into(),
            RemoteStatus::NotKnown { reason } => format!("not known: {reason}"),
        }
    }

    #[test]
    fn an_address_that_is_gone_affects_its_remote_only() {
        let before = lists(&["203.0.113.7", "203.0.113.8"], &["198.51.100.0/24"]);
        let now = lists(&["203.0.113.7"], &["198.51.100.0/24"]);
        let said = |sources: &[&str]| said(&remote(sources, &[]), &before, &now);
        assert_eq!(said(&["203.0.113.8"]), "its address 203.0.113.8 is gone");
        assert_eq!(
            said(&["203.0.113.7"]),
            "the dedicated set it uses has lost addresses"
        );
        assert_eq!(said(&["198.51.100.9"]), "not affected");
        assert_eq!(said(&["::ffff:198.51.100.9"]), "not affected");
    }

    #[test]
    fn new_addresses_affect_whoever_uses_the_set() {
        let before = lists(&["203.0.113.7"], &["198.51.100.1"]);
        let now = lists(&["203.0.113.7"], &["198.51.100.1", "198.51.100.2"]);
        let pool = said(&remote(&["198.51.100.1"], &[]), &before, &now);
        assert_eq!(pool, "the published set it uses has new addresses");
        let dedicated = said(&remote(&["203.0.113.7"], &["203.0.113.7"]), &before, &now);
        assert_eq!(dedicated, "not affected");
    }

    #[test]
    fn an_address_may_change_its_set() {
        let before = lists(&["203.0.113.7"], &["198.51.100.1", "203.0.113.7"]);
        let now = lists(&["203.0.113.9"], &["198.51.100.1", "203.0.113.7"]);
        assert_eq!(
            said(&remote(&["203.0.113.7"], &[]), &before, &now),
            "its address 203.0.113.7 is no longer dedicated; the dedicated set it uses has new addresses"
        );
        assert_eq!(
            said(&remote(&["203.0.113.7"], &[]), &now, &before),
            "its address 203.0.113.7 is now dedicated"
        );
    }

    #[test]
    fn what_the_lists_do_not_tell_is_not_healthy() {
        let now = lists(&["203.0.113.7"], &["198.51.100.1"]);
        let nothing = said(&remote(&[], &[]), &now, &now);
        assert!(nothing.starts_with("not known: it names no source address"));
        assert_eq!(
            said(&remote(&["203.0.113.7", "10.0.0.7"], &[]), &now, &now),
            "not known: its address 10.0.0.7 is on neither list"
        );
        // Marked as dedicated, it uses that set, whether it is on the list or not.
        let more = lists(&["203.0.113.7", "203.0.113.8"], &["198.51.100.1"]);
        assert_eq!(
            said(&remote(&["10.0.0.7"], &["10.0.0.7"]), &now, &more),
            "the dedicated set it uses has new addresses"
        );
    }

    #[test]
    fn a_settings_file_is_read_too() {
        let read = |text: &str| SavedRemote::of_settings("a.toml".into(), text.as_bytes()).remote;
        let text = "host = \"ftp.example.com\"\nsources = [\"203.0.113.7\"]";
        assert_eq!(read(text), Ok(remote(&["203.0.113.7"], &[])));
        assert_eq!(read("sources = []"), Err("it names no host".into()));
        assert!(
            read("host = 7")
                .unwrap_err()
                .starts_with("line 1, column 8: host: takes")
        );
    }

    #[test]
    fn only_a_report_is_read() {
        let report = serde_json::json!({"schema_version": "1", "remote": remote(&["203.0.113.7"], &[]), "more": 7});
        let text = report.to_string();
        let read = |text: &str| SavedRemote::read("a.json".into(), text.as_bytes()).remote;
        assert_eq!(read(&text), Ok(remote(&["203.0.113.7"], &[])));
        assert!(
            read(&text[..text.len() - 9])
                .unwrap_err()
                .contains("too early")
        );
        assert!(
            read(&text.replace(":\"1\"", ":\"2\""))
                .unwrap_err()
                .contains("version 2")
        );
        assert!(read("[]").unwrap_err().starts_with("not a report"));
    }
}
