//! The look-ups: reverse names and whether they lead back, and the policy list. They go to a resolver only, so they need
//! no connection to the remote.

use std::net::IpAddr;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use serde::{Deserialize, Serialize};

use super::policy::{Policy, TEST_ENTRIES, Zone};
use super::{Look, Subject};
use crate::net::{FailureKind, Resolver};

/// So many addresses at a time: a pool may be large, and a resolver is somebody's.
const AT_A_TIME: usize = 8;
/// For all that is asked about one address.
const PATIENCE: Duration = Duration::from_secs(20);

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

/// Looks all of them up; in the order given.
pub async fn look_up(
    resolver: &Resolver,
    subjects: Vec<Subject>,
    zone: Option<&Zone>,
) -> Vec<Look> {
    let like = |is_it: fn(&IpAddr) -> bool| public(&subjects).find(is_it);
    // A list may hold one IP version only: each is tested.
    let (v4, v6) = (like(IpAddr::is_ipv4), like(IpAddr::is_ipv6));
    let (v4, v6) =
        futures_util::join!(self_test(resolver, zone, v4), self_test(resolver, zone, v6));
    let fault = |address: IpAddr| {
        if address.is_ipv4() {
            v4.clone()
        } else {
            v6.clone()
        }
    };
    let fault = &fault;
    stream::iter(subjects)
        .map(|subject| async move {
            let Some(address) = public([&subject]).next() else {
                return Look::of(subject);
            };
            let policy = async {
                match (zone, fault(address)) {
                    (None, _) => Policy::NotAsked,
                    (Some(_), Some(why)) => Policy::NotChecked(why),
                    (Some(zone), None) => policy(resolver, zone, address).await,
                }
            };
            let late = "no answer in time";
            let (reverse, policy) = futures_util::join!(
                tokio::time::timeout(PATIENCE, reverse(resolver, address)),
                tokio::time::timeout(PATIENCE, policy),
            );
            Look {
                subject,
                reverse: reverse.unwrap_or_else(|_| Reverse::NotChecked(late.into())),
                policy: policy.unwrap_or_else(|_| Policy::NotChecked(late.into())),
                spells: Vec::new(),
            }
        })
        .buffered(AT_A_TIME)
        .collect()
        .await
}

/// The public ones of the addresses; nothing is asked about others, which mean nothing outside their network.
fn public<'a>(subjects: impl IntoIterator<Item = &'a Subject>) -> impl Iterator<Item = IpAddr> {
    let addresses = subjects.into_iter().filter_map(Subject::address);
    addresses.filter(|address| ftp::special(*address).is_none())
}

/// Why the list cannot be relied on for addresses like this one.
async fn self_test(
    resolver: &Resolver,
    zone: Option<&Zone>,
    like: Option<IpAddr>,
) -> Option<String> {
    let (zone, like) = (zone?, like?);
    let [listed, never] = TEST_ENTRIES.map(|entry| zone.test_entry(entry, like));
    let asked = async { futures_util::join!(resolver.ipv4(&listed), resolver.ipv4(&never)) };
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok((listed, never)) => zone.fault(zone.read(listed), zone.read(never)),
        Err(_) => Some(format!("{zone} did not answer")),
    }
}

async fn policy(resolver: &Resolver, zone: &Zone, address: IpAddr) -> Policy {
    let entry = zone.entry(address);
    match zone.read(resolver.ipv4(&entry).await) {
        Policy::Listed { answers, .. } => Policy::Listed {
            answers,
            reason: resolver
                .texts(&entry)
                .await
                .ok()
                .and_then(|texts| texts.into_iter().next()),
        },
        other => other,
    }
}

async fn reverse(resolver: &Resolver, address: IpAddr) -> Reverse {
    let names = match resolver.names(address).await {
        Ok(names) if names.is_empty() => return Reverse::Nameless,
        Ok(names) => names,
        Err(failure) => {
            return match failure.kind {
                FailureKind::NameNotFound | FailureKind::NoAddress => Reverse::Nameless,
                _ => Reverse::NotChecked(failure.detail),
            };
        }
    };
    let looked_up = names.into_iter().map(|name| async move {
        let back = back(resolver, &name, address).await;
        ReverseName { name, back }
    });
    Reverse::Names(futures_util::future::join_all(looked_up).await)
}

async fn back(resolver: &Resolver, name: &str, address: IpAddr) -> Back {
    // As it stands, even where it looks like an address or has no dot in it.
    match resolver.addresses(&format!("{name}.")).await {
        Ok(found) if found.contains(&address.to_canonical()) => Back::Here,
        Ok(found) => Back::Elsewhere(found),
        Err(failure) => match failure.kind {
            FailureKind::NameNotFound | FailureKind::NoAddress => Back::Elsewhere(Vec::new()),
            _ => Back::NotChecked(failure.detail),
        },
    }
}
