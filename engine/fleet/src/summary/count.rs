//! Counting remotes by what they have in common.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::net::IpAddr;

use model::finding::Owner;
use model::matrix::Step;
use model::verdict::Verdict;
use strum::VariantArray;

use super::entry::{Entry, Found};
use super::{Cause, CertificateEnd, NotTested, Owed, Product, Seen};

/// Names by what they have in common, in the order in which that came first; the most common first.
fn grouped<K: Hash + Eq + Clone>(
    all: impl IntoIterator<Item = (K, String)>,
) -> Vec<(K, Vec<String>)> {
    let mut places: HashMap<K, usize> = HashMap::new();
    let mut groups: Vec<(K, Vec<String>)> = Vec::new();
    for (key, name) in all {
        let place = *places.entry(key.clone()).or_insert(groups.len());
        if place == groups.len() {
            groups.push((key, Vec::new()));
        }
        let names = &mut groups[place].1;
        if names.last() != Some(&name) {
            names.push(name);
        }
    }
    groups.sort_by_key(|(_, names)| std::cmp::Reverse(names.len()));
    groups
}

fn each_cause(remotes: &[Entry]) -> impl Iterator<Item = (&Found, &Entry)> {
    remotes.iter().flat_map(|entry| {
        let causes = entry.root_causes.iter();
        causes.map(move |found| (found, entry))
    })
}

pub(super) fn owners(remotes: &[Entry]) -> Vec<Owed> {
    let owed = |owner: &Owner| {
        let has_to_act = |entry: &&Entry| entry.root_causes.iter().any(|it| it.owner == *owner);
        let names = remotes.iter().filter(has_to_act).map(|it| it.name.clone());
        Owed {
            owner: *owner,
            remotes: names.collect(),
        }
    };
    let mut owners: Vec<Owed> = Owner::VARIANTS.iter().map(owed).collect();
    owners.retain(|it| !it.remotes.is_empty());
    owners.sort_by_key(|it| std::cmp::Reverse(it.remotes.len()));
    owners
}

pub(super) fn causes(remotes: &[Entry]) -> Vec<Cause> {
    let all = each_cause(remotes).map(|(found, entry)| (found.code.clone(), entry.name.clone()));
    let groups = grouped(all).into_iter();
    let causes = groups.filter_map(|(code, names)| {
        let (found, _) = each_cause(remotes).find(|(found, _)| found.code == code)?;
        Some(Cause {
            code,
            title: found.title.clone(),
            severity: found.severity,
            owner: found.owner,
            remotes: names,
        })
    });
    causes.collect()
}

pub(super) fn products(remotes: &[Entry]) -> Vec<Product> {
    let with = remotes
        .iter()
        .filter_map(|entry| Some((entry.product.clone()?, entry.name.clone())));
    let failing = |product: &str| {
        let of = remotes
            .iter()
            .filter(|it| it.product.as_deref() == Some(product));
        of.filter(|it| it.verdict == Some(Verdict::Failing)).count()
    };
    let groups = grouped(with).into_iter();
    groups
        .map(|(product, remotes)| Product {
            failing: failing(&product),
            product,
            remotes,
        })
        .collect()
}

pub(super) fn sources(remotes: &[Entry]) -> Vec<Seen> {
    let mut all: BTreeMap<Option<IpAddr>, Seen> = BTreeMap::new();
    for entry in remotes {
        for from in &entry.from {
            let seen = all.entry(from.source).or_insert_with(|| Seen {
                source: from.source,
                remotes: 0,
                answered: 0,
                turned_away: Vec::new(),
            });
            seen.remotes += 1;
            seen.answered += usize::from(from.reached.furthest >= Some(Step::Greeting));
            if entry.turns_away(from) {
                seen.turned_away.push(entry.name.clone());
            }
        }
    }
    all.into_values().collect()
}

pub(super) fn certificates(remotes: &[Entry]) -> Vec<CertificateEnd> {
    let mut days: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in remotes {
        if let Some(day) = &entry.certificate_until {
            days.entry(day.clone())
                .or_default()
                .push(entry.name.clone());
        }
    }
    let days = days.into_iter();
    days.map(|(day, remotes)| CertificateEnd { day, remotes })
        .collect()
}

pub(super) fn not_tested(remotes: &[Entry]) -> Vec<NotTested> {
    let all = remotes.iter().flat_map(|entry| {
        let reasons = entry.not_tested.iter();
        reasons.map(|reason| (reason.clone(), entry.name.clone()))
    });
    let groups = grouped(all).into_iter();
    groups
        .map(|(reason, remotes)| NotTested { reason, remotes })
        .collect()
}
