//! Look-ups about our own addresses: reverse names and whether they lead back, and the policy list. They go to a resolver
//! only, so they need no connection to the remote.

use crate::LookUps;
use crate::state_file;
use allow_list::AddressHistory;
use allow_list::AddressLookUps;
use allow_list::SeenBy;
use allow_list::subjects;
use diagnosis::facts::facts;
use diagnosis::record::Record;
use files::state_file::StateFileError;
use host::Check;
use host::net::ResolverError;
use std::net::{IpAddr, UdpSocket};
use std::time::Duration;

use allow_list::{
    AddressLookUp, Back, Facts, Policy, Reverse, ReverseName, SourceAddress, TEST_ENTRIES, Zone,
    server_addresses,
};
use futures_util::{StreamExt, stream};
use host::net::Resolver;
use jiff::Timestamp;
use model::failure::FailureKind;
use model::remote::Remote;

/// So many addresses at a time: a pool may be large, and a resolver is somebody's.
const AT_A_TIME: usize = 8;
/// For all that is asked about one address.
const PATIENCE: Duration = Duration::from_secs(20);

/// Looks all of them up; in the order given.
pub async fn look_up(
    resolver: &Resolver,
    subjects: Vec<SourceAddress>,
    zone: Option<&Zone>,
) -> Vec<AddressLookUp> {
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
                return AddressLookUp::of(subject);
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
            AddressLookUp {
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
fn public<'a>(
    subjects: impl IntoIterator<Item = &'a SourceAddress>,
) -> impl Iterator<Item = IpAddr> {
    let addresses = subjects.into_iter().filter_map(SourceAddress::address);
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

/// The address this machine would take to reach the remote, where no connection came about to tell. Nothing is sent.
fn chosen_by_system(remote: &Remote, facts: &Facts) -> Option<IpAddr> {
    server_addresses(remote, facts).into_iter().find_map(|to| {
        let any: IpAddr = match to {
            IpAddr::V4(_) => std::net::Ipv4Addr::UNSPECIFIED.into(),
            IpAddr::V6(_) => std::net::Ipv6Addr::UNSPECIFIED.into(),
        };
        let socket = UdpSocket::bind((any, 0)).ok()?;
        socket.connect((to, remote.port)).ok()?;
        Some(socket.local_addr().ok()?.ip())
    })
}

/// Looks up what is asked of the source addresses of a run, and adds them to what the file of a state has by then. Says
/// whether that could be written.
pub(crate) async fn look_up_sources(
    check: &Check,
    record: &Record,
    asked: LookUps<'_>,
) -> Result<(AddressLookUps, Result<(), StateFileError>), ResolverError> {
    let (facts, by_source) = facts(record);
    let mut subjects = subjects(&check.remote, &facts, &by_source);
    for subject in &mut subjects {
        if subject.local.is_none() {
            subject.local = chosen_by_system(&check.remote, &facts);
        }
    }
    let resolver = Resolver::new(check.resolver)?;
    let mut looks = look_up(&resolver, subjects, asked.policy_list).await;
    let at = Timestamp::now();
    let mut saved = Ok(());
    if let Some((path, mut known)) = asked.state {
        saved = state_file::update(path, |state| add(&mut looks, check, at, state)).await;
        if saved.is_err() {
            // The report says what was seen, with what was known when the run began.
            add(&mut looks, check, at, &mut known);
        }
    }
    let looks = AddressLookUps {
        at,
        policy_list: asked.policy_list.cloned(),
        looks,
    };
    Ok((looks, saved))
}

/// Adds what was seen to a state, and its history to what was seen.
fn add(looks: &mut [AddressLookUp], check: &Check, at: Timestamp, state: &mut AddressHistory) {
    for look in looks {
        let subject = &look.subject;
        let seen = match (subject.seen, subject.local) {
            (Some(seen), _) => (SeenBy::Remote, seen),
            // A private address says nothing about the one that is to be listed.
            (None, Some(local)) if ftp::special(local).is_none() => (SeenBy::Us, local),
            (None, _) => continue,
        };
        let spells = state.add(subject.source, &check.remote.host, seen, at);
        look.spells = spells.to_vec();
    }
}
